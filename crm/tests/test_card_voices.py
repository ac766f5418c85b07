"""What the card shows of complaints and satisfaction: to whom, in which order."""

import datetime as dt

import pytest
from django.utils import timezone

from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import (
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
)
from customers.tests.factories import ContactFactory, CustomerFactory
from satisfaction.models import Measure
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy, name="Bell & Sons")


def card(client, user, customer, **parameters):
    client.force_login(user)
    return client.get(f"/customers/{customer.pk}/", parameters)


def panel(response, name: str) -> dict | None:
    panels = [*response.context["left"], *response.context["right"]]
    return next((p for p in panels if p["template"] == f"crm/card_{name}.html"), None)


def ago(days: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def answered(customer, days: float, wave=None, **scores):
    wave = wave or WaveFactory(opens_on=ago(days).date(), is_open=True)
    invitation = InvitationFactory(customer=customer, wave=wave, sent_at=ago(days + 2))
    return ResponseFactory(invitation=invitation, finished_at=ago(days), **scores)


@pytest.mark.parametrize(
    "factory", [None, ServiceFactory, ManagerFactory, AdministratorFactory], ids=str
)
def test_everybody_who_sees_the_card_sees_its_complaints(client, amy, customer, factory):
    case = CaseFactory(customer=customer, severity="critical")
    CaseFactory(description="Somebody else's pump")
    response = card(client, factory() if factory else amy, customer)
    assert [shown.pk for shown in panel(response, "complaints")["open"]] == [case.pk]
    assert f"/complaints/{case.pk}/" in response.text
    assert "Critical" in response.text
    assert f"/complaints/log/?customer={customer.pk}" in response.text
    assert "Somebody else" not in response.text


def test_open_cases_come_by_deadline_then_what_ended_last(client, amy, customer):
    calm = CaseFactory(customer=customer, severity="minor", now=ago(0.1))
    urgent = CaseFactory(customer=customer, severity="critical", now=ago(20))
    ended = [
        CaseFactory(customer=customer, state="closed", now=ago(days)) for days in (9, 3, 6, 12)
    ]
    CaseFactory(customer=customer, kind="request", state="closed", now=ago(30))
    CaseFactory(customer=customer, state="closed", now=ago(400))
    shown = panel(card(client, amy, customer), "complaints")
    assert [case.pk for case in shown["open"]] == [urgent.pk, calm.pk]
    assert [case.pk for case in shown["ended"]] == [ended[1].pk, ended[2].pk, ended[0].pk]
    assert (shown["year"], shown["more"]) == (6, 0)


def test_with_many_open_ones_the_rest_is_counted(client, amy, customer):
    for _ in range(12):
        CaseFactory(customer=customer)
    response = card(client, amy, customer)
    shown = panel(response, "complaints")
    assert (len(shown["open"]), shown["more"], shown["ended"]) == (6, 6, [])
    assert "6 more are open" in response.text


def test_without_a_complaint_the_panel_says_where_to_log_one(client, amy, customer):
    assert "No complaint yet" in card(client, amy, customer).text


def test_satisfaction_shows_the_latest_answer_and_the_way_there(client, amy, customer):
    contact = ContactFactory(customer=customer, name="Ines")
    first = answered(customer, 200, index=40.0, recommend=5)
    answered(customer, 198, wave=first.wave, index=60.0)
    latest = answered(
        customer, 10, index=71.6, recommend=9, contact=contact, comment="Faster, <b>please</b>"
    )
    response = card(client, amy, customer)
    shown = panel(response, "satisfaction")
    assert shown["latest"] == latest
    assert shown["points"] == [50.0, 71.6]
    assert f"/satisfaction/responses/{latest.pk}/" in response.text
    for words in ("72 of 100", "9 of 10", "Promoter", "Ines", "Faster, &lt;b&gt;please", "Index"):
        assert words in response.text, words


@pytest.mark.parametrize(
    ("recommend", "group"), [(0, "Detractor"), (6, "Detractor"), (7, "Passive"), (9, "Promoter")]
)
def test_the_group_is_that_of_the_net_promoter_score(client, amy, customer, recommend, group):
    answered(customer, 3, recommend=recommend)
    assert group in card(client, amy, customer).text


def test_who_was_asked_and_is_silent_is_named(client, amy, customer):
    wave = WaveFactory(name="Autumn", is_open=True)
    InvitationFactory(customer=customer, wave=wave, email="ines@bell.example")
    assert "Autumn: ines@bell.example was asked on" in card(client, amy, customer).text


def test_who_did_not_answer_an_earlier_wave_is_not_held_up(client, amy, customer):
    InvitationFactory(customer=customer, sent_at=ago(30))
    answered(customer, 3, index=80.0)
    assert panel(card(client, amy, customer), "satisfaction")["silent"] == []


def test_a_customer_nobody_asked_has_a_calm_panel(client, amy, customer):
    assert "Not asked yet" in card(client, amy, customer).text


def test_service_staff_see_no_satisfaction(client, customer):
    answered(customer, 3, recommend=1, index=12.0, comment="Never again")
    response = card(client, ServiceFactory(), customer)
    assert panel(response, "satisfaction") is None
    for words in ("Never again", "Detractor", "12 of 100", "Answered"):
        assert words not in response.text


def asking(*measures: str):
    """A wave whose questionnaire asks for these, on 5 points each, one question a measure."""
    wave = WaveFactory(is_open=True)
    for measure in measures:
        place = 50 + list(Measure.values).index(measure)
        wave.version.questions.get_or_create(
            code=f"of-{measure}",
            defaults={
                "position": place,
                "kind": "scale_5",
                "measure": measure,
                "texts": {"en": "?"},
            },
        )
    return wave


EQUATION = ("result", "process", "price", "obtaining")


def test_the_value_equation_averages_the_people_of_the_newest_survey_that_asks_all(
    client, amy, customer
):
    wave = asking(*EQUATION)
    for days, scores in ((9, (5, 4, 3, 2)), (8, (3, 4, 3, 2)), (7, (1, 1, 5, None))):
        given = {f"of-{one}": score for one, score in zip(EQUATION, scores, strict=True) if score}
        latest = answered(customer, days, wave=wave, answers=given)
    answered(customer, 1, index=50.0)  # asks for nothing of it
    response = card(client, amy, customer)
    equation = panel(response, "satisfaction")["equation"]
    # (0.8 + 0.8) / (0.6 + 0.4): who left a part out does not count.
    assert equation["said"].value == pytest.approx(1.6)
    assert (equation["said"].n, equation["is_low"]) == (2, False)
    assert equation["said"].response != latest.pk
    assert "(0.80 + 0.80) ÷ (0.60 + 0.40)" in response.text


def test_ease_and_the_other_suppliers_show_where_they_were_asked(client, amy, customer):
    assert panel(card(client, amy, customer), "satisfaction")["compared"] is None
    wave = asking("compared", "effort")
    answered(customer, 40, wave=asking("compared"), answers={"of-compared": 5})
    answered(customer, 3, wave=wave, answers={"of-compared": 2, "of-effort": 4})
    response = card(client, amy, customer)
    shown = panel(response, "satisfaction")
    assert (shown["compared"].value, shown["effort"].value, shown["is_below"]) == (25, 75, True)
    assert "below the other suppliers" in response.text
    answered(customer, 1, wave=asking("compared"), answers={"of-compared": 3})
    response = card(client, amy, customer)
    assert panel(response, "satisfaction")["compared"].value == 50
    assert "below the other suppliers" not in response.text


def test_a_customer_that_gives_more_than_it_gets_is_marked(client, amy, customer):
    given = dict(zip((f"of-{one}" for one in EQUATION), (1, 2, 5, 5), strict=True))
    answered(customer, 3, wave=asking(*EQUATION), answers=given)
    response = card(client, amy, customer)
    assert panel(response, "satisfaction")["equation"]["said"].value == pytest.approx(0.3)
    assert "gives more than it gets" in response.text
