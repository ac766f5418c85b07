"""Which groups of an anonymous survey can be shown so that no few people can be told from them.

Hiding groups under 5 is not enough: what all say less what the shown groups say is what the hidden
ones say, and a tier less a team may be one person. Cells are the finest groups that all shown kinds
cut the people into together; whatever is added and subtracted of shown figures is a sum of whole
cells. If each cell has 5 people or none, so has everything that can be worked out (complementary
suppression, checked on the atoms of the published table: Willenborg and de Waal 2001, "Elements of
Statistical Disclosure Control", chapter 5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

FEWEST = 5
Keys = tuple[str, ...]


def publishable(cells: Mapping[Keys, int], fewest: int = FEWEST) -> list[set[str]] | None:
    """By kind, in the order of the keys, which groups may be shown; None: not even all together.

    ``cells`` are people by their group of each kind. Kinds that come first are cut finest; a later
    one is shown as far as it cuts no cell under ``fewest``. Of a kind, groups in too small a cell
    are hidden, and then the smallest shown ones, until what is hidden is large enough too.
    """
    cells = {keys: count for keys, count in cells.items() if count}
    if sum(cells.values()) < fewest:
        return None
    shown: list[set[str]] = []
    atoms: dict[Keys, Keys] = dict.fromkeys(cells, ())
    for kind in range(len(next(iter(cells)))):
        found = _of_kind(cells, atoms, kind, fewest)
        shown.append(found)
        atoms = {
            keys: (*atom, keys[kind] if keys[kind] in found else None)
            for keys, atom in atoms.items()
        }
    return shown


def _of_kind(cells: Mapping[Keys, int], atoms: Mapping, kind: int, fewest: int) -> set[str]:
    """The groups of one kind that can be shown beside what is shown already."""
    sizes: Counter = Counter()
    for keys, count in cells.items():
        sizes[keys[kind]] += count
    shown = set(sizes)
    while shown:
        counts: Counter = Counter()
        for keys, count in cells.items():
            counts[atoms[keys], keys[kind] if keys[kind] in shown else None] += count
        small = {key for (_atom, key), count in counts.items() if count < fewest}
        if not small:
            break
        # Small ones go; if what is hidden is too small itself, so does the next smallest.
        shown -= small - {None} or {min(shown, key=lambda key: (sizes[key], key))}
    return shown
