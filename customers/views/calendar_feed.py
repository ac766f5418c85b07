"""The secret address of one's calendar: made and withdrawn, and read by calendar programs."""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from crm.platform.limits import Limit, client_of
from crm.platform.secret_links import hash_of
from customers.services.calendar_feed import (
    calendar_of,
    feed_of,
    make_address,
    note_reading,
    withdraw_address,
)

# Guessing is hopeless (256 random bits); the limits keep load away. By client only misses count,
# since a calendar service reads the addresses of many people from one machine.
MISSES = Limit("calendar-misses", most=60, seconds=60)
VISITS = Limit("calendar-visits", most=30, seconds=60)


@require_POST
@sensitive_variables()
def calendar_address(request):
    """Make a new address, which is shown this once; or withdraw it with `action=withdraw`."""
    if request.POST.get("action") == "withdraw":
        withdraw_address(user=request.user)
        messages.success(request, _("Your calendar's address is withdrawn."))
        return redirect("customers:calendar")
    token = make_address(user=request.user)
    address = settings.SITE_URL + reverse("customers:calendar_feed", args=[token])
    context = {"address": address, "subscribe": f"webcal:{address.removeprefix(_scheme(address))}"}
    return render(request, "customers/calendar_address.html", context)


def _scheme(address: str) -> str:
    return f"{urlsplit(address).scheme}:"


@login_not_required
@require_safe
@sensitive_variables("token")
def calendar_feed(request, token: str):
    """The calendar behind a good address; all others are answered alike."""
    feed = feed_of(token)
    limit, who = (MISSES, client_of(request)) if feed is None else (VISITS, token)
    if not limit.count(who):
        response = _words(HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(limit.seconds)
    elif feed is None:
        response = _words(HTTPStatus.NOT_FOUND)
    else:
        note_reading(feed)
        response = _calendar(request, calendar_of(feed.user))
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _calendar(request, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="perennial.ics"'
    etag = quote_etag(hash_of(content.decode()))
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response)


def _words(status: HTTPStatus) -> HttpResponse:
    return HttpResponse(f"{status.phrase}\n", status=status, content_type="text/plain")
