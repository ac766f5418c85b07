"""The timeline: everything that happened with a customer, in one order, by kind and period."""

import datetime as dt

import pytest
from django.utils import timezone

from complaints.tests.factories import CaseFactory, bring_to, do
from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory
from crm.card.sources import GROUPS, OF_WORTH
from crm.card.timeline import ON_CARD, Place, read_place
from customers.models import (
    AccountPlan,
    Attendance,
    Benefit,
    Club,
    ClubEvent,
    DealingDay,
    Idea,
    Membership,
    Opportunity,
    PlanReview,
    Promise,
    Referral,
    ReviewReport,
)
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    DealingDayFactory,
    InteractionFactory,
    TaskFactory,
)
from lifecycle.models import FitDecision, StageChange, TierChange
from lifecycle.tests.factories import AssessmentFactory, NominationFactory
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db

DAY = dt.date(2025, 11, 30)
NOON = timezone.make_aware(dt.datetime(2025, 11, 30, 12))


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy, name="Bell & Sons")


def page(client, user, customer, **parameters):
    client.force_login(user)
    return client.get(f"/customers/{customer.pk}/timeline/", parameters)


def titles(response) -> list[str]:
    assert response.status_code == 200
    return [entry["title"] for entry in response.context["entries"]]


def all_titles(client, user, customer, most: int = 20) -> list[str]:
    """Of all pages, one after the other."""
    client.force_login(user)
    seen, url = [], f"/customers/{customer.pk}/timeline/"
    for _page in range(most):
        response = client.get(url)
        seen += titles(response)
        if not (older := response.context["older_url"]):
            return seen
        url = f"/customers/{customer.pk}/timeline/{older}"
    raise AssertionError("The pages do not end.")


def changes(customer):
    StageChange.objects.create(
        customer=customer,
        on=DAY,
        before="stability",
        after="decline",
        reason="at_once",
        numbers={"figure": -0.3, "mark": -0.25},
    )
    TierChange.objects.create(customer=customer, on=DAY, before="B", after="A", basis="4073.73")


def test_it_merges_what_happened_newest_first(client, amy, customer):
    changes(customer)
    InteractionFactory(customer=customer, subject="Visit", at=NOON)
    InteractionFactory(customer=customer, subject="Before", at=NOON - dt.timedelta(days=3))
    TaskFactory(
        customer=customer, title="Sent", state="done", closed_at=NOON + dt.timedelta(hours=1)
    )
    TaskFactory(customer=customer, title="Still open")
    assert titles(page(client, amy, customer)) == [
        "Sent",
        "Visit",
        "Stage: Stability → Decline",
        "Tier: B → A",
        "Before",
    ]


def test_the_card_shows_the_newest_and_leads_to_all(client, amy, customer):
    for n in range(ON_CARD + 1):
        InteractionFactory(customer=customer, subject=f"I{n}", at=NOON - dt.timedelta(hours=n))
    client.force_login(amy)
    response = client.get(f"/customers/{customer.pk}/")
    panel = next(p for p in response.context["left"] if p["template"] == "crm/card_timeline.html")
    assert [entry["title"] for entry in panel["entries"]] == [f"I{n}" for n in range(ON_CARD)]
    assert f"/customers/{customer.pk}/timeline/" in response.text


