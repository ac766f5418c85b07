"""Two questions of managers, answered from the company's own data where it is enough."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.platform.words import decimal, percent, whole
from satisfaction.analytics import Estimate
from satisfaction.services.groups import FEW, Group
from satisfaction.services.sums import (
    DETRACTORS,
    IN_TIME,
    LATE,
    NO_COMPLAINT,
    PASSIVES,
    PROMOTERS,
)
from satisfaction.views import words
from satisfaction.views.charts import comparison, ends


def _nobody(key: str) -> Group:
    return Group("", key)


def complaint_labels() -> dict[str, str]:
    return {
        NO_COMPLAINT: _("No complaint"),
        IN_TIME: _("Complaint resolved in time"),
        LATE: _("Complaint late or still open"),
    }


def attitude_labels() -> dict[str, str]:
    return {
        PROMOTERS: _("Promoters (9, 10)"),
        PASSIVES: _("Passives (7, 8)"),
        DETRACTORS: _("Detractors (0 to 6)"),
    }


def slow_answers(groups: Mapping[str, Group]) -> dict | None:
    """Satisfaction of customers by what became of their complaints in the half-year before."""
    labels = complaint_labels()
    found = [groups.get(key) or _nobody(key) for key in labels]
    if not sum(group.customers for group in found):
        return None
    urls = [words.responses_url(complaint=key) for key in labels]
    return {
        "title": _slow_title(*found),
        "is_few": any(group.is_few for group in found),
        "data": {
            "labels": list(labels.values()),
            "series": [
                {
                    "name": _("Satisfaction index"),
                    **ends([group.index for group in found]),
                    "hrefs": urls,
                }
            ],
            "least": 0,
            "most": 100,
        },
        "head": [
            _("Before the answer"),
            _("Index"),
            _("Interval (95 %)"),
            _("NPS"),
            _("Interval (95 %)"),
            _("Customers"),
        ],
        "rows": [
            [{"text": label, "href": url}, *_told(group)]
            for label, url, group in zip(labels.values(), urls, found, strict=True)
        ],
    }


def _told(group: Group) -> list[str]:
    """Index and NPS with their intervals, and of how many customers."""
    return [
        words.score(group.index.value),
        words.between(group.index),
        words.score(group.nps.value),
        words.between(group.nps),
        whole(group.customers),
    ]


def _slow_title(none: Group, in_time: Group, late: Group) -> str:
    if late.is_few:
        return _("Too few to tell: %(n)s had a complaint late or still open") % {
            "n": whole(late.customers)
        }
    rest = none if in_time.is_few else in_time
    if rest.is_few:
        return _("Too few to tell: hardly anybody to compare with")
    found = comparison(late, rest, "index")
    points = {"points": decimal(abs(found.difference), 0)}
    if not found.is_significant:
        return _("No: a late answer makes no difference beyond chance in these data")
    if found.difference > 0:
        return _("No: customers with a late answer are %(points)s points more satisfied") % points
    if in_time.is_few:
        return (
            _("Yes: with a late answer, %(points)s points less than without any complaint") % points
        )
    return _("Yes: a late answer costs %(points)s points against one in time") % points


def leaving(groups: Mapping[str, Group], days: int) -> dict | None:
    """The share of each attitude that bought nothing in the days after the wave."""
    labels = attitude_labels()
    found = [groups.get(key) or _nobody(key) for key in labels]
    shares = [group.leaving for group in found]
    if not sum(one.n for one in shares):
        return None
    told = [one if one.n >= FEW else None for one in shares]
    urls = [words.responses_url(attitude=key) for key in labels]
    return {
        "title": _leaving_title(told[0], told[2], days),
        "data": {
            "labels": list(labels.values()),
            "percent": True,
            "least": 0,
            "series": [
                {
                    "name": _("Bought nothing afterwards"),
                    "values": [one and round(one.value, 4) for one in told],
                    "low": [one and round(one.low, 4) for one in told],
                    "high": [one and round(one.high, 4) for one in told],
                    "hrefs": urls,
                }
            ],
        },
        "head": [
            pgettext("of respondents", "Group"),
            _("Bought nothing"),
            _("Interval (95 %)"),
            _("Customers"),
        ],
        "rows": [
            [{"text": label, "href": url}, *_share_told(one)]
            for label, url, one in zip(labels.values(), urls, shares, strict=True)
        ],
    }


def _share_told(one: Estimate) -> list[str]:
    if one.n < FEW:
        return [_("too few to tell"), words.NOTHING, whole(one.n)]
    return [words.part(one), words.part_between(one), whole(one.n)]


def _leaving_title(promoters, detractors, days: int) -> str:
    if promoters is None or detractors is None:
        return _("Too few to tell: %(few)s customers a group are needed") % {"few": FEW}
    shares = {
        "detractors": percent(detractors.value),
        "promoters": percent(promoters.value),
        "days": days,
    }
    if detractors.low > promoters.high:
        text = _(
            "Yes: %(detractors)s of detractors bought nothing in the %(days)s days after,"
            " %(promoters)s of promoters"
        )
    elif promoters.low > detractors.high:
        text = _(
            "No: %(promoters)s of promoters bought nothing in the %(days)s days after,"
            " %(detractors)s of detractors"
        )
    else:
        text = _(
            "Not clear: %(detractors)s of detractors and %(promoters)s of promoters bought nothing"
            " in the %(days)s days after"
        )
    return text % shares
