"""Corrective actions: planned with a complaint, done by a day, checked later for their effect."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Case, CorrectiveAction
from complaints.services.events import lock, lock_people
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform.edits import save_version
from crm.platform.models import Installation
from customers.models import Notice
from customers.services.following import tell

State = CorrectiveAction.State
# Unless somebody says otherwise: days for the change, and after it until its effect shows.
USUAL_DAYS = 30
UNTIL_CHECK = dt.timedelta(days=60)
SOON = dt.timedelta(days=3)
WEEK = 7
MORNING = 7  # notices come from this hour on, on the clocks of the installation


def check_given(case: Case, by: User, data: Mapping[str, Any]) -> None:
    """A grave complaint is resolved when something is changed on our side, or is going to be."""
    given = data.get("corrective")
    if given is None:
        if rights.needs_corrective_action(case) and not case.corrective_actions.exists():
            raise Refused(
                _("Say what is changed on our side, so that it does not come again."),
                "corrective_what",
            )
        return
    if not str(given.get("what") or "").strip():
        raise Refused(_("Say what is changed on our side."), "corrective_what")
    due_on = parse_date(str(given.get("due_on")))
    if due_on is None or due_on.year > dt.MAXYEAR - 1:  # the check comes after it
        raise Refused(_("Say until when it is changed."), "corrective_due_on")
    if not User.objects.active().filter(pk=given.get("owner") or 0).exists():
        raise Refused(_("Choose who does it."), "corrective_owner")


def plan_given(case: Case, by: User, given: Mapping[str, Any]) -> CorrectiveAction:
    """The one that came with resolving the case."""
    due_on = parse_date(given["due_on"])
    values = {
        "what": given["what"],
        "owner": User.objects.get(pk=given["owner"]),
        "due_on": due_on,
        "check_on": due_on + UNTIL_CHECK,
    }
    return plan(case=case, by=by, values=values)


@transaction.atomic
def plan(*, case: Case, by: User, values: Mapping[str, Any]) -> CorrectiveAction:
    """A new one; the same click sent twice makes one."""
    people = lock_people(by, values["owner"])
    _check_owner(case, people[values["owner"].pk])
    lock(case.pk)
    same = {name: values[name] for name in ("what", "owner", "due_on")}
    if twin := case.corrective_actions.to_do().filter(made_by=by, **same).first():
        return twin
    action = CorrectiveAction.objects.create(case=case, made_by=by, **values)
    _tell(action, "given", by)
    return action


@transaction.atomic
def edit(*, by: User, pk: int, version: int, values: Mapping[str, Any]) -> CorrectiveAction:
    """Write the values, unless somebody saved since (NewerChange); notes who closed and judged."""
    people = lock_people(by, values["owner"])
    before = CorrectiveAction.objects.select_for_update(of=("self",)).get(pk=pk)
    if before.owner_id != values["owner"].pk:
        _check_owner(before.case, people[values["owner"].pk])
    now = timezone.now()
    noted: dict[str, Any] = {"closed_at": None, "checked_by": None, "checked_at": None}
    if values.get("state", State.OPEN) != State.OPEN:
        noted["closed_at"] = before.closed_at or now
    if verdict := values.get("verdict"):
        stands = before.verdict == verdict
        noted["checked_by"] = before.checked_by if stands else by
        noted["checked_at"] = before.checked_at if stands else now
    rows = CorrectiveAction.objects.all()
    action = save_version(rows, pk, version, {**values, **noted})
    if action.is_open and action.owner_id != before.owner_id:
        _tell(action, "given", by)
    return action


def _check_owner(case: Case, owner: User) -> None:
    if not owner.is_active:
        raise Refused(_("%(name)s can't sign in any more.") % {"name": owner}, "owner")
    if not rights.sees(owner, case.customer_id):
        raise Refused(_("%(name)s does not see this customer.") % {"name": owner}, "owner")


def remind_due() -> int:
    """From the morning on: tell of what is due soon, late, or to be checked; returns how many.

    What is late is told again each week. A notice is once a user and cause, so it may be asked for
    as often as one likes.
    """
    now = timezone.now().astimezone(Installation.cached().zone)
    if now.hour < MORNING:
        return 0
    today, told = now.date(), 0
    rows = CorrectiveAction.objects.select_related("case__customer", "owner", "made_by")
    for action in rows.to_do().filter(due_on__lte=today + SOON).iterator(500):
        late = (today - action.due_on).days
        what = f"late:{action.due_on}:{late // WEEK}" if late > 0 else f"due:{action.due_on}"
        told += _tell(action, what)
    for action in rows.to_check().filter(check_on__lte=today).iterator(500):
        weeks = (today - action.check_on).days // WEEK
        told += _tell(action, f"check:{action.check_on}:{weeks}")
    return told


def _tell(action: CorrectiveAction, what: str, by: User | None = None) -> int:
    """Who does it hears of it; of a check also who asked for the change."""
    users = {action.owner, action.made_by} if what.startswith("check") else {action.owner}
    customer = action.case.customer_id
    return tell(
        users=[user for user in users if user.is_active and rights.sees(user, customer)],
        customer=action.case.customer,
        kind=Notice.Kind.CORRECTIVE,
        cause=f"corrective:{action.pk}:{what}",
        text=action.what,
        by=by,
    )
