"""Plan waves, look whom they would ask, send and close them."""

from dataclasses import dataclass
from operator import itemgetter

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.accounts.models import Team
from crm.accounts.roles import Role
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from crm.platform.words import listed
from customers.models import Contact
from customers.models.standing import Stage, Tier
from satisfaction.count_reads import NOBODY, Asked
from satisfaction.forms.waves import WaveForm
from satisfaction.models import Channel, Invitation, SealedBallot, Skip, Wave
from satisfaction.services import counting, waves
from satisfaction.services.choosing import NAMES, Choice, choose
from satisfaction.services.repeating import is_repeated, plan_next

PAGE_ROWS = 25


@dataclass(frozen=True)
class Progress:
    """How far a wave has come; what came by a public link has no invitation."""

    counted: Asked
    by_link: int = 0

    @property
    def asked(self) -> int:
        return self.counted.number

    @property
    def finished(self) -> int:
        return self.counted.states[Invitation.State.FINISHED] + self.by_link

    @property
    def bounced(self) -> int:
        return self.counted.states[Invitation.State.BOUNCED]

    @property
    def rate(self) -> float | None:
        return self.finished / self.asked if self.asked else None

    @property
    def lines(self) -> list[dict]:
        """Each state that occurs, with its share."""
        return [
            {"label": state.label, "number": number, "share": number / self.asked}
            for state in Invitation.State
            if (number := self.counted.states[state])
        ]


@require_safe
@only_with_worth
def wave_list(request):
    rows = Wave.objects.visible_to(request.user).select_related("version__instrument", "in_charge")
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    asked = counting.asked_in([wave.pk for wave in page])
    context = {
        "rows": [(wave, Progress(asked.get(wave.pk, NOBODY))) for wave in page],
        "counted_at": min(filter(None, (one.counted_at for one in asked.values())), default=None),
        "page": page,
        "newer_url": f"?page={page.number - 1}" if page.has_previous() else "",
        "older_url": f"?page={page.number + 1}" if page.has_next() else "",
    }
    return render(request, "satisfaction/wave_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def wave_create(request):
    form = WaveForm(request.POST or None, user=request.user, initial={"in_charge": request.user})
    if request.method == "POST" and form.is_valid():
        try:
            wave = waves.plan_wave(by=request.user, values=form.plan)
        except waves.Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, _("Planned. %(next)s") % {"next": _next_step(wave)})
            return redirect("satisfaction:wave", wave.pk)
    return render(request, "satisfaction/wave_form.html", _frame(form))


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def wave_edit(request, pk: int):
    wave = _wave(request, pk)
    if not wave.is_planned:
        messages.info(request, _("This wave was sent: its plan stands."))
        return redirect("satisfaction:wave", pk)
    form = WaveForm(request.POST or None, user=request.user, instance=wave)
    if request.method == "POST" and form.is_valid():
        try:
            if _save(request, form):
                return redirect("satisfaction:wave", pk)
        except NewerChange as newer:
            form = form.merged(newer.current, user=request.user)
    # The form has written what was typed into its object; the frame names the one that holds.
    context = {**_frame(form), "wave": _wave(request, pk)}
    return render(request, "satisfaction/wave_form.html", context, status=form.status)


def _frame(form: WaveForm) -> dict:
    return {"form": form, "pause": Installation.cached().survey_pause_days}


def _save(request, form: WaveForm) -> bool:
    try:
        waves.change_plan(wave=form.instance, values=form.plan, revision=form.opened_version)
    except waves.Refused as refused:
        form.add_error(refused.field, refused.message)
        return False
    messages.success(request, _("Saved."))
    return True


@require_safe
@only_with_worth
def wave_detail(request, pk: int):
    """The plan; before the sending whom it would ask, afterwards how far it has come."""
    wave = _wave(request, pk)
    context = {
        "wave": wave,
        "whom": _whom(wave),
        "names": NAMES,
        "following": Wave.objects.filter(follows=wave).first(),
        "is_repeated": is_repeated(wave),
    }
    if not wave.is_planned:
        counted = counting.asked_in([pk]).get(pk, NOBODY)
        context |= {
            "progress": Progress(counted, _by_link(wave)),
            "reminders": counted.reminders,
            "skipped": _skipped(request.user, wave),
            "has_link": wave.public_links.filter(ended_at=None).exists(),
        }
    elif request.user.is_manager:
        context |= _preview(wave)
    return render(request, "satisfaction/wave_detail.html", context)


def _by_link(wave: Wave) -> int:
    """How many answered behind a public link; anonymous ones may lie in the box still."""
    if wave.channel != Channel.PUBLIC:
        return 0
    in_box = SealedBallot.objects.filter(wave=wave).count()
    return wave.responses.finished().filter(invitation=None).count() + in_box


def _preview(wave: Wave) -> dict:
    """Whom it would ask now; the list is a manager's, who sees all customers."""
    choice = choose(wave)
    today = Installation.cached().today()
    action, question = _opening_words(wave, choice.asked)
    return {
        "choice": choice,
        "skipped": [
            {
                "label": one.reason.label,
                "number": one.number,
                "names": [{"pk": named.pk, "name": named.name} for named in one.names],
            }
            for one in choice.skipped
        ],
        "table": _table(choice),
        "question": question,
        "action": action,
        "is_early": today < wave.opens_on,
        "is_late": today > wave.closes_on,
    }


