"""What a handover at once moved, remembered so that it can be put back."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.accounts.services import Refused
from customers.models import Customer, Handover, HandoverItem, MassAction, MassActionRow
from customers.services.derived import refresh_derived
from customers.services.handover import (
    BATCH,
    PARTS,
    Moved,
    lock_customers,
    lock_handover,
    note_on_each,
)


@dataclass(frozen=True)
class PutBack:
    """How many customers went back and how many were left, and the cases to go back with them."""

    handover: Handover
    back: int
    left: int
    cases: list[int]


@transaction.atomic
def remember_assignment(
    *, by: User, handover: Handover, moved: Moved, submission: uuid.UUID | None
) -> MassAction:
    """Each customer's owner and team before, and the rows that moved with it."""
    action = MassAction.objects.create(
        by=by,
        kind=MassAction.Kind.ASSIGN,
        what=str(handover.taker)[:300],
        values={"handover": handover.pk, "team": handover.taker.team_id},
        count=len(moved["customers"]),
        submission=submission,
    )
    rows: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for name, pairs in moved.items():
        for customer, pk in pairs if name != "customers" else ():
            rows[customer][name].append(pk)
    MassActionRow.objects.bulk_create(
        (
            MassActionRow(
                action=action,
                customer_id=item.customer_id,
                before={"owner": item.giver_id, "team": item.team_id, **rows[item.customer_id]},
            )
            for item in handover.items.order_by("customer_id")
        ),
        batch_size=BATCH,
    )
    return action


def assignment_of(handover: Handover) -> MassAction | None:
    """What is remembered of a handover at once; None of one that was offered."""
    return MassAction.objects.filter(
        by=handover.by_id, kind=MassAction.Kind.ASSIGN, values__handover=handover.pk
    ).first()


@transaction.atomic
def undo_assignment(*, by: User, action: MassAction) -> PutBack:
    """Give the customers back to who had them, but for those that went on since."""
    handover = lock_handover(action.values["handover"])
    action = MassAction.objects.select_for_update().get(pk=action.pk)
    if action.undone_at:
        raise Refused(_("This was undone already."))
    before = {row.customer_id: row.before for row in action.rows.all()}
    returning = _unchanged(handover, action, before)
    by_place = defaultdict(list)
    for pk in returning:
        by_place[before[pk]["owner"], before[pk]["team"]].append(pk)
    for (owner, team), pks in by_place.items():
        _give_back(handover, owner, team, pks, before)
    note_on_each(handover, by, returning, back=True)
    refresh_derived(returning)
    now = timezone.now()
    handover.state, handover.moved_at, handover.answered_at = Handover.State.WITHDRAWN, None, now
    handover.save(update_fields=["state", "moved_at", "answered_at"])
    MassAction.objects.filter(pk=action.pk).update(undone_at=now)
    left = len(before) - len(returning)
    audit(
        by,
        Action.HANDOVER_UNDONE,
        handover.taker,
        handover=handover.pk,
        customers=len(returning),
        left=left,
    )
    cases = [pk for customer in returning for pk in before[customer].get("cases", ())]
    return PutBack(handover, len(returning), left, cases)


def _unchanged(handover: Handover, action: MassAction, before: Mapping[int, dict]) -> list[int]:
    """Customers that are where the handover left them, and whose owner of before is active."""
    rows = Customer.objects.filter(pk__in=before, account_manager=handover.taker_id)
    locked = lock_customers(rows.only("team"))
    later = HandoverItem.objects.filter(
        customer__in=before, handover__offered_at__gt=handover.offered_at
    ).exclude(handover__state__in=[Handover.State.DECLINED, Handover.State.WITHDRAWN])
    gone = set(later.values_list("customer_id", flat=True))
    owners = {row["owner"] for row in before.values()}
    able = set(User.objects.active().filter(pk__in=owners).values_list("pk", flat=True)) | {None}
    return [
        customer.pk
        for customer in locked
        if customer.pk not in gone
        and before[customer.pk]["owner"] in able
        and customer.team_id == (action.values["team"] or before[customer.pk]["team"])
    ]


def _give_back(
    handover: Handover,
    owner: int | None,
    team: int | None,
    customers: Iterable[int],
    before: Mapping[int, dict],
) -> None:
    """Customers of one owner, with those of their rows that the taker still has open."""
    pks = list(customers)
    Customer.objects.filter(pk__in=pks).update(
        account_manager=owner, team=team, version=F("version") + 1, updated_at=timezone.now()
    )
    for name, part in PARTS.items():
        rows = [pk for customer in pks for pk in before[customer].get(name, ())]
        still = part.open.filter(pk__in=rows, **{part.whose: handover.taker_id})
        still.update(**{part.whose: owner}, version=F("version") + 1)
