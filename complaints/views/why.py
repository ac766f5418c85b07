"""Why a clock of a case shows what it shows: every counted and uncounted stretch."""

import datetime as dt
from collections.abc import Sequence
from itertools import accumulate
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from complaints import why
from complaints.clockwork import Reading
from complaints.deadlines import duration, short_moment
from complaints.models import Case, ClockKind
from complaints.services.clocks import history
from complaints.services.terms import occasions_of, terms_of
from complaints.states import State
from complaints.views.cases import visible_case
from complaints.worktime import MINUTE

PAGE_SIZE = 100
# Turns of the next response that have a tab; the latest ones.
MOST_TURNS = 10


@require_safe
def case_why(request, pk: int):
    """One clock at a time, the one that is late first."""
    found, now = visible_case(request, pk), timezone.now()
    played = history(found)
    readings = _in_order(played.readings)
    current = _asked(request, readings, now)
    lines = why.stretches(current, played.timeline, now) if current else []
    first = min(_number(request.GET.get("from")), max(len(lines) - 1, 0)) // PAGE_SIZE * PAGE_SIZE
    context = {
        "case": found,
        "tabs": [_tab(one, current) for one in readings],
        "current": current and _words(current, now),
        "lines": _rows(lines, found)[first : first + PAGE_SIZE],
        **_pages(current, len(lines), first),
    }
    return render(request, "complaints/why.html", context)


def _in_order(readings: Sequence[Reading]) -> list[Reading]:
    """As the kinds are listed; of the next response the latest turns."""
    kinds = [str(kind) for kind in ClockKind]
    found = sorted(readings, key=lambda one: (kinds.index(one.kind), one.turn))
    last = max((one.turn for one in found), default=1)
    return [
        one for one in found if one.kind != ClockKind.NEXT_RESPONSE or one.turn > last - MOST_TURNS
    ]


def _asked(request, readings: Sequence[Reading], now: dt.datetime) -> Reading | None:
    """The clock that the address names; else the first that is late, else the resolution."""
    asked = request.GET.get("clock", "")
    named = [one for one in readings if _key(one) == asked]
    late = [one for one in readings if one.is_breached_at(now)]
    resolution = [one for one in readings if one.kind == ClockKind.RESOLUTION]
    return next(iter([*named, *late, *resolution]), None)


def _key(reading: Reading) -> str:
    return f"{reading.kind}-{reading.turn}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _label(reading: Reading) -> str:
    label = str(ClockKind(reading.kind).label)
    if reading.turn == 1:
        return label
    return _("%(clock)s, no. %(turn)d") % {"clock": label, "turn": reading.turn}


def _tab(reading: Reading, current: Reading | None) -> dict:
    return {
        "label": _label(reading),
        "url": "?" + urlencode({"clock": _key(reading)}),
        "is_current": reading is current,
    }


def _words(reading: Reading, now: dt.datetime) -> dict:
    """The clock's sum, target and deadline."""
    minutes = reading.minutes_at(now)
    late = reading.is_breached_at(now)
    return {
        "label": _label(reading),
        "is_late": late,
        "counted": _exactly(minutes),
        "target": _exactly(reading.target),
        "over": _exactly(minutes - reading.target) if minutes > reading.target else "",
        "due": short_moment(reading.due_at) if reading.due_at else "",
        "breached": short_moment(reading.breached_at or reading.due_at) if late else "",
        "zone": reading.work.week.zone.key,
    }


def _exactly(minutes: float) -> str:
    return duration(minutes, is_exact=True)


def _rows(lines: Sequence[why.Stretch], case: Case) -> list[dict]:
    names = occasions_of(terms_of(case.terms_id))
    sums = accumulate(line.counted for line in lines)
    return [
        {
            "start": short_moment(line.start),
            "end": short_moment(line.end),
            "reason": _reason(line, names),
            "counted": _exactly(line.minutes) if line.why == why.OPEN else "",
            "sum": _exactly(total / MINUTE),
        }
        for line, total in zip(lines, sums, strict=True)
    ]


def _reason(line: why.Stretch, names: dict[dt.date, str]) -> str:
    if line.why == why.STANDING:
        return _("The clock stands: %(state)s") % {"state": State(line.state).label}
    occasion = ""
    if line.occasion:
        occasion = names.get(line.occasion) or _("exceptional day")
    if line.why == why.OPEN:
        hours = _("Business hours")
        return f"{hours} ({occasion})" if occasion else hours
    return capfirst(occasion) if occasion else _("Outside business hours")


def _pages(current: Reading | None, total: int, first: int) -> dict:
    if total <= PAGE_SIZE:
        return {}

    def address(start: int) -> str:
        return "?" + urlencode({"clock": _key(current), "from": start})

    last = min(first + PAGE_SIZE, total)
    return {
        "summary": _("Stretches %(first)d–%(last)d of %(total)d")
        % {"first": first + 1, "last": last, "total": total},
        "first_url": address(0) if first else "",
        "newer_url": address(first - PAGE_SIZE) if first else "",
        "older_url": address(last) if last < total else "",
    }
