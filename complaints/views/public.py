"""Pages without sign-in: complain, and follow the case by the secret link.

Neither says whether anybody is a customer. Looking changes nothing: mail scanners look too. The
page behind the link names its own token nowhere: its forms are relative.
"""

from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from complaints.forms.public import LARGEST, ComplainForm, OutsideForm, WithdrawForm, WordForm
from complaints.models import Case
from complaints.services import follow_up, outside
from complaints.services.actions import Refused
from complaints.states import OPEN, SOLVED, State
from crm.platform.limits import Limit, client_of
from crm.platform.models import Installation
from crm.platform.secret_links import secret_page
from crm.platform.uploads import MEGABYTE

# By network address, since an office has one; by the browser, and by the address that was named,
# since each complaint sends a mail there.
OF_ADDRESS = Limit("complain-address", most=30, seconds=3600)
OF_VISITOR = Limit("complain-visitor", most=6, seconds=3600)
OF_MAIL = Limit("complain-mail", most=4, seconds=3600)
# As those of surveys: guessing is hopeless, the limits keep load away.
MISSES = Limit("follow-up-misses", most=60, seconds=60)
VISITS = Limit("follow-up-visits", most=120, seconds=60)
POSTS = Limit("follow-up-posts", most=20, seconds=600)
# What the other fields and the borders between them take beside the files.
LARGEST_BODY = LARGEST + MEGABYTE
MOST_SAID = 40  # of a long conversation the newest

STATE_WORDS = {
    State.NEW: gettext_lazy("We have it. Somebody reads it and answers you."),
    State.ACKNOWLEDGED: gettext_lazy("We have it. Somebody looks into it and answers you."),
    State.INVESTIGATING: gettext_lazy("We are looking into it."),
    State.WAITING_CUSTOMER: gettext_lazy("We need something from you before we can go on."),
    State.WAITING_THIRD: gettext_lazy("We are waiting for somebody outside of our company."),
    State.PROPOSED: gettext_lazy("We know how to settle it, and are about to answer you."),
    State.RESOLVED: gettext_lazy("We have settled it. Is it settled for you too?"),
    State.CLOSED: gettext_lazy("It is settled and closed."),
    State.WITHDRAWN: gettext_lazy("You have withdrawn it."),
    State.REJECTED: gettext_lazy("We could not agree with it; below you read what you can do."),
    State.MERGED: gettext_lazy("We handle it together with another case."),
}


def _in_own_language(view):
    """In the language that was switched to, else the browser's: whoever is signed in here."""

    @wraps(view)
    def page(request, *args, **kwargs):
        chosen = request.GET.get("lang", "")
        language = chosen if chosen in dict(settings.LANGUAGES) else ""
        language = language or translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return page


def _frame() -> dict:
    """What stands around each page: who we are, and the other languages by their names."""
    known = [(code, translation.get_language_info(code)) for code, _label in settings.LANGUAGES]
    current = translation.get_language()
    others = [(code, info["name_local"]) for code, info in known if code != current]
    return {"company": Installation.cached().name, "languages": others}


def _notice(request, why: str, status: HTTPStatus) -> HttpResponse:
    """A page that only says something."""
    context = {"why": why, **_frame()}
    return render(request, "complaints/public_notice.html", context, status=status)


