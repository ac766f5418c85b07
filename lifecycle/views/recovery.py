"""The recovery proof: how complainants fare against like customers who did not complain."""

import datetime as dt
import math
from functools import partial

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from complaints.analytics.matching import FEWEST
from crm.accounts.access import only_managers
from crm.platform.words import decimal, month, percent, whole
from lifecycle.models import ComplaintStudy
from lifecycle.services.recovery import DAYS, GROUPS, MEASURES

GROUP_NAMES = {
    "all": gettext_lazy("All who complained"),
    "in_time": gettext_lazy("Resolved in time"),
    "late": gettext_lazy("Resolved late, or not yet"),
    "one": gettext_lazy("One person in charge"),
    "several": gettext_lazy("Several in charge"),
    "on_the_spot": gettext_lazy("Decided on the spot"),
    "passed_up": gettext_lazy("Passed up for approval"),
}
PAIR_NAMES = {
    "in_time": gettext_lazy("Resolved in time against late"),
    "one": gettext_lazy("One person in charge against several"),
    "on_the_spot": gettext_lazy("Decided on the spot against passed up"),
}
MEASURE_NAMES = {
    "purchases": gettext_lazy("Purchase days in half a year"),
    "sales": gettext_lazy("Net sales in half a year"),
    "satisfaction": gettext_lazy("Satisfaction index (0 to 100)"),
    "alive": gettext_lazy("Probability alive"),
}
MISSING = {
    "satisfaction": gettext_lazy("Needs answers before and after of both kinds of customers."),
    "alive": gettext_lazy("Needs a nightly run that knows how customers buy."),
}


@require_safe
@only_managers
def recovery(request):
    study = ComplaintStudy.objects.filter(kind=ComplaintStudy.Kind.RECOVERY).first()
    context = {"tab": "recovery", "study": study, "days": DAYS}
    groups = study.content["groups"] if study else {}
    if groups:
        context |= {
            "first": _month(study.content["first"]),
            "last": _month(study.content["last"]),
            "measures": [
                _measure(name, groups) | {"pairs": _pairs(name, study.content.get("pairs", {}))}
                for name in MEASURES
                if name in groups["all"]
            ],
        }
    return render(request, "lifecycle/recovery.html", context)


def _month(text: str) -> str:
    return month(dt.date.fromisoformat(text))


def _measure(name: str, groups: dict) -> dict:
    """A table of the groups and a picture of those with an interval."""
    rows = [_row(name, group, groups[group][name]) for group in GROUPS]
    drawn = [(row, groups[row["group"]][name]) for row in rows if row["low"]]
    return {
        "key": name,
        "label": MEASURE_NAMES[name],
        "title": _title(name, groups),
        "rows": rows,
        "missing": "" if groups["all"][name]["matched"] else MISSING.get(name, ""),
        "data": {
            "labels": [row["label"] for row, _effect in drawn],
            "series": [
                {
                    "name": _("Better than like customers by"),
                    "values": [effect["effect"] for _row, effect in drawn],
                    "low": [effect["low"] for _row, effect in drawn],
                    "high": [effect["high"] for _row, effect in drawn],
                }
            ],
            "percent": name == "alive",
            "fine": name == "purchases",
            "least": _outwards(min(effect["low"] for _row, effect in drawn), -1),
            "most": _outwards(max(effect["high"] for _row, effect in drawn), 1),
        }
        if drawn
        else None,
    }


def _pairs(name: str, pairs: dict) -> list[dict]:
    """What two ways of answering differ by, and whether so few can tell."""
    return [
        {"label": label, "words": _pair_words(name, pairs[first][name])}
        for first, label in PAIR_NAMES.items()
        if name in pairs.get(first, {})
    ]


def _pair_words(name: str, found: dict) -> str:
    values = {"n": whole(found["first"]), "m": whole(found["second"]), "least": whole(FEWEST)}
    if found["low"] is None:
        words = _("too few to tell: %(n)s and %(m)s matched, it takes %(least)s of each")
        return words % values
    values |= {
        "by": _worded(name, found["difference"], signed=True),
        "low": _worded(name, found["low"], signed=True),
        "high": _worded(name, found["high"], signed=True),
        "half": _worded(name, (found["high"] - found["low"]) / 2),
    }
    if _is_clear(found):
        return _("%(by)s, clear: %(low)s to %(high)s in 95 of 100 cases") % values
    words = _("%(by)s may be chance: %(n)s and %(m)s matched don't show less than %(half)s")
    return words % values


def _outwards(value: float, side: int) -> float:
    """The end of an axis: two digits of the value, rounded away from the others; 0 is on it."""
    if side * value <= 0:
        return 0.0
    step = 10 ** (math.floor(math.log10(abs(value))) - 1)
    return side * math.ceil(abs(value) / step) * step


def _title(name: str, groups: dict) -> str:
    """Whether it is worth answering well: those answered in time beside the others, where known."""
    effect, soon, late = (groups[group][name] for group in ("all", "in_time", "late"))
    if effect["effect"] is None:
        return ""
    if effect["low"] is None:
        return _("Too few matched customers to tell")
    by = {"by": _worded(name, effect["effect"], signed=True)}
    if None not in (soon["low"], late["low"]) and (_is_clear(soon) or _is_clear(late)):
        values = {
            "soon": _worded(name, soon["effect"], signed=True),
            "late": _worded(name, late["effect"], signed=True),
        }
        return _("Against like customers: resolved in time %(soon)s, late %(late)s") % values
    if effect["low"] > 0:
        return _("Who complained did better than like customers: %(by)s") % by
    if effect["high"] < 0:
        return _("Who complained did worse than like customers: %(by)s") % by
    return _("No clear difference from like customers")


def _is_clear(effect: dict) -> bool:
    return effect["low"] is not None and (effect["low"] > 0 or effect["high"] < 0)


def _worded(name: str, value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return ""
    words = {"sales": whole, "alive": partial(percent, decimals=1)}.get(name, decimal)(value)
    return f"+{words}" if signed and value > 0 else words


def _row(name: str, group: str, effect: dict) -> dict:
    def worded(key: str, signed: bool = False) -> str:
        return _worded(name, effect[key], signed=signed)

    return {
        "group": group,
        "label": str(GROUP_NAMES[group]),
        "matched": whole(effect["matched"]),
        "unmatched": whole(effect["unmatched"]),
        "controls": whole(effect["controls"]),
        "effect": worded("effect", signed=True),
        **{key: worded(key) for key in ("before", "after", "control_before", "control_after")},
        "low": worded("low", signed=True),
        "high": worded("high", signed=True),
        "is_clear": _is_clear(effect),
        "is_good": effect["effect"] is not None and effect["effect"] > 0,
    }
