"""What holds for every page: who is let in, session limits, who acts, the language, no caching."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import render, resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from crm.platform.acting import acting
from crm.platform.models import Installation

READS = ("GET", "HEAD", "OPTIONS", "TRACE")


class SignInFirst(LoginRequiredMiddleware):
    """Who sends a form after the session has ended comes back to the page that it stood on.

    The address of the form itself takes no visits.
    """

    def handle_no_permission(self, request, view_func):
        if request.method in READS:
            return super().handle_no_permission(request, view_func)
        messages.warning(request, _("You were signed out: what you sent was not saved."))
        page = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()):
            page = resolve_url(settings.LOGIN_REDIRECT_URL)
        return redirect_to_login(page)


class SessionLimits:
    """Ends a session that was idle too long or is too old (settings of the installation).

    The last use is written at most once a minute, so that reading pages costs no write.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and not self._extend(request.session):
            logout(request)
        return self.get_response(request)

    def _extend(self, session) -> bool:
        limits = Installation.cached()
        now = int(time.time())
        # Times ahead of now are from before the clock was set back: the limits count from now.
        started = min(session.get("started", now), now)
        used = min(session.get("used", now), now)
        if now - used > limits.idle_minutes * 60 or now - started > limits.session_hours * 3600:
            return False
        if session.get("started") != started:
            session["started"] = started
        if session.get("used") != used or now - used >= 60:
            session["used"] = now
        return True


class Acting:
    """What a signed-in person's request changes is written down as that person's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in READS or not request.user.is_authenticated:
            return self.get_response(request)
        with acting(request.user):
            return self.get_response(request)


class UserLocale:
    """The language the user chose, else the browser's; the installation's time zone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        chosen = getattr(request.user, "language", "")
        language = chosen or translation.get_language_from_request(request)
        with (
            translation.override(language),
            timezone.override(Installation.cached().zone),
        ):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class NoStore:
    """Pages stay in no cache, not even the browser's: what strangers typed neither."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store, private"
        return response


class FormAddresses:
    """Who opens an address that only takes forms is told so, instead of seeing nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        told = render(request, "405.html", status=405)
        told.headers["Allow"] = response.headers["Allow"]
        return told
