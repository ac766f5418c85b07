"""Customers pass to another account manager: offered and accepted, or at once.

What a higher floor keeps about customers moves in the same transaction: `crm.handover` is the only
caller. Everybody locks in one order: people, handovers, customers, what hangs on them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.accounts.services import Refused
from customers.models import (
    Customer,
    Handover,
    HandoverItem,
    Interaction,
    Opportunity,
    Promise,
    Recurrence,
    Task,
)
from customers.services.derived import refresh_derived

MOST = 5_000
BATCH = 1_000


@dataclass(frozen=True)
class Part:
    """Rows about a customer that are somebody's and go with it: which are open, and whose."""

    label: str
    whose: str
    open: QuerySet


PARTS = {
    "tasks": Part(
        gettext_lazy("Open tasks"), "assignee", Task.objects.filter(state=Task.State.OPEN)
    ),
    "recurrences": Part(
        gettext_lazy("Recurring tasks"), "assignee", Recurrence.objects.filter(is_active=True)
    ),
    "promises": Part(
        gettext_lazy("Open promises"),
        "owner",
        Promise.objects.filter(state=Promise.State.OPEN, removed_at=None),
    ),
    "opportunities": Part(
        gettext_lazy("Opportunities"),
        "owner",
        Opportunity.objects.filter(stage__in=Opportunity.OPEN, removed_at=None),
    ),
}
# (customer, row) of each part that moved.
Moved = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True)
class Left:
    """Customers that were chosen and stay where they are, counted by reason."""

    unseen: int = 0
    same: int = 0
    offered: int = 0

    def __bool__(self) -> bool:
        return any((self.unseen, self.same, self.offered))


def possible_takers() -> QuerySet[User]:
    """Who can be account manager."""
    return User.objects.active().exclude(role=Role.SERVICE).order_by("name")


def lock_people(pks: Iterable[int]) -> dict[int, User]:
    """Users in one order: who is just being deactivated gets nothing, nor gives it."""
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=set(pks))
    return {user.pk: user for user in rows.order_by("pk")}


def lock_owners(customer_ids: Collection[int], *others: int) -> dict[int, User]:
    """These people and the customers' account managers.

    Rows that name a person wait for who deactivates that person: so people come before customers.
    """
    owners = Customer.objects.filter(pk__in=customer_ids, account_manager__isnull=False)
    return lock_people([*owners.values_list("account_manager", flat=True).distinct(), *others])


def lock_customers(rows: QuerySet[Customer]) -> list[Customer]:
    """In one order, so that two who move the same customers wait instead of dying together."""
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def lock_handover(pk: int) -> Handover:
    return Handover.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def moving(customer_ids: Collection[int]) -> dict[str, int]:
    """How many rows of each part would go with these customers."""
    return {
        name: part.open.filter(
            customer__in=customer_ids, **{part.whose: F("customer__account_manager")}
        ).count()
        for name, part in PARTS.items()
    }


def open_by_customer(customer_ids: Collection[int]) -> dict[str, dict[int, int]]:
    """Of each part, how many open rows the account manager of each customer has with it."""
    found = {}
    for name, part in PARTS.items():
        rows = part.open.filter(
            customer__in=customer_ids, **{part.whose: F("customer__account_manager")}
        )
        counted = rows.order_by().values("customer").annotate(rows=Count("pk"))
        found[name] = dict(counted.values_list("customer", "rows"))
    return found


@transaction.atomic
def offer(
    *, by: User, taker: User, customer_ids: Collection[int], note: str
) -> tuple[Handover, Left]:
    """Offer the customers that the giver sees; refused when not one of them can be offered."""
    taker = _able(lock_owners(customer_ids, by.pk, taker.pk).get(taker.pk))
    seen = lock_customers(Customer.objects.visible_to(by).filter(pk__in=customer_ids))
    ids = [customer.pk for customer in seen]
    taken = set(
        HandoverItem.objects.filter(customer__in=ids, is_open=True).values_list(
            "customer_id", flat=True
        )
    )
    same = [customer for customer in seen if customer.account_manager_id == taker.pk]
    free = [c for c in seen if c.account_manager_id != taker.pk and c.pk not in taken]
    left = Left(
        unseen=len(set(customer_ids)) - len(seen),
        same=len(same),
        offered=len(seen) - len(same) - len(free),
    )
    if not free:
        raise Refused(_nothing(left))
    handover = Handover.objects.create(by=by, taker=taker, note=note)
    HandoverItem.objects.bulk_create(
        (
            HandoverItem(
                handover=handover, customer=c, giver_id=c.account_manager_id, team_id=c.team_id
            )
            for c in free
        ),
        batch_size=BATCH,
    )
    return handover, left


def same_offer(*, by: User, taker: User, customer_ids: Collection[int]) -> Handover | None:
    """The offer that the same form, sent a moment ago, has made."""
    offers = Handover.objects.filter(by=by, taker=taker, state=Handover.State.OFFERED)
    newest = offers.filter(moved_at=None).first()
    if newest is None:
        return None
    offered = set(newest.items.values_list("customer_id", flat=True))
    return newest if offered == set(customer_ids) else None


def _able(taker: User | None) -> User:
    if taker is None or not taker.is_active or taker.role == Role.SERVICE:
        raise Refused(_("This person can't take over customers any more."), "taker")
    return taker


def _nothing(left: Left) -> str:
    if left.offered:
        return _("These customers are offered to somebody already: wait for the answer.")
    if left.same:
        return _("This person is the account manager already.")
    return _("None of these customers can be handed over by you.")


