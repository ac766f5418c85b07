"""The steps that time itself takes, on many locked cases at once: the end of waiting, closing.

What `services.actions.act` asks of a person is settled here by which cases are taken: the system
may do both, and neither needs anything beside.
"""

import datetime as dt
from collections.abc import Sequence

from complaints.models import Actor, Case, CaseEvent, Clock
from complaints.services.clocks import (
    OF_CLOCK,
    closes_at,
    derive,
    histories,
    play,
    save_clocks,
    save_rows,
)
from complaints.services.following import tell_of_moves
from complaints.states import WAITING, Action, State


def move_on(cases: Sequence[Case], now: dt.datetime) -> None:
    """Go on with cases that have waited long enough, close what is long resolved."""
    steps = [(case, step) for case in cases if (step := _step(case, now))]
    if not steps:
        return
    moved = [case for case, _step in steps]
    events, clocks = histories([case.pk for case in moved])
    added, changed = [], []
    for case, step in steps:
        known, own = events[case.pk], clocks[case.pk]
        event = _event(case, step, max(now, known[-1].at))
        before = {which: _content(clock) for which, clock in own.items()}
        played = play(case, [*known, event])
        event.after = played.state
        derive(case, played, own, event.at)
        added.append(event)
        # Most clocks have ended long before.
        changed += [clock for which, clock in own.items() if _content(clock) != before.get(which)]
    CaseEvent.objects.bulk_create(added)
    save_rows(moved)
    save_clocks(changed)
    tell_of_moves(added)


def _step(case: Case, now: dt.datetime) -> Action | None:
    if case.state in WAITING and case.waiting_until and case.waiting_until <= now:
        return Action.GO_ON
    if case.state == State.RESOLVED and closes_at(case) <= now:
        return Action.CLOSE
    return None


def _event(case: Case, action: Action, at: dt.datetime) -> CaseEvent:
    """The next one of the case, but for the state that it leads to."""
    return CaseEvent(
        case=case,
        seq=case.last_seq + 1,
        follows=case.last_seq,
        action=action,
        before=case.state,
        at=at,
        actor=Actor.SYSTEM,
    )


def _content(clock: Clock) -> tuple:
    return tuple(getattr(clock, name) for name in OF_CLOCK)
