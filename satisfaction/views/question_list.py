"""Each question of a wave: how it was answered, and how that moved since the wave before."""

from collections.abc import Iterable, Mapping

from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.platform.words import whole
from satisfaction.analytics import compare
from satisfaction.models import GroupKind, Question, Wave
from satisfaction.services.columns import scales_of
from satisfaction.services.publishing import is_shown
from satisfaction.services.questions import QuestionSums, together
from satisfaction.services.results import questions_for, results_of
from satisfaction.views import words
from satisfaction.views.results import kinds, names_of, wave_and_before


@require_safe
@only_with_worth
def questions(request, pk: int):
    """All questions with a scale; the one that is asked for by group too."""
    user = request.user
    wave, before = wave_and_before(user, pk)
    waves = [one for one in (wave, before) if one]
    asked = scales_of(waves)
    groups = results_of(user, waves, asked, kinds=()).groups
    mine = {one.code: one for one in asked if one.version_id == wave.version_id}
    chosen = mine.get(request.GET.get("of", ""))
    context = {"wave": wave, "before": before, "group": groups.of(wave)}
    if is_shown(groups.of(wave), wave):
        found = questions_for(user, waves, groups, chosen.code if chosen else "")
        then = _before(before, mine, asked, found)
        context["rows"] = _rows(mine, together(found, wave), then)
        context |= _by_group(request.GET.get("by", ""), wave, chosen, found)
    return render(request, "satisfaction/question_list.html", context)


def _before(
    before: Wave | None, mine: Mapping, asked: Iterable[Question], found: list[QuestionSums]
) -> dict[str, QuestionSums]:
    """Of the wave before, the questions that it asked in the same way."""
    if before is None:
        return {}
    theirs = {one.code: one for one in asked if one.version_id == before.version_id}
    alike = [code for code in mine if code in theirs and mine[code].asks_like(theirs[code])]
    then = together(found, before)
    return {code: then[code] for code in alike if code in then}


def _rows(mine: Mapping, now: Mapping, then: Mapping) -> list[dict]:
    return [
        {
            "question": question,
            "measure": question.get_measure_display(),
            "figures": _figures(now[code]),
            "change": (
                words.exact_change(compare(now[code].sums, then[code].sums))
                if code in then
                else words.NOTHING
            ),
            "url": f"?of={code}#by",
        }
        for code, question in mine.items()
        if code in now
    ]


def _figures(found: QuestionSums) -> dict:
    mean, satisfied = found.mean, found.satisfied
    return {
        "mean": words.score(mean.value),
        "between": words.between(mean),
        "top": words.part(satisfied),
        "top_between": words.part_between(satisfied),
        "n": whole(mean.n),
    }


def _by_group(asked: str, wave: Wave, chosen: Question | None, found: list[QuestionSums]) -> dict:
    if chosen is None:
        return {}
    rows = [one for one in found if one.wave == wave.pk and one.code == chosen.code]
    known = {kind: name for kind, name in kinds().items() if any(row.kind == kind for row in rows)}
    if not known:
        return {"chosen": chosen}
    kind = asked if asked in known else GroupKind(next(iter(known)))
    of_kind = {row.key: row for row in rows if row.kind == kind}
    return {
        "chosen": chosen,
        "group_name": known[kind],
        "group_rows": [
            {"label": name, **_figures(of_kind[key])}
            for key, name in names_of(kind, of_kind).items()
        ],
        "tabs": [
            {
                "label": label,
                "url": f"?of={chosen.code}&by={one}#by",
                "is_current": one == kind,
            }
            for one, label in known.items()
        ],
    }