def test_it_goes_on_without_gap_or_double(client, amy, customer):
    changes(customer)
    midnight = timezone.make_aware(dt.datetime.combine(DAY, dt.time.min))
    for n in range(40):
        at = midnight - dt.timedelta(hours=n // 2)
        InteractionFactory(customer=customer, subject=f"I{n}", at=at)
        closed = midnight - dt.timedelta(hours=n // 3)
        TaskFactory(customer=customer, title=f"T{n}", state="done", closed_at=closed)
        CaseFactory(customer=customer, title=f"Case {n}", now=at)
        idea = {"kind": "product", "what": f"Idea {n}", "on": DAY - dt.timedelta(days=n // 7)}
        Idea.objects.create(customer=customer, created_by=amy, **idea)
    seen = all_titles(client, amy, customer)
    assert len(seen) == len(set(seen)) == 4 * 40 + 2


def test_it_tells_of_complaints_and_answers(client, amy, customer):
    now = timezone.now()
    ago = {days: now - dt.timedelta(days=days) for days in (2, 5, 7, 8, 9)}
    case = CaseFactory(customer=customer, title="Leaking pump", now=ago[9])
    case = bring_to(case, "resolved", now=ago[7])
    do(case, "reopen", by=ServiceFactory(), now=ago[2])
    InteractionFactory(customer=customer, subject="Talked", at=ago[8])
    wave = WaveFactory(opens_on=ago[5].date(), is_open=True)
    invitation = InvitationFactory(customer=customer, wave=wave, sent_at=ago[7])
    ResponseFactory(invitation=invitation, finished_at=ago[5], index=50.0, comment="Fine")
    response = page(client, amy, customer)
    name = f"{case.reference} Leaking pump"
    assert titles(response) == [name, f"Answered: {wave}", name, "Talked", name]
    for words in ("We have replaced the seal.", "index 50 of 100", "Fine"):
        assert words in response.text


def everything(amy, customer):
    """One of each kind that has no test of its own."""
    by = {"customer": customer, "created_by": amy}
    anna = ContactFactory(customer=customer, name="Anna", left_on=DAY)
    promise = {"what": "New valves", "owner": amy, "due_on": DAY}
    Promise.objects.create(**by, **promise, state="kept", settled_on=DAY, proof="Delivered")
    opportunity = {"need": "Pumps for hall 3", "owner": amy, "stage": "won", "closed_on": DAY}
    Opportunity.objects.create(**by, **opportunity, reason="Best service")
    Benefit.objects.create(**by, what="Less scrap", amount=4321, on=DAY)
    Idea.objects.create(**by, what="Smaller boxes", kind="product", on=DAY)
    Referral.objects.create(**by, name="Cole Ltd", contact=anna, on=DAY)
    club = Club.objects.create(names={"en": "Pump friends"})
    Membership.objects.create(**by, club=club, since=DAY)
    event = ClubEvent.objects.create(club=club, name="Plant tour", on=DAY)
    Attendance.objects.create(event=event, customer=customer, contact=anna, state="came")
    plan = AccountPlan.objects.create(customer=customer, made_by=amy, review_on=DAY)
    PlanReview.objects.create(plan=plan, on=DAY, by=amy, findings="On course")
    AssessmentFactory(customer=customer, by=amy, on=DAY, up=4.5, across=4.5)
    FitDecision.objects.create(customer=customer, by=amy, on=DAY, pursue=True, why="Grows fast")
    NominationFactory(customer=customer, by=amy, on=DAY, ended_on=DAY, end_reason="Sold")
    ReviewReport.objects.create(
        customer=customer, made_by=amy, since=DAY, until=DAY, language="en", given_on=DAY
    )
    DealingDayFactory(customer=customer, day=DAY, net=77777)


OPEN_TO_ALL = (
    *("Promised: New valves", "Promise kept: New valves", "Smaller boxes", "Anna left"),
    *("Recommended us to Cole Ltd", "Joined: Pump friends", "Came to: Plant tour"),
    "Business review report given",
)
WORTH = (
    *("Opportunity: Pumps for hall 3", "Won: Pumps for hall 3", "Benefit delivered: Less scrap"),
    *("Account plan written", "Account plan reviewed", "Decided to pursue it"),
    *("Assessed: high attractiveness, good relationship", "Nominated as a key account"),
    "No longer a key account",
)


def test_every_kind_of_moment_stands_there(client, amy, customer):
    everything(amy, customer)
    found = titles(page(client, amy, customer))
    assert sorted(found) == sorted((*OPEN_TO_ALL, *WORTH))


def test_service_staff_see_no_moment_that_tells_of_worth(client, amy, customer):
    everything(amy, customer)
    grace = ServiceFactory()
    assert sorted(titles(page(client, grace, customer))) == sorted(OPEN_TO_ALL)
    text = page(client, grace, customer, what="purchase").text
    assert "Bought" in text
    for words in ("77,777", "4,321", "Grows fast", "On course"):
        assert words not in text
    for group in OF_WORTH:
        assert str(GROUPS[group]) not in text
        shown = titles(page(client, grace, customer, what=group))
        assert set(shown) <= set(OPEN_TO_ALL)


def test_a_kind_is_chosen_and_purchases_on_request(client, amy, customer):
    everything(amy, customer)
    InteractionFactory(customer=customer, subject="Visit", at=NOON)
    assert titles(page(client, amy, customer, what="contact")) == ["Visit"]
    response = page(client, amy, customer, what="purchase")
    assert titles(response) == ["Bought"]
    assert "77,777" in response.text


def test_a_period_takes_both_its_days(client, amy, customer):
    for days in range(5):
        InteractionFactory(
            customer=customer, subject=f"I{days}", at=NOON - dt.timedelta(days=days, hours=11)
        )
        idea = {"kind": "product", "what": f"Idea {days}", "on": DAY - dt.timedelta(days=days)}
        Idea.objects.create(customer=customer, created_by=amy, **idea)
    period = {"since": "2025-11-27", "until": "2025-11-29"}
    found = titles(page(client, amy, customer, **period))
    assert found == ["I1", "Idea 1", "I2", "Idea 2", "I3", "Idea 3"]


@pytest.mark.parametrize(
    "parameters",
    [{"what": "ghost"}, {"since": "x"}, {"until": "9999-99-99"}, {"what": "\0"}],
    ids=str,
)
def test_a_filter_that_can_not_be_read_filters_nothing(client, amy, customer, parameters):
    changes(customer)
    assert "Tier: B → A" in titles(page(client, amy, customer, **parameters))


@pytest.mark.parametrize("until", ["9999-12-31", "0001-01-01"])
def test_the_ends_of_the_calendar_are_no_error(client, amy, customer, until):
    assert page(client, amy, customer, until=until, since=until).status_code == 200


@pytest.mark.parametrize("cursor", ["x", "%00", "bnVsbA", "W10", "W1tdLDEsMV0", "a" * 500, "é"])
def test_a_cursor_that_somebody_made_up_shows_the_newest(client, amy, customer, cursor):
    changes(customer)
    assert "Tier: B → A" in titles(page(client, amy, customer, before=cursor))


def test_a_place_is_read_back_as_it_was_written():
    place = Place(timezone.now(), 3, 17)
    assert read_place(place.encode()) == place


def test_nothing_happened_yet_is_said(client, amy, customer):
    assert "Nothing has happened yet" in page(client, amy, customer).text
    assert "Nothing of this kind" in page(client, amy, customer, what="case").text


def test_that_of_another_teams_customer_is_not_there(client, customer):
    assert page(client, AccountManagerFactory(), customer).status_code == 404


def test_it_is_one_question_however_much_there_is(
    client, amy, customer, django_assert_max_num_queries
):
    everything(amy, customer)
    page(client, amy, customer)
    with django_assert_max_num_queries(10):
        page(client, amy, customer)
    assert DealingDay.objects.count() == 1
