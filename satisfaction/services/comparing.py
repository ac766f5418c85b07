"""What of two waves can be compared: what both asked alike."""

from collections.abc import Iterable
from dataclasses import replace

from satisfaction.models import Measure, Question, Wave
from satisfaction.services.groups import Group

# Figures that rest on several measures.
MADE_OF = {
    "acsi": ("overall", "expected", "ideal"),
    "effort_top": ("effort",),
    "nps": ("recommend",),
    "satisfied": ("overall",),
}
NEVER_TOGETHER = ("worth", "delivered", "equation")


def comparable(group: Group, questions: Iterable[Question], wave: Wave, other: Wave) -> Group:
    """The other wave's group without what the wave did not ask in the same way.

    A measure can be compared where both asked the same questions of it (`Question.asks_like`); the
    index where the questions that count in it, and their weights, are the same.
    """
    if wave.version_id == other.version_id:
        return group
    mine = [one for one in questions if one.version_id == wave.version_id]
    theirs = [one for one in questions if one.version_id == other.version_id]
    alike = {str(one) for one in Measure if _asked(mine, one) == _asked(theirs, one)}
    kept = {name: sums for name, sums in group.sums.items() if _may(name, alike)}
    if _weights(mine) != _weights(theirs):
        kept.pop("index", None)
    return replace(group, sums=kept)


def _may(name: str, alike: set[str]) -> bool:
    if name in NEVER_TOGETHER:
        return len(alike) == len(Measure)
    parts = MADE_OF.get(name, (name.removesuffix("_gap"),))
    return name == "index" or all(part in alike or part not in Measure.values for part in parts)


def _asked(questions: list[Question], measure: str) -> set[tuple]:
    return {(one.code, one.kind, one.aspect) for one in questions if one.measure == measure}


def _weights(questions: list[Question]) -> set[tuple]:
    return {(one.code, one.kind, one.weight) for one in questions if one.weight}
