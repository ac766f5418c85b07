"""The page of the installation's settings."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.shortcuts import redirect, render
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from crm.accounts import services
from crm.accounts.access import only_managers
from crm.accounts.models import User
from crm.platform.edits import NewerChange, VersionedForm
from crm.platform.models import Installation
from customers.models.standing import Stage, Tier
from lifecycle.services import effects

ONLY_ADMINISTRATORS = {
    "time_zone",
    "currency",
    "idle_minutes",
    "session_hours",
    "upload_megabytes",
    "attachment_megabytes",
}
COMPLAINTS = (
    "closing_days",
    "reopening_days",
    "follow_up_days",
    "authority_service",
    "authority_team_lead",
    "authority_manager",
)
REQUESTS = ("requests_need_cause", "requests_rejected")
# In days, purchases or gaps; the other marks of the stages are shares.
STAGE_COUNTS = (
    *("stage_hold_days", "few_purchases", "new_days", "silent_days", "silent_gaps"),
    "long_stability_days",
)
MATRIX = ("attractive_to", "attractive_from", "good_to", "good_from")
BOUNDED = (
    "horizon_months",
    "risk_horizon_days",
    *STAGE_COUNTS,
    *MATRIX,
    *COMPLAINTS,
    "survey_pause_days",
    "idle_minutes",
    "session_hours",
    "upload_megabytes",
    "attachment_megabytes",
)
# Stored as shares (0.10), shown as per cent (10), with what they do.
SHARES = {
    "discount_rate": _("Money later is worth less. Higher lowers every lifetime value."),
    "assumed_margin": _("Taken where no cost is known; values that rest on it are marked."),
    "tier_a_cut": _("The largest customers that together make this share are tier A."),
    "tier_b_cut": _("Those after them up to this share are tier B, the rest tier C."),
    "high_share": _("From this share of its purchases on a customer counts as stable."),
    "growth_mark": _("Growth of the 12-month volume from which a customer is in formation."),
    "decline_mark": _("Fall against its own level from which a customer is in decline."),
    "steady_mark": _("Where no share of wallet is known, stable is who stays within this."),
    "inactive_mark": _("Ended is who is less likely than this to buy within 12 months."),
}
EFFECTS = {
    "name": _("Stands in invitations and other mails."),
    "tier_basis": _("What customers are ranked by. Higher ranks mean earlier letters."),
    "stage_hold_days": _("A new stage counts once it has held this long; longer is calmer."),
    "few_purchases": _("Days of purchase below which a customer is still in exploration."),
    "new_days": _("So long after its first purchase a customer is in exploration."),
    "silent_days": _("Ended is who bought nothing for the longer of these days and these gaps."),
    "silent_gaps": _("Counted in the customer's own mean gaps between purchases."),
    "long_stability_days": _("Stable at least this long before it broke off is pattern D, else C."),
    "closing_days": _("So long the customer has to say that it is not settled."),
    "reopening_days": _("Later than this the customer's word makes a new case."),
    "follow_up_days": _("So long who complained can still look up the answer by the secret link."),
    "attractive_to": _("Totals of attractiveness and potential below this are low."),
    "attractive_from": _("From this total on attractiveness is high; between them, medium."),
    "good_to": _("Totals of the relationship below this are poor."),
    "good_from": _("From this total on the relationship is good; between them, average."),
    "authority_service": _("A dearer remedy needs somebody's approval with more authority."),
    "authority_manager": _("The most that may be given; a dearer remedy is refused."),
    "requests_need_cause": _("Who proposes how a request is met says why it came up and its cost."),
    "requests_rejected": _("Otherwise the customer is told what can't be done, as a reply."),
    "survey_pause_days": _("Nobody is asked twice within it, key accounts included."),
    "idle_minutes": _("Who does nothing for this long has to sign in again."),
    "session_hours": _("So long a sign-in holds at most, even when busy."),
    "upload_megabytes": _("Larger files are refused by the import page."),
    "attachment_megabytes": _("Larger files can't be attached to a case."),
}
# Proposals; any other zone's name is taken as well.
TIME_ZONES = [
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "UTC",
]
GROUPS = [
    (_("Company"), ["name", "time_zone", "currency"]),
    (_("Lifetime value"), ["discount_rate", "horizon_months", "assumed_margin"]),
    (_("Churn risk"), ["risk_horizon_days"]),
    (_("Tiers"), ["tier_basis", "tier_a_cut", "tier_b_cut"]),
    (
        _("Lifecycle stages"),
        [
            *("high_share", "growth_mark", "decline_mark", "steady_mark", "inactive_mark"),
            *STAGE_COUNTS,
        ],
    ),
    (_("Portfolio matrix"), list(MATRIX)),
    (_("Complaints"), [*COMPLAINTS, *REQUESTS]),
    (_("Satisfaction surveys"), ["survey_pause_days"]),
    (
        _("Sign-in and uploads"),
        ["idle_minutes", "session_hours", "upload_megabytes", "attachment_megabytes"],
    ),
]


class PercentField(forms.DecimalField):
    """Shows 10 for a share of 0.10; its bounds are per cent."""

    def prepare_value(self, value):
        return f"{(value * 100).normalize():f}" if isinstance(value, Decimal) else value

    def clean(self, value):
        percent = super().clean(value)
        return None if percent is None else percent / 100


class SettingsForm(VersionedForm):
    """All settings; those for administrators are locked for managers."""

    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        validators=[RegexValidator("^[A-Z]{3}$", _("Three capital letters, such as CNY."))],
        help_text=_("Amounts are shown in it, never converted."),
    )

    class Meta:
        model = Installation
        fields = [name for _title, names in GROUPS for name in names]
        help_texts = EFFECTS

    def __init__(self, *args, editor: User, **kwargs):
        self.editor = editor
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        for name in SHARES:
            self.fields[name] = _percent_field(name)
        for name in BOUNDED:
            low, high = _bounds(name)
            self.fields[name].widget.attrs.update({"min": low, "max": high})
            _say_bounds(self.fields[name], _("{low} to {high}."), low, high)
        for name in ONLY_ADMINISTRATORS:
            self.fields[name].disabled = not self.editor.is_administrator
        self.fields["time_zone"].widget.attrs["list"] = "time-zones"

    def clean(self) -> dict:
        data = super().clean()
        a_cut, b_cut = data.get("tier_a_cut"), data.get("tier_b_cut")
        if a_cut is not None and b_cut is not None and a_cut > b_cut:
            self.add_error("tier_b_cut", _("Tier B has to reach further than tier A."))
        for low, high in (MATRIX[:2], MATRIX[2:]):
            if None not in (data.get(low), data.get(high)) and data[low] > data[high]:
                self.add_error(high, _("The upper cut can't lie below the lower one."))
        levels = [data.get(name) for name in COMPLAINTS if name.startswith("authority")]
        if None not in levels and levels != sorted(levels):
            self.add_error("authority_manager", _("Authority grows: staff, team leads, managers."))
        return data

    def columns(self) -> list[list[dict]]:
        """The groups with their fields, for the two halves of the page."""
        return [
            [{"title": title, "fields": [self[name] for name in names]} for title, names in half]
            for half in (GROUPS[:5], GROUPS[5:])
        ]


def _percent_field(name: str) -> PercentField:
    low, high = (f"{Decimal(bound * 100).normalize():f}" for bound in _bounds(name))
    field = PercentField(
        label=capfirst(Installation._meta.get_field(name).verbose_name),
        help_text=SHARES[name],
        min_value=Decimal(low),
        max_value=Decimal(high),
        max_digits=6,
        decimal_places=2,
    )
    _say_bounds(field, _("{low} to {high} %."), low, high)
    return field


def _say_bounds(field: forms.Field, words, low, high) -> None:
    field.help_text = format_lazy("{} {}", field.help_text, format_lazy(words, low=low, high=high))


def _bounds(name: str) -> tuple:
    """The lowest and highest value that the model lets through."""
    validators = Installation._meta.get_field(name).validators
    low = [v.limit_value for v in validators if isinstance(v, MinValueValidator)]
    high = [v.limit_value for v in validators if isinstance(v, MaxValueValidator)]
    return max(low), min(high)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def installation_settings(request):
    """The form; its second button shows what the figures would be, and saves nothing."""
    form = SettingsForm(request.POST or None, instance=Installation.get(), editor=request.user)
    context = {"time_zones": TIME_ZONES}
    if request.method == "POST" and form.is_valid():
        if "effect" in request.POST:
            context |= _effect(form)
        else:
            try:
                _save(request, form)
                return redirect("settings")
            except NewerChange as newer:
                form = form.merged(newer.current, editor=request.user)
    context |= {"form": form, "columns": form.columns()}
    return render(request, "platform/installation_form.html", context, status=form.status)


def _save(request, form: SettingsForm) -> None:
    services.change_settings(actor=request.user, values=form.values, version=form.opened_version)
    messages.success(
        request,
        gettext("Saved. Values, risks, tiers and stages follow with the next nightly run."),
    )


def _effect(form: SettingsForm) -> dict:
    """What the settings in the form would make of the newest figures, for the template."""
    effect = effects.effect_of(form.instance)
    if effect is None:
        return {"is_without_effect": True}
    groups = [
        (gettext("Transaction value"), [(gettext("Sum"), effect.value)]),
        (gettext("Tiers"), [(Tier(line.key).label, line) for line in effect.tiers]),
        (gettext("Lifecycle stages"), [(Stage(line.key).label, line) for line in effect.stages]),
    ]
    return {"effect": effect, "effect_groups": groups}
