"""Cases of the demo company on their way into the tables, with state and clocks from their events.

What was due before the moment up to which a life is told counts as told of: no mail of the past
leaves. From then on the minute's sweep goes on by itself.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from complaints.models import Actor, Case, CaseEvent, Category, Clock, RootCause
from complaints.services.clocks import (
    DERIVED,
    MOST_REMINDERS,
    Clocks,
    derive,
    play,
    save_clocks,
    wake_at,
)
from complaints.services.terms import current_terms
from complaints.services.words import refresh_words
from complaints.states import BEGINNING, NOTES, SOLVED, after
from crm.accounts.models import User
from crm.demo import lives
from crm.demo.bulk import copy_models, new_ids
from customers.models import Touchpoint

# A closed case may be opened again so long after it ended.
AGAIN = dt.timedelta(days=20)
# The fields that events set, where the event names what the row keeps as a number.
RELATED = ("category", "owner", "root_cause")


@dataclass(frozen=True)
class Names:
    """Ids by what the lives call them."""

    customers: pd.Series  # by ordinal
    contacts: pd.Series  # by the row of the people
    products: Mapping[str, int]
    users: Mapping[str, int]
    lists: Mapping[str, Mapping[str, int]]  # by field, then by code

    @classmethod
    def read(
        cls, customers: pd.Series, contacts: pd.Series, products: Mapping[str, int]
    ) -> "Names":
        users = dict(User.objects.active().values_list("username", "pk"))
        models_of = {"category": Category, "root_cause": RootCause, "touchpoint": Touchpoint}
        codes = {
            name: dict(model.objects.values_list("code", "pk")) for name, model in models_of.items()
        }
        return cls(customers, contacts, products, users, codes | {"owner": users})

    def knows(self, case: lives.Case) -> bool:
        """Everybody in it is there still: customers may be merged and users leave."""
        people = {step.by for step in case.steps if step.by}
        return case.ordinal in self.customers.index and people <= set(self.users)

    def values(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """Fields with ids for names; an entry of a list that was deleted is nobody's."""
        return {
            name: self.lists[name].get(value) if name in RELATED else value
            for name, value in named.items()
        }


def add_cases(
    cases: Iterable[lives.Case],
    names: Names,
    tier_of: Callable[[lives.Case], str],
    until: dt.datetime,
) -> int:
    """Cases logged before `until` that are not there yet, as they stand then; says how many."""
    fresh = [case for case in cases if case.steps[0].at < until and names.knows(case)]
    keys = [case.key for case in fresh]
    there = _ids_of(keys)
    fresh = [case for case in fresh if case.key not in there]
    ids = there | dict(zip([case.key for case in fresh], new_ids(Case, len(fresh)), strict=True))
    terms, rows, events, clocks = current_terms(), [], [], []
    for case in fresh:
        row = _row(case, ids[case.key], names, terms, tier_of(case))
        steps = [step for step in case.steps if step.at < until]
        told = list(_events(steps, row, names, ids, case.received_at))
        of_case: Clocks = {}
        _settle(row, told, of_case, until)
        rows.append(row)
        events += told
        clocks += of_case.values()
    for found in (rows, events, clocks):
        copy_models(found)
    refresh_words([row.pk for row in rows])
    return len(rows)


def _ids_of(keys: Sequence) -> dict:
    return dict(Case.objects.filter(submission__in=keys).values_list("submission", "pk"))


def _row(case: lives.Case, pk: int, names: Names, terms, tier: str) -> Case:
    """The case as it was logged."""
    log = case.steps[0]
    row = Case(
        pk=pk,
        kind=case.kind,
        customer_id=int(names.customers[case.ordinal]),
        contact_id=None if case.contact < 0 else int(names.contacts[case.contact]),
        title=case.title,
        description=case.description,
        channel=case.channel,
        received_at=case.received_at,
        category_id=names.lists["category"].get(case.category),
        touchpoint_id=names.lists["touchpoint"].get(case.touchpoint),
        severity=case.severity,
        tier=tier,
        product_id=names.products.get(case.product),
        order_reference=case.order_reference,
        remedy_sought=case.remedy_sought,
        terms=terms,
        logged_by_id=names.users[log.by],
        submission=case.key,
        created_at=log.at,
    )
    row.last_seq = 0
    return row


