"""What became of each invitation of a wave, and which customers never answer."""

import datetime as dt
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from customers.models import Standing
from customers.querysets import Order, keyset_page
from satisfaction.count_reads import NOBODY
from satisfaction.forms.followers import InvitationFilter, SilentFilter
from satisfaction.invitation_reads import SILENT_FOR
from satisfaction.models import Invitation, Response, SilentAccount, Wave
from satisfaction.services import counting
from satisfaction.services.interviews import can_be_entered
from satisfaction.views.waves import Progress

PAGE_SIZE = 40
LOOKED_UP = dt.timedelta(days=1)  # ago at most: it is done each hour


def followed(user, wave: Wave):
    """The invitations of which this person may learn how far they have come."""
    return Invitation.objects.visible_to(user).named().filter(wave=wave)


@require_safe
@only_with_worth
def invitations(request, pk: int):
    """State by state, one by one; of an anonymous wave only the counts."""
    wave = get_object_or_404(
        Wave.objects.visible_to(request.user).select_related("version__instrument"), pk=pk
    )
    form = InvitationFilter(request.GET)
    page = followed(request.user, wave).matching(form.criteria).page(request.GET.get("page", ""))
    prefetch_related_objects(page.rows, "attempts__by")
    context = {
        "wave": wave,
        "progress": Progress(counting.asked_in([pk]).get(pk, NOBODY)),
        "form": form,
        "rows": [{"row": row, "can_be_entered": _may_enter(wave, row)} for row in page.rows],
        **_ways(page, {name: request.GET[name] for name in form.criteria}),
    }
    return render(request, "satisfaction/wave_invitations.html", context)


def add_attempts(rows: list[Invitation]) -> None:
    """How often each was called or visited in vain, when last, and when again; of these rows."""
    prefetch_related_objects(rows, "attempts")
    for row in rows:
        tried = list(row.attempts.all())
        row.tried = len(tried)
        row.tried_on = tried[-1].on if tried else None
        row.again_on = tried[-1].again_on if tried else None


def _may_enter(wave: Wave, row: Invitation) -> bool:
    row.wave = wave
    return can_be_entered(row)


def _ways(page, kept: dict) -> dict:
    """To the pages beside this one, under the same filters."""

    def way(cursor: str) -> str:
        return "?" + urlencode({**kept, "page": cursor})

    return {
        "first_url": "?" + urlencode(kept) if page.newer else "",
        "newer_url": way(page.newer) if page.newer else "",
        "older_url": way(page.older) if page.older else "",
        "is_filtered": bool(kept),
    }


def silent_accounts(user, least: int):
    """Customers asked so often and in vain, by their rows for lists."""
    if not user.sees_worth:
        raise PermissionDenied
    rows = Standing.objects.visible_to(user).filter(is_active=True)
    rows = rows.select_related("customer", "owner")
    since = timezone.now() - SILENT_FOR
    known = SilentAccount.objects.filter(waves__gte=least)
    if not SilentAccount.objects.exists():
        known = Invitation.objects.visible_to(user).silent(since, least)
        return rows.filter(customer__in=known.values("customer"))
    # Who has answered since they were looked up is silent no more.
    answers = Response.objects.finished().filter(finished_at__gt=timezone.now() - LOOKED_UP)
    answered = answers.filter(customer=OuterRef("pk"))
    return rows.filter(~Exists(answered), customer__in=known.values("customer"))


def add_counts(rows: list[Standing], least: int) -> None:
    """How often each was asked, when last, and whether somebody declined; of these rows alone."""
    asked = Invitation.objects.filter(customer__in=[row.pk for row in rows])
    found = {one["customer"]: one for one in asked.silent(timezone.now() - SILENT_FOR, least)}
    for row in rows:
        one = found.get(row.pk, {})
        row.asked, row.last_asked = one.get("waves", 0), one.get("last")
        row.declined = one.get("declined", 0)


@require_safe
@only_with_worth
def silent(request):
    """Asked, never answering: the most valuable first."""
    form = SilentFilter(request.GET)
    order = Order("lifetime_value", descending=True)
    rows = silent_accounts(request.user, form.value)
    page = keyset_page(rows, order, request.GET.get("page", ""), PAGE_SIZE)
    add_counts(page.rows, form.value)
    context = {
        "form": form,
        "least": form.value,
        "rows": page.rows,
        **_ways(page, {name: str(value) for name, value in form.criteria.items()}),
    }
    return render(request, "satisfaction/silent_accounts.html", context)
