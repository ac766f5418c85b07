"""Who may do what to a case, and up to which cost."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from complaints.services.actions import act, possible_actions
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from complaints.tests.test_services import refused
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.models import Installation
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return ServiceFactory()


@pytest.fixture
def manager():
    return ManagerFactory()


def test_who_may_do_what(staff, manager):
    team = TeamFactory()
    owner, colleague = AccountManagerFactory(team=team), AccountManagerFactory(team=team)
    customer = CustomerFactory(account_manager=owner, team=team)
    case = CaseFactory(by=staff, customer=customer, owner=owner, state=State.INVESTIGATING)
    asked = {Action.ASK_CUSTOMER, Action.ASK_THIRD, Action.PROPOSE, Action.WITHDRAW}
    hand = {Action.ASSIGN, Action.COMMENT, Action.ATTACH, Action.LINK, Action.UNLINK}
    notes = {*hand, Action.CHANGE, Action.REPLY}
    assert set(possible_actions(case, colleague)) == hand
    assert set(possible_actions(case, owner)) == asked | notes
    assert set(possible_actions(case, staff)) == notes | {Action.WITHDRAW, Action.MERGE}
    assert set(possible_actions(case, manager)) == asked | notes | {Action.MERGE, Action.REJECT}
    for action in (Action.PROPOSE, Action.REPLY, Action.WITHDRAW, Action.REJECT):
        with pytest.raises(PermissionDenied):
            do(case, action, by=colleague)
    with pytest.raises(PermissionDenied):
        do(case, Action.REJECT, by=owner)
    with pytest.raises(PermissionDenied):
        do(case, Action.REJECT, by=None, actor="customer")
    assert do(case, Action.WITHDRAW, by=None, actor="customer").state == State.WITHDRAWN


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (State.ACKNOWLEDGED, Action.ASSESS),
        (State.INVESTIGATING, Action.ASK_CUSTOMER),
        (State.INVESTIGATING, Action.ASK_THIRD),
        (State.INVESTIGATING, Action.PROPOSE),
        (State.PROPOSED, Action.RESOLVE),
    ],
)
def test_who_is_in_charge_decides_and_a_colleague_takes_it_over_first(staff, state, action):
    case, colleague = CaseFactory(by=staff, owner=staff, state=state), ServiceFactory()
    with pytest.raises(PermissionDenied):
        do(case, action, by=colleague)
    case = do(case, Action.ASSIGN, by=colleague, values={"owner": colleague})
    assert do(case, action, by=colleague).last_seq == case.last_seq + 1


def test_what_nobody_is_in_charge_of_is_open_to_service_and_a_manager_stands_in(staff, manager):
    case = CaseFactory(by=staff, state=State.ACKNOWLEDGED)
    assert case.owner is None
    case = do(case, Action.ASSESS, by=ServiceFactory(), values={"owner": staff})
    assert do(case, Action.PROPOSE, by=manager).owner == staff


def test_service_or_who_is_in_charge_acknowledges(staff):
    team = TeamFactory()
    owner, colleague = AccountManagerFactory(team=team), AccountManagerFactory(team=team)
    customer = CustomerFactory(account_manager=owner, team=team)
    case = CaseFactory(by=staff, customer=customer, owner=owner)
    with pytest.raises(PermissionDenied):
        do(case, Action.ACKNOWLEDGE, by=colleague)
    assert do(case, Action.ACKNOWLEDGE, by=owner).state == State.ACKNOWLEDGED
    other = CaseFactory(by=staff, customer=customer, owner=owner)
    assert do(other, Action.ACKNOWLEDGE, by=ServiceFactory()).state == State.ACKNOWLEDGED


def test_a_remedy_beyond_the_authority_waits_for_approval(staff, manager):
    lead = AccountManagerFactory(is_team_lead=True)
    case = CaseFactory(by=staff, owner=staff, state=State.INVESTIGATING)
    case = do(case, Action.PROPOSE, by=staff, values={"remedy_cost": Decimal("2000.01")})
    refused("remedy_cost", case=case, action=Action.RESOLVE, by=staff, data={"told": "Refund"})
    assert Action.RESOLVE not in possible_actions(case, staff)
    assert Action.APPROVE not in possible_actions(case, lead)
    for user in (lead, staff):
        with pytest.raises(PermissionDenied):
            act(case=case, action=Action.APPROVE, by=user)
    assert {Action.APPROVE, Action.RESOLVE} <= set(possible_actions(case, manager))
    case = act(case=case, action=Action.APPROVE, by=manager)
    assert case.approved_cost == Decimal("2000.01")
    assert Action.APPROVE not in possible_actions(case, manager)
    assert do(case, Action.RESOLVE, by=staff).state == State.RESOLVED


def test_an_approval_holds_for_one_proposal(staff, manager):
    case = CaseFactory(by=staff, owner=staff, state=State.INVESTIGATING)
    for _ in range(2):
        case = do(case, Action.PROPOSE, by=staff, values={"remedy_cost": Decimal(900)})
        refused("remedy_cost", case=case, action=Action.RESOLVE, by=staff, data={"told": "x"})
        act(case=case, action=Action.APPROVE, by=manager)
        case = do(case, Action.SEND_BACK, by=staff)


def test_who_may_approve_a_proposal_may_refuse_it(staff, manager):
    Installation.get()
    Installation.objects.update(authority_team_lead=3_000)
    Installation.forget()
    team = TeamFactory()
    lead = AccountManagerFactory(is_team_lead=True, team=team)
    colleague = AccountManagerFactory(team=team)
    customer = CustomerFactory(account_manager=colleague, team=team)
    case = CaseFactory(by=staff, owner=staff, customer=customer, state=State.INVESTIGATING)
    case = do(case, Action.PROPOSE, by=staff, values={"remedy_cost": Decimal(2_500)})
    assert Action.SEND_BACK not in possible_actions(case, colleague)
    assert {Action.APPROVE, Action.SEND_BACK} <= set(possible_actions(case, lead))
    assert do(case, Action.SEND_BACK, by=lead).state == State.INVESTIGATING


def test_the_limits_are_settings(staff):
    Installation.get()
    Installation.objects.update(authority_service=5_000)
    Installation.forget()
    case = CaseFactory(by=staff, owner=staff, state=State.INVESTIGATING)
    case = do(case, Action.PROPOSE, by=staff, values={"remedy_cost": Decimal(5_000)})
    assert do(case, Action.RESOLVE, by=staff).state == State.RESOLVED


def test_a_case_moves_to_visible_customers_only_and_leaves_who_does_not_see_it(staff):
    user = AccountManagerFactory()
    mine, others = CustomerFactory(account_manager=user), CustomerFactory()
    case = CaseFactory(by=staff, customer=mine, owner=user)
    refused("customer", case=case, action=Action.CHANGE, by=user, values={"customer": others})
    case = act(case=case, action=Action.CHANGE, by=staff, values={"customer": others})
    assert (case.customer, case.owner) == (others, None)
    assert case.events.last().data["was"]["owner"] == user.pk
