"""Signals of complaints and of answers to surveys."""

from django.utils.translation import gettext, ngettext

from complaints.models import Severity
from lifecycle.signal_words.figures import date
from lifecycle.signal_words.figures import days as days_words

DAY = 24  # hours
# Up to here lateness is told in hours.
FEW_HOURS = 48
DETRACTOR = 6  # of 10
FAR_BELOW = 12  # of 100: the lowest of five and of seven points


def complaint_open(evidence: dict) -> str:
    cases, days = evidence["cases"], evidence["days"]
    if cases > 1:
        words = ngettext(
            "%(cases)d complaint open, the oldest for %(time)s",
            "%(cases)d complaints open, the oldest for %(time)s",
            cases,
        ) % {"cases": cases, "time": days_words(days)}
    elif days:
        words = gettext("Complaint open for %(time)s") % {"time": days_words(days)}
    else:
        words = gettext("Complaint open since the last day")
    severity = evidence.get("severity")
    if severity not in (Severity.MAJOR, Severity.CRITICAL):
        return words
    return gettext("%(words)s (%(severity)s)") % {
        "words": words,
        "severity": Severity(severity).label.lower(),
    }


def complaint_late(evidence: dict) -> str:
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


def low_score(evidence: dict) -> str:
    day = date(evidence["on"])
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


def complaint_repeated(evidence: dict) -> str:
    values = {"cases": evidence["cases"], "time": days_words(max(1, evidence["days"]))}
    if evidence["same"]:
        return gettext("%(cases)d complaints about the same within %(time)s") % values
    return gettext("%(cases)d complaints within %(time)s") % values


def complaint_reopened(evidence: dict) -> str:
    values = {"date": date(evidence["on"])}
    if evidence["open"]:
        return gettext("Complaint opened again on %(date)s") % values
    return gettext("Complaint opened again on %(date)s, solved since") % values


def complaint_silence(evidence: dict) -> str:
    return gettext(
        "No order for %(days)d days, since a complaint (%(date)s); usually every %(gap)d"
    ) % {
        "days": evidence["days"],
        "date": date(evidence["on"]),
        "gap": max(1, round(evidence["usual_gap"])),
    }


def score_falling(evidence: dict) -> str:
    return gettext("Satisfaction index %(now)d of 100 (%(date)s), %(before)d the time before") % {
        "now": evidence["now"],
        "before": evidence["before"],
        "date": date(evidence["on"]),
    }


def below_others(evidence: dict) -> str:
    values = {"score": evidence["score"], "date": date(evidence["on"])}
    if evidence["score"] <= FAR_BELOW:
        return gettext("Far below its other suppliers: %(score)d of 100 (%(date)s)") % values
    return gettext("Below its other suppliers: %(score)d of 100, equal is 50 (%(date)s)") % values


def stopped_answering(evidence: dict) -> str:
    return ngettext(
        "Asked in %(asked)d survey without answer, the last answer is of %(date)s",
        "Asked in %(asked)d surveys without answer, the last answer is of %(date)s",
        evidence["asked"],
    ) % {"asked": evidence["asked"], "date": date(evidence["last_answer"])}


def _hours(hours: int) -> str:
    if hours > FEW_HOURS:
        return days_words(round(hours / DAY))
    return ngettext("%d hour", "%d hours", hours) % hours
