"""Who may do what to a case. Whether a case is seen at all is `visible_to`'s matter."""

from decimal import Decimal

from complaints.models import Actor, Case, Kind, Severity
from complaints.states import Action, State
from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.models import Installation
from customers.models import Customer
from customers.services.following import seers

# What account managers do on cases of their customers that somebody else is in charge of.
LENDING_A_HAND = {
    Action.LOG,
    Action.COMMENT,
    Action.ATTACH,
    Action.ASSIGN,
    Action.LINK,
    Action.UNLINK,
}
# Who is in charge decides and answers for it. Colleagues take it over first, or take what nobody is
# in charge of; a manager stands in for who is away.
OWNERS_ONLY = {
    *(Action.ASSESS, Action.ASK_CUSTOMER, Action.ASK_THIRD),
    *(Action.PROPOSE, Action.RESOLVE),
}
MANAGERS_ONLY = {Action.REJECT}
SERVICE_ONLY = {Action.MERGE, Action.UNMERGE}  # and managers
# After these something is changed on our side, so that it does not come again.
GRAVE = (Severity.MAJOR, Severity.CRITICAL)
# What happens without a user.
WITHOUT_USER = {
    Actor.CUSTOMER: {
        *(Action.LOG, Action.REPLY, Action.ATTACH, Action.LINK, Action.GO_ON),
        *(Action.SEND_BACK, Action.CLOSE, Action.REOPEN, Action.WITHDRAW),
    },
    Actor.SYSTEM: {
        *(Action.LOG, Action.ACKNOWLEDGE, Action.REPLY, Action.ATTACH, Action.ASSIGN),
        *(Action.CHANGE, Action.LINK, Action.GO_ON, Action.CLOSE),
    },
}


def may(user: User | None, action: str, case: Case | None, actor: str = Actor.USER) -> bool:
    """Whether this action on the case is for this user, whatever state the case is in."""
    if actor != Actor.USER:
        return action in WITHOUT_USER[actor]
    if user is None or not user.is_active:
        return False
    if action in MANAGERS_ONLY:
        return user.is_manager
    if action in SERVICE_ONLY:
        return handles_all(user)
    if action == Action.APPROVE:
        return case is not None and authority_of(user) >= cost_of(case)
    if action == Action.SEND_BACK and decides_on(user, case):
        return True
    if case is not None and case.owner_id == user.pk:
        return True
    if action in OWNERS_ONLY and case is not None and case.owner_id:
        return user.is_manager
    return handles_all(user) or action in LENDING_A_HAND


def handles_all(user: User) -> bool:
    return user.is_manager or user.role == Role.SERVICE


def sees(user: User, customer_id: int | None) -> bool:
    """Whether the user sees cases of this customer; None is somebody unknown."""
    if user.sees_all_customers:
        return True
    return Customer.objects.visible_to(user).filter(pk=customer_id).exists()


def sees_case(user: User, case: Case) -> bool:
    """The same of an active user and a case at hand."""
    if case.customer_id is None:
        return user.sees_all_customers
    return bool(seers([user], case.customer))


def authority_of(user: User) -> int:
    """Up to which cost the user decides on a remedy alone."""
    settings = Installation.cached()
    if user.is_manager:
        return settings.authority_manager
    if user.is_team_lead:
        return max(settings.authority_team_lead, settings.authority_service)
    return settings.authority_service


def decides_on(user: User, case: Case | None) -> bool:
    """Who may approve what waits for it may refuse it as well."""
    return case is not None and waits_for_approval(case) and authority_of(user) >= cost_of(case)


def cost_of(case: Case) -> Decimal:
    return case.remedy_cost or Decimal(0)


def is_approved(case: Case) -> bool:
    """Somebody with the authority has agreed to what it costs now."""
    return case.approved_cost is not None and case.approved_cost >= cost_of(case)


def may_spend(user: User, case: Case) -> bool:
    """Whether the user may resolve the case as proposed, as far as the cost goes."""
    return is_approved(case) or authority_of(user) >= cost_of(case)


def waits_for_approval(case: Case) -> bool:
    """Proposed by who may not decide on it alone (or by nobody in charge), and not approved."""
    if case.state != State.PROPOSED or is_approved(case):
        return False
    limit = authority_of(case.owner) if case.owner_id else Installation.cached().authority_service
    return cost_of(case) > limit


def knows_action(case: Case, action: str) -> bool:
    """Service requests are not rejected, unless a manager wants it: what can't be done is told."""
    if action != Action.REJECT or case.kind == Kind.COMPLAINT:
        return True
    return Installation.cached().requests_rejected


def needs_cause(case: Case) -> bool:
    """Whether a proposal says why it happened and what it costs; requests as managers want."""
    return case.kind == Kind.COMPLAINT or Installation.cached().requests_need_cause


def needs_corrective_action(case: Case) -> bool:
    """A grave complaint is not settled by its remedy alone."""
    return case.kind == Kind.COMPLAINT and case.severity in GRAVE