@transaction.atomic
def move(*, handover: Handover, actor: User) -> Moved:
    """Move customers and parts to the taker; those whose owner changed meanwhile are left out.

    Set-based, whatever their number. The caller holds people and handover locked, and settles the
    handover with `settle` afterwards.
    """
    taker = _able(handover.taker)
    of_it = Q(handover_items__handover=handover)
    unchanged = Q(account_manager=F("handover_items__giver")) | Q(
        account_manager=None, handover_items__giver=None
    )
    stay = ("account_manager", "team")
    customers = lock_customers(Customer.objects.filter(of_it & unchanged).only(*stay))
    ids = [customer.pk for customer in customers]
    handover.items.exclude(customer__in=ids).delete()
    if not ids:
        raise Refused(_("These customers have other account managers meanwhile."))
    moved = {name: _move_part(part, ids, taker) for name, part in PARTS.items()}
    team = F("team_id") if taker.team_id is None else taker.team_id
    Customer.objects.filter(pk__in=ids).update(
        account_manager=taker, team_id=team, version=F("version") + 1, updated_at=timezone.now()
    )
    note_on_each(handover, actor, ids)
    refresh_derived(ids)
    return {"customers": [(pk, pk) for pk in ids], **moved}


def _move_part(part: Part, ids: Sequence[int], taker: User) -> list[tuple[int, int]]:
    """What the customers' account manager has open with them becomes the taker's."""
    theirs = part.open.filter(
        customer__in=ids, **{part.whose: F("customer__account_manager")}
    ).order_by("pk")
    pairs = list(theirs.values_list("customer_id", "pk"))
    part.open.filter(pk__in=[pk for _customer, pk in pairs]).update(
        **{part.whose: taker}, version=F("version") + 1
    )
    return pairs


def note_on_each(
    handover: Handover, actor: User, customer_ids: Collection[int], *, back: bool = False
) -> None:
    """Each customer's timeline says who handed it over to whom; `back`: that it was undone."""
    items = handover.items.filter(customer__in=customer_ids).select_related("giver")
    now = timezone.now()
    Interaction.objects.bulk_create(
        (
            Interaction(
                customer_id=item.customer_id,
                kind=Interaction.Kind.NOTE,
                by=actor,
                at=now,
                subject=_subject(item.giver, handover.taker, back)[:200],
                notes="" if back else handover.note,
            )
            for item in items.order_by("customer_id")
        ),
        batch_size=BATCH,
    )


def _subject(giver: User | None, taker: User, back: bool) -> str:
    names = {"giver": giver or _("nobody"), "taker": taker}
    if back:
        return _("Handed back from %(taker)s to %(giver)s") % names
    return _("Handed over from %(giver)s to %(taker)s") % names


def settle(*, handover: Handover, moved: Moved, left_out: int, is_seen: bool) -> None:
    """Write down what moved; `is_seen`: the taker knows of it and has nothing to confirm."""
    now = timezone.now()
    handover.counts = {name: len(pairs) for name, pairs in moved.items()} | {"left": left_out}
    handover.moved_at = now
    if is_seen:
        handover.state, handover.answered_at = Handover.State.ACCEPTED, now
    handover.save(update_fields=["counts", "moved_at", "state", "answered_at"])
    handover.items.update(is_open=False)


def givers(handover: Handover) -> QuerySet[User]:
    """Those whose customers they were."""
    return User.objects.filter(pk__in=handover.items.values("giver")).order_by("name")


@transaction.atomic
def move_to_team(*, owner: User, before: int | None) -> int:
    """The customers that a user had in the old team follow into the new one."""
    rows = Customer.objects.filter(account_manager=owner, team=before)
    ids = [customer.pk for customer in lock_customers(rows.only("pk"))]
    Customer.objects.filter(pk__in=ids).update(
        team=owner.team_id, version=F("version") + 1, updated_at=timezone.now()
    )
    refresh_derived(ids)
    return len(ids)


@transaction.atomic
def confirm(*, by: User, pk: int) -> Handover:
    """The taker has seen what came at once."""
    handover = waiting(pk, taker=by)
    return _answer(handover, Handover.State.ACCEPTED, handover.answer)


@transaction.atomic
def decline(*, by: User, pk: int, reason: str) -> Handover:
    """The taker does not want them; they stay where they are."""
    handover = waiting(pk, taker=by)
    if handover.moved_at:
        raise Refused(_("They moved already: hand them over to somebody else."))
    return _answer(handover, Handover.State.DECLINED, reason)


@transaction.atomic
def withdraw(*, pk: int, reason: str = "") -> Handover:
    """Take an offer back before it was answered."""
    handover = waiting(pk)
    if handover.moved_at:
        raise Refused(_("They moved already."))
    return _answer(handover, Handover.State.WITHDRAWN, reason)


def waiting(pk: int, *, taker: User | None = None) -> Handover:
    """The offer, locked after who answers it; refused once it is answered."""
    if taker is not None:
        lock_people([taker.pk])
    handover = lock_handover(pk)
    if handover.state != Handover.State.OFFERED:
        raise Refused(
            _("This handover is over: %(state)s.") % {"state": handover.get_state_display()}
        )
    return handover


def _answer(handover: Handover, state: str, words: str) -> Handover:
    handover.state, handover.answer, handover.answered_at = state, words, timezone.now()
    handover.save(update_fields=["state", "answer", "answered_at"])
    handover.items.update(is_open=False)
    return handover
