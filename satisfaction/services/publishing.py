"""What of an anonymous wave may be kept as figures: no group of it, nor of any question, under 5.

Groups are cut by `analytics.publishable`, for each figure by the people who said something of it;
what is not kept no page can show. Figures are first made when the wave is closed and its box empty:
of a running wave the figures of today less those of yesterday would be those of a few.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models import Count

from satisfaction import analytics
from satisfaction.models import Answer, GroupKind, Response, SealedBallot, Wave
from satisfaction.services.groups import Group
from satisfaction.services.questions import QuestionSums

# Kinds of groups that an anonymous answer keeps, in the order in which they are cut finest.
FIELDS = {
    GroupKind.TIER: "tier",
    GroupKind.TEAM: "team_id",
    GroupKind.STAGE: "stage",
    GroupKind.OWNER: "owner_id",
}

# Sums of what a response keeps itself.
OF_RESPONSE = {
    "index": "index",
    "nps": "recommend",
    "overall": "overall",
    "satisfied": "overall",
}


def is_sealed(wave: Wave) -> bool:
    """Anonymous, and answers may come in still."""
    return wave.is_anonymous and (
        wave.state != Wave.State.CLOSED or SealedBallot.objects.filter(wave=wave).exists()
    )


def is_shown(group: Group, wave: Wave) -> bool:
    """Somebody has answered; of an anonymous wave, enough to be published."""
    if not wave.is_anonymous:
        return bool(group.customers)
    return group.sums.get("details", {}).get("is_published", False)


def published(
    wave: Wave, groups: Sequence[Group], questions: Sequence[QuestionSums]
) -> tuple[list[Group], list[QuestionSums]]:
    """What may be kept; all of it where the wave is not anonymous."""
    if not wave.is_anonymous:
        return list(groups), list(questions)
    if is_sealed(wave):
        return [_counted(group) for group in groups if group.kind == GroupKind.ALL], []
    people = _allowed(_people(wave))
    if not people:
        everybody = [group for group in groups if group.kind == GroupKind.ALL]
        return [_counted(group) for group in everybody], []
    asked = _asked(wave)
    by_code = {code: _allowed(cells) & people for code, cells in asked.items()}
    kept = [one for one in questions if (one.kind, one.key) in by_code.get(one.code, set())]
    measures = _by_measure(wave, by_code)
    return [
        replace(group, sums=_sums(group, measures))
        for group in groups
        if (group.kind, group.key) in people
    ], kept


def _counted(group: Group) -> Group:
    """How many were asked and have answered, and nothing of what they said."""
    return replace(group, sums={})


def _people(wave: Wave) -> Counter:
    return _cells(Response.objects.finished().filter(wave=wave).order_by())


def _asked(wave: Wave) -> dict[str, Counter]:
    """People by cell who have answered a question, by its code."""
    answers = Answer.objects.filter(
        response__wave=wave, response__finished_at__isnull=False, score__isnull=False
    ).order_by()
    fields = [f"response__{name}" for name in FIELDS.values()]
    found: dict[str, Counter] = defaultdict(Counter)
    rows = answers.values_list("question__code", *fields).annotate(n=Count("pk"))
    for code, *keys, count in rows:
        found[code][_keys(keys)] += count
    return found


def _cells(rows) -> Counter:
    counted: Counter = Counter()
    for *keys, count in rows.values_list(*FIELDS.values()).annotate(n=Count("pk")):
        counted[_keys(keys)] += count
    return counted


def _keys(keys: Iterable) -> tuple[str, ...]:
    return tuple("" if key is None else str(key) for key in keys)


def _allowed(cells: Counter) -> set[tuple[str, str]]:
    """Kinds and keys that may be shown; all together among them, or nothing."""
    shown = analytics.publishable(cells)
    if shown is None:
        return set()
    return {(GroupKind.ALL, "")} | {
        (kind, key) for kind, keys in zip(FIELDS, shown, strict=True) for key in keys
    }


def _by_measure(wave: Wave, by_code: dict[str, set]) -> dict[str, set]:
    """By the name of sums. A measure is known of whom any of its questions is.

    Where each question leaves five people or none in a cell, so do all together.
    """
    responses = Response.objects.finished().filter(wave=wave).order_by()
    found = {
        name: _allowed(_cells(responses.filter(**{f"{field}__isnull": False})))
        for name, field in OF_RESPONSE.items()
    }
    for question in wave.version.questions.exclude(measure="").filter(code__in=by_code):
        allowed = by_code[question.code]
        found[question.measure] = found.get(question.measure, allowed) & allowed
    return found


def _sums(group: Group, measures: dict[str, set]) -> dict:
    """The sums of a group that rest on people enough, and are of questions that allow it.

    What rests on several questions at once is of all people together alone.
    """
    place = (group.kind, group.key)
    kept = {}
    for name, sums in group.sums.items():
        n = sums[0] if isinstance(sums, list) else 0
        known = measures.get(name, {(GroupKind.ALL, "")})
        if n >= analytics.FEWEST and place in known:
            kept[name] = sums
    return kept
