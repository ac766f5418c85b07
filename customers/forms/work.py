"""Tasks, and tasks that come again."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.models import Customer, Recurrence, Task
from customers.recurring import Rhythm

USUAL_DAYS = 7
MOST_MINUTES = 24 * 60
MOST_EVERY = 100
# Days that calendars still know how to count from; further ones are slips of the finger.
FIRST_YEAR, MOST_YEARS_AHEAD = 2000, 20
MINUTE = "%H:%M"


def possible_assignees(customer: Customer):
    """Who sees the customer can do something about it."""
    seeing = ~Q(role=Role.ACCOUNT_MANAGER) | Q(pk=customer.account_manager_id)
    if customer.team_id:
        seeing |= Q(team=customer.team_id)
    return User.objects.filter(seeing, is_active=True).order_by("name")


def in_reach(day: dt.date | None, first_year: int = FIRST_YEAR) -> dt.date | None:
    """The day, unless its year is a slip of the finger."""
    last_year = Installation.cached().today().year + MOST_YEARS_AHEAD
    if day and not first_year <= day.year <= last_year:
        raise ValidationError(_("This year can't be meant."))
    return day


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HourField(forms.TimeField):
    """A time of the day to the minute, shown as the browser sends it, so that both compare."""

    widget = forms.TimeInput(attrs={"type": "time"}, format=MINUTE)

    def prepare_value(self, value):
        value = super().prepare_value(value)
        return value.strftime(MINUTE) if isinstance(value, dt.time) else value


class WorkForm(VersionedForm):
    """What both forms share: who can do it, and the days that make sense."""

    def __init__(self, *args, user: User, customer: Customer, **kwargs):
        self.user, self.customer = user, customer
        self.today = Installation.cached().today()
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        people = possible_assignees(self.customer)
        if self.instance.pk:
            # Who has it keeps it until somebody chooses another.
            now = Q(pk=self.instance.assignee_id)
            people = User.objects.filter(Q(pk__in=people.values("pk")) | now).order_by("name")
        else:
            self.initial.setdefault("assignee", self.user.pk)
        self.fields["assignee"].queryset = people
        self.fields["assignee"].empty_label = None


class TaskForm(WorkForm):
    """A new task, or one that is open."""

    FOLDED = ("starts_at", "minutes", "place", "remind_on")

    starts_at = HourField(label=_("At"), required=False)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=5,
        max_value=MOST_MINUTES,
        widget=forms.NumberInput(attrs={"step": 5, "inputmode": "numeric"}),
    )

    class Meta:
        model = Task
        fields = (
            *("title", "kind", "due_on", "starts_at", "minutes", "place"),
            *("assignee", "remind_on", "notes"),
        )
        widgets = {
            "due_on": _date_input(),
            "remind_on": _date_input(),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {"remind_on": _("A mail in the morning of that day, to who does it.")}

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        self.fields["kind"].required = False
        if not self.instance.pk:
            self.initial.setdefault("due_on", self.today + dt.timedelta(days=USUAL_DAYS))

    @property
    def more_is_open(self) -> bool:
        """Hour, place and reminder stand folded until they matter."""
        is_appointment = self["kind"].value() not in (None, "", Task.Kind.TODO)
        return is_appointment or any(
            self[name].value() or self[name].errors for name in self.FOLDED
        )

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Task.Kind.TODO

    def clean_due_on(self) -> dt.date:
        return in_reach(self.cleaned_data["due_on"])

    def clean_remind_on(self) -> dt.date | None:
        day = self.cleaned_data["remind_on"]
        if day and day < self.today and day != self.initial.get("remind_on"):
            raise ValidationError(_("This day is over."))
        return day

    def clean(self) -> dict:
        cleaned = super().clean()
        due_on, remind_on = cleaned.get("due_on"), cleaned.get("remind_on")
        if due_on and remind_on and remind_on > due_on:
            self.add_error("remind_on", _("Remind on the day itself or before."))
        if (
            cleaned.get("minutes")
            and not cleaned.get("starts_at")
            and "starts_at" not in self.errors
        ):
            self.add_error("starts_at", _("Say when it begins."))
        return cleaned


class RecurrenceForm(WorkForm):
    """A task that comes again, new or there already."""

    every = forms.IntegerField(label=_("Every"), min_value=1, max_value=MOST_EVERY, initial=1)

    class Meta:
        model = Recurrence
        fields = ("title", "kind", "assignee", "every", "unit", "first_on", "until", "notes")
        widgets = {
            "first_on": _date_input(),
            "until": _date_input(),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "first_on": _("All others are counted from this day: the 31st stays the month's end."),
            "until": _("Empty: until somebody ends it."),
        }

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        if not self.instance.pk:
            self.initial.setdefault("first_on", self.today + dt.timedelta(days=USUAL_DAYS))

    def clean_first_on(self) -> dt.date:
        return in_reach(self.cleaned_data["first_on"])

    def clean_until(self) -> dt.date | None:
        return in_reach(self.cleaned_data["until"])

    def clean(self) -> dict:
        cleaned = super().clean()
        first_on, until = cleaned.get("first_on"), cleaned.get("until")
        if first_on and until and until < first_on:
            self.add_error("until", _("This is before the first day."))
        elif not self.errors and not self._comes():
            self.add_error("until", _("It never comes until then."))
        return cleaned

    def _comes(self) -> bool:
        parts = (self.cleaned_data[name] for name in ("first_on", "every", "unit", "until"))
        return Rhythm(*parts).from_day(self.today) is not None
