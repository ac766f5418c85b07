"""Refusals: every answer that is no success has the same shape, whoever refuses."""

import json
import logging
from decimal import Decimal
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

logger = logging.getLogger(__name__)
MOST_ERRORS = 1_000
RETRY_AWAY = 10  # seconds
# What is wrong with a body, in words of ours: pydantic's are English and speak of Python.
WORDS = {
    "missing": gettext_lazy("It is missing."),
    "extra_forbidden": gettext_lazy("There is no such field."),
    "too_long": gettext_lazy("There are more rows than one call may bring."),
    "too_short": gettext_lazy("There is no row."),
    "string_too_long": gettext_lazy("It is too long."),
    "string_too_short": gettext_lazy("It is empty."),
    "string_type": gettext_lazy("It is no text."),
    "literal_error": gettext_lazy("It is none of the known words."),
}


class Refusal(Exception):  # noqa: N818 -- an answer, no fault
    """Answered as a problem; `errors` as `schemas.RowError` has them."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        errors: list[dict] | None = None,
        retry_after: int | None = None,
    ):
        super().__init__(code)
        self.status, self.code, self.message = status, code, str(message)
        self.errors, self.retry_after = errors or [], retry_after

    def response(self) -> HttpResponse:
        content = {
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "errors": self.errors[:MOST_ERRORS],
        }
        response = JsonResponse(
            content, status=self.status, json_dumps_params={"ensure_ascii": False}
        )
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        if self.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response


class ExactParser(Parser):
    """JSON whose decimals keep all their digits, and in which NaN is no number."""

    def parse_body(self, request: HttpRequest):
        return json.loads(request.body, parse_float=Decimal, parse_constant=_no_number)


def _no_number(name: str):
    raise ValueError(name)


def answer_problems(api: NinjaAPI) -> None:
    """Let the library's refusals take our shape; faults of ours stay faults."""

    @api.exception_handler(Refusal)
    def refused(request, refusal: Refusal):
        return refusal.response()

    @api.exception_handler(Http404)
    def absent(request, error: Http404):
        return not_found().response()

    @api.exception_handler(ValidationError)
    def invalid(request, error: ValidationError):
        words = _("The call does not keep to the document; nothing of it was done.")
        errors = [_described(one) for one in error.errors]
        return Refusal(422, "invalid", words, errors=errors).response()

    @api.exception_handler(OperationalError)
    def away(request, error: OperationalError):
        # A deadlock, or the database restarts: all of the call is undone.
        logger.warning("The interface answers 503: %s", type(error.__cause__).__name__)
        words = _("This is not possible right now: try again in a while.")
        return Refusal(503, "unavailable", words, retry_after=RETRY_AWAY).response()

    @api.exception_handler(HttpError)
    def broken(request, error: HttpError):
        # The library raises it for one thing only: a body that can't be parsed.
        return Refusal(error.status_code, "broken_json", _("The body is no JSON.")).response()


def not_found() -> Refusal:
    return Refusal(404, "not_found", _("There is nothing here, or nothing for this token."))


def _described(error: dict) -> dict:
    """Where and what: ("body", name of the parameter, "rows", 3, "amount") is row 3, amount."""
    place = [part for part in error["loc"][1:] if part not in ("sent", "rows")]
    row = next((part for part in place if isinstance(part, int)), None)
    names = [str(part) for part in place if part != row]
    code = error["type"]
    message = str(WORDS.get(code, _("It is not what the document asks for.")))
    return {"row": row, "field": names[0] if names else "rows", "code": code, "message": message}


def machine_page(view):
    """A view of the interface: no session counts here, and every refusal is a problem in JSON."""

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def page(request, *args, **kwargs):
        response = _refused_unread(request) or view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response.headers["Allow"]
            words = _("This address takes other methods.")
            response = Refusal(405, "wrong_method", words).response()
            response.headers["Allow"] = allowed
        response.headers["Cache-Control"] = "no-store, private"
        return response

    return page


def _refused_unread(request: HttpRequest) -> HttpResponse | None:
    """What need not be read: bodies that are too long, or of another kind."""
    if request.method != "POST":
        return None
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return Refusal(413, "too_large", _("The body is too large: send fewer rows.")).response()
    if request.content_type != "application/json":
        return Refusal(415, "no_json", _("Send JSON, as application/json.")).response()
    return None
