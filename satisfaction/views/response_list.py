"""The list of responses: what stands behind every figure of satisfaction."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.accounts.models import Team, User
from crm.accounts.roles import Role
from crm.platform.words import listed
from customers.querysets import Page
from satisfaction.forms.listing import ResponseFilter
from satisfaction.models import Response, Wave
from satisfaction.querysets import BESIDE, COUNTED_BESIDE, COUNTED_UP_TO, ResponseQuerySet


def address(parameters: Mapping[str, str], **changes: str) -> str:
    """The list with these filters, some changed; empty ones are left out."""
    kept = {**parameters, **changes}
    return "?" + urlencode({name: value for name, value in kept.items() if value})


@require_safe
@only_with_worth
def responses(request):
    """Finished responses by filter, the newest first, a page at a time."""
    form = filter_of(request.user, request.GET)
    if form.refused:
        names = listed(form.refused)
        messages.warning(request, _("Not understood and left out: %(names)s.") % {"names": names})
    rows = Response.objects.visible_to(request.user).finished().matching(form.criteria)
    page = rows.page(request.GET.get("page", ""))
    kept = {name: request.GET[name] for name in form.criteria}
    context = {
        "form": form,
        "rows": page.rows,
        "chips": [
            {
                "label": form.fields[name].label,
                "words": form.said(name),
                "url": address(kept, **{name: ""}),
            }
            for name in form.criteria
        ],
        "summary": _summary(page, rows, _most(form.criteria)),
        "first_url": address(kept) if page.newer else "",
        "newer_url": address(kept, page=page.newer) if page.newer else "",
        "older_url": address(kept, page=page.older) if page.older else "",
    }
    return render(request, "satisfaction/response_list.html", context)


def filter_of(user, parameters: QueryDict) -> ResponseFilter:
    """The form of the filters with the choices of this person."""
    waves = Wave.objects.visible_to(user).exclude(state=Wave.State.PLANNED)
    people = User.objects.exclude(role=Role.SERVICE).order_by("name", "pk")
    asked, of_team = (user, parameters), Q(team__isnull=False, team=user.team_id)
    return ResponseFilter(
        parameters,
        waves=waves,
        teams=_choices(*asked, "team", Team.objects.all(), Q(pk=user.team_id)),
        people=_choices(*asked, "owner", people, of_team),
    )


def _choices(user, parameters: QueryDict, name: str, rows: QuerySet, ours: Q) -> QuerySet:
    """All of them, or our own team's; of others whom a figure led to, by a response we see."""
    if user.sees_all_customers:
        return rows
    asked = parameters.get(name, "")
    if asked.isascii() and asked.isdecimal():
        seen = Response.objects.visible_to(user).finished().filter(**{name: asked})
        ours |= Q(pk__in=seen.order_by().values(name)[:1])
    return rows.filter(ours)


def _most(criteria: Mapping) -> int:
    """How far those that fit are counted."""
    return COUNTED_BESIDE if any(name in criteria for name in BESIDE) else COUNTED_UP_TO


def _summary(page: Page, rows: ResponseQuerySet, most: int) -> str:
    """Which of how many, counting no further than `most`."""
    if not page.rows:
        return ""
    is_all = page.first == 1 and not page.older
    total = len(page.rows) if is_all else rows.count_capped(most)
    span = {
        "first": number_format(page.first),
        "last": number_format(page.last),
        "total": number_format(min(total, most)),
    }
    if total > most:
        return _("Responses %(first)s–%(last)s of more than %(total)s") % span
    return _("Responses %(first)s–%(last)s of %(total)s") % span
