"""The pages behind the secret link of an invitation: for customers, without sign-in.

They are in the customer's language, whoever looks, and looking records nothing: mail scanners
look too. A page names its own token nowhere: its forms and links are relative.
"""

from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from crm.platform.limits import Limit, client_of
from crm.platform.models import Installation
from crm.platform.models.texts import in_language
from crm.platform.secret_links import secret_page
from satisfaction.forms.answers import PageForm
from satisfaction.models import Invitation
from satisfaction.questionnaire import Questionnaire
from satisfaction.services import answering
from satisfaction.services.answering import Over

# Guessing is hopeless (256 random bits); the limits keep load away. By address only misses count
# and are refused: an office, or the mail scanner of a whole company, opens many good links from
# one address, and nobody there can lock the others out.
# By link: a person with a slow phone taps often, but not so often.
MISSES = Limit("survey-misses", most=60, seconds=60)
VISITS = Limit("survey-visits", most=120, seconds=60)
POSTS = Limit("survey-posts", most=30, seconds=600)

NOTICES = {
    Over.FINISHED: HTTPStatus.OK,
    Over.DECLINED: HTTPStatus.OK,
    Over.CLOSED: HTTPStatus.GONE,
    "unknown": HTTPStatus.NOT_FOUND,
    "often": HTTPStatus.TOO_MANY_REQUESTS,
}


def of_invitation(view):
    """The view gets the invitation behind the link; who has no good link gets no hint why."""

    @secret_page
    @require_http_methods(["GET", "HEAD", "POST"])
    @sensitive_variables("token")
    @wraps(view)
    def page(request, token: str):
        limit, invitation = _found(request, token)
        language = _language(request, invitation)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            if limit:
                response = _notice(request, "often")
                response.headers["Retry-After"] = str(limit.seconds)
            elif invitation is None:
                response = _notice(request, "unknown")
            else:
                response = view(request, invitation, language)
        response.headers["Content-Language"] = language
        return response

    return page


@sensitive_variables("token")
def _found(request: HttpRequest, token: str) -> tuple[Limit | None, Invitation | None]:
    """The invitation behind the link, and the limit that stands in the way, if one does."""
    invitation = answering.find(token)
    if invitation is None:
        return (None if MISSES.count(client_of(request)) else MISSES), None
    limits = [VISITS, POSTS] if request.method == "POST" else [VISITS]
    reached = [limit for limit in limits if not limit.count(token)]
    return (reached[0] if reached else None), invitation


def _language(request: HttpRequest, invitation: Invitation | None) -> str:
    """The one just switched to, the draft's, the invitation's; of nobody, the browser's."""
    chosen = request.GET.get("lang", "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    if invitation is None:
        return translation.get_language_from_request(request)
    draft = answering.draft_of(invitation)
    return draft.language if draft else invitation.language


def _notice(request, why: str, invitation: Invitation | None = None) -> HttpResponse:
    """A page that only says something."""
    context = {
        "why": str(why),
        "thanks": in_language(invitation.wave.version.thanks) if invitation else "",
        **_frame(),
    }
    return render(request, "satisfaction/answer_notice.html", context, status=NOTICES[why])


def _frame() -> dict:
    """What stands around each of the pages: who asks, and the other languages by their names."""
    known = [(code, translation.get_language_info(code)) for code, _label in settings.LANGUAGES]
    current = translation.get_language()
    others = [(code, info["name_local"]) for code, info in known if code != current]
    return {"company": Installation.cached().name, "languages": others}


@of_invitation
def answer(request, invitation: Invitation, language: str):
    """The page of the questionnaire on which the draft stands."""
    if why := answering.over(invitation):
        return _notice(request, why, invitation)
    questionnaire = answering.so_far(invitation)
    if request.method == "POST":
        return _save(request, invitation, questionnaire, language)
    draft = answering.draft_of(invitation)
    page = questionnaire.nearest(draft.page if draft else 1)
    form = PageForm(questionnaire=questionnaire, page=page, score=request.GET.get("score", ""))
    return _page(request, invitation, form, page)


def _save(request, invitation: Invitation, questionnaire: Questionnaire, language: str):
    page = questionnaire.nearest(_number(request.POST.get("page")) or 1)
    form = PageForm(request.POST, questionnaire=questionnaire, page=page)
    goes = request.POST.get("go")
    # Who goes back need not be done with this page: what is right on it is kept.
    if not form.is_valid() and goes != "back":
        return _page(request, invitation, form, page)
    now = timezone.now()
    goes_on, is_end = _way(form, page, goes)
    if is_end and not questionnaire.with_more(form.answers).is_answered:
        form.add_error(None, _("Choose at least one answer."))
        return _page(request, invitation, form, page)
    try:
        answering.save_page(
            invitation=invitation, page=goes_on, answers=form.answers, language=language, now=now
        )
        if is_end:
            answering.finish(invitation=invitation, now=now)
    except answering.IsOverError as refused:  # by another browser, meanwhile
        return _notice(request, refused.why, invitation)
    return _here(request)


def _way(form: PageForm, page: int, goes: str | None) -> tuple[int, bool]:
    """The page to show next, and whether that was all."""
    filled = form.questionnaire.with_more(form.answers)
    if goes == "back":
        return filled.before(page) or page, False
    if any(question not in form.questions for question in filled.on(page)):
        return page, False  # an answer on it asks for more on it
    after = filled.after(page)
    return after or page, after is None and goes == "send"


def _here(request):
    """This address again, without what switched the language, with the score not sent yet."""
    score = _number(request.GET.get("score"))
    return redirect(request.path + ("" if score is None else f"?score={score}"))


def _switched(request: HttpRequest, address: str) -> str:
    """The address in the language that was switched to, which nothing has recorded yet."""
    return f"{address}?lang={request.LANGUAGE_CODE}" if "lang" in request.GET else address


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 5 else None


def _page(request, invitation: Invitation, form: PageForm, page: int):
    questionnaire = form.questionnaire
    version, pages = invitation.wave.version, questionnaire.pages
    context = {
        "form": form,
        "introduction": "" if questionnaire.before(page) else in_language(version.introduction),
        "page": page,
        "place": pages.index(page) + 1,
        "pages": len(pages),
        "before": questionnaire.before(page),
        "after": questionnaire.after(page),
        "name": version.instrument,
        "closes_on": invitation.wave.closes_on,
        "score": request.GET.get("score", ""),
        "decline_url": _switched(request, "decline/"),
        **_frame(),
    }
    return render(request, "satisfaction/answer_page.html", context)


@of_invitation
def decline(request, invitation: Invitation, language: str):
    """No, thank you: for this survey, or for ever. Mail programs ask by one click (RFC 8058)."""
    if request.method == "POST":
        by_mail = request.POST.get("List-Unsubscribe") == "One-Click"
        invitation = answering.decline(
            invitation=invitation, for_ever=by_mail or "for_ever" in request.POST
        )
        if not by_mail:
            return redirect(_switched(request, request.path))
    context = {
        "why": answering.over(invitation),
        "wants_no_more": answering.wants_no_more(invitation),
        "address": invitation.email,
        "answer_url": _switched(request, "../"),
        **_frame(),
    }
    return render(request, "satisfaction/answer_decline.html", context)
