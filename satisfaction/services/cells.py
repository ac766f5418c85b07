"""Figures of account managers: cells of customers that were prepared, added up.

A cell is the customers of one account manager and team as they are today. Whom a person sees are
whole cells, so nothing is counted twice; `services.celling` makes them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import reduce

from django.db.models.fields.json import KeyTransform

from satisfaction import analytics
from satisfaction.analytics import Moments
from satisfaction.models import CellFigure, GroupKind
from satisfaction.services.groups import Group, added
from satisfaction.services.questions import QuestionSums


def groups_of(
    user, waves: Collection[int], kinds: Collection[str] | None, *, details: bool
) -> list[Group]:
    """The groups of these waves over the customers whom the user sees."""
    rows = CellFigure.objects.visible_to(user).filter(wave__in=waves).of_kinds(kinds).order_by()
    found: dict[tuple, list[tuple]] = defaultdict(list)
    columns = ["wave_id", "group", "key", "customers", "responses", "sent", "sums"]
    for row in rows.values_list(*columns, *(["details"] if details else [])):
        found[row[:3]].append(row[3:])
    return [_together(place, parts) for place, parts in found.items()]


def _together(place: tuple, rows: Sequence[tuple]) -> Group:
    """Each customer is in one of them alone, so that all sums add up."""
    customers, responses, sent, sums, *details = zip(*rows, strict=True)
    names = dict.fromkeys(name for one in sums for name in one)
    totals = {name: reduce(added, [one.get(name) for one in sums]) for name in names}
    known = [one for one in details[0] if one] if details else []
    if known:
        totals |= _by_revenue([one["revenue"] for one in known])
        totals["details"] = _details_together(known)
    wave, kind, key = place
    return Group(kind, key, wave, sum(customers), sum(responses), sum(sent), totals)


def _by_revenue(found: Sequence[Mapping[str, list]]) -> dict[str, tuple]:
    """How much a customer moves the mean is told by the revenue of all."""
    names = dict.fromkeys(name for one in found for name in one)
    totals = {}
    for name in names:
        pairs = [pair for one in found for pair in one.get(name, ())]
        weights, values = zip(*pairs, strict=True) if pairs else ((), ())
        totals[name] = analytics.sums_of_weighted(values, weights)
    return totals


def _details_together(found: Sequence[Mapping]) -> dict:
    """Lists one after the other, and numbers added up."""
    touchpoints: dict[str, list] = {}
    for one in found:
        for key, sums in one["touchpoints"].items():
            touchpoints[key] = added(touchpoints.get(key), sums)
    covered = [one["coverage"] for one in found]
    return {
        "coverage": {name: sum(one[name] for one in covered) for name in covered[0]},
        "touchpoints": touchpoints,
        **{
            name: [row for one in found for row in one[name]]
            for name in ("answers", "lowest", "comments")
        },
    }


def questions_of(
    user, waves: Collection[int], code: str = "", *, every: bool = False
) -> list[QuestionSums]:
    """Each question of these waves; by group too the one with the code, or `every` one."""
    rows = CellFigure.objects.visible_to(user).filter(wave__in=waves).order_by()
    of_all = rows if every else rows.filter(group=GroupKind.ALL)
    found = list(of_all.values_list("wave_id", "group", "key", "questions"))
    if code and not every:
        one = rows.exclude(group=GroupKind.ALL).annotate(asked=KeyTransform(code, "questions"))
        by_group = one.values_list("wave_id", "group", "key", "asked")
        found += [(*place, {code: sums}) for *place, sums in by_group if sums]
    totals: dict[tuple, list] = {}
    for *place, questions in found:
        for name, sums in questions.items():
            whole = (*place, name)
            totals[whole] = added(totals.get(whole), sums)
    return [
        QuestionSums(*place, Moments(n, total, squares), top)
        for place, (n, total, squares, top) in totals.items()
    ]


def touchpoints_of(group: Group) -> dict[int, Moments] | None:
    """Satisfaction with each touchpoint in a wave; None where it was not prepared."""
    found = group.sums.get("details", {}).get("touchpoints")
    return None if found is None else {int(key): Moments(*sums) for key, sums in found.items()}
