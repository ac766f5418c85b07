"""The results of one wave."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.core.paginator import Page, Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.accounts.models import Team, User
from crm.platform.models import Installation
from crm.platform.words import percent, share, whole
from customers.models.standing import Stage, Tier
from satisfaction.analytics import Moments, mean
from satisfaction.models import (
    DIMENSIONS,
    INNER_LINKS,
    GroupKind,
    Measure,
    Question,
    Response,
    TouchpointFigure,
    Wave,
)
from satisfaction.services import internal
from satisfaction.services.columns import scales_of
from satisfaction.services.comparing import comparable
from satisfaction.services.groups import Group, Groups
from satisfaction.services.publishing import is_shown
from satisfaction.services.results import COMMENTS, details_of, named_of, results_of
from satisfaction.services.targets import holding
from satisfaction.views import charts, scores, words
from satisfaction.views.dashboard import tiles
from satisfaction.views.importance import importance

# Rows of a page of a table of groups; account managers may be hundreds.
MOST = 15


@require_safe
@only_with_worth
def results(request, pk: int):
    user = request.user
    wave, before = wave_and_before(user, pk)
    waves = [one for one in (wave, before) if one]
    questions = scales_of(waves)
    found = results_of(user, waves, questions, _kinds_of_page(request.GET, wave))
    now = found.groups.of(wave)
    context = {"wave": wave, "group": now, "computed_at": found.computed_at, "before": before}
    if is_shown(now, wave):
        earlier = comparable(found.groups.of(before), questions, wave, before) if before else None
        details = details_of(user, wave, found.groups)
        context |= _figures(wave, now, before, earlier)
        context |= _beside(user, wave, now, earlier, questions, details, found.groups)
        context |= _details(details, wave)
        context |= _table(request.GET, wave, found.groups)
        context |= _touchpoints(wave) if user.sees_all_customers or wave.is_anonymous else {}
        context |= _answers(user, wave, details)
    return render(request, "satisfaction/results.html", context)


def _kinds_of_page(asked: Mapping[str, str], wave: Wave) -> set[str] | None:
    """The groups that the page shows; of an anonymous wave all, since it has tabs for those only.

    Tiers for their targets.
    """
    if wave.is_anonymous:
        return None
    first = GroupKind.TEAM if wave.asks_staff else GroupKind.TIER
    return {GroupKind.TIER, first, asked.get("by")} & set(kinds())


def wave_and_before(user, pk: int) -> tuple[Wave, Wave | None]:
    """A wave that the user may see, and the one to hold it against."""
    rows = Wave.objects.visible_to(user).select_related("version__instrument")
    waves = list(rows.order_by("opens_on", "pk"))
    wave = next((one for one in waves if one.pk == pk), None)
    if wave is None:
        raise Http404
    return wave, wave_before(wave, waves)


def wave_before(wave: Wave, waves: Sequence[Wave]) -> Wave | None:
    """The last one before with the same questionnaire."""
    earlier = [
        one
        for one in waves
        if one.version.instrument_id == wave.version.instrument_id
        and one.state != Wave.State.PLANNED
        and (one.opens_on, one.pk) < (wave.opens_on, wave.pk)
    ]
    return earlier[-1] if earlier else None


def _figures(wave: Wave, now: Group, before: Wave | None, earlier: Group | None) -> dict:
    name = before.name if before else ""
    known = earlier if earlier and earlier.customers else Group(GroupKind.ALL, "")
    by_revenue = now.weighted("index")
    return {
        "tiles": tiles(wave, now, earlier),
        "compared": words.moved(charts.comparison(now, known, "index"), name),
        "dimensions": charts.dimensions(wave, now, name, earlier),
        "importance": importance(wave, now),
        # What was not asked has no picture, rather than an empty one.
        "asks": _asks(now),
        "weighted": {
            "value": words.score(by_revenue.value),
            "between": words.between(by_revenue),
            "effective": whole(by_revenue.n),
        },
    }


def _asks(now: Group) -> dict[str, bool]:
    asks = {
        "index": now.has("index"),
        "dimensions": any(now.has(one) for one in DIMENSIONS),
        "overall": now.has("overall"),
        "recommend": now.has("nps"),
    }
    # A picture alone has the whole width.
    pictures = (asks["dimensions"] or asks["overall"], asks["recommend"] or asks["dimensions"])
    return asks | {"both_sides": all(pictures)}


def _beside(
    user,
    wave: Wave,
    now: Group,
    earlier: Group | None,
    questions: Sequence[Question],
    details: dict,
    groups: Groups,
) -> dict:
    """Every score beside what we measure ourselves, and what was aimed at."""
    asked = [one for one in questions if one.version_id == wave.version_id]
    own = internal.for_user(user, wave, details, Installation.cached().today())
    return {
        "scores": scores.scores(now, earlier, asked, own),
        "targets": scores.against_targets(holding(wave.closes_on), wave, groups),
    }


def _touchpoints(wave: Wave) -> dict:
    """Satisfaction with each touchpoint that a question was about, as it was prepared."""
    rows = TouchpointFigure.objects.filter(wave=wave).select_related("touchpoint")
    found = [(row.touchpoint, mean(Moments(row.customers, row.total, row.squares))) for row in rows]
    return {
        "touchpoints": [
            {
                "label": str(touchpoint),
                "value": words.score(estimate.value),
                "between": words.between(estimate),
                "n": whole(estimate.n),
            }
            for touchpoint, estimate in sorted(found, key=lambda pair: pair[1].value)
        ]
    }


def _details(details: dict, wave: Wave) -> dict:
    overall, recommend = Counter(), Counter()
    for one, other, number in details["answers"]:
        if one is not None:
            overall[one] += number
        if other is not None:
            recommend[other] += number
    coverage = details["coverage"]
    return {
        "has_fitting": bool(coverage["fitting"]),
        "coverage": {
            "customers": percent(share(coverage["answered"], coverage["fitting"])),
            "fitting": whole(coverage["fitting"]),
            "revenue": percent(share(coverage["answered_revenue"], coverage["revenue"])),
        },
        "overall": charts.distribution(wave, overall, recommend=False),
        "recommend": charts.distribution(wave, recommend, recommend=True),
    }


def kinds() -> dict[str, str]:
    return {
        GroupKind.TIER: _("Tier"),
        GroupKind.STAGE: _("Stage"),
        GroupKind.REGION: _("Region"),
        GroupKind.TEAM: _("Team"),
        GroupKind.OWNER: _("Account manager"),
        GroupKind.PRODUCT: pgettext("what customers buy", "Bought most"),
    }


def _table(asked: Mapping[str, str], wave: Wave, groups: Groups) -> dict:
    """The groups of one kind, as `?by=` asks, the largest on the first `?page=`.

    Those of an anonymous wave as far as published.
    """
    known = kinds()
    if wave.asks_staff:
        known = {GroupKind.TEAM: known[GroupKind.TEAM]}
    if wave.is_anonymous:
        known = {kind: name for kind, name in known.items() if groups.by(wave, kind)}
    if not known:
        return {}
    kind = asked.get("by") if asked.get("by") in known else next(iter(known))
    found = groups.by(wave, kind)
    pages = Paginator(sorted(found, key=lambda key: (-found[key].customers, key)), MOST)
    page = pages.get_page(asked.get("page"))
    inner = [one for one in INNER_LINKS if groups.of(wave).has(one)]
    names = names_of(kind, {key: found[key] for key in page})
    rows = [
        _group_row(wave, kind, key, found[key], inner) | {"label": name}
        for key, name in names.items()
    ]
    return {
        "group_rows": rows,
        "group_pages": _pages(kind, page),
        "group_name": known[kind],
        "group_note": _note(kind),
        "inner_names": [Measure(one).label for one in inner],
        "tabs": [
            {"label": label, "url": f"?by={one}#by", "is_current": one == kind}
            for one, label in known.items()
        ],
    }


def _group_row(wave: Wave, kind: str, key: str, group: Group, inner: Sequence[str]) -> dict:
    links = key and kind != GroupKind.PRODUCT and not wave.is_anonymous
    return {
        "group": group,
        "url": words.responses_url(wave=wave.pk, **{str(kind): key}) if links else "",
        "index": words.score(group.index.value),
        "index_between": words.between(group.index),
        "nps": words.score(group.nps.value),
        "nps_between": words.between(group.nps),
        "rate": words.share_or_nothing(group.rate),
        "inner": [(words.score(one.value), words.between(one)) for one in map(group.mean, inner)],
    }


def _pages(kind: str, page: Page) -> dict:
    """The ways to the other groups; none where all stand on one page."""
    if page.paginator.num_pages == 1:
        return {}
    first, last, number = page.start_index(), page.end_index(), page.paginator.count
    shown = _("%(first)d–%(last)d of %(number)d, those with most customers first")
    way = "?by={}&page={}#by"
    return {
        "summary": shown % {"first": first, "last": last, "number": number},
        "newer": way.format(kind, page.number - 1) if page.has_previous() else "",
        "older": way.format(kind, page.number + 1) if page.has_next() else "",
    }


def _note(kind: str) -> str:
    """As of when a group is what it is."""
    if kind == GroupKind.PRODUCT:
        return _("bought from in the year before the wave; by net sales of all years")
    return _("as they were when asked")


def names_of(kind: str, found: dict[str, Group]) -> dict[str, str]:
    """The groups' keys in reading order with what people call them."""
    if kind == GroupKind.TIER:
        known = {key: key for key in Tier.values}
    elif kind == GroupKind.STAGE:
        known = {stage.value: str(stage.label) for stage in Stage}
    elif kind in (GroupKind.REGION, GroupKind.PRODUCT):
        known = {key: key for key in sorted(found) if key}
    else:
        model = Team if kind == GroupKind.TEAM else User
        rows = model.objects.filter(pk__in=[int(key) for key in found if key])
        known = {str(row.pk): str(row) for row in rows.order_by("name")}
    return {key: name for key, name in known.items() if key in found} | (
        {"": _("none")} if "" in found else {}
    )


def _answers(user, wave: Wave, details: dict) -> dict:
    """The lowest scores and the newest words; of an anonymous wave words alone."""
    if wave.is_anonymous:
        words_alone = Response.objects.words_of(wave) if user.sees_all_customers else []
        return {"comments": list(words_alone[:COMMENTS]), "lowest": []}
    lowest, comments = named_of(user, wave, details)
    return {
        "lowest": lowest,
        "comments": comments,
        "comments_url": words.responses_url(wave=wave.pk, words="1"),
        "all_url": words.responses_url(wave=wave.pk),
    }
