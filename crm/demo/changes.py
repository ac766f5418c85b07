"""Corrective actions of the demo company: what it changes after grave complaints, and the effect.

What becomes of one is a function of the seed and of the key of its case: a later day goes on where
an earlier one ended. What somebody else has planned or written stays as it is.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from complaints.models import Case, CorrectiveAction
from complaints.rights import GRAVE
from complaints.states import SOLVED
from crm.accounts.models import User
from crm.demo import lives
from crm.demo.bulk import copy_models, new_ids
from crm.demo.case_words import pick
from crm.demo.change_words import CHANGES, DROPPED, FAILED, HELPED, OTHERWISE, Change, Text
from crm.demo.draws import midnight, stream

State, Verdict = CorrectiveAction.State, CorrectiveAction.Verdict
MANAGER = lives.MANAGER
# Days: from the complaint until it is due, from there until its effect is looked at.
DUE, CHECK = (30, 50), 60
EARLY, LATE = 12, 9  # done before or after the day
NEGLECTED, LONG = 0.08, 40  # some wait so many days more
CHECKED_WITHIN = 15
DROPS, FAILS = 0.06, 0.2
MORNING = dt.timedelta(hours=9)


@dataclass(frozen=True)
class Course:
    """What is changed, and what becomes of it when."""

    change: Change
    due_on: dt.date
    done_on: dt.date
    checked_on: dt.date
    is_dropped: bool
    has_failed: bool
    verdict: Text

    @property
    def check_on(self) -> dt.date:
        return self.due_on + dt.timedelta(days=CHECK)


def course(seed: int, key: uuid.UUID, category: str) -> Course:
    """Of the case with this key."""
    rng = stream(seed, "change", key.int & ((1 << 96) - 1))
    luck = iter(rng.random(7))
    begun = dt.date(1970, 1, 1) + dt.timedelta(days=lives.origin(key)[1])
    due_on = begun + dt.timedelta(days=DUE[0] + int((DUE[1] - DUE[0]) * next(luck)))
    days = int((EARLY + LATE) * next(luck)) - EARLY + (LONG if next(luck) < NEGLECTED else 0)
    looked = CHECK + int(CHECKED_WITHIN * next(luck))
    ends, fails = next(luck), next(luck)
    chosen = next(luck)
    return Course(
        change=pick(CHANGES.get(category, CHANGES[OTHERWISE]), chosen),
        due_on=due_on,
        done_on=due_on + dt.timedelta(days=days),
        checked_on=due_on + dt.timedelta(days=max(looked, days + 1)),
        is_dropped=ends < DROPS,
        has_failed=fails < FAILS,
        verdict=pick(FAILED if fails < FAILS else HELPED, chosen),
    )


def keep_changes(seed: int, until: dt.date) -> int:
    """Those of the demo company's grave complaints as they stand before `until`; how many new."""
    manager = User.objects.filter(username=MANAGER).first()
    _go_on(seed, manager, until)
    solved = Case.objects.complaints().filter(
        severity__in=GRAVE,
        state__in=SOLVED,
        owner__isnull=False,
        submission__isnull=False,
        corrective_actions=None,
    )
    cases = [
        case
        for case in solved.select_related("owner", "category").order_by("pk")
        if lives.origin(case.submission)
    ]
    rows = [
        _row(seed, case, pk, manager, until)
        for case, pk in zip(cases, new_ids(CorrectiveAction, len(cases)), strict=True)
    ]
    copy_models(rows)
    return len(rows)


def _row(seed: int, case: Case, pk: int, manager: User | None, until: dt.date) -> CorrectiveAction:
    planned = course(seed, case.submission, _category(case))
    row = CorrectiveAction(
        pk=pk,
        case=case,
        what=_said(planned.change.what, case.owner),
        aim=_said(planned.change.aim, case.owner),
        owner=case.owner,
        due_on=planned.due_on,
        check_on=planned.check_on,
        made_by=case.owner,
        made_at=case.resolved_at,
    )
    _settle(row, planned, manager, until)
    return row


def _go_on(seed: int, manager: User | None, until: dt.date) -> None:
    """What was done and judged since, of those that nobody else has touched."""
    live = CorrectiveAction.objects.to_do() | CorrectiveAction.objects.to_check()
    rows = live.filter(version=1, case__submission__isnull=False)
    changed = []
    for row in rows.select_related("case__category", "owner"):
        if not lives.origin(row.case.submission):
            continue
        planned = course(seed, row.case.submission, _category(row.case))
        if (row.what, row.due_on) == (_said(planned.change.what, row.owner), planned.due_on):
            _settle(row, planned, manager, until)
            changed.append(row)
    columns = ("state", "result", "closed_at", "verdict", "verdict_words")
    CorrectiveAction.objects.bulk_update(changed, [*columns, "checked_by", "checked_at"])


def _settle(row: CorrectiveAction, planned: Course, manager: User | None, until: dt.date) -> None:
    """The row as it stands at the beginning of a day."""
    if planned.done_on >= until:
        return
    result = DROPPED if planned.is_dropped else planned.change.result
    row.state = State.DROPPED if planned.is_dropped else State.DONE
    row.result = _said(result, row.owner)
    row.closed_at = max(midnight(planned.done_on) + MORNING, row.made_at)
    if planned.is_dropped or planned.checked_on >= until or manager is None:
        return
    row.verdict = Verdict.INEFFECTIVE if planned.has_failed else Verdict.EFFECTIVE
    row.verdict_words = _said(planned.verdict, manager)
    row.checked_by, row.checked_at = manager, midnight(planned.checked_on) + MORNING


def _category(case: Case) -> str:
    return case.category.code if case.category else OTHERWISE


def _said(text: Text, by: User) -> str:
    return text[0 if by.language.startswith("zh") else 1]
