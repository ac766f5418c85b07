"""What held when a case came in: policies and calendar, as they stood then."""

import datetime as dt
from collections.abc import Mapping
from functools import partial

from complaints.models import ClockKind, Policy, Terms
from complaints.replay import Targets
from complaints.worktime import WorkTime
from crm.platform.calendars import Week, default_calendar

POLICY_FIELDS = ("kind", "tier", "severity", *ClockKind.values)
# Where no policy matches, a case still has to be handled some time.
LAST_RESORT = {
    ClockKind.ACKNOWLEDGE: 2 * 60,
    ClockKind.FIRST_RESPONSE: 8 * 60,
    ClockKind.NEXT_RESPONSE: 8 * 60,
    ClockKind.RESOLUTION: 80 * 60,
}
# Terms seen by this process whose calendars are kept summed up.
MOST_KEPT = 50
_kept: dict[str, WorkTime] = {}
_rows: dict[int, Terms] = {}


def current_terms() -> Terms:
    """The terms of a case that comes in now."""
    return Terms.of(present_content())


def present_content() -> dict:
    """What they say."""
    calendar = default_calendar()
    named = calendar.days.exclude(name="").order_by("date", "pk").values_list("date", "name")
    return {
        "policies": list(Policy.objects.order_by("position").values(*POLICY_FIELDS)),
        "calendar": Week.of(calendar).to_dict(),
        "occasions": {date.isoformat(): name for date, name in named},
    }


def terms_of(pk: int) -> Terms:
    """By their number; they never change, so this process keeps those that it has read."""
    if pk not in _rows:
        if len(_rows) >= MOST_KEPT:
            _rows.clear()
        _rows[pk] = Terms.objects.get(pk=pk)
    return _rows[pk]


def occasions_of(terms: Terms) -> dict[dt.date, str]:
    """The names of exceptional days."""
    named = terms.content.get("occasions", {})
    return {dt.date.fromisoformat(date): name for date, name in named.items()}


def week_of(terms: Terms) -> Week:
    return Week.from_dict(terms.content["calendar"])


def work_of(terms: Terms) -> WorkTime:
    """The calendar of the terms, ready to count by; shared by all their cases."""
    work = _kept.get(terms.digest)
    if work is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        work = _kept[terms.digest] = WorkTime(week_of(terms))
    return work


def targets(terms: Terms, kind: str, tier: str, severity: str) -> dict[ClockKind, int]:
    """Minutes of business time for each clock: those of the first policy that matches."""
    case = {"kind": kind, "tier": tier, "severity": severity}
    for policy in terms.content["policies"]:
        if all(policy[name] in ("", value) for name, value in case.items()):
            return _minutes(policy)
    return dict(LAST_RESORT)


def _minutes(policy: Mapping) -> dict[ClockKind, int]:
    # Terms from before there was a next response take as long for it as for the first.
    known = {ClockKind.NEXT_RESPONSE: policy["first_response"]} | policy
    return {clock: known[clock] for clock in ClockKind}


def rules_of(pk: int, kind: str) -> tuple[Targets, WorkTime]:
    """What terms by their number say of a kind of case."""
    terms = terms_of(pk)
    return partial(targets, terms, kind), work_of(terms)
