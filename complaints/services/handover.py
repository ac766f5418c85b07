"""Cases of a user who leaves or hands customers over: somebody else is in charge of them."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Actor, Case
from complaints.services.events import append_note_to_all
from complaints.states import Action
from crm.accounts.models import User
from crm.accounts.services import Refused
from customers.models import Handover


def count_open(user: User) -> int:
    """Open cases that the user is in charge of."""
    return Case.objects.open().owned_by(user).count()


def open_by_customer(customer_ids: Collection[int]) -> dict[int, int]:
    """Open cases that the account managers of these customers are in charge of, by customer."""
    mine = Case.objects.open().filter(
        customer__in=customer_ids, owner=F("customer__account_manager")
    )
    counted = mine.order_by().values("customer").annotate(rows=Count("pk"))
    return dict(counted.values_list("customer", "rows"))


@transaction.atomic
def hand_over(*, actor: User, giver: User, taker: User | None) -> int:
    """Move the open cases to the taker; those that the taker does not see wait for somebody.

    The caller has locked the giver's row, so that no case comes to the giver meanwhile.
    """
    cases = _locked(Case.objects.open().owned_by(giver))
    if cases and taker is None:
        raise Refused(_("Choose who takes over."), "taker")
    _give(cases, actor, taker)
    return len(cases)


@transaction.atomic
def move_with_customers(*, handover: Handover, actor: User) -> list[tuple[int, int]]:
    """The open cases that the customers' givers are in charge of go to the taker.

    Call it when the customers have moved. Returns customer and case of each.
    """
    cases = _locked(
        Case.objects.open().filter(
            customer__handover_items__handover=handover,
            owner=F("customer__handover_items__giver"),
        )
    )
    _give(cases, actor, handover.taker)
    return [(case.customer_id, case.pk) for case in cases]


@transaction.atomic
def put_back(*, handover: Handover, actor: User, pks: Sequence[int]) -> int:
    """Of these cases, those that the taker is still in charge of return to who gave them.

    Call it when the customers are back.
    """
    cases = _locked(Case.objects.open().owned_by(handover.taker).filter(pk__in=pks))
    givers = dict(handover.items.values_list("customer_id", "giver_id"))
    people = User.objects.in_bulk({giver for giver in givers.values() if giver})
    for giver in people.values():
        _give([case for case in cases if givers.get(case.customer_id) == giver.pk], actor, giver)
    return len(cases)


def _locked(cases: QuerySet[Case]) -> list[Case]:
    return list(cases.order_by("pk").select_for_update(of=("self",), no_key=True))


def _give(cases: Sequence[Case], actor: User, taker: User) -> None:
    """Put the taker in charge of those that the taker sees, nobody of the others."""
    if not cases:
        return
    ids = [case.pk for case in cases]
    seen = set(Case.objects.visible_to(taker).filter(pk__in=ids).values_list("pk", flat=True))
    for owner, moved in (
        (taker, [case for case in cases if case.pk in seen]),
        (None, [case for case in cases if case.pk not in seen]),
    ):
        append_note_to_all(
            moved,
            Action.ASSIGN,
            by=actor,
            actor=Actor.USER,
            now=timezone.now(),
            fields={"owner": owner},
        )
