"""One thing done to many customers at once: counted before, done in sets, undone after.

Customers are locked in one order first, so what was counted under the lock is what is done; the
same form sent twice acts once.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.accounts.services import Refused
from customers.models import Customer, MassAction, MassActionRow, Tag, Task
from customers.services.handover import BATCH, lock_customers, lock_owners

TAGGED = Customer.tags.through


@dataclass(frozen=True)
class Preview:
    """How many of the chosen customers it will touch, and how many not, by reason."""

    touched: list[int]
    unseen: int = 0
    same: int = 0  # has the tag, lacks it, has the same task open
    nobody: int = 0  # no account manager who could do the task
    blind: int = 0  # the person chosen does not see the customer

    @property
    def count(self) -> int:
        return len(self.touched)


@dataclass(frozen=True)
class Order:
    """What is to be done: with which tag, or which task by whom (None: each account manager)."""

    kind: str
    tag: Tag | None = None
    title: str = ""
    due_on: dt.date | None = None
    assignee: User | None = None

    @property
    def words(self) -> str:
        return self.tag.name if self.tag else self.title

    @property
    def values(self) -> dict:
        if self.tag:
            return {"tag": self.tag.pk}
        assignee = self.assignee.pk if self.assignee else None
        return {"due_on": self.due_on.isoformat(), "assignee": assignee}


@dataclass
class Undone:
    """How many customers are as before, and how many were left alone, since they went on."""

    back: list[int] = field(default_factory=list)
    left: int = 0


def preview(*, by: User, customer_ids: Collection[int], order: Order) -> Preview:
    """What `act` would do now."""
    seen = Customer.objects.visible_to(by).filter(pk__in=customer_ids)
    return _split(list(seen.only("account_manager", "team").order_by("pk")), customer_ids, order)


def _split(seen: list[Customer], chosen: Collection[int], order: Order) -> Preview:
    unseen = len(set(chosen)) - len(seen)
    if order.kind == MassAction.Kind.TASK:
        return _split_tasks(seen, unseen, order)
    tagged = set(
        TAGGED.objects.filter(
            tag=order.tag, customer__in=[customer.pk for customer in seen]
        ).values_list("customer_id", flat=True)
    )
    wants = order.kind == MassAction.Kind.UNTAG
    touched = [customer.pk for customer in seen if (customer.pk in tagged) == wants]
    return Preview(touched, unseen, same=len(seen) - len(touched))


def _split_tasks(seen: list[Customer], unseen: int, order: Order) -> Preview:
    """Without those whose assignee has the same open, can't sign in or does not see them."""
    ids = [customer.pk for customer in seen]
    able = set(User.objects.active().values_list("pk", flat=True))
    twins = set(
        Task.objects.open()
        .filter(customer__in=ids, title=order.title, due_on=order.due_on)
        .values_list("customer_id", "assignee_id")
    )
    if order.assignee:
        visible = Customer.objects.visible_to(order.assignee).filter(pk__in=ids)
        reachable = set(visible.values_list("pk", flat=True))
    else:
        reachable = set(ids)
    with_somebody = [c for c in seen if _assignee(c, order) in able]
    reached = [c for c in with_somebody if c.pk in reachable]
    touched = [c.pk for c in reached if (c.pk, _assignee(c, order)) not in twins]
    return Preview(
        touched,
        unseen,
        same=len(reached) - len(touched),
        nobody=len(seen) - len(with_somebody),
        blind=len(with_somebody) - len(reached),
    )


def _assignee(customer: Customer, order: Order) -> int | None:
    return order.assignee.pk if order.assignee else customer.account_manager_id


@transaction.atomic
def act(
    *, by: User, customer_ids: Collection[int], order: Order, submission: uuid.UUID
) -> MassAction:
    """Do it to those of the customers that it applies to, in one transaction."""
    lock_owners(customer_ids, by.pk, *([order.assignee.pk] if order.assignee else []))
    # Made first: the same form sent at once waits here and then finds what the other did.
    action, is_new = MassAction.objects.get_or_create(
        submission=submission,
        defaults={
            "by": by,
            "kind": order.kind,
            "what": order.words[:300],
            "values": order.values,
        },
    )
    if not is_new:
        return action
    rows = Customer.objects.visible_to(by).filter(pk__in=customer_ids)
    seen = lock_customers(rows.only("account_manager", "team"))
    split = _split(seen, customer_ids, order)
    before = DO[order.kind](by, seen, split.touched, order)
    MassActionRow.objects.bulk_create(
        (
            MassActionRow(action=action, customer_id=pk, before=before.get(pk, {}))
            for pk in split.touched
        ),
        batch_size=BATCH,
    )
    action.count = split.count
    action.values |= {
        "left": {
            name: getattr(split, name)
            for name in ("unseen", "same", "nobody", "blind")
            if getattr(split, name)
        }
    }
    action.save(update_fields=["count", "values"])
    audit(by, Action.MASS_ACTION, action.what, kind=str(action.kind), customers=action.count)
    return action