def _is_too_large(request: HttpRequest) -> bool:
    """By what the browser says, before anything of it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return request.method == "POST" and (not length.isdecimal() or int(length) > LARGEST_BODY)


@login_not_required
@csrf_exempt  # the check would read the body before its size was looked at: it comes then
@require_http_methods(["GET", "HEAD", "POST"])
@_in_own_language
def complain(request):
    """Anybody complains, by a link or the QR code."""
    if _is_too_large(request):
        return _notice(request, "large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return _complain(request)


@csrf_protect
def _complain(request):
    form = ComplainForm(request.POST or None, request.FILES or None)
    status, limit = HTTPStatus.OK, None
    if request.method == "POST":
        form = ComplainForm(request.POST, request.FILES)
        if form.is_valid():
            limit = _limit_of(request, form)
            if limit is None:
                return redirect("complain:case", _logged(form))
            form.add_error(None, _("That was often. Wait an hour, or call us."))
            status = HTTPStatus.TOO_MANY_REQUESTS
    context = {"form": form, "files_lost": bool(request.FILES), **_frame()}
    response = render(request, "complaints/public_form.html", context, status=status)
    if limit is not None:
        response.headers["Retry-After"] = str(limit.seconds_left())
    return response


def _limit_of(request, form: ComplainForm) -> Limit | None:
    """The limit that stands in the way, if one does."""
    counted = [(OF_ADDRESS, client_of(request)), (OF_VISITOR, request.META.get("CSRF_COOKIE", ""))]
    if email := form.cleaned_data["email"]:
        counted.append((OF_MAIL, email.lower()))
    reached = [limit for limit, who in counted if who and not limit.count(who)]
    return reached[0] if reached else None


def _logged(form: ComplainForm) -> str:
    return outside.complain(
        values=form.values,
        submission=form.submission,
        files=form.cleaned_data["attachments"],
    )


def _of_case(view):
    """The view gets the case behind the link; who has no good link gets no hint why."""

    @secret_page
    @require_http_methods(["GET", "HEAD", "POST"])
    @sensitive_variables("token")
    @_in_own_language
    @wraps(view)
    def page(request, token: str):
        if _is_too_large(request):
            return _notice(request, "large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        found, is_over = follow_up.find(token)
        if found is None and is_over:
            return _notice(request, "over", HTTPStatus.GONE)
        if limit := _reached(request, token, is_found=found is not None):
            response = _notice(request, "often", HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(limit.seconds_left())
            return response
        if found is None:
            return _notice(request, "unknown", HTTPStatus.NOT_FOUND)
        return view(request, found)

    return page


@sensitive_variables("token")
def _reached(request, token: str, *, is_found: bool) -> Limit | None:
    if not is_found:
        return None if MISSES.count(client_of(request)) else MISSES
    limits = [VISITS, POSTS] if request.method == "POST" else [VISITS]
    reached = [limit for limit in limits if not limit.count(token)]
    return reached[0] if reached else None


@_of_case
def case(request, found: Case):
    """How it stands, what was said; a word more, yes or no, or no longer wanted."""
    if request.method != "POST":
        return _case_page(request, found)
    do = request.POST.get("do", "word")
    do = do if do in _FORMS else "word"
    form = _FORMS[do](request.POST, request.FILES, auto_id=f"{do}-%s")
    if not form.is_valid():
        return _case_page(request, found, do, form)
    try:
        token = _done(found, do, form)
    except Refused:
        # Somebody was faster; the page shows how it stands now.
        token = ""
    if token:
        return redirect("complain:case", token)
    # Back here, at what was just said.
    return redirect(request.get_full_path() + ("#latest" if do == "word" else ""))


_FORMS = {"word": WordForm, "withdraw": WithdrawForm, "accept": OutsideForm}


def _done(found: Case, do: str, form: OutsideForm) -> str:
    """The secret of another case where the word began one."""
    if do == "accept":
        outside.accept(case=found)
    elif do == "withdraw":
        outside.withdraw(case=found, reason=form.cleaned_data["reason"])
    else:
        cleaned = form.cleaned_data
        return outside.add_word(
            case=found, text=cleaned["text"], files=cleaned["attachments"], key=form.submission
        )
    return ""


def _case_page(request, found: Case, do: str = "", form: OutsideForm | None = None):
    forms = {name: kind(auto_id=f"{name}-%s") for name, kind in _FORMS.items()}
    if form is not None:
        forms[do] = form
    days = Installation.cached().follow_up_days
    context = {
        "case": found,
        "words": STATE_WORDS[State(found.state)],
        "until": _until(found),
        "together": _together(found),
        "conversation": outside.conversation(found)[-MOST_SAID:],
        "forms": forms,
        "wrong": do if form is not None else "",
        "is_settled": found.state == State.RESOLVED,
        "is_open": found.state in OPEN,
        "is_solved": found.state in SOLVED,
        "days": days,
        "files_lost": bool(request.FILES),
        **_frame(),
    }
    return render(request, "complaints/public_case.html", context)


def _together(found: Case) -> str:
    """Of a merged case how the other one stands, which alone goes on."""
    if found.state != State.MERGED:
        return ""
    state = State(follow_up.handled_as(found).state)
    # Who follows the merged one is asked nothing, and has no hand in the other.
    ended = dict.fromkeys(SOLVED, _("It is settled.")) | {
        State.WITHDRAWN: _("It was withdrawn."),
        State.REJECTED: _("We could not agree with it."),
    }
    return ended.get(state) or STATE_WORDS[state]


def _until(found: Case) -> str:
    """Until when we wait for the customer."""
    if found.state != State.WAITING_CUSTOMER or not found.waiting_until:
        return ""
    return date_format(timezone.localtime(found.waiting_until), "DATE_FORMAT")
