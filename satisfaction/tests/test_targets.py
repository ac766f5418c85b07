"""Targets by tier, and what the words of an answer are about."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from customers.models import Touchpoint
from customers.tests.factories import CustomerFactory
from satisfaction.analytics import Moments, moments
from satisfaction.forms.targets import TargetForm
from satisfaction.models import ResponseTag, SatisfactionTarget, Wave
from satisfaction.services.groups import Group, Groups
from satisfaction.services.internal import span
from satisfaction.services.tags import MOST, tag
from satisfaction.services.targets import create_target, edit_target, holding
from satisfaction.services.waves import Refused
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory
from satisfaction.views.scores import against_targets, beside

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)


def target(value, measure="index", tier="", from_on=DAY) -> SatisfactionTarget:
    return SatisfactionTarget.objects.create(
        measure=measure, tier=tier, value=value, from_on=from_on
    )


def test_of_each_figure_and_tier_the_newest_target_holds():
    target(60)
    newer = target(70, from_on=dt.date(2026, 6, 1))
    of_tier = target(80, tier="A")
    assert [one.value for one in holding(dt.date(2026, 5, 31))] == [60, 80]
    assert holding(dt.date(2026, 6, 1)) == [newer, of_tier]
    assert holding(dt.date(2026, 2, 28)) == []


def sums(values) -> list:
    found = moments(values)
    return [found.n, found.total, found.squares]


def test_a_target_is_reached_or_missed_where_the_interval_says_so():
    wave = WaveFactory.build(pk=1)
    of_a = Group("tier", "A", 1, customers=4, sums={"index": sums([70, 72, 74, 76])})
    everybody = Group("all", "", 1, customers=1, sums={"nps": sums([1.0])})
    groups = Groups([of_a, everybody])
    rows = against_targets(
        [
            SatisfactionTarget(measure="index", tier="A", value=60),
            SatisfactionTarget(measure="index", tier="A", value=90),
            SatisfactionTarget(measure="index", tier="A", value=73),
            SatisfactionTarget(measure="index", tier="B", value=60),  # nobody has answered
        ],
        wave,
        groups,
    )
    assert [row["verdict"] for row in rows] == ["reached", "missed", "may be either"]
    assert {row["actual"] for row in rows} == {"73"}
    assert Moments(*sums([1.0])).n == 1


def test_an_index_of_how_we_do_beside_others_has_no_target_of_satisfaction():
    wave = WaveFactory.build(pk=1)
    aims = [SatisfactionTarget(measure=name, value=70) for name in ("index", "nps")]
    scores = {"index": sums([40, 50, 60]), "nps": sums([0.0, 1.0])}

    def held(asked: dict) -> list[str]:
        everybody = Group("all", "", 1, customers=3, sums=scores | asked)
        return [row["label"] for row in against_targets(aims, wave, Groups([everybody]))]

    compared = {"compared": sums([40, 50]), "compared and overall": [0] * 15}
    assert held(compared) == ["NPS"]
    assert held(compared | {"overall": sums([40, 50])}) == ["Satisfaction index", "NPS"]
    assert held({}) == ["Satisfaction index", "NPS"]  # of questions that measure nothing by name


@pytest.mark.parametrize(
    ("measure", "value", "fits"),
    [("index", -1, False), ("index", 100, True), ("nps", -20, True), ("nps", -101, False)],
)
def test_a_target_lies_on_its_scale_in_the_form_and_in_the_database(measure, value, fits):
    form = TargetForm({"measure": measure, "value": value, "from_on": "2026-03-01"})
    assert form.is_valid() is fits
    if not fits:
        with pytest.raises(IntegrityError), transaction.atomic():
            target(value, measure)


def test_the_same_target_is_not_set_twice(client):
    target(60)
    client.force_login(ManagerFactory())
    page = client.post(
        reverse("satisfaction:target_create"),
        {"measure": "index", "tier": "", "value": "65", "from_on": "2026-03-01"},
    )
    assert "There is a target for this from that day on already." in page.content.decode()
    assert SatisfactionTarget.objects.count() == 1


def test_two_who_set_a_target_at_once_set_one_or_are_told():
    """Each form found it free."""
    values = {"measure": "index", "tier": "A", "from_on": dt.date(2026, 3, 1), "value": 65}
    first = create_target(values=values)
    assert create_target(values=values) == first
    with pytest.raises(Refused, match="already"):
        create_target(values=values | {"value": 70})
    other = create_target(values=values | {"tier": "B"})
    with pytest.raises(Refused, match="already"):
        edit_target(pk=other.pk, version=other.version, values=values)
    assert SatisfactionTarget.objects.count() == 2


def answered(customer, **values):
    wave = values.pop("wave", None) or WaveFactory(
        state=Wave.State.CLOSED, opens_on=DAY, closes_on=DAY + dt.timedelta(days=9)
    )
    invitation = InvitationFactory(wave=wave, customer=customer)
    return ResponseFactory(invitation=invitation, **values)


def test_results_stand_beside_their_targets(client):
    target(60)
    answer = answered(CustomerFactory(), index=75, overall=75, recommend=9)
    client.force_login(ManagerFactory())
    url = reverse("satisfaction:results", args=[answer.wave_id])
    (row,) = client.get(url).context["targets"]
    assert (row["target"], row["actual"], row["n"]) == ("60", "75", "1")
    assert row["verdict"] == "too few to tell"


def test_our_own_measures_are_of_twelve_months():
    wave = WaveFactory.build(closes_on=dt.date(2026, 3, 10))
    assert span(wave, dt.date(2026, 11, 1)) == (dt.date(2025, 4, 1), dt.date(2026, 3, 1))
    assert span(wave, dt.date(2026, 1, 31)) == (dt.date(2025, 2, 1), dt.date(2026, 1, 1))
    said = beside({"first_response": [150, 8], "promises": [0.75, 4]})
    assert said["responsiveness"] == ["first response in 2 h 30 min (median, n 8)"]
    assert said["reliability"] == ["promises kept 75 % (n 4)"]


def test_words_are_tagged_once_and_found_by_what_they_are_about(client):
    user = AccountManagerFactory()
    answer = answered(CustomerFactory(account_manager=user), comment="Late again")
    answered(CustomerFactory(account_manager=user), comment="Fine")
    touchpoint = Touchpoint.objects.filter(is_active=True).first()
    client.force_login(user)
    url = reverse("satisfaction:tag", args=[answer.pk])
    for about in ("m:reliability", "m:reliability", f"t:{touchpoint.pk}", "m:nonsense"):
        assert client.post(url, {"about": about}).status_code == 302
    assert {str(one) for one in answer.tags.all()} == {"Reliability", str(touchpoint)}
    for about in ("m:reliability", f"t:{touchpoint.pk}"):
        page = client.get(reverse("satisfaction:responses"), {"tag": about})
        assert [row.pk for row in page.context["rows"]] == [answer.pk]
    one = answer.tags.first()
    client.post(reverse("satisfaction:untag", args=[answer.pk, one.pk]))
    assert answer.tags.count() == 1


def test_a_tag_is_of_a_measure_or_a_touchpoint_and_there_are_not_too_many():
    user = ManagerFactory()
    answer = answered(CustomerFactory(), comment="All of it")
    with pytest.raises(IntegrityError), transaction.atomic():
        ResponseTag.objects.create(response=answer, by=user)
    for place in range(MOST):
        name = {"en": f"Place {place}"}
        found = Touchpoint.objects.create(code=f"place-{place}", names=name)
        assert tag(response=answer, by=user, touchpoint=found)
    assert tag(response=answer, by=user, measure="reliability") is None
