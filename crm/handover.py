"""Handing customers over, on all floors at once: what is customers' and the cases about them.

The one way by which a customer gets another account manager.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.services import handover as cases
from crm.accounts import services as accounts
from crm.accounts.audit import Action, audit
from crm.accounts.models import Team, User
from customers.models import AccountPlan, Customer, Handover, MassAction, Notice, Standing
from customers.services import handover as customers
from customers.services import leaving
from customers.services.following import tell
from customers.services.mass_assign import assignment_of, remember_assignment, undo_assignment

LABELS = {
    "customers": gettext_lazy("Customers"),
    "served": gettext_lazy("Customers as service representative"),
    "tasks": gettext_lazy("Open tasks"),
    "recurrences": gettext_lazy("Recurring tasks"),
    "promises": gettext_lazy("Open promises"),
    "opportunities": gettext_lazy("Opportunities"),
    "help_requests": gettext_lazy("Requests for help"),
    "cases": gettext_lazy("Open cases in charge of"),
    "watched": gettext_lazy("Watched customers"),
}
GAVE = gettext_lazy("%(by)s gave you %(count)s customers.")


@dataclass(frozen=True)
class Held:
    """What rests on a user, on all floors."""

    of_customers: leaving.Holdings
    cases: int  # open ones in charge of

    def __bool__(self) -> bool:
        return bool(self.of_customers) or self.cases > 0

    @property
    def facts(self) -> list[tuple[str, int]]:
        """What there is, in words, with how many."""
        counts = asdict(self.of_customers) | {"cases": self.cases}
        return [(label, counts[name]) for name, label in LABELS.items() if counts.get(name)]

    @classmethod
    def by(cls, user: User) -> "Held":
        return cls(leaving.holdings(user), cases.count_open(user))


@dataclass(frozen=True)
class Done:
    """A handover that was made, and which of the chosen customers are not in it."""

    handover: Handover
    left: customers.Left


@dataclass(frozen=True)
class TakenBack:
    """How many customers are with their account manager of before, and how many stayed away."""

    back: int
    left: int
    had_moved: bool


@dataclass(frozen=True)
class Load:
    """What customers bring along: how many of what, what is at stake, where there are signals."""

    counts: dict[str, int]
    plans: int
    value_at_risk: Decimal
    signals: int

    @classmethod
    def of(cls, customer_ids: Collection[int]) -> "Load":
        counts = customers.moving(customer_ids)
        counts["cases"] = sum(cases.open_by_customer(customer_ids).values())
        risks = Standing.objects.filter(pk__in=customer_ids).aggregate(
            value=Sum("value_at_risk", default=0), signals=Count("pk", filter=~Q(signal=""))
        )
        plans = AccountPlan.objects.filter(customer__in=customer_ids, is_current=True)
        return cls(counts, plans.count(), risks["value"], risks["signals"])


def open_by_customer(customer_ids: Collection[int]) -> dict[str, dict[int, int]]:
    """Of each kind of open work, how much goes with each customer."""
    found = customers.open_by_customer(customer_ids)
    return found | {"cases": cases.open_by_customer(customer_ids)}


@transaction.atomic
def offer(*, by: User, taker: User, customer_ids: Collection[int], note: str) -> Done:
    """The customers stay where they are until the taker accepts."""
    customers.lock_owners(customer_ids, by.pk, taker.pk)
    if twin := customers.same_offer(by=by, taker=taker, customer_ids=customer_ids):
        return Done(twin, customers.Left())
    handover, left = customers.offer(by=by, taker=taker, customer_ids=customer_ids, note=note)
    words = _("%(by)s offers you %(count)s customers to take over.")
    _tell(handover, by, [handover.taker], "offered", words)
    return Done(handover, left)


@transaction.atomic
def move_at_once(
    *,
    by: User,
    taker: User,
    customer_ids: Collection[int],
    note: str,
    submission: uuid.UUID | None = None,
) -> Done:
    """The customers are the taker's now, who confirms having seen it; the same form acts once."""
    customers.lock_owners(customer_ids, by.pk, taker.pk)
    if submission and (earlier := MassAction.objects.filter(submission=submission).first()):
        if earlier.kind != MassAction.Kind.ASSIGN:
            raise accounts.Refused(_("This form was sent already."))
        return Done(Handover.objects.get(pk=earlier.values["handover"]), customers.Left())
    handover, left = customers.offer(by=by, taker=taker, customer_ids=customer_ids, note=note)
    moved = _move(handover, by, is_seen=by == taker)
    _audit_move(by, handover)
    remember_assignment(by=by, handover=handover, moved=moved, submission=submission)
    _tell(handover, by, [taker], "moved", GAVE)
    givers = customers.givers(handover).active().exclude(pk__in=[by.pk, taker.pk])
    _tell(handover, by, list(givers), "taken", _("%(by)s gave customers of yours to %(taker)s."))
    return Done(handover, left)


