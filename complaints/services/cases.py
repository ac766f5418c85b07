"""Logging a case."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Actor, Case, Severity
from complaints.models.cases import TITLE_LENGTH
from complaints.services import mails
from complaints.services.events import append, by_of, lock_people
from complaints.services.needs import check_category, clean_fields, tier_of
from complaints.services.terms import current_terms
from complaints.states import Action
from crm.accounts.models import User
from crm.accounts.services import Refused

# Clocks of browsers go wrong by a little.
AHEAD = dt.timedelta(minutes=1)
# Who complains of what is longer ago means another case.
LONGEST_AGO = dt.timedelta(days=3650)
# Up to its end; a full stop near the beginning belongs to an abbreviation.
SENTENCE = re.compile(r".+?(?:(?<=.{12}[.!?])(?=\s|$)|[。！？]|$)")
# What the first event says of the case, beside its tier.
IN_EVENT = ("customer", "severity", "category", "owner")


@transaction.atomic
def log_case(
    *,
    by: User | None,
    values: Mapping[str, Any],
    submission: UUID | None = None,
    actor: str = Actor.USER,
    data: Mapping[str, Any] | None = None,
    now: dt.datetime | None = None,
) -> Case:
    """A new case from fields of `Case`; the same submission again gives the same case.

    Without `received_at` it was received now, without `title` its first sentence is one.
    """
    now, by = now or timezone.now(), by_of(actor, by)
    if logged := _logged(submission, by):
        return logged
    if not rights.may(by, Action.LOG, None, actor):
        raise PermissionDenied
    lock_people(by, values.get("owner"))
    case = Case(logged_by=by, submission=submission)
    _fill(case, values, now)
    _check(case, by, now)
    case.terms, case.tier = current_terms(), tier_of(case.customer_id)
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError:
        # The same form, sent twice at once: the other one was faster.
        if logged := _logged(submission, by):
            return logged
        raise
    event = append(case, Action.LOG, by=by, actor=actor, now=now, data=data, fields=_in_event(case))
    if case.severity == Severity.CRITICAL:
        mails.alert_critical(case, event)
    return case


def _logged(submission: UUID | None, by: User | None) -> Case | None:
    """What the same person logged with it; somebody else's words are not taken for it."""
    case = submission and Case.objects.filter(submission=submission).first()
    if not case or case.logged_by_id == (by and by.pk):
        return case or None
    if by and not rights.sees(by, case.customer_id):
        raise PermissionDenied
    # Only from an answer to a survey do two people's forms get the same submission.
    raise Refused(_("This answer was logged before, as %(case)s.") % {"case": case})


def _fill(case: Case, values: Mapping[str, Any], now: dt.datetime) -> None:
    given = {name: value for name, value in values.items() if value is not None}
    for name, value in clean_fields(case, given).items():
        setattr(case, name, value)
    case.received_at = values.get("received_at") or now
    if now < case.received_at <= now + AHEAD:
        case.received_at = now
    case.title = case.title or title_of(case.description)


def _check(case: Case, by: User | None, now: dt.datetime) -> None:
    if not case.description.strip():
        raise Refused(_("Write down what happened."), "description")
    if case.received_at > now:
        raise Refused(_("This time has not come yet."), "received_at")
    if case.received_at < now - LONGEST_AGO:
        raise Refused(_("This is too long ago."), "received_at")
    check_category(case.kind, case.category)
    if case.contact_id and case.contact.customer_id != case.customer_id:
        raise Refused(_("This contact belongs to another customer."), "contact")
    if not case.customer_id:
        if not case.caller_name.strip():
            raise Refused(_("Find the customer, or write who it was."), "caller_name")
        if by and not by.sees_all_customers:
            raise Refused(_("Find the customer first."), "customer")
    elif by and not rights.sees(by, case.customer_id):
        raise PermissionDenied
    if case.owner_id:
        _check_owner(case)


def _check_owner(case: Case) -> None:
    """Read anew, since it is locked: a case is never left to who has gone."""
    owner = User.objects.get(pk=case.owner_id)
    if not owner.is_active or not rights.sees(owner, case.customer_id):
        raise Refused(_("%(name)s can't be in charge here.") % {"name": owner}, "owner")


def _in_event(case: Case) -> dict[str, Any]:
    said = {name: getattr(case, name) for name in IN_EVENT}
    return {name: value for name, value in said.items() if value} | {"tier": case.tier}


def title_of(description: str) -> str:
    """The first sentence, cut at a word where it is long."""
    line = next((line.strip() for line in description.splitlines() if line.strip()), "")
    found = SENTENCE.match(line)
    sentence = found.group().rstrip(".。") if found else line
    if len(sentence) <= TITLE_LENGTH:
        return sentence or line[:TITLE_LENGTH]
    cut = sentence[: TITLE_LENGTH - 1]
    head, _space, tail = cut.rpartition(" ")
    # Languages without spaces are cut at a character.
    return f"{(head if len(tail) < TITLE_LENGTH // 3 and head else cut).rstrip()}…"
