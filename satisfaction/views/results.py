"""The results of one wave."""

from collections import Counter
from collections.abc import Sequence

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.accounts.models import Team, User
from crm.platform.words import percent, share, whole
from customers.models.standing import Stage, Tier
from satisfaction.models import GroupKind, Response, Wave
from satisfaction.services.groups import Group, Groups
from satisfaction.services.results import details_of, results_of
from satisfaction.views import charts, words
from satisfaction.views.dashboard import tiles

LOWEST, COMMENTS = 8, 6


@require_safe
@only_with_worth
def results(request, pk: int):
    user = request.user
    waves = list(Wave.objects.visible_to(user).select_related("version").order_by("opens_on", "pk"))
    wave = get_object_or_404(Wave.objects.visible_to(user).select_related("version"), pk=pk)
    before = wave_before(wave, waves)
    found = results_of(user, [one for one in (wave, before) if one])
    now = found.groups.of(wave)
    context = {"wave": wave, "group": now, "computed_at": found.computed_at, "before": before}
    if now.customers:
        earlier = found.groups.of(before) if before else None
        context |= _figures(wave, now, before, earlier)
        context |= _details(details_of(user, wave, found.groups), wave)
        context |= _table(request.GET.get("by", ""), wave, found.groups)
        context |= _answers(user, wave)
    return render(request, "satisfaction/results.html", context)


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
        "importance": charts.importance(wave, now),
        "weighted": {
            "value": words.score(by_revenue.value),
            "between": words.between(by_revenue),
            "effective": whole(by_revenue.n),
        },
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
        "coverage": {
            "customers": percent(share(coverage["answered"], coverage["fitting"])),
            "fitting": whole(coverage["fitting"]),
            "revenue": percent(share(coverage["answered_revenue"], coverage["revenue"])),
        },
        "overall": charts.distribution(wave, overall, recommend=False),
        "recommend": charts.distribution(wave, recommend, recommend=True),
    }


def _kinds() -> dict[str, str]:
    return {
        GroupKind.TIER: _("Tier"),
        GroupKind.STAGE: _("Stage"),
        GroupKind.REGION: _("Region"),
        GroupKind.TEAM: _("Team"),
        GroupKind.OWNER: _("Account manager"),
    }


def _table(asked: str, wave: Wave, groups: Groups) -> dict:
    """The groups of one kind, as `?by=` asks."""
    kinds = _kinds()
    kind = asked if asked in kinds else GroupKind.TIER
    found = groups.by(wave, kind)
    names = _names(kind, found)
    rows = [
        {
            "label": name,
            "group": group,
            "url": words.responses_url(wave=wave.pk, **{str(kind): key}) if key else "",
            "index": words.score(group.index.value),
            "index_between": words.between(group.index),
            "nps": words.score(group.nps.value),
            "nps_between": words.between(group.nps),
            "rate": words.share_or_nothing(group.rate),
        }
        for key, name, group in ((key, name, found[key]) for key, name in names.items())
    ]
    return {
        "group_rows": rows,
        "group_name": kinds[kind],
        "tabs": [
            {"label": label, "url": f"?by={one}#by", "is_current": one == kind}
            for one, label in kinds.items()
        ],
    }


def _names(kind: str, found: dict[str, Group]) -> dict[str, str]:
    """The groups' keys in reading order with what people call them."""
    if kind == GroupKind.TIER:
        known = {key: key for key in Tier.values}
    elif kind == GroupKind.STAGE:
        known = {stage.value: str(stage.label) for stage in Stage}
    elif kind == GroupKind.REGION:
        known = {key: key for key in sorted(found) if key}
    else:
        model = Team if kind == GroupKind.TEAM else User
        rows = model.objects.filter(pk__in=[int(key) for key in found if key])
        known = {str(row.pk): str(row) for row in rows.order_by("name")}
    return {key: name for key, name in known.items() if key in found} | (
        {"": _("none")} if "" in found else {}
    )


def _answers(user, wave: Wave) -> dict:
    """The lowest scores and the newest words."""
    responses = Response.objects.visible_to(user).finished().filter(wave=wave)
    return {
        "lowest": list(responses.worst()[:LOWEST]),
        "comments": list(responses.comments()[:COMMENTS]),
        "comments_url": words.responses_url(wave=wave.pk, words="1"),
        "all_url": words.responses_url(wave=wave.pk),
    }
