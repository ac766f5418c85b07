"""Every score of a wave beside what we measure ourselves, and against its target."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from complaints.deadlines import duration
from crm.platform.words import decimal, percent, whole
from satisfaction.analytics import Estimate
from satisfaction.models import (
    DIMENSIONS,
    INNER_LINKS,
    Audience,
    Measure,
    Question,
    QuestionKind,
    SatisfactionTarget,
    Wave,
)
from satisfaction.services.groups import Group, Groups
from satisfaction.services.internal import BESIDE
from satisfaction.services.targets import group_of
from satisfaction.views import words
from satisfaction.views.charts import comparison

# Means of a single measure, 0 to 100, that are shown where they were asked for.
PLAIN = (
    Measure.EXPECTED,
    Measure.IDEAL,
    *DIMENSIONS,
    Measure.COMPARED,
    Measure.HANDLING,
    *INNER_LINKS,
)
Figure = SatisfactionTarget.Figure


def scores(
    now: Group, earlier: Group | None, questions: Iterable[Question], internal: Mapping
) -> list[dict]:
    """Rows: the score, its interval, n, how it moved, and what we measure ourselves."""
    before = earlier or Group("", "")
    rows = []
    if now.has("acsi"):
        rows.append(_mean(now, before, "acsi", _("Index in the form of the ACSI")))
    rows += _effort(now, before, questions)
    rows += [_mean(now, before, one, str(Measure(one).label)) for one in PLAIN if now.has(one)]
    for one in DIMENSIONS:
        if now.has(f"{one}_gap"):
            label = _("%(name)s: met less expected") % {"name": Measure(one).label}
            rows.append(_difference(now, before, f"{one}_gap", label))
    if now.has("worth"):
        rows.append(_difference(now, before, "worth", _("Delivered value: benefits less costs")))
    rows += [
        _ratio(now, name, label)
        for name, label in (
            ("delivered", _("Delivered value: benefits ÷ costs")),
            ("equation", _("Value equation: (result + process) ÷ (price + obtaining)")),
        )
        if now.has(name)
    ]
    said = beside(internal)
    return [row | {"beside": said.get(row["measure"], [])} for row in rows]


def _row(measure: str, label: str, estimate: Estimate, value: str, between: str, moved) -> dict:
    return {
        "measure": str(measure),
        # What an improvement action can be verified by: a single question's measure.
        "gauge": str(measure) if measure in Measure.values else "",
        "label": label,
        "value": value,
        "between": between,
        "n": whole(estimate.n),
        "change": words.exact_change(moved) if moved else words.NOTHING,
    }


def _mean(now: Group, before: Group, measure: str, label: str) -> dict:
    found = now.mean(measure)
    moved = comparison(now, before, measure)
    return _row(measure, label, found, words.score(found.value), words.between(found), moved)


def _difference(now: Group, before: Group, measure: str, label: str) -> dict:
    found = now.mean(measure, least=-100)
    between = words.NOTHING
    if found.has_interval:
        ends = {"low": words.points(found.low), "high": words.points(found.high)}
        between = _("%(low)s to %(high)s") % ends
    moved = comparison(now, before, measure)
    return _row(measure, label, found, words.points(found.value), between, moved)


def _ratio(now: Group, name: str, label: str) -> dict:
    found = now.ratio(name)
    return _row(name, label, found, words.ratio(found), words.coefficient_between(found), None)


def _effort(now: Group, before: Group, questions: Iterable[Question]) -> list[dict]:
    """The mean on seven points, as it is asked, and the share in the upper two boxes."""
    if not now.has(Measure.EFFORT):
        return []
    row = _mean(now, before, Measure.EFFORT, _("Ease of dealing with us (CES)"))
    kinds = {one.kind for one in questions if one.measure == Measure.EFFORT}
    if kinds == {QuestionKind.SCALE_7}:
        found = now.mean(Measure.EFFORT)
        row["label"] = _("Ease of dealing with us (CES, 1 to 7)")
        row["value"] = decimal(_of_seven(found.value), 1)
        row["change"] = words.NOTHING if row["change"] == words.NOTHING else row["change"]
        if found.has_interval:
            ends = {
                "low": decimal(_of_seven(found.low), 1),
                "high": decimal(_of_seven(found.high), 1),
            }
            row["between"] = _("%(low)s to %(high)s") % ends
    top = now.part("effort_top")
    share = _row(
        "effort_top",
        _("Ease of dealing with us: upper two boxes"),
        top,
        words.part(top),
        words.part_between(top),
        None,
    )
    return [row, share]


def _of_seven(place: float) -> float:
    return 1 + 6 * place / 100


def beside(internal: Mapping) -> dict[str, list[str]]:
    """By measure, what we measure ourselves in words, each with its n."""
    return {
        str(measure): [_told(name, *internal[name]) for name in names if name in internal]
        for measure, names in BESIDE.items()
    }


def _told(name: str, value: float, n: int) -> str:
    if name == "first_response":
        took = {"time": duration(value), "n": whole(n)}
        return _("first response in %(time)s (median, n %(n)s)") % took
    figures = {"share": percent(value), "n": whole(n)}
    return {
        "first_in_time": _("first response in time %(share)s (n %(n)s)"),
        "resolved_in_time": _("complaints resolved in time %(share)s (n %(n)s)"),
        "promises": _("promises kept %(share)s (n %(n)s)"),
        "first_contact": _("complaints solved at the first contact %(share)s (n %(n)s)"),
        "reopened": _("complaints reopened %(share)s (n %(n)s)"),
    }[name] % figures


def against_targets(
    targets: Iterable[SatisfactionTarget], wave: Wave, groups: Groups
) -> list[dict]:
    """Actual against target, by the interval: met, missed, or may be either.

    Targets are of satisfied customers: not of staff, and not of those who complained or left.
    """
    rows = []
    if wave.version.instrument.audience != Audience.CUSTOMERS:
        return rows
    if not groups.of(wave).is_of_satisfaction:
        targets = [target for target in targets if target.measure != Figure.INDEX]
    for target in targets:
        group = group_of(target, wave, groups)
        actual, between = _actual(target.measure, group)
        if not actual.n:
            continue
        rows.append(
            {
                "label": target.get_measure_display(),
                "tier": target.tier,
                "target": decimal(target.value, 0 if target.value % 1 == 0 else 1),
                "actual": words.score(actual.value),
                "between": between,
                "n": whole(actual.n),
                **_verdict(actual, float(target.value)),
            }
        )
    return rows


def _actual(measure: str, group: Group) -> tuple[Estimate, str]:
    """On 0 to 100; a share in per cent."""
    if measure == Figure.NPS:
        found = group.nps
    elif measure == Figure.SATISFIED:
        part = group.satisfied
        ends = (100 * one if one is not None else None for one in (part.value, part.low, part.high))
        found = Estimate(*ends, part.n)
    else:
        found = group.mean(measure)
    return found, words.between(found)


def _verdict(actual: Estimate, target: float) -> dict:
    if not actual.has_interval:
        return {"verdict": _("too few to tell"), "tone": ""}
    if actual.low >= target:
        return {"verdict": _("reached"), "tone": "good"}
    if actual.high < target:
        return {"verdict": _("missed"), "tone": "bad"}
    return {"verdict": _("may be either"), "tone": ""}
