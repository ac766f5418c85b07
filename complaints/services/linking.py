"""Cases that belong together: both say so in their history, and each is found from the other."""

from typing import Any

from django.utils.translation import gettext as _

from complaints.models import Case, CaseEvent, CaseLink
from complaints.services.events import append, lock
from complaints.states import Action
from crm.accounts.models import User
from crm.accounts.services import Refused


def check_link(case: Case, by: User | None, data: dict[str, Any]) -> None:
    """Another case that who links may see, and that is not linked yet."""
    seen = Case.objects.visible_to(by) if by else Case.objects.all()
    other = seen.filter(pk=data.get("linked") or 0).first()
    if other is None:
        raise Refused(_("Choose the case that it belongs to."), "linked")
    if other.pk == case.pk:
        raise Refused(_("A case can't be linked to itself."), "linked")
    if _rows(case.pk, other.pk).exists():
        raise Refused(_("The two are linked already."), "linked")
    data["linked"] = other.pk


def check_unlink(case: Case, data: dict[str, Any]) -> None:
    if not _rows(case.pk, data.get("linked") or 0).exists():
        raise Refused(_("The two are not linked."), "linked")


def keep(case: Case, event: CaseEvent) -> None:
    """After the event on the one: the same on the other, and the row that pages look up.

    The caller has locked both cases.
    """
    other = lock(event.data["linked"])
    append(
        other,
        event.action,
        by=event.by,
        actor=event.actor,
        now=event.at,
        reason=event.reason,
        data={"linked": case.pk},
    )
    rows = _rows(case.pk, other.pk)
    if event.action == Action.UNLINK:
        rows.delete()
    else:
        one, two = sorted((case.pk, other.pk))
        CaseLink.objects.create(one_id=one, other_id=two)


def _rows(pk: int, other: int):
    one, two = sorted((pk, other))
    return CaseLink.objects.filter(one=one, other=two)


def linked_to(case: Case, user: User) -> list[Case]:
    """The cases linked with it that this person sees, the newest first."""
    linked = Case.objects.visible_to(user).linked_to(case)
    return list(linked.select_related("owner").order_by("-pk"))
