"""What held when a case came in: policies and calendar, as they stood then."""

from complaints.models import ClockKind, Policy, Terms
from complaints.worktime import WorkTime
from crm.platform.calendars import Week, default_calendar

POLICY_FIELDS = ("kind", "tier", "severity", *ClockKind.values)
# Where no policy matches, a case still has to be handled some time.
LAST_RESORT = {
    ClockKind.ACKNOWLEDGE: 2 * 60,
    ClockKind.FIRST_RESPONSE: 8 * 60,
    ClockKind.RESOLUTION: 80 * 60,
}
# Terms seen by this process whose calendars are kept summed up.
MOST_KEPT = 50
_kept: dict[str, WorkTime] = {}


def current_terms() -> Terms:
    """The terms of a case that comes in now."""
    return Terms.of(
        {
            "policies": list(Policy.objects.order_by("position").values(*POLICY_FIELDS)),
            "calendar": Week.of(default_calendar()).to_dict(),
        }
    )


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
            return {clock: policy[clock] for clock in ClockKind}
    return dict(LAST_RESORT)
