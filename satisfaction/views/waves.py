"""Plan waves, look whom they would ask, send and close them."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.accounts.models import Team
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from crm.platform.words import listed
from customers.models.standing import Stage, Tier
from satisfaction.forms.waves import WaveForm
from satisfaction.models import Invitation, Skip, Wave
from satisfaction.services import waves
from satisfaction.services.choosing import NAMES, Choice, choose

PAGE_ROWS = 25


@dataclass(frozen=True)
class Progress:
    """How far a wave has come."""

    states: dict[str, int]

    @property
    def asked(self) -> int:
        return sum(self.states.values())

    @property
    def finished(self) -> int:
        return self.states.get(Invitation.State.FINISHED, 0)

    @property
    def rate(self) -> float | None:
        return self.finished / self.asked if self.asked else None

    @property
    def lines(self) -> list[dict]:
        """Each state that occurs, with its share."""
        return [
            {"label": state.label, "number": number, "share": number / self.asked}
            for state in Invitation.State
            if (number := self.states.get(state))
        ]


@require_safe
@only_with_worth
def wave_list(request):
    rows = Wave.objects.visible_to(request.user).select_related("version__instrument", "in_charge")
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    states = Invitation.objects.states_of([wave.pk for wave in page])
    context = {
        "rows": [(wave, Progress(states.get(wave.pk, {}))) for wave in page],
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
            messages.success(request, _("Planned. Look whom it asks, then send it."))
            return redirect("satisfaction:wave", wave.pk)
    return render(request, "satisfaction/wave_form.html", {"form": form})


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
    context = {"form": form, "wave": _wave(request, pk)}
    return render(request, "satisfaction/wave_form.html", context, status=form.status)


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
    context = {"wave": wave, "whom": _whom(wave), "names": NAMES}
    if not wave.is_planned:
        states = Invitation.objects.states_of([pk]).get(pk, {})
        context |= {
            "progress": Progress(states),
            "reminders": Invitation.objects.reminders_of(wave),
            "skipped": _skipped(request.user, wave),
        }
    elif request.user.is_manager:
        context |= _preview(wave)
    return render(request, "satisfaction/wave_detail.html", context)


def _preview(wave: Wave) -> dict:
    """Whom it would ask now; the list is a manager's, who sees all customers."""
    choice = choose(wave)
    today = Installation.cached().today()
    question = ngettext(
        "Send the survey to %(number)d customer now? Mails can't be called back.",
        "Send the survey to %(number)d customers now? Mails can't be called back.",
        choice.asked,
    )
    action = ngettext("Send to %(number)d customer", "Send to %(number)d customers", choice.asked)
    number = {"number": choice.asked}
    return {
        "choice": choice,
        "skipped": [
            {"label": one.reason.label, "customers": one.customers, "names": one.names}
            for one in choice.skipped
        ],
        "table": _table(choice),
        "question": question % number,
        "action": action % number,
        "is_early": today < wave.opens_on,
        "is_late": today > wave.closes_on,
    }


def _table(choice: Choice) -> dict:
    """Tiers down, languages across."""
    numbers = {(group.tier, group.language): group.customers for group in choice.groups}
    languages = [one for one in settings.LANGUAGES if any(code == one[0] for _t, code in numbers)]
    return {
        "languages": [name for _code, name in languages],
        "rows": [
            {
                "tier": tier,
                "numbers": [numbers.get((tier, code), 0) for code, _name in languages],
                "all": sum(numbers.get((tier, code), 0) for code, _name in languages),
            }
            for tier in Tier.values
            if any(one == tier for one, _code in numbers)
        ],
    }


def _skipped(user, wave: Wave) -> list[dict]:
    """Who was skipped: all of them counted, the first ones that this person sees by name."""
    counts = Skip.objects.counts_of(wave)
    rows = Skip.objects.visible_to(user).filter(wave=wave).select_related("customer")
    return [
        {
            "label": reason.label,
            "customers": counts[reason],
            "names": [
                {"customer_id": row.customer_id, "name": row.customer.name}
                for row in rows.filter(reason=reason).order_by("customer__name", "pk")[:NAMES]
            ],
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
        words = ngettext(
            "Sent: %(number)d customer is asked.",
            "Sent: %(number)d customers are asked.",
            sent.asked,
        )
        messages.success(request, words % {"number": sent.asked})
    return redirect("satisfaction:wave", pk)


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
        rows.select_related("version__instrument", "in_charge", "created_by"), pk=pk
    )
