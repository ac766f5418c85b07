"""Figures of satisfaction as texts: with interval and n, and against the wave before."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.platform.words import decimal, percent, whole
from satisfaction.analytics import Comparison, Estimate
from satisfaction.models import Wave

NOTHING = "–"
# The smallest p that is told exactly, with three decimals.
LEAST_P = 0.001


def responses_url(**filters) -> str:
    """The responses behind a figure."""
    chosen = {name: value for name, value in filters.items() if value not in ("", None)}
    return f"{reverse('satisfaction:responses')}?{urlencode(chosen)}"


def url_of(wave: Wave, **filters) -> str:
    """The responses behind a figure of a wave; anonymous ones are nobody's to read."""
    return "" if wave.is_anonymous else responses_url(wave=wave.pk, **filters)


def cell(text: str, url: str) -> str | dict[str, str]:
    """A cell of a table behind a picture, with its way on where there is one."""
    return {"text": text, "href": url} if url else text


def score(value: float | None) -> str:
    """An index of 0 to 100, or an NPS."""
    return NOTHING if value is None else whole(value)


def between(estimate: Estimate) -> str:
    """The interval of a score, or of an NPS."""
    if not estimate.has_interval:
        return NOTHING
    return _("%(low)s to %(high)s") % {"low": whole(estimate.low), "high": whole(estimate.high)}


def interval(ends: str) -> str:
    """The interval of a tile, named."""
    return _("no interval") if ends == NOTHING else _("interval %(ends)s") % {"ends": ends}


def part(estimate: Estimate) -> str:
    """A share."""
    return NOTHING if estimate.value is None else percent(estimate.value)


def part_between(estimate: Estimate) -> str:
    if not estimate.has_interval:
        return NOTHING
    ends = {"low": percent(estimate.low), "high": percent(estimate.high)}
    return _("%(low)s to %(high)s") % ends


def share_or_nothing(value: float | None) -> str:
    return NOTHING if value is None else percent(value)


def customers(n: float) -> str:
    """How many customers a figure rests on."""
    return ngettext("%(n)s customer", "%(n)s customers", round(n)) % {"n": whole(n)}


def coefficient(estimate: Estimate) -> str:
    return NOTHING if estimate.value is None else decimal(estimate.value, 2)


def coefficient_between(estimate: Estimate) -> str:
    if not estimate.has_interval:
        return NOTHING
    ends = {"low": decimal(estimate.low, 2), "high": decimal(estimate.high, 2)}
    return _("%(low)s to %(high)s") % ends


def change(comparison: Comparison) -> dict:
    """How a figure moved, for a tile: text, direction, tone, and whether chance explains it."""
    if comparison.difference is None:
        return {}
    points = round(comparison.difference)
    if comparison.p is None:
        judged = _("too few to tell")
    elif comparison.is_significant:
        judged = _("more than chance")
    else:
        judged = _("may be chance")
    up, sure = points > 0, comparison.is_significant
    text = f"{'+' if up else ''}{whole(points)}"
    return {
        "text": text,
        "words": f"{text} ({judged})",
        "direction": "up" if up else "down" if points < 0 else "",
        "tone": ("good" if up else "bad") if sure and points else "flat",
        "judged": judged,
    }


def exact_change(comparison: Comparison, decimals: int = 0) -> str:
    """The difference with its interval and p, for a table."""
    if comparison.difference is None:
        return NOTHING
    signed = _signed(comparison.difference, decimals)
    if comparison.p is None:
        return signed
    found = {
        "change": signed,
        "low": _signed(comparison.low, decimals),
        "high": _signed(comparison.high, decimals),
        "p": decimal(comparison.p, 3) if comparison.p >= LEAST_P else f"< {decimal(LEAST_P, 3)}",
    }
    return _("%(change)s (%(low)s to %(high)s; p %(p)s)") % found


def _signed(value: float, decimals: int = 0) -> str:
    """With its sign, of which what is rounded to nothing has none."""
    rounded = round(value, decimals)
    return f"{'+' if rounded > 0 else ''}{decimal(rounded or 0, decimals)}"


def ratio(estimate: Estimate) -> str:
    return NOTHING if estimate.value is None else decimal(estimate.value, 2)


def points(value: float | None) -> str:
    """A difference of scores, with its sign."""
    return NOTHING if value is None else _signed(value)


def moved(comparison: Comparison, name: str) -> str:
    """The same as a sentence on the wave before."""
    if comparison.difference is None:
        return _("There is no wave before to compare with.")
    points = round(comparison.difference)
    words = {"points": whole(abs(points)), "wave": name}
    if comparison.p is None:
        return _("Too few answers to compare with %(wave)s.") % words
    if not comparison.is_significant:
        return _("No clear change since %(wave)s: the difference may be chance.") % words
    if points > 0:
        return _("%(points)s points up on %(wave)s, more than chance explains.") % words
    return _("%(points)s points down on %(wave)s, more than chance explains.") % words