def _events(
    steps: Sequence[lives.Step], row: Case, names: Names, ids: Mapping, least: dt.datetime
) -> Iterator[CaseEvent]:
    """Steps that follow on the last event of the row, not before `least`; sets its fields."""
    state, seq = row.state if row.last_seq else BEGINNING, row.last_seq
    for step in steps:
        data = dict(step.data)
        if "values" in data:
            data["values"] = names.values(data["values"])
            for name, value in data["values"].items():
                setattr(row, Case._meta.get_field(name).attname, value)
        if state == BEGINNING:
            own = {"customer": row.customer_id, "category": row.category_id, "tier": row.tier}
            data["values"] = own | data["values"]
        if "target" in data:
            data["target"] = ids[data["target"]]
        before, state, seq = state, after(step.action, state), seq + 1
        yield CaseEvent(
            case=row,
            seq=seq,
            follows=seq - 1 or None,
            action=step.action,
            before=before,
            after=state,
            at=max(step.at, least),
            by_id=names.users[step.by] if step.by else None,
            actor=step.actor,
            reason=step.reason,
            data=data,
        )


def _settle(row: Case, events: Sequence[CaseEvent], clocks: dict, until: dt.datetime) -> None:
    """Row and clocks as the events say; what was due by then has been told of."""
    derive(row, play(row, events), clocks, until)
    for clock in clocks.values():
        end = clock.stopped_at or until
        if clock.warned_at is None and clock.warn_at and clock.warn_at <= end:
            clock.warned_at = clock.warn_at
        if clock.breached_at and not clock.reminders:
            clock.reminders, clock.reminded_at = MOST_REMINDERS, clock.breached_at
    running = [clock for clock in clocks.values() if clock.state == Clock.State.RUNNING]
    row.wake_at = wake_at(row, running)


def planned(since: dt.datetime) -> list[uuid.UUID]:
    """The keys of the demo company's cases that may go on from a moment."""
    still = Case.objects.open() | Case.objects.filter(state__in=SOLVED, ended_at__gt=since - AGAIN)
    keys = still.filter(submission__isnull=False).values_list("submission", flat=True)
    return [key for key in keys if lives.origin(key)]


def go_on(cases: Iterable[lives.Case], names: Names, since: dt.datetime, until: dt.datetime) -> int:
    """Add what the lives tell from `since` to `until`; returns how many cases it concerns.

    A case with which somebody else did something since goes its own way from there.
    """
    known = {case.key: case for case in cases if names.knows(case)}
    rows = Case.objects.select_for_update(of=("self",), no_key=True).select_related("terms")
    rows = list(rows.filter(submission__in=known).order_by("pk"))
    ids, changed, added, clocks = _ids_of([*_targets(known.values())]), [], [], []
    for row in rows:
        told = list(row.events.order_by("seq"))
        steps = known[row.submission].steps
        begun = sum(step.at < since for step in steps)
        place = _reached(told, steps, begun)
        due = [] if place is None else [step for step in steps[place:] if step.at < until]
        if fresh := list(_events(due, row, names, ids, told[-1].at)):
            of_case = {clock.kind: clock for clock in row.clocks.all()}
            _settle(row, [*told, *fresh], of_case, until)
            changed.append(row)
            added += fresh
            clocks += of_case.values()
    CaseEvent.objects.bulk_create(added)
    Case.objects.bulk_update(changed, _settable(added))
    save_clocks(clocks)
    return len(changed)


def _reached(told: Sequence[CaseEvent], steps: Sequence, begun: int) -> int | None:
    """How many steps of the planned life lie behind it; None where somebody did something else.

    The system's notes (a new tier) are no step, and what it does by itself in time (going on,
    closing) takes the place of the same step.
    """
    done = [event for event in told if event.actor != Actor.SYSTEM or event.action not in NOTES]
    own = done[begun:]
    if len(done) < begun or any(event.actor != Actor.SYSTEM for event in own):
        return None
    as_planned = [event.action for event in done] == [step.action for step in steps[: len(done)]]
    return len(done) if as_planned else None


def _targets(cases: Iterable[lives.Case]) -> Iterator:
    for case in cases:
        yield from (step.data["target"] for step in case.steps if "target" in step.data)


def _settable(events: Iterable[CaseEvent]) -> list[str]:
    """The columns that these events may have changed."""
    named = {name for event in events for name in event.data.get("values", {})}
    return sorted({*DERIVED, *named})
