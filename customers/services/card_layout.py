"""The order of the card's panels as managers set it, over the one that came with the product."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from django.db import transaction

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.platform.edits import NewerChange
from customers.models import CardLayout

ROW = 1
LEFT, RIGHT = "left", "right"
OTHER = {LEFT: RIGHT, RIGHT: LEFT}
# What a button of the page does: a step up or down, to the other column, off or on the card.
STEPS = {"up": -1, "down": 1}
SHOWN = {"hide": False, "show": True}
ACTIONS = (*STEPS, *SHOWN, "other")


@dataclass(frozen=True)
class Place:
    """Where a panel stands, and whether it is on the card at all."""

    key: str
    column: str
    shown: bool = True


def order(left: Sequence[str], right: Sequence[str]) -> tuple[list[str], list[str]]:
    """The keys of the panels to show, by column: as set, else as given here.

    A panel that the layout does not know yet stands where it stands by default, after those before
    it; a key that is no panel any more is passed over.
    """
    shown = [place for place in places(left, right) if place.shown]
    return (
        [place.key for place in shown if place.column == LEFT],
        [place.key for place in shown if place.column == RIGHT],
    )


def places(left: Sequence[str], right: Sequence[str]) -> list[Place]:
    """All panels in their order, shown or not."""
    return _merged(current().panels, left, right)


def current() -> CardLayout:
    """The layout, or an empty one that is not stored yet: the default."""
    return CardLayout.objects.filter(pk=ROW).first() or CardLayout(pk=ROW)


@transaction.atomic
def change(
    *, actor: User, version: int, key: str, action: str, left: Sequence[str], right: Sequence[str]
) -> None:
    """Move, hide or show one panel, unless somebody changed the layout since (NewerChange)."""
    layout = _locked(version)
    found = _acted(_merged(layout.panels, left, right), key, action)
    _save(layout, actor, [asdict(place) for place in found], panel=key, step=action)


@transaction.atomic
def reset(*, actor: User, version: int) -> None:
    """Back to the order that came with the product."""
    _save(_locked(version), actor, [], step="reset")


def _locked(version: int) -> CardLayout:
    CardLayout.objects.get_or_create(pk=ROW)
    layout = CardLayout.objects.select_for_update().get(pk=ROW)
    if layout.version != version:
        raise NewerChange(layout)
    return layout


def _save(layout: CardLayout, actor: User, panels: list[dict], **details: str) -> None:
    layout.panels, layout.changed_by = panels, actor
    layout.version += 1
    layout.save()
    audit(actor, Action.SETTINGS_CHANGED, "card", **details)


def _merged(stored: object, left: Sequence[str], right: Sequence[str]) -> list[Place]:
    """The stored places of panels that there are, and the others where they stand by default."""
    by_default = [*(Place(key, LEFT) for key in left), *(Place(key, RIGHT) for key in right)]
    known = {place.key for place in by_default}
    found = [place for place in _read(stored) if place.key in known]
    for number, place in enumerate(by_default):
        if all(other.key != place.key for other in found):
            found.insert(_after(found, by_default[:number], place.column), place)
    return found


def _after(found: list[Place], before: list[Place], column: str) -> int:
    """Behind the nearest of those that stand before it by default in its column, else in front."""
    keys = [place.key for place in found]
    ahead = [place.key for place in before if place.column == column and place.key in keys]
    return keys.index(ahead[-1]) + 1 if ahead else 0


def _read(stored: object) -> Iterable[Place]:
    """What of the stored rows can be read, each key once."""
    seen = set()
    for row in stored if isinstance(stored, list) else []:
        key = row.get("key") if isinstance(row, dict) else None
        if isinstance(key, str) and key not in seen and row.get("column") in OTHER:
            seen.add(key)
            yield Place(key, row["column"], row.get("shown") is not False)


def _acted(found: list[Place], key: str, action: str) -> list[Place]:
    number = next((n for n, place in enumerate(found) if place.key == key), None)
    if number is None or action not in ACTIONS:
        return found
    place = found[number]
    if action in SHOWN:
        found[number] = replace(place, shown=SHOWN[action])
    elif action == "other":
        found.append(replace(found.pop(number), column=OTHER[place.column]))
    else:
        _step(found, number, STEPS[action])
    return found


def _step(found: list[Place], number: int, step: int) -> None:
    """Change places with the next one of the same column, if there is one."""
    column = [n for n, place in enumerate(found) if place.column == found[number].column]
    target = column.index(number) + step
    if 0 <= target < len(column):
        other = column[target]
        found[number], found[other] = found[other], found[number]
