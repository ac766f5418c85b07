"""The page of a case: what it is, what is to be done next, and what was done."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints import rights
from complaints.deadlines import deadlines, duration, short_moment
from complaints.forms.actions import FORMS
from complaints.forms.base import ActionForm, WithCanned
from complaints.forms.files import AttachForm
from complaints.forms.rows import Lists
from complaints.history import entries
from complaints.models import Case, CaseEvent, Clock, ClockKind
from complaints.services import follow_up, following
from complaints.services.actions import Refused
from complaints.services.clocks import stretches
from complaints.services.desk import act_once
from complaints.services.mails import address_of
from complaints.states import SOLVED, WAITING, Action, State
from complaints.views.corrective import may_correct, needs_corrective
from complaints.views.queue import SEVERITY_TONES
from complaints.views.steps import form_alone, may_take, possible_steps, steps
from crm.platform.models import Installation
from customers.views.shared import back

NEWEST_EVENTS = 15
OTHERS_SHOWN = 8
STATE_TONES = {
    **dict.fromkeys(SOLVED, "tag-good"),
    **dict.fromkeys(WAITING, "tag-warn"),
}


@require_safe
def case(request, pk: int):
    return case_page(request, visible_case(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def act(request, pk: int, action: str):
    """Do something to a case. Whoever comes back here, as after signing in, sees the case.

    The open page of a case asks here for the forms that it only names.
    """
    if action not in FORMS:
        raise Http404
    found = visible_case(request, pk)
    if request.method != "POST":
        is_asked = "HX-Request" in request.headers
        return _form_alone(request, found, action) if is_asked else redirect("complaints:case", pk)
    if not may_take(request.user, action, found):
        raise PermissionDenied
    lists = Lists(found, request.user)
    if "insert" in request.POST:
        return _with_canned(request, found, FORMS[action], lists)
    form = FORMS[action](request.POST, case=found, lists=lists)
    if not form.is_valid():
        return case_page(request, found, bound=form)
    try:
        act_once(
            case=found,
            action=action,
            by=request.user,
            reason=form.reason,
            data=form.event_data,
            values=form.values,
            expected_seq=form.cleaned_data["expected_seq"],
        )
    except Refused as refusal:
        form.add_error(form.beside(refusal.field), refusal.message)
        found = visible_case(request, pk)
        form.start_anew(found.last_seq)
        return case_page(request, found, bound=form)
    messages.success(request, _("Done: %(action)s.") % {"action": form.label})
    return redirect("complaints:case", pk)


def _form_alone(request, found: Case, action: str):
    """For the page that is open already; without scripts, the page brings it when asked to."""
    lists = Lists(found, request.user)
    if action not in possible_steps(found, lists):
        return HttpResponse(status=HTTPStatus.CONFLICT)
    form = form_alone(found, lists, action, request.GET.get("seen", ""))
    return render(request, "complaints/_action.html", {"case": found, "form": form})


def _with_canned(request, found: Case, kind: type[ActionForm], lists: Lists):
    """The page with what was typed so far, and the chosen text in its place."""
    form = kind.typed(request.POST, case=found, lists=lists)
    if isinstance(form, WithCanned):
        form.insert_canned()
    return case_page(request, found, bound=form)


@require_POST
def watch(request, pk: int):
    """Begin or end to watch: as `watch` says, else the other of what holds."""
    found = visible_case(request, pk)
    wanted = request.POST.get("watch", "")
    is_on = wanted == "on" if wanted else not following.is_watching(request.user, found)
    following.watch(user=request.user, case=found, on=is_on)
    words = _("You watch %(case)s now.") if is_on else _("You no longer watch %(case)s.")
    messages.success(request, words % {"case": found.reference})
    return back(request, "complaints:case", pk)


def visible_case(request, pk: int) -> Case:
    """The case, or 404 where this person may not know of it."""
    cases = Case.objects.visible_to(request.user).with_page().followed_by(request.user)
    return get_object_or_404(cases, pk=pk)


def case_page(request, found: Case, bound: ActionForm | None = None, attach_form=None):
    user = request.user
    lists = bound.lists if bound else Lists(found, user)
    forms = steps(found, lists, bound, request.GET.get("do", ""))
    events = list(found.events.select_related("by").order_by("-seq"))
    shown = events if request.GET.get("history") == "all" else events[:NEWEST_EVENTS]
    context = {
        "case": found,
        "forms": forms,
        "advice": _advice(found, user),
        "attach_form": attach_form or (AttachForm() if _may_attach(found, user) else None),
        "attachments": list(found.attachments.select_related("uploaded_by")),
        "history": entries(shown, lists),
        "older": len(events) - len(shown),
        "others": _others(lists),
        "linked": lists.linked,
        "merged": lists.merged,
        "merged_into": _merged_into(found, user),
        "corrective": lists.corrective,
        "may_correct": may_correct(user, found),
        "needs_corrective": needs_corrective(found, lists),
        "today": Installation.cached().today(),
        "state_tone": STATE_TONES.get(found.state, ""),
        "severity_tone": SEVERITY_TONES.get(found.severity, ""),
        "phone": _phone(found),
        "email": address_of(found),
        "beside": _beside(found, user),
        **_times(found, events),
        **_approval(found),
    }
    return render(request, "complaints/case.html", context)


def _beside(found: Case, user) -> list[dict]:
    """What higher floors of the tower know of the case, each with its template."""
    panels = (import_string(name)(found, user) for name in settings.CASE_PANELS)
    return [panel for panel in panels if panel]


def _merged_into(found: Case, user) -> Case | None:
    """What it is handled as, where this person may know of it: it may be another customer's."""
    if not found.merged_into_id:
        return None
    return Case.objects.visible_to(user).filter(pk=found.merged_into_id).first()