def _raise_version(customer_ids: Iterable[int]) -> None:
    """Whoever has a form of these customers open is shown what changed here."""
    Customer.objects.filter(pk__in=list(customer_ids)).update(
        version=F("version") + 1, updated_at=timezone.now()
    )


def _tag(by: User, seen: Sequence[Customer], touched: list[int], order: Order) -> dict:
    TAGGED.objects.bulk_create(
        (TAGGED(customer_id=pk, tag_id=order.tag.pk) for pk in touched),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    _raise_version(touched)
    return {}


def _untag(by: User, seen: Sequence[Customer], touched: list[int], order: Order) -> dict:
    TAGGED.objects.filter(tag=order.tag, customer__in=touched).delete()
    _raise_version(touched)
    return {}


def _make_tasks(by: User, seen: Sequence[Customer], touched: list[int], order: Order) -> dict:
    wanted = set(touched)
    tasks = Task.objects.bulk_create(
        (
            Task(
                customer=customer,
                title=order.title,
                assignee_id=_assignee(customer, order),
                due_on=order.due_on,
                origin=Task.Origin.MASS,
                created_by=by,
            )
            for customer in seen
            if customer.pk in wanted
        ),
        batch_size=BATCH,
    )
    return {task.customer_id: {"task": task.pk} for task in tasks}


DO: dict[str, Callable[[User, Sequence[Customer], list[int], Order], dict]] = {
    MassAction.Kind.TAG: _tag,
    MassAction.Kind.UNTAG: _untag,
    MassAction.Kind.TASK: _make_tasks,
}


@transaction.atomic
def undo(*, by: User, pk: int) -> Undone:
    """Put back what was not changed since; customers out of sight by now are left alone."""
    action = MassAction.objects.select_for_update().get(pk=pk)
    if action.undone_at:
        raise Refused(_("This was undone already."))
    rows = dict(action.rows.values_list("customer_id", "before"))
    seen = lock_customers(Customer.objects.visible_to(by).filter(pk__in=rows).only("pk"))
    back = UNDO[action.kind](action, [customer.pk for customer in seen], rows)
    action.undone_at = timezone.now()
    action.save(update_fields=["undone_at"])
    undone = Undone(back, left=len(rows) - len(back))
    audit(
        by,
        Action.MASS_UNDONE,
        action.what,
        kind=str(action.kind),
        customers=len(back),
        left=undone.left,
    )
    return undone


def _untag_again(action: MassAction, seen: list[int], rows: dict) -> list[int]:
    tagged = TAGGED.objects.filter(tag=action.values["tag"], customer__in=seen)
    back = list(tagged.values_list("customer_id", flat=True))
    tagged.delete()
    _raise_version(back)
    return back


def _tag_again(action: MassAction, seen: list[int], rows: dict) -> list[int]:
    tagged = TAGGED.objects.filter(tag=action.values["tag"], customer__in=seen)
    there = set(tagged.values_list("customer_id", flat=True))
    if not Tag.objects.filter(pk=action.values["tag"], is_active=True).exists():
        return []
    back = [pk for pk in seen if pk not in there]
    TAGGED.objects.bulk_create(
        (TAGGED(customer_id=pk, tag_id=action.values["tag"]) for pk in back),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    _raise_version(back)
    return back


def _drop_tasks(action: MassAction, seen: list[int], rows: dict) -> list[int]:
    """Tasks that nobody touched since are gone as if never made."""
    pks = [rows[customer]["task"] for customer in seen]
    same = Task.objects.open().filter(
        pk__in=pks, version=1, due_on=action.values["due_on"], title=action.what, notes=""
    )
    if action.values["assignee"]:
        same = same.filter(assignee=action.values["assignee"])
    back = list(same.values_list("customer_id", flat=True))
    same.delete()
    return back


UNDO: dict[str, Callable[[MassAction, list[int], dict], list[int]]] = {
    MassAction.Kind.TAG: _untag_again,
    MassAction.Kind.UNTAG: _tag_again,
    MassAction.Kind.TASK: _drop_tasks,
}
