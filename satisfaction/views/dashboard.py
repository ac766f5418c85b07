"""The dashboard of satisfaction: how it stands, where it goes, and whether it matters."""

from collections.abc import Iterable

from django.db.models import Count
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.accounts.models import Team
from crm.platform.models import Installation
from crm.platform.words import listed
from customers.models import Task
from customers.models.standing import Tier
from satisfaction.models import Audience, GroupKind, Question, Wave
from satisfaction.services.closed_loop import response_of
from satisfaction.services.columns import scales_of
from satisfaction.services.comparing import comparable
from satisfaction.services.groups import Group, Groups
from satisfaction.services.publishing import is_shown
from satisfaction.services.results import Results, results_of, trend_of
from satisfaction.services.sums import days_after
from satisfaction.views import charts, proofs, words

WAITING = 8
GROUPED_BY = (GroupKind.TIER, GroupKind.TEAM, GroupKind.COMPLAINT, GroupKind.ATTITUDE)


@require_safe
@only_with_worth
def dashboard(request):
    user = request.user
    # What all customers are asked; surveys of our own staff have their results alone.
    waves = Wave.objects.visible_to(user).select_related("version__instrument")
    waves = list(waves.exclude(version__instrument__audience=Audience.STAFF))
    shown = trend_of(waves)
    questions = scales_of(shown)
    results = results_of(user, shown, questions, GROUPED_BY, details=False)
    answered = [wave for wave in shown if is_shown(results.groups.of(wave), wave)]
    context = {"computed_at": results.computed_at, "waves": len(waves), **_low_scores(user)}
    context["further"] = _further(user)
    if answered:
        context |= _now(answered, results, questions) | _groups(answered[-1], results.groups)
        context |= _proofs(results.groups)
    elif shown:
        context["waiting_wave"] = shown[-1]
    return render(request, "satisfaction/dashboard.html", context)


def _further(user) -> list[dict]:
    """Pages that the menu doesn't name, each with what it is good for."""
    pages = [
        ("satisfaction:heard", _("What we hear"), _("From all eight sources, by touchpoint")),
        ("satisfaction:targets", _("Targets"), _("What each tier is to reach, and what it does")),
        ("satisfaction:silent", _("Asked, never answering"), _("Accounts that leave us guessing")),
        (
            "value:unprofitable",
            _("Happy below our cost"),
            _("Who is content only because it costs us more than it brings"),
        ),
    ]
    if user.is_manager:
        pages += [
            (
                "value:chain",
                _("Service-profit chain"),
                _("From what staff can do to what customers bring"),
            ),
            (
                "satisfaction:baldrige",
                _("How we manage satisfaction"),
                _("Eight points with our own evidence, and our own judgement"),
            ),
        ]
    if user.is_manager or user.is_team_lead:
        why = _("Five areas of each person's work, rated")
        pages.append(("satisfaction:competences", _("Competences of staff"), why))
    return [{"url": reverse(name), "label": label, "why": why} for name, label, why in pages]


def _now(waves: list[Wave], results: Results, questions: list[Question]) -> dict:
    """The newest wave with answers, against the one before, and all of them as a trend."""
    wave, groups = waves[-1], results.groups
    now, before = groups.of(wave), None
    if len(waves) > 1:
        before = comparable(groups.of(waves[-2]), questions, wave, waves[-2])
    name = waves[-2].name if before else ""
    return {
        "wave": wave,
        "is_open": wave.state == Wave.State.OPEN,
        "tiles": tiles(wave, now, before),
        "before": name,
        "group": now,
        "index_trend": charts.trend(waves, groups, questions, "index", _("Satisfaction index")),
        "nps_trend": charts.trend(waves, groups, questions, "nps", _("NPS")),
        "dimensions": charts.dimensions(wave, now, name, before),
    }


def tiles(wave: Wave, now: Group, before: Group | None) -> list[dict]:
    """The figures of what a wave asked, with interval, n and what has changed."""
    nobody = before or Group(GroupKind.ALL, "")
    index, nps, satisfied = now.index, now.nps, now.satisfied
    found = [
        {
            "of": "index",
            "label": _("Satisfaction index") if now.is_of_satisfaction else _("Index"),
            "value": words.score(index.value),
            "unit": _("of 100"),
            "note": words.interval(words.between(index)),
            "change": words.change(charts.comparison(now, nobody, "index")),
        },
        {
            "of": "nps",
            "label": _("NPS"),
            "value": words.score(nps.value),
            "note": words.interval(words.between(nps)),
            "change": words.change(charts.comparison(now, nobody, "nps")),
        },
        {
            "of": "satisfied",
            "label": _("Satisfied or very satisfied"),
            "value": words.part(satisfied),
            "note": words.interval(words.part_between(satisfied)),
            "change": {},
        },
    ]
    asked = [one for one in found if now.has(one.pop("of"))]
    return [one | {"url": words.url_of(wave)} for one in (*asked, _response_tile(wave, now))]


def _response_tile(wave: Wave, now: Group) -> dict:
    """How many answered; behind a public link nobody was invited, and our staff is no customer."""
    told = ngettext("%(n)s answer", "%(n)s answers", now.responses)
    told = told % {"n": words.score(now.responses)}
    if now.sent:
        told = _("%(responses)s of %(sent)s invitations") % {
            "responses": words.score(now.responses),
            "sent": words.score(now.sent),
        }
    told = [told] if wave.asks_staff else [told, words.customers(now.customers)]
    rate = words.share_or_nothing(now.rate)
    return {"label": _("Response rate"), "value": rate, "note": listed(told), "change": {}}


def _groups(wave: Wave, groups: Groups) -> dict:
    """By tier and by team, as they were when asked."""
    tiers, teams = groups.by(wave, GroupKind.TIER), groups.by(wave, GroupKind.TEAM)
    names = {str(team.pk): team.name for team in Team.objects.all()}
    by_tier = {
        _("Tier %(tier)s") % {"tier": tier}: (tier, tiers[tier])
        for tier in Tier.values
        if tier in tiers
    }
    by_team = {names[key]: (key, group) for key, group in teams.items() if key in names}
    return {
        "tiers": _group_chart(wave, "tier", by_tier, _("Tier")),
        "teams": _group_chart(wave, "team", dict(sorted(by_team.items())), _("Team")),
    }


def _group_chart(wave: Wave, kind: str, found: dict, head: str) -> dict:
    urls = {label: words.url_of(wave, **{kind: key}) for label, (key, _group) in found.items()}
    return charts.by_group({label: group for label, (_key, group) in found.items()}, urls, head)


def _proofs(groups: Groups) -> dict:
    """Over all waves shown; a customer counts once in each."""
    days = days_after()
    return {
        "slow": proofs.slow_answers(groups.together(GroupKind.COMPLAINT)),
        "leaving": proofs.leaving(groups.together(GroupKind.ATTITUDE), days),
        "days": days,
    }


def _low_scores(user) -> dict:
    """Tasks made from low scores that nobody has done yet, the most urgent first."""
    tasks = Task.objects.visible_to(user).open().filter(origin=Task.Origin.SURVEY)
    rows = list(tasks.select_related("customer", "assignee").order_by("due_on", "pk")[:WAITING])
    total = len(rows)
    if total == WAITING:
        total = tasks.aggregate(total=Count("pk"))["total"]
    return {"tasks": _with_links(rows), "task_count": total, "more": total - len(rows)}


def _with_links(tasks: Iterable[Task]) -> list[Task]:
    today, found = Installation.cached().today(), list(tasks)
    for task in found:
        task.response_pk = response_of(task)
        task.is_late = task.due_on < today
    return found
