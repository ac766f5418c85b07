"""Pictures of satisfaction: titles that say the finding, data for the charts, tables behind."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from crm.platform.words import percent, share, whole
from satisfaction.analytics import Comparison, Estimate, compare
from satisfaction.models import DIMENSIONS, Measure, Question, Wave
from satisfaction.questionnaire import words_of
from satisfaction.services.comparing import comparable
from satisfaction.services.groups import Group, Groups
from satisfaction.views import words

LOWEST, HIGHEST = 0, 100
# Below it are the dissatisfied, whatever the points of the scale, and the detractors.
FAIR, FAIR_OF_TEN = 50, 7


def ends(estimates: Sequence[Estimate]) -> dict[str, list]:
    """Values with their intervals, for a series; without an interval the value stands alone."""
    return {
        "values": [rounded(one.value) for one in estimates],
        "low": [rounded(one.low if one.has_interval else one.value) for one in estimates],
        "high": [rounded(one.high if one.has_interval else one.value) for one in estimates],
    }


def rounded(value: float | None, decimals: int = 1) -> float | None:
    return None if value is None else round(value, decimals)


def trend(
    waves: Sequence[Wave],
    groups: Groups,
    questions: Sequence[Question],
    measure: str,
    name: str,
) -> dict:
    """Index or NPS through the waves, with its interval."""
    found = [(wave, groups.of(wave)) for wave in waves]
    known = [(wave, group) for wave, group in found if group.customers]
    estimates = [group.nps if measure == "nps" else group.index for _wave, group in known]
    return {
        "title": _trend_title(known, questions, measure, name),
        "data": {
            "scale": True,
            "labels": [wave.name for wave, _group in known],
            "series": [
                {
                    "name": name,
                    **ends(estimates),
                    "hrefs": [words.url_of(wave) for wave, _group in known],
                }
            ],
        },
        "head": [
            _("Wave"),
            name,
            _("Interval (95 %)"),
            _("Customers"),
            _("Response rate"),
            _("Since before"),
        ],
        "rows": _trend_rows(known, estimates, _changes(known, questions, measure)),
    }


def _trend_rows(
    known: Sequence[tuple[Wave, Group]], estimates: Sequence[Estimate], changes: Sequence[str]
) -> list[list]:
    return [
        [
            words.cell(wave.name, words.url_of(wave)),
            words.score(estimate.value),
            words.between(estimate),
            whole(group.customers),
            words.share_or_nothing(group.rate),
            change,
        ]
        for (wave, group), estimate, change in zip(known, estimates, changes, strict=True)
    ]


def _changes(
    known: Sequence[tuple[Wave, Group]], questions: Sequence[Question], measure: str
) -> list[str]:
    """Each wave against the one before, as far as both asked alike."""
    changes = [words.NOTHING]
    for (before, earlier), (wave, later) in pairwise(known):
        earlier = comparable(earlier, questions, wave, before)
        changes.append(words.exact_change(comparison(later, earlier, measure)))
    return changes[: len(known)]


def _trend_title(
    known: Sequence[tuple[Wave, Group]], questions: Sequence[Question], measure: str, name: str
) -> str:
    if len(known) < 2:
        return _("%(name)s: one wave so far, a trend needs two") % {"name": name}
    (before, earlier), (wave, later) = known[-2:]
    found = comparison(later, comparable(earlier, questions, wave, before), measure)
    return _("%(name)s: %(moved)s") % {"name": name, "moved": words.moved(found, before.name)}


def comparison(later: Group, earlier: Group, measure: str) -> Comparison:
    """Of two groups, in points of 0 to 100 (NPS: of -100 to 100)."""
    found = compare(later.moments(measure), earlier.moments(measure))
    if measure != "nps" or found.difference is None:
        return found
    if found.p is None:
        return Comparison(100 * found.difference)
    return Comparison(100 * found.difference, 100 * found.low, 100 * found.high, found.p)


def dimensions(wave: Wave, now: Group, name: str, before: Group | None) -> dict:
    """The five dimensions with their intervals, against the wave before."""
    labels = [str(Measure(one).label) for one in DIMENSIONS]
    means = [now.mean(one) for one in DIMENSIONS]
    urls = [words.url_of(wave, measure=one) for one in DIMENSIONS]
    series = [{"name": wave.name, **ends(means)}]
    if before is not None and before.customers:
        series.append({"name": name, **ends([before.mean(one) for one in DIMENSIONS])})
    return {
        "title": _dimension_title(labels, means),
        "data": {
            "labels": labels,
            "series": series,
            "least": LOWEST,
            "most": HIGHEST,
            "rows_lead": True,
        },
        "head": [
            _("Dimension"),
            _("Mean"),
            _("Interval (95 %)"),
            _("Customers"),
            _("Since before"),
        ],
        "rows": [
            [
                words.cell(label, url),
                words.score(mean.value),
                words.between(mean),
                whole(mean.n),
                _since(now, before, one),
            ]
            for one, label, url, mean in zip(DIMENSIONS, labels, urls, means, strict=True)
        ],
    }


def _dimension_title(labels: Sequence[str], means: Sequence[Estimate]) -> str:
    known = [(mean, label) for mean, label in zip(means, labels, strict=True) if mean.n]
    if not known:
        return _("Nobody has answered on the five dimensions yet")
    worst, label = min(known, key=lambda pair: pair[0].value)
    best, other = max(known, key=lambda pair: pair[0].value)
    places = {"weak": label, "low": whole(worst.value), "strong": other, "high": whole(best.value)}
    if worst.has_interval and best.has_interval and worst.high < best.low:
        return _("Weakest: %(weak)s (%(low)s). Strongest: %(strong)s (%(high)s).") % places
    return _("All five are close together: the differences may be chance")


def _since(now: Group, before: Group | None, measure: str) -> str:
    found = comparison(now, before, measure) if before is not None else Comparison(None)
    return words.exact_change(found)


def by_group(labelled: Mapping[str, Group], urls: Mapping[str, str], head: str) -> dict:
    """Index of the groups of a wave: tiers, teams."""
    known = {label: group for label, group in labelled.items() if group.customers}
    estimates = [group.index for group in known.values()]
    return {
        "title": _group_title(known),
        "data": {
            "labels": list(known),
            "series": [
                {
                    "name": _("Satisfaction index"),
                    **ends(estimates),
                    "hrefs": [urls[label] for label in known],
                }
            ],
            "least": LOWEST,
            "most": HIGHEST,
        },
        "head": [
            head,
            _("Index"),
            _("Interval (95 %)"),
            _("NPS"),
            _("Interval (95 %)"),
            _("Customers"),
            _("Response rate"),
        ],
        "rows": [
            [
                words.cell(label, urls[label]),
                words.score(group.index.value),
                words.between(group.index),
                words.score(group.nps.value),
                words.between(group.nps),
                whole(group.customers),
                words.share_or_nothing(group.rate),
            ]
            for label, group in labelled.items()
        ],
    }


def _group_title(known: Mapping[str, Group]) -> str:
    judged = {label: group.index for label, group in known.items() if group.index.has_interval}
    if len(judged) < 2:
        return _("Too few answers to compare groups")
    low = min(judged, key=lambda label: judged[label].value)
    high = max(judged, key=lambda label: judged[label].value)
    if judged[low].high >= judged[high].low:
        return _("No group differs clearly from another: the intervals overlap")
    return _("%(low)s is least satisfied (%(least)s), %(high)s most (%(most)s)") % {
        "low": low,
        "high": high,
        "least": whole(judged[low].value),
        "most": whole(judged[high].value),
    }


def distribution(wave: Wave, counts: Mapping[float, int], *, recommend: bool) -> dict:
    """How many gave each answer: overall satisfaction, or 0 to 10."""
    total = sum(counts.values())
    field = "recommend" if recommend else "overall"
    names = {one: whole(one) for one in range(11)} if recommend else _overall_names(wave, counts)
    known, labels = list(names), list(names.values())
    values = [counts.get(one, 0) for one in known]
    tones = [_tone(one, recommend) for one in known]
    urls = [words.url_of(wave, **{field: f"{one:g}"}) for one in known]
    return {
        "title": _distribution_title(counts, total, recommend=recommend),
        "data": {
            "bins": [
                {"label": label, "value": value, "tone": tone}
                for label, value, tone in zip(labels, values, tones, strict=True)
            ],
            "y_name": _("responses"),
            "rows_lead": True,
        },
        "head": [_("Answer"), _("Responses"), _("Share")],
        "rows": [
            [words.cell(label, url), whole(value), percent(share(value, total))]
            for label, value, url in zip(labels, values, urls, strict=True)
        ],
    }


def _overall_names(wave: Wave, counts: Mapping[float, int]) -> dict[float, str]:
    """All answers that could be given, lowest first, on 0 to 100, as customers read them."""
    question = wave.version.questions.filter(measure=Measure.OVERALL).first()
    names = words_of(question) if question else ()
    if not names:
        return {one: whole(one) for one in sorted(counts)}
    low, high = question.scale
    points = range(low, high + 1)
    return {
        100 * (point - low) / (high - low): str(name)
        for point, name in zip(points, names, strict=True)
    }


def _tone(answer: float, recommend: bool) -> str:
    """The colours of risk, low for good: promoters and satisfied, in between, the others."""
    good, fair = (9, FAIR_OF_TEN) if recommend else (75, FAIR)
    return "low" if answer >= good else "raised" if answer >= fair else "high"


def _distribution_title(counts: Mapping[float, int], total: int, *, recommend: bool) -> str:
    if not total:
        return _("Nobody has answered this yet")
    low = sum(n for answer, n in counts.items() if answer < (FAIR_OF_TEN if recommend else FAIR))
    figures = {"share": percent(share(low, total)), "n": whole(total)}
    if recommend:
        return _("%(share)s of %(n)s would not recommend us (0 to 6)") % figures
    return _("%(share)s of %(n)s are dissatisfied") % figures
