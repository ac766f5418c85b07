"""How a wave reaches people other than by mail: on paper, by interview, by a public link."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.models import Installation
from crm.platform.models.texts import in_language
from satisfaction.count_reads import NOBODY
from satisfaction.forms.answers import PageForm
from satisfaction.forms.interviews import AttemptForm
from satisfaction.models import Invitation, Wave, Way
from satisfaction.services import answering, channels, interviews
from satisfaction.services.waves import Refused


def _wave(request, pk: int) -> Wave:
    rows = Wave.objects.visible_to(request.user).select_related("version__instrument")
    return get_object_or_404(rows, pk=pk)


def _invitation(request, pk: int) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related(
        "wave__version__instrument", "customer", "contact", "user", "response"
    )
    return get_object_or_404(rows, pk=pk)


@require_safe
@only_managers
def sheets(request, pk: int):
    """How many sheets wait to be printed, before anybody makes links."""
    wave = _wave(request, pk)
    # Live, since each batch that is printed has to count at once.
    asked = Invitation.objects.filter(wave=wave).asked_in().get(pk, NOBODY)
    waiting = asked.states[Invitation.State.PLANNED]
    context = {
        "wave": wave,
        "waiting": waiting,
        "printed": asked.number - waiting,
        "batch": channels.SHEETS,
    }
    return render(request, "satisfaction/wave_sheets.html", context)


@require_POST
@only_managers
@never_cache
def sheets_print(request, pk: int):
    """The next sheets, to be printed now: their links can't be shown again."""
    wave = _wave(request, pk)
    try:
        printed = channels.print_next(wave=wave, by=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("satisfaction:wave", pk)
    if not printed:
        messages.info(request, _("Every sheet has been printed."))
        return redirect("satisfaction:wave_sheets", pk)
    return _printed(request, wave, printed)


@require_POST
@only_managers
@never_cache
def sheet_again(request, pk: int):
    """One sheet anew: lost, or for somebody else's desk."""
    invitation = _invitation(request, pk)
    try:
        printed = channels.print_again(invitation=invitation, by=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("satisfaction:wave", invitation.wave_id)
    if not printed:
        messages.info(request, _("This invitation is over."))
        return redirect("satisfaction:wave_invitations", invitation.wave_id)
    return _printed(request, invitation.wave, printed)


def _printed(request, wave: Wave, printed: list[channels.Sheet]):
    version = wave.version
    context = {
        "wave": wave,
        "sheets": [
            {
                "sheet": sheet,
                "language": sheet.invitation.language,
                "introduction": in_language(version.introduction, sheet.invitation.language),
            }
            for sheet in printed
        ],
        "company": Installation.cached().name,
    }
    return render(request, "satisfaction/wave_sheets_printed.html", context)


@require_POST
@only_managers
@never_cache
def public_link(request, pk: int):
    """A new link for everybody, shown this once."""
    wave = _wave(request, pk)
    try:
        address = channels.renew_public_link(wave=wave, by=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("satisfaction:wave", pk)
    context = {"wave": wave, "address": address, "qr": channels.picture_of(address)}
    return render(request, "satisfaction/wave_public_link.html", context)


@require_POST
@only_managers
def public_link_end(request, pk: int):
    if channels.end_public_link(wave=_wave(request, pk), by=request.user):
        messages.success(request, _("Ended: nobody gets in by this link any more."))
    return redirect("satisfaction:wave", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def interview(request, pk: int):
    """Answers typed in for somebody who is on the phone, or was visited."""
    invitation = _invitation(request, pk)
    if invitation.wave.is_anonymous:
        raise PermissionDenied
    if not interviews.can_be_entered(invitation):
        messages.info(request, _("This invitation takes no answers any more."))
        return redirect("satisfaction:wave_invitations", invitation.wave_id)
    questionnaire = answering.so_far(invitation)
    draft = answering.draft_of(invitation)
    page = questionnaire.nearest(draft.page if draft else 1)
    language = _language(request, invitation)
    # The questions are read out in the language of who is asked; the page around stays ours.
    with translation.override(language):
        if request.method == "POST":
            page = questionnaire.nearest(_number(request.POST.get("page", "")))
            form = PageForm(request.POST, questionnaire=questionnaire, page=page)
        else:
            form = PageForm(questionnaire=questionnaire, page=page)
        form.is_valid()
    if "attempt" in request.POST:
        return _tried(request, invitation, PageForm(questionnaire=questionnaire, page=page), page)
    if request.method == "POST":
        return _enter(request, invitation, form, page, language)
    return _page(request, invitation, form, page, language)


def _tried(request, invitation: Invitation, form: PageForm, page: int):
    """Nobody was there, or had time: the answers typed so far stay as they were kept."""
    attempt = AttemptForm(request.POST)
    if not attempt.is_valid():
        language = _language(request, invitation)
        return _page(request, invitation, form, page, language, attempt_form=attempt)
    try:
        interviews.note_attempt(
            invitation=invitation, by=request.user, now=timezone.now(), **attempt.cleaned_data
        )
    except answering.IsOverError:
        messages.info(request, _("This invitation takes no answers any more."))
    else:
        messages.success(request, _("The attempt is noted."))
    return redirect("satisfaction:wave_invitations", invitation.wave_id)


def _language(request, invitation: Invitation) -> str:
    chosen = request.GET.get("lang", "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    draft = answering.draft_of(invitation)
    return draft.language if draft else invitation.language


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 1


def _enter(request, invitation: Invitation, form: PageForm, page: int, language: str):
    is_back = request.POST.get("go") == "back"
    if form.errors and not is_back:
        return _page(request, invitation, form, page, language)
    goes_on, is_end = _way(form, page, is_back)
    if is_end and not form.questionnaire.with_more(form.answers).is_answered:
        form.add_error(None, _("Choose at least one answer."))
        return _page(request, invitation, form, page, language)
    try:
        response = interviews.enter_page(
            invitation=invitation,
            by=request.user,
            way=_way_spoken(request, invitation),
            page=goes_on,
            answers=form.answers,
            language=language,
            now=timezone.now(),
            is_end=is_end,
        )
    except answering.IsOverError:
        messages.info(request, _("This invitation takes no answers any more."))
        return redirect("satisfaction:wave_invitations", invitation.wave_id)
    if not response.finished_at:
        return redirect(request.get_full_path())
    messages.success(request, _("Answers kept."))
    return redirect("satisfaction:wave_invitations", invitation.wave_id)


def _way_spoken(request, invitation: Invitation) -> str:
    """By phone or during a visit: as ticked, else as it was."""
    ticked = request.POST.get("way", "")
    if ticked in Way.values:
        return ticked
    draft = answering.draft_of(invitation)
    return (draft and draft.entered_way) or Way.PHONE


def _way(form: PageForm, page: int, is_back: bool) -> tuple[int, bool]:
    """The page to show next, and whether that was all."""
    filled = form.questionnaire.with_more(form.answers)
    if is_back:
        return filled.before(page) or page, False
    if any(question not in form.questions for question in filled.on(page)):
        return page, False  # an answer on it asks for more on it
    after = filled.after(page)
    return after or page, after is None


def _page(
    request,
    invitation: Invitation,
    form: PageForm,
    page: int,
    language: str,
    attempt_form: AttemptForm | None = None,
):
    questionnaire, pages = form.questionnaire, form.questionnaire.pages
    known = [(code, translation.get_language_info(code)) for code, _name in settings.LANGUAGES]
    context = {
        "form": form,
        "invitation": invitation,
        "wave": invitation.wave,
        "shown_in": language,
        "languages": [(code, info["name_local"]) for code, info in known if code != language],
        "introduction": in_language(invitation.wave.version.introduction, language),
        "page": page,
        "place": pages.index(page) + 1,
        "pages": len(pages),
        "before": questionnaire.before(page),
        "after": questionnaire.after(page),
        "ways": Way.choices,
        "way": _way_spoken(request, invitation),
        "attempts": list(invitation.attempts.select_related("by")),
        "attempt_form": attempt_form or AttemptForm(),
    }
    return render(request, "satisfaction/interview.html", context)


@require_POST
@only_with_worth
def interview_refused(request, pk: int):
    """Reached, and does not want to answer."""
    invitation = _invitation(request, pk)
    if invitation.wave.is_anonymous:
        raise PermissionDenied
    interviews.enter_refusal(
        invitation=invitation, for_ever="for_ever" in request.POST, now=timezone.now()
    )
    messages.success(request, _("Noted: does not want to answer."))
    return redirect("satisfaction:wave_invitations", invitation.wave_id)