@transaction.atomic
def accept(*, by: User, pk: int) -> Handover:
    """The taker says yes: everything moves now, or was moved before and is seen now."""
    handover = customers.waiting(pk, taker=by)
    if handover.moved_at:
        return customers.confirm(by=by, pk=pk)
    _move(handover, by, is_seen=True)
    _audit_move(by, handover)
    _tell(handover, by, [handover.by], "accepted", _("%(taker)s took over %(count)s customers."))
    return handover


@transaction.atomic
def decline(*, by: User, pk: int, reason: str) -> Handover:
    """The taker says no, and why."""
    handover = customers.decline(by=by, pk=pk, reason=reason)
    _tell(handover, by, [handover.by], "declined", _("%(taker)s declined to take over customers."))
    return handover


def can_be_taken_back(handover: Handover) -> bool:
    """An offer without answer, or what moved at once and was not put back."""
    if handover.state == Handover.State.OFFERED and handover.moved_at is None:
        return True
    action = assignment_of(handover) if handover.moved_at else None
    return action is not None and action.undone_at is None


@transaction.atomic
def take_back(*, by: User, pk: int) -> TakenBack:
    """Withdraw an offer; what moved at once goes back, but for what was changed since."""
    handover = Handover.objects.get(pk=pk)
    givers = customers.givers(handover).values_list("pk", flat=True)
    customers.lock_people([by.pk, handover.by_id, handover.taker_id, *givers])
    action = assignment_of(handover)
    if action is None:
        handover = customers.withdraw(pk=pk)
        _tell(handover, by, [handover.taker], "withdrawn", _("%(by)s withdrew a handover to you."))
        return TakenBack(back=handover.items.count(), left=0, had_moved=False)
    undone = undo_assignment(by=by, action=action)
    cases.put_back(handover=undone.handover, actor=by, pks=undone.cases)
    return TakenBack(back=undone.back, left=undone.left, had_moved=True)


@transaction.atomic
def deactivate(*, actor: User, user_id: int, taker: User | None) -> None:
    """End a user's access; what rests on the user moves to the taker, or it is refused."""
    everybody = User.objects.administrators().values_list("pk", flat=True)
    customers.lock_people([*everybody, user_id, *([taker.pk] if taker else [])])
    # Nobody can give the user a customer from here on.
    user = accounts.deactivate(actor=actor, user_id=user_id)
    if Held.by(user) and taker is None:
        raise accounts.Refused(_("Choose who takes over."), "taker")
    leaving.end_offers(user)
    if taker is None:
        return
    ids = Customer.objects.filter(account_manager=user).values_list("pk", flat=True)
    counts = {"customers": 0}
    if ids := list(ids):
        handover, _left = customers.offer(by=actor, taker=taker, customer_ids=ids, note="")
        _move(handover, actor, is_seen=actor == taker)
        counts = handover.counts
        _tell(handover, actor, [taker], "moved", GAVE)
    rest = leaving.move_rest(giver=user, taker=taker)
    rest["cases"] = cases.hand_over(actor=actor, giver=user, taker=taker)
    _audit(actor, user, taker, Counter(counts) + Counter(rest))


@transaction.atomic
def change_team(
    *, actor: User, user_id: int, version: int, team: Team | None, customers_go: bool
) -> User:
    """Put a user into another team; the customers go along, or the old team keeps seeing them."""
    before = User.objects.get(pk=user_id).team_id
    user = accounts.change_user(
        actor=actor, user_id=user_id, values={"team": team}, version=version
    )
    if customers_go and before != user.team_id:
        customers.move_to_team(owner=user, before=before)
    return user


def _move(handover: Handover, actor: User, *, is_seen: bool) -> customers.Moved:
    chosen = handover.items.count()
    moved = customers.move(handover=handover, actor=actor)
    moved["cases"] = cases.move_with_customers(handover=handover, actor=actor)
    left_out = chosen - len(moved["customers"])
    customers.settle(handover=handover, moved=moved, left_out=left_out, is_seen=is_seen)
    return moved


def _audit(actor: User, giver: object, taker: User, counts: Mapping[str, int]) -> None:
    some = {name: count for name, count in counts.items() if count}
    audit(actor, Action.CUSTOMERS_HANDED_OVER, giver, to=str(taker), **some)


def _audit_move(actor: User, handover: Handover) -> None:
    names = ", ".join(str(giver) for giver in customers.givers(handover))
    _audit(actor, names, handover.taker, handover.counts)


def _tell(handover: Handover, by: User, users: list[User], what: str, words: str) -> None:
    """Of no customer, since who is told does not see them yet, or any more."""
    names = {"by": handover.by, "taker": handover.taker, "count": handover.items.count()}
    tell(
        users=users,
        customer=None,
        kind=Notice.Kind.HANDOVER,
        cause=f"handover:{handover.pk}:{what}",
        text=words % names,
        by=by,
    )
