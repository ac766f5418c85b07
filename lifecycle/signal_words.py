"""The evidence of a churn signal as a sentence, by kind."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from complaints.models import Severity
from customers.models.standing import SignalKind

DAY = 24  # hours
# Up to here lateness is told in hours.
FEW_HOURS = 48
DETRACTOR = 6  # of 10


def signal_words(kind: str, evidence: dict) -> str:
    return WORDS[kind](evidence)


def _silent(evidence: dict) -> str:
    days, gap = round(evidence["days_since"]), evidence.get("usual_gap")
    if not gap:
        return ngettext("No order for %d day", "No order for %d days", days) % days
    return ngettext(
        "No order for %(days)d day, usually every %(gap)d",
        "No order for %(days)d days, usually every %(gap)d",
        days,
    ) % {"days": days, "gap": max(1, round(gap))}


def _volume_down(evidence: dict) -> str:
    fall = {"percent": round(-100 * evidence["change"])}
    if evidence.get("kind") == "slowly":
        return gettext("Volume falling for four quarters, %(percent)d %% in all") % fall
    return gettext("Volume down %(percent)d %% against its own level") % fall


def _complaint_open(evidence: dict) -> str:
    cases, days = evidence["cases"], evidence["days"]
    if cases > 1:
        words = ngettext(
            "%(cases)d complaint open, the oldest for %(time)s",
            "%(cases)d complaints open, the oldest for %(time)s",
            cases,
        ) % {"cases": cases, "time": _days(days)}
    elif days:
        words = gettext("Complaint open for %(time)s") % {"time": _days(days)}
    else:
        words = gettext("Complaint open since the last day")
    severity = evidence.get("severity")
    if severity not in (Severity.MAJOR, Severity.CRITICAL):
        return words
    return gettext("%(words)s (%(severity)s)") % {
        "words": words,
        "severity": Severity(severity).label.lower(),
    }


def _complaint_late(evidence: dict) -> str:
    cases = evidence["cases"]
    values = {"cases": cases, "time": _hours(evidence["hours"])}
    if evidence.get("solved"):
        if cases == 1:
            return gettext("Complaint resolved %(time)s too late") % values
        return (
            ngettext(
                "%(cases)d complaint resolved too late, at most by %(time)s",
                "%(cases)d complaints resolved too late, at most by %(time)s",
                cases,
            )
            % values
        )
    if cases == 1:
        return gettext("Complaint %(time)s past its deadline") % values
    return (
        ngettext(
            "%(cases)d complaint past its deadline, at most by %(time)s",
            "%(cases)d complaints past their deadline, at most by %(time)s",
            cases,
        )
        % values
    )


def _low_score(evidence: dict) -> str:
    day = date_format(dt.date.fromisoformat(evidence["on"]), "SHORT_DATE_FORMAT")
    recommend, index = evidence.get("recommend"), evidence.get("index")
    if recommend is not None and recommend <= DETRACTOR:
        return gettext("Recommends us with only %(score)d of 10 (%(date)s)") % {
            "score": recommend,
            "date": day,
        }
    if index is None:
        return gettext("Very dissatisfied on one point (%(date)s)") % {"date": day}
    return gettext("Very dissatisfied on one point, index %(index)d of 100 (%(date)s)") % {
        "index": index,
        "date": day,
    }


def _days(days: int) -> str:
    return ngettext("%d day", "%d days", days) % days


def _hours(hours: int) -> str:
    if hours > FEW_HOURS:
        return _days(round(hours / DAY))
    return ngettext("%d hour", "%d hours", hours) % hours


WORDS = {
    SignalKind.SILENT: _silent,
    SignalKind.VOLUME_DOWN: _volume_down,
    SignalKind.COMPLAINT_OPEN: _complaint_open,
    SignalKind.COMPLAINT_LATE: _complaint_late,
    SignalKind.LOW_SCORE: _low_score,
}
