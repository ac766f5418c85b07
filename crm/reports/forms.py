"""The form of a business review, and that of the day on which it was given."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from crm.reports.layout import months_after
from customers.models import ReviewReport

MOST_MONTHS = 24
EARLIEST = dt.date(1990, 1, 1)


def _date_input(css: str = "") -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": css}, format="%Y-%m-%d")


def last_months(months: int, today: dt.date) -> tuple[dt.date, dt.date]:
    """So many whole calendar months before the one that runs."""
    begins = today.replace(day=1)
    return months_after(begins, -months), begins - dt.timedelta(days=1)


class ReviewForm(VersionedForm):
    """The period by its length or by two days, the language, and what is said by hand."""

    OWN = ""
    period = forms.TypedChoiceField(
        label=_("Period"),
        choices=[
            ("3", _("the last quarter (3 whole months)")),
            ("6", _("the last half-year (6 whole months)")),
            ("12", _("the last year (12 whole months)")),
            (OWN, _("the days below")),
        ],
        required=False,
        initial="6",
        help_text=_("Whole calendar months up to the end of the last one."),
    )

    class Meta:
        model = ReviewReport
        fields = ("since", "until", "language", "outlook")
        widgets = {
            "since": _date_input(),
            "until": _date_input(),
            "outlook": forms.Textarea(attrs={"rows": 9}),
        }
        help_texts = {
            "since": _("Only where none of the periods above fits."),
            "language": _("Of the paper, whatever language you work in."),
            "outlook": _("What you both do next, in the customer's language; it ends the paper."),
        }

    field_order = ("period", "since", "until", "language", "outlook", "version", "seen")

    def _adapt_to_user(self) -> None:
        self.today = Installation.cached().today()
        if self.instance.pk:
            self.fields["period"].initial = self.OWN
        for name in ("since", "until"):
            self.fields[name].required = False

    def clean(self) -> dict:
        cleaned = super().clean()
        # Days that were typed count, whatever the choice above them was left at.
        typed = {"since", "until"} & set(self.changed_data)
        if cleaned.get("period") and not typed:
            since, until = last_months(int(cleaned["period"]), self.today)
            cleaned.update(since=since, until=until)
            return cleaned
        for name in ("since", "until"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Say from which day to which, or choose a period above."))
        self._check_days(cleaned.get("since"), cleaned.get("until"))
        return cleaned

    def _check_days(self, since: dt.date | None, until: dt.date | None) -> None:
        if not (since and until):
            return
        if since < EARLIEST:
            self.add_error("since", _("No dealings are that old."))
        elif until < since:
            self.add_error("until", _("It ends before it begins."))
        elif until > self.today:
            self.add_error("until", _("This day is still to come."))
        elif months_after(since.replace(day=1), MOST_MONTHS) < until:
            self.add_error("until", _("At most two years."))


class GivenForm(forms.Form):
    """When the customer got the paper."""

    given_on = forms.DateField(
        label=_("Given to the customer on"), widget=_date_input("form-control")
    )

    def __init__(self, *args, report: ReviewReport, **kwargs):
        super().__init__(*args, **kwargs)
        self.report = report
        self.fields["given_on"].initial = Installation.cached().today()

    def clean_given_on(self) -> dt.date:
        day = self.cleaned_data["given_on"]
        if day > Installation.cached().today():
            raise forms.ValidationError(_("This day is still to come."))
        if day < self.report.since:
            raise forms.ValidationError(_("It was given before its period began."))
        return day
