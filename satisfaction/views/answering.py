"""The pages behind the link of a survey: for who was asked, without sign-in.

They are in the language of who was asked, whoever looks, and looking records nothing: mail scanners
look too. A page names its own token nowhere: its forms and links are relative.
"""

from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from complaints.forms.public import OutsideForm
from crm.platform.limits import Limit, client_of
from crm.platform.models import Installation
from crm.platform.models.texts import in_language
from crm.platform.secret_links import secret_page
from satisfaction.forms.answers import PageForm
from satisfaction.services import answering, sheets
from satisfaction.services.answering import Over
from satisfaction.services.sheets import PublicSheet, Sheet

# Guessing is hopeless (256 random bits); the limits keep load away. By address only misses count
# and are refused: an office, or the mail scanner of a whole company, opens many good links from
# one address, and nobody there can lock the others out.
# By link: a person with a slow phone taps often, but not so often.
MISSES = Limit("survey-misses", most=60, seconds=60)
VISITS = Limit("survey-visits", most=120, seconds=60)
POSTS = Limit("survey-posts", most=30, seconds=600)
# A public link is everybody's: there it is counted by address, an office of people has one.
PUBLIC_VISITS = Limit("survey-public-visits", most=240, seconds=60)
PUBLIC_POSTS = Limit("survey-public-posts", most=120, seconds=3600)
# By this a browser is known again behind a public link; it goes to that link alone.
COOKIE = "survey"
COOKIE_SALT = "satisfaction.views.answering"
COOKIE_SECONDS = 366 * 24 * 3600

NOTICES = {
    Over.FINISHED: HTTPStatus.OK,
    Over.DECLINED: HTTPStatus.OK,
    Over.CLOSED: HTTPStatus.GONE,
    "unknown": HTTPStatus.NOT_FOUND,
    "often": HTTPStatus.TOO_MANY_REQUESTS,
}


def of_link(view):
    """The view gets the sheet behind the link; who has no good link gets no hint why."""

    @secret_page
    @require_http_methods(["GET", "HEAD", "POST"])
    @sensitive_variables("token")
    @wraps(view)
    def page(request, token: str):
        limit, sheet = _found(request, token)
        language = _language(request, sheet)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            if limit:
                response = _notice(request, "often")
                response.headers["Retry-After"] = str(limit.seconds)
            elif sheet is None:
                response = _notice(request, "unknown")
            else:
                response = view(request, sheet, language)
        response.headers["Content-Language"] = language
        return response

    return page


@sensitive_variables("token")
def _found(request: HttpRequest, token: str) -> tuple[Limit | None, Sheet | None]:
    """The sheet behind the link, and the limit that stands in the way, if one does."""
    sheet = sheets.find(token)
    if sheet is None:
        return (None if MISSES.count(client_of(request)) else MISSES), None
    limits, who = [VISITS, POSTS], token
    if isinstance(sheet, PublicSheet):
        limits, who = [PUBLIC_VISITS, PUBLIC_POSTS], client_of(request)
        sheet.visitor = _visitor(request)
    reached = [limit for limit in limits[: 1 + (request.method == "POST")] if not limit.count(who)]
    return (reached[0] if reached else None), sheet


def _visitor(request: HttpRequest) -> str:
    """The token of this browser, which its first post brought; empty where there was none."""
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE_SALT)
    except signing.BadSignature:
        return ""


