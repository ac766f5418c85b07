"""Logging and acting: what each action needs, and what the customer reads."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from complaints.models import Case, Category, Policy, RootCause
from complaints.services.actions import Refused, act, possible_actions, settle
from complaints.services.cases import log_case, title_of
from complaints.services.terms import current_terms, targets
from complaints.states import OPEN, Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import OutboxMessage
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SETTLING = {"severity": "minor", "remedy": "apology", "remedy_cost": Decimal(0)}


@pytest.fixture
def staff():
    return ServiceFactory(name="Sam")


@pytest.fixture
def manager():
    return ManagerFactory()


def refused(field: str, **given) -> None:
    with pytest.raises(Refused) as refusal:
        act(**given)
    assert (refusal.value.field or "") == field


# -- logging


def test_a_case_is_logged_with_title_terms_tier_and_clocks(staff):
    customer = CustomerFactory()
    StandingFactory(customer=customer, tier="A")
    values = {
        "customer": customer,
        "description": "The pump leaks. Since May.",
        "severity": "major",
    }
    case = log_case(by=staff, values=values, now=MONDAY)
    case.refresh_from_db()
    assert (case.title, case.tier, case.state) == ("The pump leaks", "A", State.NEW)
    assert (case.logged_by, case.received_at, case.owner) == (staff, MONDAY, None)
    assert case.terms == current_terms()
    found = dict(case.clocks.values_list("kind", "target"))
    assert found == {"acknowledge": 120, "first_response": 120, "resolution": 720}
    event = case.events.get()
    assert (event.action, event.by, event.at) == (Action.LOG, staff, MONDAY)
    assert event.data["values"] == {"customer": customer.pk, "severity": "major", "tier": "A"}


def test_clocks_count_from_when_it_was_received(staff):
    case = CaseFactory(by=staff, now=MONDAY, received_at=MONDAY - 3 * HOUR)
    assert case.clocks.get(kind="acknowledge").due_at < case.clocks.get(kind="resolution").due_at
    assert case.clocks.get(kind="acknowledge").due_at == dt.datetime(2026, 1, 12, 11, tzinfo=dt.UTC)


def test_the_same_submission_is_the_same_case(staff):
    values = {"customer": CustomerFactory(), "description": "It leaks."}
    submission = uuid.uuid4()
    one = log_case(by=staff, values=values, submission=submission)
    two = log_case(by=staff, values=values, submission=submission)
    assert one == two
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The pump leaks! It is new.", "The pump leaks!"),
        ("Rev. 2.5 of the pump leaks. It is new.", "Rev. 2.5 of the pump leaks"),
        ("泵漏水。院子里都是水。", "泵漏水"),
        ("\n\n  Leak\nsecond line", "Leak"),
        ("word " * 60, ("word " * 23).strip() + "…"),
        ("水" * 200, "水" * 119 + "…"),
        (".", "."),
    ],
)
def test_the_title_is_the_first_sentence(text, title):
    assert title_of(text) == title


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("description", {"description": " "}),
        ("received_at", {"received_at": MONDAY + HOUR}),
        ("received_at", {"received_at": MONDAY.replace(year=1990)}),
        ("caller_name", {"customer": None}),
        ("severity", {"severity": "awful"}),
        ("channel", {"channel": "pigeon"}),
        ("order_reference", {"order_reference": "x" * 121}),
    ],
)
def test_logging_is_refused_where_something_is_wrong(staff, field, values):
    right = {"customer": CustomerFactory(), "description": "It leaks."}
    with pytest.raises(Refused) as refusal:
        log_case(by=staff, values=right | values, now=MONDAY)
    assert refusal.value.field == field
    assert not Case.objects.exists()


def test_a_contact_of_another_customer_is_refused(staff):
    with pytest.raises(Refused):
        CaseFactory(by=staff, contact=ContactFactory())


def test_an_account_manager_logs_for_visible_customers_alone():
    user = AccountManagerFactory()
    mine = CustomerFactory(account_manager=user)
    assert CaseFactory(by=user, customer=mine).customer == mine
    with pytest.raises(PermissionDenied):
        CaseFactory(by=user)
    with pytest.raises(Refused):
        CaseFactory(by=user, customer=None, caller_name="Ann")


def test_somebody_unknown_is_named_until_found(staff):
    case = CaseFactory(by=staff, customer=None, caller_name="Ann", now=MONDAY)
    assert (case.who, case.tier) == ("Ann", "C")
    customer = CustomerFactory()
    StandingFactory(customer=customer, tier="A")
    case = do(case, Action.CHANGE, by=staff, values={"customer": customer}, now=MONDAY + HOUR)
    case.refresh_from_db()
    assert (case.who, case.tier) == (customer.name, "A")
    assert case.clocks.get(kind="first_response").target == 120


def test_critical_alerts_all_managers_at_once_and_once(staff):
    managers = [ManagerFactory(), ManagerFactory()]
    ManagerFactory(is_active=False)
    case = CaseFactory(by=staff, severity="critical")
    told = OutboxMessage.objects.filter(cause__startswith="case-critical")
    assert set(told.values_list("recipient", flat=True)) == {user.email for user in managers}
    do(case, Action.ASSIGN, by=staff, values={"owner": staff})
    assert told.count() == 2
    later = CaseFactory(by=staff)
    do(later, Action.CHANGE, by=staff, values={"severity": "critical"})
    assert told.count() == 4


# -- what each action needs


def test_every_need_of_the_table_is_asked_for(staff, manager):
    case = CaseFactory(by=staff, now=MONDAY, state=State.ACKNOWLEDGED)
    now = MONDAY + HOUR
    given = {"case": case, "by": staff, "now": now}
    category = Category.objects.first()
    refused("category", **given, action=Action.ASSESS)
    refused("owner", **given, action=Action.ASSESS, values={"category": category})
    refused("severity", **given, action=Action.ASSESS, values={"severity": ""})
    do(case, Action.ASSESS, by=staff, now=now)

    later = (now + HOUR).isoformat()
    for action in (Action.ASK_CUSTOMER, Action.ASK_THIRD):
        refused("waiting_for", **given, action=action, data={"until": later})
        for until in (None, "", "soon", now.isoformat(), "2026-01-12T12:00"):
            data = {"waiting_for": "a picture", "until": until}
            refused("until", **given, action=action, data=data)

    cause, values = RootCause.objects.first(), {}
    for field, value in (("root_cause", cause), ("remedy", "repair"), ("remedy_cost", Decimal(-1))):
        refused(field, **given, action=Action.PROPOSE, values=dict(values))
        values[field] = value
    refused("remedy_cost", **given, action=Action.PROPOSE, values=values)
    refused("reason", **given | {"by": manager}, action=Action.REJECT, data={"recourse": "x"})
    refused("recourse", **given | {"by": manager}, action=Action.REJECT, reason="x")
    refused("reason", **given, action=Action.WITHDRAW, reason=" ")
    refused("reason", **given, action=Action.COMMENT)
    refused("told", **given, action=Action.REPLY)
    do(case, Action.PROPOSE, by=staff, now=now)
    refused("reason", **given, action=Action.SEND_BACK)
    refused("told", **given, action=Action.RESOLVE, data={"told": ""})
    do(case, Action.RESOLVE, by=staff, now=now)
    refused("reason", **given, action=Action.REOPEN)


def test_acknowledging_always_has_words_to_the_customer(staff):
    contact = ContactFactory(language="zh-hans")
    case = CaseFactory(by=staff, title="Pump", customer=contact.customer, contact=contact)
    act(case=case, action=Action.ACKNOWLEDGE, by=staff, data={"told": " "})
    assert "感谢" in case.events.last().data["told"]
    other = CaseFactory(by=staff)
    act(case=other, action=Action.ACKNOWLEDGE, by=staff, data={"told": "We have it."})
    assert other.events.last().data == {"told": "We have it."}


def test_an_action_sets_its_own_fields_only(staff):
    case = CaseFactory(by=staff)
    for field in ("state", "resolved_at", "remedy_cost", "approved_cost", "terms", "kind"):
        with pytest.raises(ValueError, match=field):
            act(case=case, action=Action.CHANGE, by=staff, values={field: None})


def test_what_does_not_follow_from_the_state_is_refused(staff):
    refused("", case=CaseFactory(by=staff), action=Action.RESOLVE, by=staff, data={"told": "x"})


def test_a_service_request_is_resolved_without_cause_remedy_and_cost(staff):
    case = CaseFactory(by=staff, kind="request", state=State.INVESTIGATING)
    case = act(case=case, action=Action.PROPOSE, by=staff)
    case = do(case, Action.RESOLVE, by=staff)
    assert case.state == State.RESOLVED
    other = CaseFactory(by=staff, kind="request")
    assert Action.REJECT not in possible_actions(other, ManagerFactory())


def test_a_case_is_reopened_only_for_fourteen_days(staff):
    case = CaseFactory(by=staff, now=MONDAY, state=State.RESOLVED)
    last = case.resolved_at + dt.timedelta(days=14)
    given = {"case": case, "by": staff, "reason": "It leaks again"}
    refused("", **given, action=Action.REOPEN, now=last + dt.timedelta(seconds=1))
    assert act(**given, action=Action.REOPEN, now=last).state == State.INVESTIGATING


def test_a_change_that_changes_nothing_leaves_no_event(staff):
    case = CaseFactory(by=staff, owner=staff)
    act(case=case, action=Action.CHANGE, by=staff, values={"severity": case.severity})
    act(case=case, action=Action.ASSIGN, by=staff, values={"owner": staff})
    assert case.events.count() == 1


def test_an_owner_is_active_and_sees_the_customer(staff):
    case = CaseFactory(by=staff)
    for owner in (ServiceFactory(is_active=False), AccountManagerFactory()):
        refused("owner", case=case, action=Action.ASSIGN, by=staff, values={"owner": owner})
        with pytest.raises(Refused):
            CaseFactory(by=staff, owner=owner)


# -- merging


def test_a_case_is_merged_into_an_open_one_and_taken_apart(staff):
    case, target = CaseFactory(by=staff, state=State.ACKNOWLEDGED), CaseFactory(by=staff)
    case = act(case=case, action=Action.MERGE, by=staff, data={"target": target.pk})
    assert (case.state, case.merged_into) == (State.MERGED, target)
    case = act(case=case, action=Action.UNMERGE, by=staff)
    assert (case.state, case.merged_into) == (State.ACKNOWLEDGED, None)


def test_a_merge_needs_an_open_visible_other_case(staff):
    case = CaseFactory(by=staff)
    merged, closed = CaseFactory(by=staff, state="merged"), CaseFactory(by=staff, state="closed")
    for target in (None, 10**9, case.pk, merged.pk, closed.pk):
        refused("target", case=case, action=Action.MERGE, by=staff, data={"target": target})
    target = merged.merged_into
    refused("target", case=target, action=Action.MERGE, by=staff, data={"target": merged.pk})


# -- on the spot


@pytest.mark.parametrize("state", [state for state in OPEN if state != State.PROPOSED])
def test_a_case_is_settled_on_the_spot_from_every_open_state(staff, state):
    case = CaseFactory(by=staff, state=state)
    values = SETTLING | {
        "category": Category.objects.first(),
        "root_cause": RootCause.objects.first(),
    }
    data = {"told": "We are sorry."}
    case = settle(case=case, by=staff, values=values, data=data, expected_seq=case.last_seq)
    case.refresh_from_db()
    assert (case.state, case.owner) == (State.RESOLVED, staff)
    assert case.events.last().data["told"] == "We are sorry."


def test_settling_does_all_or_nothing(staff):
    case = CaseFactory(by=staff)
    values = SETTLING | {
        "category": Category.objects.first(),
        "root_cause": RootCause.objects.first(),
        "remedy_cost": Decimal(501),
    }
    with pytest.raises(Refused):
        settle(case=case, by=staff, values=values, data={"told": "Refund"})
    case.refresh_from_db()
    assert (case.state, case.events.count(), case.owner) == (State.NEW, 1, None)


def test_an_account_manager_settles_what_nobody_is_in_charge_of():
    user = AccountManagerFactory()
    case = CaseFactory(by=user, customer=CustomerFactory(account_manager=user))
    values = SETTLING | {
        "category": Category.objects.first(),
        "root_cause": RootCause.objects.first(),
    }
    assert settle(case=case, by=user, values=values, data={"told": "Sorry"}).owner == user


# -- two people, and mails


def test_who_saw_an_older_case_is_told_what_came_between(staff):
    case = CaseFactory(by=staff, owner=staff)
    seen = case.last_seq
    do(case, Action.COMMENT, by=ServiceFactory())
    act(case=case, action=Action.ACKNOWLEDGE, by=staff, expected_seq=seen)
    with pytest.raises(Refused, match="Sam"):
        act(case=case, action=Action.ACKNOWLEDGE, by=ServiceFactory(), expected_seq=seen)
    assert do(case, Action.COMMENT, by=staff, expected_seq=seen).last_seq == 4


def test_a_reply_goes_to_the_contact_in_the_contacts_language(staff):
    contact = ContactFactory(email="wang@example.com", language="zh-hans")
    case = CaseFactory(by=staff, customer=contact.customer, contact=contact)
    case = act(
        case=case, action=Action.REPLY, by=staff, data={"told": "We come today.", "mail": True}
    )
    mail = OutboxMessage.objects.get()
    assert (mail.recipient, mail.cause) == ("wang@example.com", f"case-event:{case.pk}:2")
    assert case.reference in mail.subject
    assert mail.body.startswith("We come today.")
    assert case.clocks.get(kind="first_response").state == "met"


def test_an_automatic_acknowledgement_is_no_first_response(staff):
    case = CaseFactory(by=staff, caller_email="ann@example.com")
    act(case=case, action=Action.ACKNOWLEDGE, by=None, actor="system", data={"mail": True})
    assert case.title in OutboxMessage.objects.get().body
    states = dict(case.clocks.values_list("kind", "state"))
    assert states == {"acknowledge": "met", "first_response": "running", "resolution": "running"}


def test_without_an_address_nothing_is_promised(staff):
    data = {"told": "We come today.", "mail": True}
    refused("mail", case=CaseFactory(by=staff), action=Action.REPLY, by=staff, data=data)


# -- terms


def test_a_changed_policy_touches_new_cases_only(staff):
    old = CaseFactory(by=staff)
    assert current_terms() == old.terms
    terms = old.terms.content
    Policy.objects.update(acknowledge=30)
    new = CaseFactory(by=staff)
    assert new.clocks.get(kind="acknowledge").target == 30
    do(old, Action.CHANGE, by=staff, values={"severity": "minor"})
    assert old.clocks.get(kind="acknowledge").target == 120
    old.refresh_from_db()
    assert old.terms.content == terms
    Policy.objects.all().delete()
    assert targets(current_terms(), "complaint", "A", "minor")["resolution"] == 80 * 60