def _opening_words(wave: Wave, asked: int) -> tuple[str, str]:
    """The button that opens it, and what is asked back."""
    if not wave.chooses:
        return _("Open the wave"), _("Open this wave now? From then on answers are taken.")
    if wave.channel != Channel.EMAIL:
        question = ngettext(
            "Open this wave for %(number)d person now? Who is asked stands from then on.",
            "Open this wave for %(number)d people now? Who is asked stands from then on.",
            asked,
        )
        return _("Open the wave"), question % {"number": asked}
    action = ngettext("Send to %(number)d person", "Send to %(number)d people", asked)
    question = ngettext(
        "Send the survey to %(number)d person now? Mails can't be called back.",
        "Send the survey to %(number)d people now? Mails can't be called back.",
        asked,
    )
    return action % {"number": asked}, question % {"number": asked}


def _next_step(wave: Wave) -> str:
    """What is left to do with a plan."""
    if not wave.chooses:
        return _("Open it when answers are to be taken.")
    if wave.channel == Channel.EMAIL:
        return _("Look whom it asks, then send it.")
    if wave.channel == Channel.PRINT:
        return _("Look whom it asks, then open it and print the sheets.")
    return _("Look whom it asks, then open it for interviews.")


def _table(choice: Choice) -> dict:
    """Tiers down, languages across."""
    numbers = {(group.tier, group.language): group.people for group in choice.groups}
    languages = [one for one in settings.LANGUAGES if any(code == one[0] for _t, code in numbers)]
    return {
        "languages": [name for _code, name in languages],
        "rows": [
            {
                "tier": tier,
                "numbers": [numbers.get((tier, code), 0) for code, _name in languages],
                "all": sum(numbers.get((tier, code), 0) for code, _name in languages),
            }
            for tier in ("", *Tier.values)
            if any(one == tier for one, _code in numbers)
        ],
    }


def _skipped(user, wave: Wave) -> list[dict]:
    """Who was skipped: all of them counted, the first ones that this person sees by name."""
    counts = Skip.objects.counts_of(wave)
    rows = Skip.objects.visible_to(user).filter(wave=wave).select_related("customer", "user")
    # Some of what may be thousands: those that were first, since all would have to be sorted.
    first = rows.order_by("pk")
    return [
        {
            "label": reason.label,
            "number": counts[reason],
            "names": sorted(
                (
                    {"pk": row.customer_id or row.user_id, "name": str(row.customer or row.user)}
                    for row in first.filter(reason=reason)[:NAMES]
                ),
                key=itemgetter("name"),
            ),
        }
        for reason in Skip.Reason
        if reason in counts
    ]


def _whom(wave: Wave) -> list[tuple[str, str]]:
    """The selection in words: what is named, and which."""
    teams = dict(Team.objects.filter(pk__in=wave.teams).values_list("pk", "name"))
    named = [
        (_("Tiers"), [Tier(tier).label for tier in wave.tiers]),
        (_("Stages"), [Stage(stage).label for stage in wave.stages]),
        (_("Regions"), wave.regions),
        (_("Teams"), [teams[pk] for pk in wave.teams if pk in teams]),
        (_("Roles of contacts"), [Contact.Role(role).label for role in wave.roles]),
        (_("Roles of staff"), [Role(role).label for role in wave.staff_roles]),
    ]
    return [(label, listed(values)) for label, values in named if values]


@require_POST
@only_managers
def wave_open(request, pk: int):
    wave = _wave(request, pk)
    try:
        sent = waves.open_wave(wave=wave, by=request.user)
    except waves.Refused as refused:
        messages.error(request, refused.message)
        return redirect("satisfaction:wave", pk)
    if sent is None:
        messages.info(request, _("This wave was sent already."))
    else:
        messages.success(request, _opened_words(wave, sent.asked))
    return redirect("satisfaction:wave", pk)


def _opened_words(wave: Wave, asked: int) -> str:
    if not wave.chooses:
        return _("Open: answers are taken from now on.")
    words = ngettext(
        "Sent: %(number)d person is asked.", "Sent: %(number)d people are asked.", asked
    )
    if wave.channel != Channel.EMAIL:
        words = ngettext(
            "Open: %(number)d person is to be asked.",
            "Open: %(number)d people are to be asked.",
            asked,
        )
    return words % {"number": asked}


@require_POST
@only_managers
def wave_next(request, pk: int):
    """The plan of the next run; nothing is sent."""
    try:
        following = plan_next(wave=_wave(request, pk), by=request.user)
    except waves.Refused as refused:
        messages.error(request, refused.message)
        return redirect("satisfaction:wave", pk)
    words = _("Planned as the one before. %(next)s")
    messages.success(request, words % {"next": _next_step(following)})
    return redirect("satisfaction:wave", following.pk)


@require_POST
@only_managers
def wave_close(request, pk: int):
    if waves.close_wave(wave=_wave(request, pk), by=request.user):
        messages.success(request, _("Closed: no answer is taken any more."))
    else:
        messages.info(request, _("This wave is not open."))
    return redirect("satisfaction:wave", pk)


def _wave(request, pk: int) -> Wave:
    rows = Wave.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("version__instrument", "in_charge", "verifier", "created_by"), pk=pk
    )
