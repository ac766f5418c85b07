"""Whether an improvement action helped: the same measure before and after, and whom it is for."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from customers.tests.factories import CustomerFactory, StandingFactory
from satisfaction.models import ImprovementAction
from satisfaction.services import gauging
from satisfaction.services import improvement as services
from satisfaction.tests.factories import ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 1, 5)


@pytest.fixture
def boss(client):
    boss = ManagerFactory(name="Boss")
    client.force_login(boss)
    return boss


@pytest.fixture
def waves():
    return [WaveFactory(is_open=True, opens_on=day) for day in (DAY, DAY + dt.timedelta(days=90))]


def answered(wave, score: int, *, code: str = "responsiveness", value: int = 0):
    customer = CustomerFactory()
    StandingFactory(customer=customer, lifetime_value=value)
    ResponseFactory(invitation__wave=wave, invitation__customer=customer, answers={code: score})
    return customer


def action(by, **fields) -> ImprovementAction:
    values = {"what": "Call sooner", "measure": "service", "due_on": DAY, **fields}
    return ImprovementAction.objects.create(owner=by, made_by=by, **values)


def gauged(one: ImprovementAction) -> ImprovementAction:
    gauging.gauge(one)
    one.refresh_from_db()
    return one


def test_affected_are_those_who_scored_two_or_less_with_their_lifetime_value(boss, waves):
    before, _after = waves
    for score, value in ((1, 100), (2, 50), (3, 1_000), (5, 2_000)):
        answered(before, score, value=value)
    answered(before, 1, code="empathy", value=9_000)
    one = gauged(action(boss, gauge="responsiveness", wave_before=before))
    assert (one.affected, one.affected_value) == (2, Decimal(150))
    # Of 0 to 10 they are the detractors.
    for score, value in ((6, 10), (7, 20)):
        answered(before, score, code="recommend", value=value)
    one = gauged(action(boss, gauge="recommend", wave_before=before, what="Ask"))
    assert (one.affected, one.affected_value) == (1, Decimal(10))


def test_without_a_measure_nobody_is_affected(boss):
    one = gauged(action(boss))
    assert (one.affected, one.gauged, services.comparison_of(one)) == (0, {}, None)


def test_the_change_is_later_less_earlier_on_0_to_100_with_its_verdict(boss, waves):
    before, after = waves
    for score in (1, 2, 1, 2, 1, 2):
        answered(before, score)
    for score in (4, 5, 4, 5, 4, 5):
        answered(after, score)
    one = gauged(action(boss, gauge="responsiveness", wave_before=before, wave_after=after))
    found = services.comparison_of(one)
    # (3 x 0 + 3 x 25) / 6 = 12.5 before, (3 x 75 + 3 x 100) / 6 = 87.5 after.
    assert found.difference == pytest.approx(75)
    assert found.low < 75 < found.high
    assert services.proposed_verdict(one) == "better"
    turned = gauged(action(boss, gauge="responsiveness", wave_before=after, wave_after=before))
    assert services.proposed_verdict(turned) == "worse"


def test_what_chance_explains_is_no_change_and_less_of_a_cost_is_better(boss, waves):
    before, after = waves
    for score in (3, 4):
        answered(before, score)
        answered(after, score + 1)
    one = gauged(action(boss, gauge="responsiveness", wave_before=before, wave_after=after))
    assert services.proposed_verdict(one) == "same"
    cost = action(boss, gauge="time", wave_before=before, wave_after=after, what="Cost")
    cost.gauged = {"before": [9, 9 * 80.0, 9 * 6410.0], "after": [9, 9 * 20.0, 9 * 410.0]}
    assert services.proposed_verdict(cost) == "better"


def test_a_manager_or_the_waves_verifier_judges_it_and_nobody_else(client, boss, waves, amy):
    before, after = waves
    after.verifier = amy
    after.save()
    for wave, scores in ((before, (1, 2)), (after, (4, 5))):
        for score in scores:
            answered(wave, score)
    one = gauged(action(boss, gauge="responsiveness", wave_before=before, wave_after=after))
    address = reverse("satisfaction:improvement_verify", args=[one.pk])
    client.force_login(AccountManagerFactory())
    assert client.post(address, {"verdict": "better"}).status_code == 403
    client.force_login(amy)
    assert (
        "Write down the verdict"
        in client.get(reverse("satisfaction:improvement", args=[one.pk])).text
    )
    client.post(address, {"verdict": "better", "words": "The rota works"})
    one.refresh_from_db()
    assert (one.verdict, one.verified_by, one.verification) == ("better", amy, "The rota works")
    # Another measure was not judged.
    services.edit_action(pk=one.pk, version=one.version, values={"gauge": "empathy"})
    one.refresh_from_db()
    assert (one.verdict, one.verified_by, one.verified_at) == ("", None, None)


def test_without_answers_in_a_later_wave_there_is_no_verdict(client, boss, waves):
    one = action(boss, gauge="responsiveness", wave_before=waves[0], wave_after=waves[1])
    page = client.post(
        reverse("satisfaction:improvement_verify", args=[one.pk]), {"verdict": "same"}, follow=True
    )
    assert "There is no later wave yet" in page.text
    with pytest.raises(IntegrityError), transaction.atomic():
        ImprovementAction.objects.filter(pk=one.pk).update(verdict="better")


def test_the_form_asks_for_waves_that_can_be_compared(client, boss, waves):
    before, after = waves
    one = action(boss)
    address = reverse("satisfaction:improvement_edit", args=[one.pk])
    sent = {
        **{"what": one.what, "measure": "service", "owner": boss.pk, "due_on": "2026-02-02"},
        **{"version": 1, "state": "open"},
    }
    for chosen, refusal in (
        ({"wave_before": before.pk}, "Choose the measure"),
        ({"gauge": "empathy", "wave_after": after.pk}, "Choose the wave that it is compared"),
        ({"gauge": "empathy", "wave_before": after.pk, "wave_after": before.pk}, "no later"),
        ({"gauge": "money", "wave_before": before.pk}, "did not ask"),
    ):
        assert refusal in client.post(address, sent | chosen).text
    good = {"gauge": "empathy", "wave_before": before.pk, "wave_after": after.pk}
    assert client.post(address, sent | good).status_code == 302


def test_they_are_ranked_by_value_for_managers_alone(client, boss, amy):
    action(boss, what="Small")
    large = action(boss, what="Large", due_on=DAY + dt.timedelta(days=9))
    ImprovementAction.objects.filter(pk=large.pk).update(affected=3, affected_value=7_654)
    address = reverse("satisfaction:improvements") + "?sort=value"
    page = client.get(address)
    assert [row.what for row in page.context["rows"]] == ["Large", "Small"]
    assert "7,654" in page.text
    client.force_login(amy)
    page = client.get(address)
    assert [row.what for row in page.context["rows"]] == ["Small", "Large"]
    assert "7,654" not in page.text
    assert "7,654" not in client.get(reverse("satisfaction:improvement", args=[large.pk])).text


def test_figures_are_gauged_anew_once_a_day_until_the_verdict(boss, waves):
    before, _after = waves
    one = action(boss, gauge="responsiveness", wave_before=before)
    assert gauging.gauge_due() == 1
    assert gauging.gauge_due() == 0
    answered(before, 1, value=70)
    old = ImprovementAction.objects.filter(pk=one.pk)
    old.update(gauged_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert gauging.gauge_due() == 1
    assert old.get().affected_value == 70
