"""What holds for every signed-in page: session limits, who acts, the language, no caching."""

import time

from django.contrib.auth import logout
from django.utils import timezone, translation

from crm.platform.acting import acting
from crm.platform.models import Installation


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

    READS = ("GET", "HEAD", "OPTIONS", "TRACE")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in self.READS or not request.user.is_authenticated:
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