def _language(request: HttpRequest, sheet: Sheet | None) -> str:
    """The one just switched to, the draft's, that of who was asked; of nobody, the browser's."""
    chosen = request.GET.get("lang", "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    known = sheet and ((sheet.draft and sheet.draft.language) or sheet.language)
    return known or translation.get_language_from_request(request)


def _notice(request, why: str, sheet: Sheet | None = None) -> HttpResponse:
    """A page that only says something."""
    context = {
        "why": str(why),
        "thanks": in_language(sheet.wave.version.thanks) if sheet else "",
        **_frame(),
    }
    return render(request, "satisfaction/answer_notice.html", context, status=NOTICES[why])


def _frame() -> dict:
    """What stands around each of the pages: who asks, and the other languages by their names."""
    known = [(code, translation.get_language_info(code)) for code, _label in settings.LANGUAGES]
    current = translation.get_language()
    others = [(code, info["name_local"]) for code, info in known if code != current]
    return {"company": Installation.cached().name, "languages": others}


@of_link
def answer(request, sheet: Sheet, language: str):
    """The page of the questionnaire on which the draft stands."""
    if why := sheet.over():
        return _notice(request, why, sheet)
    is_public = isinstance(sheet, PublicSheet)
    if request.method != "POST":
        page = sheet.page
        score = request.GET.get("score", "")
        form = PageForm(questionnaire=sheet.questionnaire, page=page, score=score)
        return _page(request, sheet, form, page, OutsideForm() if is_public else None)
    if not is_public:
        return _save(request, sheet, language)
    trap = OutsideForm(request.POST)
    if not _is_person(sheet, trap):
        page = sheet.questionnaire.nearest(_number(request.POST.get("page")) or 1)
        form = PageForm(request.POST, questionnaire=sheet.questionnaire, page=page)
        return _page(request, sheet, form, page, trap)
    if sheet.visitor:
        trap = OutsideForm()  # no second look at somebody known
    sheet.visitor = sheet.visitor or str(trap.submission)
    return _with_cookie(request, sheet, _save(request, sheet, language, trap))


def _is_person(sheet: PublicSheet, trap: OutsideForm) -> bool:
    """Neither faster than people nor filling in what they don't see; known ones may be fast."""
    if sheet.visitor:
        return not trap.data.get("website")
    return trap.is_valid()


def _with_cookie(request, sheet: PublicSheet, response: HttpResponse) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        signing.dumps(sheet.visitor, salt=COOKIE_SALT),
        max_age=COOKIE_SECONDS,
        path=request.path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _save(request, sheet: Sheet, language: str, trap: OutsideForm | None = None):
    questionnaire = sheet.questionnaire
    page = questionnaire.nearest(_number(request.POST.get("page")) or 1)
    form = PageForm(request.POST, questionnaire=questionnaire, page=page)
    goes = request.POST.get("go")
    # Who goes back need not be done with this page: what is right on it is kept.
    if not form.is_valid() and goes != "back":
        return _page(request, sheet, form, page, trap)
    goes_on, is_end = _way(form, page, goes)
    if is_end and not questionnaire.with_more(form.answers).is_answered:
        form.add_error(None, _("Choose at least one answer."))
        return _page(request, sheet, form, page, trap)
    keep = sheet.send if is_end else sheet.save
    try:
        keep(goes_on, form.answers, language, timezone.now())
    except answering.IsOverError as refused:  # by another browser, meanwhile
        return _notice(request, refused.why, sheet)
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


def _page(request, sheet: Sheet, form: PageForm, page: int, trap: OutsideForm | None = None):
    questionnaire, wave = form.questionnaire, sheet.wave
    version, pages = wave.version, questionnaire.pages
    context = {
        "form": form,
        "trap": trap,
        "introduction": "" if questionnaire.before(page) else in_language(version.introduction),
        "page": page,
        "place": pages.index(page) + 1,
        "pages": len(pages),
        "before": questionnaire.before(page),
        "after": questionnaire.after(page),
        "name": version.instrument,
        "closes_on": wave.closes_on,
        "is_anonymous": wave.is_anonymous,
        "score": request.GET.get("score", ""),
        "decline_url": _switched(request, "decline/") if sheet.invitation else "",
        **_frame(),
    }
    return render(request, "satisfaction/answer_page.html", context)


@of_link
def decline(request, sheet: Sheet, language: str):
    """No, thank you: for this survey, or for ever. Mail programs ask by one click (RFC 8058)."""
    if sheet.invitation is None:
        return _notice(request, "unknown")
    if request.method == "POST":
        by_mail = request.POST.get("List-Unsubscribe") == "One-Click"
        sheet.decline(for_ever=by_mail or "for_ever" in request.POST)
        if not by_mail:
            return redirect(_switched(request, request.path))
    context = {
        "why": sheet.over(),
        "wants_no_more": answering.wants_no_more(sheet.invitation),
        "address": sheet.invitation.email,
        "answer_url": _switched(request, "../"),
        **_frame(),
    }
    return render(request, "satisfaction/answer_decline.html", context)
