"""Clubs of customers: their levels, members and events, and who came."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.forms.registers import ClubEventForm, ClubForm, ClubLevelForm, InvitingForm
from customers.models import Attendance, Club, ClubEvent, ClubLevel, Membership
from customers.querysets import Order, keyset_page
from customers.services.clubs import invite_members, mark_attendance, take_off
from customers.services.storing import create_entry, edit_entry

EVENTS = 30
PEOPLE_A_PAGE = 100
NEWEST_MEMBERS = Order("since", descending=True)
OFF = "off"  # the list, beside the states of attendance
# Above the list, the state says who of the invited has not answered yet.
UNANSWERED = {Attendance.State.INVITED: gettext_lazy("no answer yet")}


@require_safe
def club_list(request):
    """Clubs, and how many of the customers that one sees are in them."""
    today = Installation.cached().today()
    members = Membership.objects.visible_to(request.user).ending_after(today).order_by()
    counts = dict(members.values_list("club").annotate(members=Count("pk")))
    clubs = Club.objects.prefetch_related("levels")
    context = {"clubs": [(club, counts.get(club.pk, 0)) for club in clubs]}
    return render(request, "customers/club_list.html", context)


@require_safe
def club(request, pk: int):
    """A club: levels with what they give, members, events."""
    found = get_object_or_404(Club, pk=pk)
    user, today = request.user, Installation.cached().today()
    levels, events = list(found.levels.all()), list(found.events.all()[:EVENTS])
    everybody = Membership.objects.visible_to(user).filter(club=found).ending_after(today)
    chosen = next((row for row in levels if str(row.pk) == request.GET.get("level")), None)
    members = everybody.filter(level=chosen) if chosen else everybody
    members = members.select_related("customer", "level")
    page = keyset_page(members, NEWEST_MEMBERS, request.GET.get("page", ""))
    by_level = everybody.by_level()
    came = Attendance.objects.visible_to(user).filter(event__in=events).by_event()
    kept = f"level={chosen.pk}&" if chosen else ""
    context = {
        "club": found,
        "levels": [(level, by_level.get(level.pk, 0)) for level in levels],
        "chosen": chosen,
        "all_members": sum(by_level.values()),
        "members": page.rows,
        "events": [(event, came.get(event.pk)) for event in events],
        "today": today,
        "newer_url": f"?{kept}page={page.newer}" if page.newer else "",
        "older_url": f"?{kept}page={page.older}" if page.older else "",
        "summary": _("Members %(first)d–%(last)d") % {"first": page.first, "last": page.last},
    }
    return render(request, "customers/club.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def club_create(request):
    form = ClubForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = create_entry(model=Club, values=form.values)
        messages.success(request, _("The club is there; now give it levels."))
        return redirect("customers:club", made.pk)
    return _form_page(request, form, _("New club"))


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def club_edit(request, pk: int):
    return _edit(request, ClubForm, get_object_or_404(Club, pk=pk), _("Edit club"))


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def club_level_create(request, pk: int):
    of_club = get_object_or_404(Club, pk=pk)
    form = ClubLevelForm(request.POST or None, initial={"position": of_club.levels.count() + 1})
    return _create(request, form, of_club, _("New level"))


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def club_level_edit(request, pk: int):
    level = get_object_or_404(ClubLevel.objects.select_related("club"), pk=pk)
    return _edit(request, ClubLevelForm, level, _("Edit level"))


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def club_event_create(request, pk: int):
    of_club = get_object_or_404(Club, pk=pk)
    return _create(request, ClubEventForm(request.POST or None), of_club, _("New event"))


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def club_event_edit(request, pk: int):
    event = get_object_or_404(ClubEvent.objects.select_related("club"), pk=pk)
    return _edit(request, ClubEventForm, event, _("Edit event"))


def _create(request, form, of_club: Club, title: str):
    """A level or an event of a club."""
    if request.method == "POST" and form.is_valid():
        create_entry(model=form._meta.model, values={"club": of_club, **form.values})
        messages.success(request, _("Added."))
        return redirect("customers:club", of_club.pk)
    return _form_page(request, form, title, of_club)


def _edit(request, form_class, row, title: str):
    """Edit a club, level or event; a newer change is shown beside what was typed."""
    of_club = row if isinstance(row, Club) else row.club
    # The form writes what was typed into the row; the page names the club as it is.
    shown = Club.objects.get(pk=of_club.pk)
    form = form_class(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            edit_entry(model=type(row), pk=row.pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("customers:club", of_club.pk)
    return _form_page(request, form, title, shown)


def _form_page(request, form, title: str, of_club: Club | None = None):
    context = {"form": form, "title": title, "club": of_club}
    return render(request, "customers/club_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def club_attendance(request, pk: int):
    """Who was invited to an event, and who came; all members' contacts are invited at once."""
    event = get_object_or_404(ClubEvent.objects.select_related("club"), pk=pk)
    may_write = request.user.sees_worth
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied
        return _write_attendance(request, event)
    rows = Attendance.objects.visible_to(request.user).filter(event=event)
    page = keyset_page(
        rows.select_related("customer", "contact"),
        Order("id"),
        request.GET.get("page", ""),
        PEOPLE_A_PAGE,
    )
    counts = rows.by_state()
    context = {
        "event": event,
        "club": event.club,
        "may_write": may_write,
        "inviting": InvitingForm(club=event.club),
        "people": page.rows,
        "counts": [
            (UNANSWERED.get(state, label), counts.get(state, 0))
            for state, label in Attendance.State.choices
        ],
        "is_over": event.on <= Installation.cached().today(),
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
        "summary": _("People %(first)d–%(last)d") % {"first": page.first, "last": page.last},
    }
    return render(request, "customers/club_attendance.html", context)


def _write_attendance(request, event: ClubEvent):
    """Invite, or mark the chosen ones, as the button says."""
    mark = request.POST.get("mark", "")
    if mark == "invite":
        words = _invited(request, event)
    elif mark in (*Attendance.State.values, OFF):
        if not (chosen := _chosen(request)):
            messages.info(request, _("Tick the people first."))
            return redirect(request.get_full_path())
        words = _marked(request, event, mark, chosen)
    else:
        return HttpResponseBadRequest(_("Press one of the buttons of the page."))
    messages.success(request, words)
    return redirect(request.get_full_path())


def _invited(request, event: ClubEvent) -> str:
    form = InvitingForm(request.POST, club=event.club)
    level = form.cleaned_data.get("level") if form.is_valid() else None
    added = invite_members(event=event, by=request.user, level=level)
    if not added:
        return _("Everybody who can be invited is on the list already.")
    words = ngettext("%(count)d person is on the list.", "%(count)d people are on the list.", added)
    return words % {"count": added}


def _chosen(request) -> list[int]:
    return [int(pk) for pk in request.POST.getlist("who") if pk.isdecimal() and len(pk) < 19]


def _marked(request, event: ClubEvent, mark: str, chosen: list[int]) -> str:
    whose = {"event": event, "by": request.user, "chosen": chosen}
    if mark == OFF:
        count = take_off(**whose)
        words = ngettext("%(count)d taken off.", "%(count)d taken off.", count)
    else:
        count = mark_attendance(state=mark, **whose)
        words = ngettext("%(count)d noted.", "%(count)d noted.", count)
    return words % {"count": count}