def _others(lists: Lists) -> list[Case]:
    """Cases of the same customer that no other panel of the page has."""
    shown = {case.pk for case in (*lists.linked, *lists.merged)}
    return [case for case in lists.others if case.pk not in shown][:OTHERS_SHOWN]


def _advice(found: Case, user) -> str:
    """What holds the case up, where it is no form."""
    if rights.waits_for_approval(found):
        return _("Waits for approval: it costs more than the person in charge may decide alone.")
    if found.is_open and found.owner_id is None:
        return _("Nobody is in charge yet.")
    if found.is_open and rights.handles_all(user) and not rights.may(user, Action.PROPOSE, found):
        words = _("%(name)s is in charge: assign it to yourself before you decide on it.")
        return words % {"name": found.owner}
    clocks = found.clocks.all()
    first = next((c for c in clocks if c.kind == ClockKind.FIRST_RESPONSE), None)
    if first is not None and first.state == Clock.State.RUNNING and found.state != State.NEW:
        return _("The customer has had no reply from a person yet.")
    if any(c.kind == ClockKind.NEXT_RESPONSE and c.state == Clock.State.RUNNING for c in clocks):
        return _("The customer has written again and waits for a reply.")
    return ""


def _may_attach(found: Case, user) -> bool:
    return rights.may(user, Action.ATTACH, found)


def _phone(found: Case) -> str:
    contact = found.contact
    own = (contact.mobile or contact.phone) if contact else ""
    return own or found.caller_phone or (found.customer.phone if found.customer_id else "")


def _times(found: Case, newest_first: list[CaseEvent]) -> dict:
    """The clocks, and each stretch that was counted or not."""
    now, handled_as = timezone.now(), follow_up.handled_as(found)
    parts = stretches(found, now, newest_first[::-1])
    counted = sum(part.minutes for part in parts if part.is_counted)
    rows = [
        {
            "state": part.state.label,
            "start": short_moment(part.start),
            "counted": duration(part.minutes) if part.is_counted else _("not counted"),
        }
        for part in parts
    ]
    return {
        "deadlines": deadlines(handled_as, now),
        "handled_as": handled_as,
        "stretches": rows,
        "counted": duration(counted),
        "is_late": any(
            clock.breached_at for clock in found.clocks.all() if clock.kind == ClockKind.RESOLUTION
        ),
    }


def _approval(found: Case) -> dict:
    needed = rights.waits_for_approval(found)
    if needed:
        return {"approval": _("not approved yet"), "needs_approval": True}
    words = _("approved") if found.approved_cost is not None and rights.is_approved(found) else ""
    return {"approval": words, "needs_approval": False}
