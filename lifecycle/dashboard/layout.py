"""Which pictures stand on a dashboard, in which order and how large: plain lists, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lifecycle.models import Dashboard

Picture = Dashboard.Picture
# A page of more would weigh too much to come quickly, and be more than somebody reads.
MOST = 8
STEPS = {"up": -1, "down": 1}
WIDTHS = {"half": False, "full": True}
ACTIONS = (*STEPS, *WIDTHS, "show", "hide")


@dataclass(frozen=True)
class Place:
    """A picture on the dashboard: over half of its width, or over all of it."""

    key: str
    wide: bool = False


DEFAULT = (
    *(Place(Picture.EQUITY), Place(Picture.AT_RISK), Place(Picture.STAGE_VALUE)),
    *(Place(Picture.MIGRATION), Place(Picture.COMPLAINTS), Place(Picture.INDEX)),
)


def places(stored: object) -> list[Place]:
    """What of the stored rows can be read, each picture once; what it comes with for None."""
    if stored is None:
        return list(DEFAULT)
    return list(_read(stored if isinstance(stored, list) else []))[:MOST]


def _read(rows: Iterable[object]) -> Iterable[Place]:
    seen = set()
    for row in rows:
        key = row.get("key") if isinstance(row, dict) else None
        if isinstance(key, str) and key in Picture.values and key not in seen:
            seen.add(key)
            yield Place(key, row.get("wide") is True)


def left_out(shown: Sequence[Place]) -> list[str]:
    """The pictures that are not on it, in the order in which they are offered."""
    on_it = {place.key for place in shown}
    return [key for key in Picture.values if key not in on_it]


def is_full(shown: Sequence[Place]) -> bool:
    return len(shown) >= MOST


def acted(shown: Sequence[Place], key: str, action: str) -> list[Place]:
    """After a step of one picture; as it was where there is no such picture or step."""
    found = list(shown)
    number = next((n for n, place in enumerate(found) if place.key == key), None)
    if action == "show":
        can = number is None and key in Picture.values and not is_full(found)
        return [*found, Place(key)] if can else found
    if number is None or action not in ACTIONS:
        return found
    if action == "hide":
        del found[number]
    elif action in WIDTHS:
        found[number] = replace(found[number], wide=WIDTHS[action])
    elif 0 <= (target := number + STEPS[action]) < len(found):
        found[number], found[target] = found[target], found[number]
    return found
