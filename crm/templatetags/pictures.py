"""Icons, badges and small server-made pictures: numbers in Python, markup in templates/includes.

Numbers reach the templates as strings, since SVG attributes must not be localised.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import ceil

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import json_script
from django.utils.translation import gettext_lazy as _

from crm.platform.words import listed, named

register = template.Library()
register.filter("listed", listed)
register.filter("named", named)

Number = int | float | Decimal

RISK_LEVELS = [
    (0.5, "high", _("high")),
    (0.25, "raised", _("raised")),
    (0.0, "low", _("low")),
]


@register.inclusion_tag("includes/_icon.html")
def icon(name: str, label: str = "", css: str = "") -> dict:
    """One icon of the sprite; with a label where no text beside it says the same."""
    return {"name": name, "label": label, "css": css}


@register.inclusion_tag("includes/_tier.html")
def tier_badge(tier: str | None) -> dict:
    """The letter in its own shape, so that it reads without colour; nothing known: a dash."""
    return {"tier": tier}


@register.inclusion_tag("includes/_stage.html")
def stage_badge(stage: str | None, label: str = "") -> dict:
    """Icon (by class) and word of a lifecycle stage; `label` is the model's display value."""
    return {"stage": stage, "label": label or stage}


@register.inclusion_tag("includes/_risk.html")
def risk_bar(risk: Number | None, words: str = "") -> dict:
    """Risk from 0 to 1 as percentage, level in words and a bar; None: not computed yet."""
    if risk is None:
        return {"risk": None}
    return {"risk": risk, "label": words or risk_words(risk)}


class Brief(DjangoJSONEncoder):
    """JSON in UTF-8 as pages are, without spaces: labels in Chinese take half of the bytes."""

    def __init__(self, **options):
        super().__init__(**options | {"ensure_ascii": False, "separators": (",", ":")})


@register.filter
def chart_data(value: dict, element_id: str) -> str:
    """What a picture is drawn from, safe inside a page: Django's `json_script`, in fewer bytes."""
    return json_script(value, element_id, encoder=Brief)


@register.filter
def risk_level(risk: Number) -> str:
    """The class of a risk: low, raised or high."""
    return _level(risk)[0]


@register.filter
def risk_words(risk: Number) -> str:
    """The word of a risk, in the reader's language."""
    return _level(risk)[1]


@register.filter
def meter_step(share: Number) -> int:
    """A share from 0 to 1 as one of the 21 lengths that the style sheet knows for `.meter`."""
    return round(min(max(float(share), 0.0), 1.0) * 20)


@register.inclusion_tag("includes/_sparkline.html")
def sparkline(values: Iterable[Number | None], label: str = "", width: int = 96) -> dict:
    """A line over equal steps, with the zero line where it is crossed and a dot at the end."""
    height, edge = 24, 3
    numbers = [0.0 if value is None else float(value) for value in values]
    if not numbers:
        return {"points": ""}
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    span = (high - low) or 1.0
    step = (width - 2 * edge) / max(len(numbers) - 1, 1)

    def down(value: float) -> float:
        return height - edge - (value - low) / span * (height - 2 * edge)

    points = [(round(edge + step * i), round(down(value))) for i, value in enumerate(numbers)]
    return {
        "points": " ".join(f"{x},{y}" for x, y in points),
        "last_x": str(points[-1][0]),
        "last_y": str(points[-1][1]),
        "zero": str(round(down(0.0))) if low < 0 else "",
        "width": str(width),
        "height": str(height),
        "label": label,
    }


@register.inclusion_tag("includes/_bars.html")
def bar_chart(months: Sequence[dict], label: str = "", unit: str = "", behind: str = "") -> dict:
    """Bars by month: sales up, returns down; each may link to its rows.

    The figures stand in a table under the picture, or on the page at the address `behind`.

    A month is {"label": str, "value": sales, "returns": amount ≥ 0 (optional), "href": optional}.
    The drawing is stretched to its place, so the words stand outside of it.
    """
    height = 100.0
    ups = [max(float(month["value"] or 0), 0.0) for month in months]
    downs = [
        max(float(month.get("returns") or 0), -min(float(month["value"] or 0), 0.0))
        for month in months
    ]
    top, bottom = max(ups, default=0.0), max(downs, default=0.0)
    scale = height / ((top + bottom) or 1.0)
    zero = top * scale
    bars = [
        {
            "label": month["label"],
            "value": month["value"],
            "returns": month.get("returns"),
            "href": month.get("href", ""),
            "x": str(i * 10),
        }
        for i, month in enumerate(months)
    ]
    return {
        "bars": bars,
        "up": "".join(_bar(i, zero, -up * scale) for i, up in enumerate(ups)),
        "down": "".join(_bar(i, zero, down * scale) for i, down in enumerate(downs)),
        "span": str(len(bars) * 10),
        "zero": f"{zero:.1f}",
        "has_returns": bottom > 0,
        "top": top,
        "axis": _axis_labels([bar["label"] for bar in bars]),
        "label": label,
        "unit": unit,
        "behind": behind,
    }


@register.inclusion_tag("includes/_interval.html")
def interval_bar(low: Number, value: Number, high: Number, most: Number) -> dict:
    """A figure with its interval on a scale from 0 to `most`."""
    scale = 100 / (float(most) or 1.0)
    left, right = float(low) * scale, float(high) * scale
    return {
        "x": f"{left:.1f}",
        "width": f"{max(right - left, 1.0):.1f}",
        "dot": f"{float(value) * scale:.1f}",
    }


@register.filter
def percent(share: Number | None, digits: int = 0) -> str:
    """0.4213 as 42 % (42.1 % with `:1`); nothing known: a dash."""
    return "–" if share is None else _percent(float(share), digits)


@register.filter
def undo_address(message) -> str:
    """Where a message with extra_tags="undo:/some/path/" posts to when it is taken back."""
    for tag in (message.extra_tags or "").split():
        if tag.startswith("undo:/") and not tag.startswith("undo://"):
            return tag.removeprefix("undo:")
    return ""


def _level(risk: Number) -> tuple:
    return next((key, word) for least, key, word in RISK_LEVELS if risk >= least or least == 0)


def _percent(share: float, digits: int = 0) -> str:
    return f"{share * 100:.{digits}f}\u202f%"


def _bar(place: int, zero: float, height: float) -> str:
    """One bar as a part of a path: down from the zero line, or up where the height is negative.

    At least a line; nothing for a month without any.
    """
    if not height:
        return ""
    base, tip = round(zero), round(zero + height)
    if tip == base:
        tip += 1 if height > 0 else -1
    return f"M{place * 10} {base}V{tip}h8V{base}"


def _axis_labels(labels: list[str]) -> list[str]:
    """At most four of the labels, the others empty: they must not run together on a phone."""
    steps = (1, 2, 3, 6, 12)
    every = next((step for step in steps if len(labels) <= 4 * step), ceil(len(labels) / 4) or 1)
    if len(labels) % every == 0:
        return labels[::every]  # each as wide as the months that it stands for
    return [text if i % every == 0 else "" for i, text in enumerate(labels)]
