"""Cases of a user who leaves: somebody else is in charge of them in the same step."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Actor, Case
from complaints.services.events import append_note_to_all
from complaints.states import Action
from crm.accounts.models import User
from crm.accounts.services import Refused


def count_open(user: User) -> int:
    """Open cases that the user is in charge of."""
    return Case.objects.open().owned_by(user).count()


@transaction.atomic
def hand_over(*, actor: User, giver: User, taker: User | None) -> int:
    """Move the open cases to the taker; those that the taker does not see wait for somebody.

    The caller has locked the giver's row, so that no case comes to the giver meanwhile.
    """
    cases = list(
        Case.objects.open()
        .owned_by(giver)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    if not cases:
        return 0
    if taker is None:
        raise Refused(_("Choose who takes over."), "taker")
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
    return len(cases)
