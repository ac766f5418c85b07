"""Two customers become one, and two again.

All in one transaction, in one order of locks: the night's sums and care, groups, people, then the
customers by number. Who has to wait for long is told to come again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2 import sql
from psycopg2.errors import DeadlockDetected, LockNotAvailable

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.merging import choices, moving, rows
from crm.merging.choices import SECTIONS, Two, file_of
from crm.platform.models import Installation
from customers.groups import closes_a_circle, lock_groups
from customers.models import (
    Customer,
    FormerNumber,
    HandoverItem,
    Merge,
    Notice,
    Standing,
    TouchedCustomer,
    Transaction,
)
from customers.services import care
from customers.services.derived import refresh_derived
from customers.services.following import seers, tell
from customers.services.handover import lock_owners
from lifecycle.models import Nomination, Signal
from lifecycle.services import rollup

# Longer than this nobody waits for an import or the night: they may take minutes.
PATIENCE = "5s"


class Changed(Exception):  # noqa: N818 -- an outcome for the person
    """One of the two was changed since they were shown."""


def two_of(*, by: User, kept_id: int, gone_id: int) -> Two | None:
    """The two with their files, where the person sees both."""
    seen = Customer.objects.visible_to(by).filter(pk__in=(kept_id, gone_id))
    found = seen.with_people().select_related("parent", "organisation", "buying_profile").in_bulk()
    if kept_id == gone_id or len(found) < 2:
        return None
    return Two(found[kept_id], found[gone_id])


def merge(*, by: User, kept_id: int, gone_id: int, seen: str, data: Mapping[str, str]) -> Merge:
    """The second goes into the first; `data` says whose value each field has, by `Choice.key`.

    Refused with a reason, or `Changed`; the same form sent twice merges once.
    """
    with _patiently():
        _lock(kept_id, gone_id, by.pk)
        earlier = Merge.objects.in_force().filter(gone_id=gone_id, customer=kept_id).first()
        if earlier:
            return earlier
        two = two_of(by=by, kept_id=kept_id, gone_id=gone_id)
        if two is None:
            raise Refused(_("One of the two is not there any more: somebody merged it."))
        if two.seen != seen:
            raise Changed
        _refuse(two)
        return _merge(by, two, two.chosen(data))


def why_not(two: Two) -> str:
    """What stands against merging the two now; empty for nothing."""
    for one, other in ((two.kept, two.gone), (two.gone, two.kept)):
        if closes_a_circle(one.pk, other.pk):
            names = {"above": one.name, "below": other.name}
            return _("%(above)s stands above %(below)s in their group: these are two.") % names
    offered = HandoverItem.objects.filter(
        customer__in=(two.kept, two.gone), is_open=True
    ).select_related("customer", "handover__taker")
    for item in offered[:1]:
        return _(
            "%(customer)s is offered to %(taker)s, who has not answered yet: wait for the answer"
            " or take the offer back."
        ) % {"customer": item.customer, "taker": item.handover.taker}
    return ""


def _refuse(two: Two) -> None:
    if reason := why_not(two):
        raise Refused(reason)


@contextmanager
def _patiently() -> Iterator[None]:
    """One transaction that does not wait for long."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
            raise
        words = _("These customers are being worked on, by an import or the night: try again soon.")
        raise Refused(words) from error


def _lock(kept_id: int, gone_id: int, *people: int) -> None:
    rollup.lock_sums()
    care.wait_for_night()
    lock_groups()
    lock_owners((kept_id, gone_id), *people)
    # Against everybody who writes rows that point to them, too.
    list(
        Customer.objects.filter(pk__in=(kept_id, gone_id))
        .order_by("pk")
        .select_for_update(of=("self",))
        .only("pk")
    )


def _merge(by: User, two: Two, chosen: dict[str, str]) -> Merge:
    kept, gone = two.kept, two.gone
    done = Merge.objects.create(
        customer=kept,
        gone_id=gone.pk,
        gone_number=gone.number,
        gone_name=gone.name,
        choices=chosen,
        by=by,
    )
    _touch(gone.pk)
    _note_figures(done)
    done.counts = moving.move_everything(done, Installation.get().today())
    _join_files(done, two)
    moving.remove_customer(done)
    choices.write(done, two, chosen)
    _keep_number(done, two, chosen)
    _mark_key_account(done)
    done.save(update_fields=["counts"])
    _refresh(kept.pk)
    audit(by, Action.CUSTOMERS_MERGED, kept, merge=done.pk, gone=f"{gone.number} {gone.name}")
    _tell_owner(done, by, gone.account_manager, _("%(by)s merged %(gone)s into %(kept)s."))
    return done


def _touch(customer_id: int) -> None:
    """The night sums it up again, from its first day on."""
    first = Transaction.objects.filter(customer=customer_id).aggregate(day=Min("date"))["day"]
    if first:
        TouchedCustomer.objects.create(customer_id=customer_id, since=first)


