"""Adding events: the only place where a case's history grows and its row follows."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _

from complaints.models import Actor, Case, CaseEvent
from complaints.replay import Event, Happened, ImpossibleError, Replay
from complaints.services.clocks import DERIVED, clocks_of, derive, play, save_clocks
from complaints.services.words import FOUND_BY, refresh_words
from complaints.states import BEGINNING, NOTES, State
from crm.accounts.models import User
from crm.accounts.services import Refused


def lock_people(*people: User | int | None) -> dict[int, User]:
    """Who acts and who is to be in charge, before the case and in one order.

    Deactivating a user locks the user first and then the cases: nobody is put in charge who is
    just leaving, and neither waits for the other for ever.
    """
    ids = {person.pk if isinstance(person, User) else person for person in people if person}
    if not ids:
        return {}
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=ids)
    return {user.pk: user for user in rows.order_by("pk")}


def lock_with(pk: int, other: int | None) -> Case:
    """The case together with another one, as the target of a merge: always in one order."""
    if other and other < pk:
        _lock_row(other)
    locked = lock(pk)
    if other and other > pk:
        _lock_row(other)
    return locked


def _lock_row(pk: int) -> None:
    Case.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk").first()


def lock(pk: int) -> Case:
    """The case, for this transaction alone; everybody else waits."""
    return (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("terms", "customer", "contact", "owner")
        .get(pk=pk)
    )


def append(
    case: Case,
    action: str,
    *,
    by: User | None,
    actor: str,
    now: dt.datetime,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Add an event to a locked case, set its fields, and derive row and clocks anew."""
    known = list(case.events.order_by("seq"))
    at = max(now, known[-1].at) if known else now
    content = dict(data or {}) | ({"values": plain(fields)} if fields else {})
    before = case.state if known else BEGINNING
    played = _played(case, [*known, Event(action, at, actor, content)])
    event = CaseEvent.objects.create(
        case=case,
        seq=len(known) + 1,
        follows=len(known) or None,
        action=action,
        before=before,
        after=played.state,
        at=at,
        by=by,
        actor=actor,
        reason=reason,
        data=content,
    )
    for name, value in (fields or {}).items():
        setattr(case, name, value)
    clocks = clocks_of(case)
    derive(case, played, clocks, at)
    case.save(update_fields={*DERIVED, *(fields or ())})
    save_clocks(clocks.values())
    if not known or not set(FOUND_BY).isdisjoint(fields or ()):
        refresh_words([case.pk])
    return event


def _played(case: Case, events: Sequence[Happened]) -> Replay:
    try:
        return play(case, events)
    except ImpossibleError:
        raise impossible(case) from None


def impossible(case: Case) -> Refused:
    return Refused(
        _("This is not possible: the case is in the state “%(state)s”.")
        % {"state": State(case.state).label}
    )


def append_note_to_all(
    cases: Iterable[Case],
    action: str,
    *,
    by: User | None,
    actor: str,
    now: dt.datetime,
    fields: Mapping[str, Any],
) -> list[int]:
    """The same note on many locked cases, set-based; the caller derives what depends on it."""
    assert action in NOTES
    cases = list(cases)
    last = dict(
        CaseEvent.objects.filter(case__in=cases, seq=F("case__last_seq")).values_list("case", "at")
    )
    CaseEvent.objects.bulk_create(
        (
            CaseEvent(
                case=case,
                seq=case.last_seq + 1,
                follows=case.last_seq,
                action=action,
                before=case.state,
                after=case.state,
                at=max(now, last[case.pk]),
                by=by,
                actor=actor,
                data={"values": plain(fields), "was": plain(_present(case, fields))},
            )
            for case in cases
        ),
        batch_size=1_000,
    )
    ids = [case.pk for case in cases]
    Case.objects.filter(pk__in=ids).update(last_seq=F("last_seq") + 1, **fields)
    return ids


def _present(case: Case, fields: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(case, Case._meta.get_field(name).attname) for name in fields}


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a case as JSON keeps them: numbers of rows, amounts as texts."""
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.isoformat()
    # Members of choices are written as what they stand for.
    return str(value) if isinstance(value, str) else value


def by_of(actor: str, by: User | None) -> User | None:
    """Customers and the system have no user."""
    return by if actor == Actor.USER else None
