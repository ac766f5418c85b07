"""What matters to customers against how we do: importance derived from their own answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.platform.words import decimal, percent, whole
from satisfaction.analytics import Estimate
from satisfaction.models import BURDENS, DIMENSIONS, Measure, Wave
from satisfaction.services.groups import Group
from satisfaction.views import words
from satisfaction.views.charts import rounded


@dataclass(frozen=True)
class Point:
    """A driver: how much it matters, in words, and how we do."""

    measure: str
    label: str
    matters: float
    said: str
    between: str
    is_sure: bool
    mean: Estimate
    n: float


def importance(wave: Wave, group: Group) -> dict:
    """What matters and is weak stands at the lower right.

    Relative weights of a regression on all that was asked, where enough customers said all of it;
    else correlations with overall satisfaction, one at a time. The picture says which.
    """
    drivers = [one for one in group.drivers if one not in BURDENS]
    regression = group.regression(group.drivers)
    if regression:
        weights = dict(zip(group.drivers, regression.drivers, strict=True))
        points = [_weighted(group, one, weights[one], regression.n) for one in drivers]
        head = [_("Coefficient"), _("Interval (95 %)")]
        name = _("part of overall satisfaction that it tells")
        unit = _("relative weights by regression on %(n)s: together they tell %(part)s") % {
            "n": words.customers(regression.n),
            "part": percent(regression.r_squared),
        }
    else:
        points = [one for one in (_correlated(group, one) for one in drivers) if one]
        head = [_("Interval (95 %)")]
        name = _("correlation with overall satisfaction")
        unit = _("correlation, one at a time: too few customers for a regression")
    return {
        "title": _title(points),
        "unit": unit,
        "data": {
            "points": [_point(wave, one) for one in points],
            "x_name": name,
            "y_name": _("mean of customers, 0 to 100"),
            "named": True,
            "x_percent": bool(regression),
        },
        "head": [_("Score"), _("Importance"), *head, _("Mean"), _("Customers")],
        "rows": [_row(one, bool(regression)) for one in points],
    }


def _weighted(group: Group, measure: str, driver, n: float) -> Point:
    coefficient = driver.coefficient
    between = words.coefficient_between(coefficient)
    return Point(
        measure,
        str(Measure(measure).label),
        driver.weight,
        words.coefficient(coefficient),
        between,
        coefficient.low > 0,
        group.mean(measure),
        n,
    )


def _correlated(group: Group, measure: str) -> Point | None:
    found, mean = group.importance(measure), group.mean(measure)
    if found.value is None or not mean.n:
        return None
    between = words.coefficient_between(found)
    label = str(Measure(measure).label)
    is_sure = found.has_interval and found.low > 0
    return Point(measure, label, found.value, "", between, is_sure, mean, found.n)


def _point(wave: Wave, one: Point) -> dict:
    url = words.url_of(wave, measure=one.measure) if one.measure in DIMENSIONS else ""
    return {
        "x": rounded(one.matters, 3),
        "y": rounded(one.mean.value),
        "label": one.label,
        **({"href": url} if url else {}),
    }


def _row(one: Point, is_weight: bool) -> list[str]:
    matters = [percent(one.matters), one.said] if is_weight else [decimal(one.matters, 2)]
    return [one.label, *matters, one.between, words.score(one.mean.value), whole(one.n)]


def _title(points: Sequence[Point]) -> str:
    known = [one for one in points if one.mean.n]
    if not any(one.is_sure for one in known):
        return _("Too few answers to tell what matters most")
    first = max(known, key=lambda one: one.matters)
    named = {"label": first.label, "mean": whole(first.mean.value)}
    if first.mean.value == min(one.mean.value for one in known):
        text = _("%(label)s goes most with overall satisfaction, and is weakest: begin there")
    else:
        text = _("%(label)s goes most with overall satisfaction; its mean is %(mean)s")
    return text % named
