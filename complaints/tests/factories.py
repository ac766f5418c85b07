"""Cases for tests, made the way people make them: by logging and acting."""

import datetime as dt
import itertools

import factory
from django.utils import timezone

from complaints.models import Case, Category, CorrectiveAction, ImprovementProposal, RootCause
from complaints.rights import OWNERS_ONLY, needs_corrective_action
from complaints.services.actions import act
from complaints.services.cases import log_case
from complaints.states import Action, State
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from customers.tests.factories import CustomerFactory

COST = 100
ENDINGS = {
    State.WITHDRAWN: Action.WITHDRAW,
    State.REJECTED: Action.REJECT,
    State.MERGED: Action.MERGE,
}
WAY = {
    State.NEW: [],
    State.ACKNOWLEDGED: [Action.ACKNOWLEDGE],
    State.INVESTIGATING: [Action.ACKNOWLEDGE, Action.ASSESS],
    State.PROPOSED: [Action.ACKNOWLEDGE, Action.ASSESS, Action.PROPOSE],
    State.RESOLVED: [Action.ACKNOWLEDGE, Action.ASSESS, Action.PROPOSE, Action.RESOLVE],
}
WAY[State.WAITING_CUSTOMER] = [*WAY[State.INVESTIGATING], Action.ASK_CUSTOMER]
WAY[State.WAITING_THIRD] = [*WAY[State.INVESTIGATING], Action.ASK_THIRD]
WAY[State.CLOSED] = [*WAY[State.RESOLVED], Action.CLOSE]
WAY |= {state: [action] for state, action in ENDINGS.items()}


class CaseFactory(factory.django.DjangoModelFactory):
    """A case logged by `by` (new service staff) at `now`; other arguments are fields of the case.

    `state` brings it there, a minute an action.
    """

    class Meta:
        model = Case

    customer = factory.SubFactory(CustomerFactory)
    description = "The pump leaks. It stands in the yard."

    @classmethod
    def _create(cls, model_class, *args, by=None, now=None, state=State.NEW, **values):
        by = by or ServiceFactory()
        now = now or timezone.now()
        case = log_case(by=by, values=values, now=now)
        return bring_to(case, state, by=by, now=now + dt.timedelta(minutes=1))


class CorrectiveFactory(factory.django.DjangoModelFactory):
    """Something to be changed because of a case, by service staff in a month."""

    class Meta:
        model = CorrectiveAction

    case = factory.SubFactory(CaseFactory)
    what = "Tighten the seal"
    owner = factory.SubFactory(ServiceFactory)
    made_by = factory.SelfAttribute("owner")
    due_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=30))
    check_on = factory.LazyAttribute(lambda action: action.due_on + dt.timedelta(days=60))


def listed(model, code: str):
    """A ready entry of a list; tests with several connections empty the tables before others."""
    return model.objects.get_or_create(code=code, defaults={"names": {"en": code.title()}})[0]


def needs_of(action: str, case: Case, now: dt.datetime) -> dict:
    """What an action needs, as arguments of `act`; reuses what the case has."""
    later = (now + dt.timedelta(days=3)).isoformat()
    asked = {"data": {"waiting_for": "a picture of the leak", "until": later}}
    told = {"data": {"told": "We have replaced the seal."}}
    proposal = {
        "root_cause": case.root_cause or listed(RootCause, "material"),
        "remedy": case.remedy or "repair",
        "remedy_cost": COST if case.remedy_cost is None else case.remedy_cost,
    }
    return {
        Action.ASSESS: {"values": {"category": case.category or listed(Category, "product")}},
        Action.ASK_CUSTOMER: asked,
        Action.ASK_THIRD: asked,
        Action.PROPOSE: {"values": proposal},
        Action.RESOLVE: told,
        Action.REPLY: told,
        Action.COMMENT: {"reason": "Seen by the workshop"},
        Action.SEND_BACK: {"reason": "The customer wants a new pump"},
        Action.REOPEN: {"reason": "It leaks again"},
        Action.WITHDRAW: {"reason": "The customer was mistaken"},
        Action.REJECT: {"reason": "Not our pump", "data": {"recourse": "The ombudsman"}},
    }.get(action, {})


def change_of(by, now: dt.datetime) -> dict:
    """What is changed on our side, as resolving a grave complaint asks for it."""
    due_on = now.date() + dt.timedelta(days=30)
    return {"what": "Tighten the seal", "owner": by.pk, "due_on": due_on.isoformat()}


def do(case: Case, action: str, *, by, now: dt.datetime | None = None, **given) -> Case:
    """Act with all that the action needs; `values` and `data` add to it."""
    now = now or timezone.now()
    needed = needs_of(action, case, now)
    if action == Action.ASSESS and case.owner_id is None:
        needed["values"]["owner"] = by
    if action == Action.RESOLVE and by and needs_corrective_action(Case.objects.get(pk=case.pk)):
        needed["data"] |= {"corrective": change_of(by, now)}
    if action == Action.MERGE and "target" not in given.get("data", {}):
        needed["data"] = {"target": CaseFactory(customer=case.customer, by=by, now=now).pk}
    for name in ("values", "data"):
        if name in given:
            needed[name] = needed.get(name, {}) | given.pop(name)
    return act(case=case, action=action, by=by, now=now, **(needed | given))


def bring_to(case: Case, state: str, *, by=None, now: dt.datetime | None = None) -> Case:
    """Take a new case into a state, a minute an action; by whose it is to do."""
    by = by or ServiceFactory()
    now = now or timezone.now()
    for minute, action in zip(itertools.count(), WAY[State(state)]):
        actor = ManagerFactory() if action == Action.REJECT else by
        if action in OWNERS_ONLY and case.owner:
            actor = case.owner
        case = do(case, action, by=actor, now=now + dt.timedelta(minutes=minute))
    return case


class ProposalFactory(factory.django.DjangoModelFactory):
    """An open proposal about a customer (new), raised by two complaints of a cause."""

    class Meta:
        model = ImprovementProposal

    kind = ImprovementProposal.Kind.AGAIN
    customer = factory.SubFactory(CustomerFactory)
    root_cause = factory.LazyFunction(lambda: listed(RootCause, "material"))
    raised_on = factory.LazyFunction(lambda: timezone.now().date())
    evidence = factory.LazyFunction(lambda: {"complaints": 2, "days": 90})