def _note_figures(done: Merge) -> None:
    """The facts among the kept one's figures hold of both at once; the others are the night's."""
    gone = Standing.objects.filter(pk=done.gone_id).first()
    kinds = Signal.objects.reasons().filter(customer__in=(done.customer_id, done.gone_id))
    strongest = kinds.by_weight().values_list("kind", flat=True).first()
    if gone is None or gone.computed_on is None:
        return
    rows.change(
        done,
        Standing._meta.db_table,
        {
            "revenue_12m": sql.SQL("t.revenue_12m + %(revenue)s"),
            "last_purchase": sql.SQL("greatest(t.last_purchase, %(last)s)"),
            "signal": sql.SQL("%(signal)s"),
        },
        sql.SQL("t.customer_id = %(kept)s"),
        {
            "kept": done.customer_id,
            "revenue": gone.revenue_12m,
            "last": gone.last_purchase,
            "signal": strongest or "",
        },
    )


def _join_files(done: Merge, two: Two) -> None:
    """Organisation and buying profile: the only one moves; of two the values are chosen after."""
    for model in SECTIONS:
        if model is Customer or file_of(two.gone, model) is None:
            continue
        table = model._meta.db_table
        if file_of(two.kept, model) is None:
            rows.move(done, table, "customer_id")
        else:
            where = sql.SQL("customer_id = %(gone)s")
            rows.remove(done, table, where, {"gone": done.gone_id})


def _keep_number(done: Merge, two: Two, chosen: Mapping[str, str]) -> None:
    takes_other = chosen.get("customer-number") == choices.GONE
    former = two.kept.number if takes_other else two.gone.number
    FormerNumber.objects.create(number=former, customer_id=done.customer_id, merge=done)


def _mark_key_account(done: Merge) -> None:
    """A nomination that came along makes the kept one a key account."""
    if Nomination.objects.filter(customer=done.customer_id, ended_on=None).exists():
        rows.change(
            done,
            Customer._meta.db_table,
            {"is_key_account": sql.SQL("true")},
            sql.SQL("t.id = %(kept)s AND NOT t.is_key_account"),
            {"kept": done.customer_id},
        )


def _refresh(*customer_ids: int) -> None:
    """What is made from other rows, as far as it can be by day."""
    refresh_derived(customer_ids)
    newest = Standing.objects.filter(pk__in=customer_ids).aggregate(day=Max("computed_on"))["day"]
    if newest:
        rollup.sum_again(customer_ids=customer_ids, as_of=newest)


def _tell_owner(done: Merge, by: User, owner: User | None, words: str) -> None:
    """Whose customer it was hears of it; of the other one only if they may know of that."""
    if owner is None:
        return
    kept = Customer.objects.get(pk=done.customer_id)
    sees = bool(seers([owner], kept))
    if not sees:
        words = _("%(by)s merged %(gone)s with a customer of another team.")
    tell(
        users=[owner],
        customer=kept if sees else None,
        kind=Notice.Kind.MERGE,
        cause=f"merge:{done.pk}:{'undone' if done.is_undone else 'done'}",
        text=words % {"by": by, "gone": done.gone_name, "kept": kept.name},
        by=by,
    )


# -- undoing


def undo(*, by: User, pk: int) -> Merge:
    """The two are two again; what was written down since stays where its things go."""
    with _patiently():
        found = Merge.objects.get(pk=pk)
        owner_id = _owner_before(found)
        _lock(found.customer_id, found.gone_id, by.pk, *([owner_id] if owner_id else []))
        done = Merge.objects.select_for_update(of=("self",)).get(pk=pk)
        if reasons := why_not_undone(done):
            raise Refused(" ".join(reasons))
        try:
            with transaction.atomic():
                _undo(done)
        except IntegrityError as error:
            words = _("What was changed since stands against it: it can't be undone any more.")
            raise Refused(words) from error
        done.undone_by, done.undone_at = by, timezone.now()
        done.save(update_fields=["undone_by", "undone_at"])
        done.rows.all().delete()
        kept = Customer.objects.get(pk=done.customer_id)
        gone = f"{done.gone_number} {done.gone_name}"
        audit(by, Action.MERGE_UNDONE, kept, merge=done.pk, gone=gone)
        words = _("%(by)s undid the merge of %(gone)s into %(kept)s.")
        _tell_owner(done, by, User.objects.filter(pk=owner_id).first(), words)
        return done


def why_not_undone(done: Merge) -> list[str]:
    """All that stands against undoing it, in words."""
    if done.is_undone:
        return [_("This was undone already.")]
    reasons = []
    later = Merge.objects.in_force().filter(customer=done.customer_id, pk__gt=done.pk).first()
    if later:
        words = _("Undo first that %(name)s was merged into the same customer.")
        reasons.append(words % {"name": later.gone_name})
    taken = Customer.objects.numbered(done.gone_number).exclude(pk=done.customer_id).first()
    if taken:
        words = _("The number %(number)s is taken by %(name)s.")
        reasons.append(words % {"number": done.gone_number, "name": taken.name})
    return reasons


def _owner_before(done: Merge) -> int | None:
    table = Customer._meta.db_table
    removed = done.rows.filter(table=table, kind="removed").values_list("rows", flat=True).first()
    return removed[0]["account_manager_id"] if removed else None


def _undo(done: Merge) -> None:
    _touch(done.customer_id)
    FormerNumber.objects.filter(merge=done).delete()
    others = Merge.objects.in_force().exclude(pk=done.pk)
    rows.put_back(done, dict(others.values_list("gone_id", "customer_id")))
    moving.follow_back(done)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    _touch(done.gone_id)
    _refresh(done.customer_id, done.gone_id)
