"""A backtest of any past date: a cut with something before it, a horizon that has passed."""

import datetime as dt

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.platform.words import day
from lifecycle.services.backtest_requests import Span
from lifecycle.services.backtests import HORIZON_DAYS

SHORTEST, LONGEST = 7, 1095


class BacktestForm(forms.Form):
    as_of = forms.DateField(
        label=gettext_lazy("Forecast as of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The last day that the forecast may know."),
    )
    horizon = forms.IntegerField(
        label=gettext_lazy("Horizon in days"),
        min_value=SHORTEST,
        max_value=LONGEST,
        help_text=gettext_lazy("How many days after it are compared with."),
    )

    def __init__(self, *args, span: Span, today: dt.date, **kwargs):
        newest = max(span.last - dt.timedelta(days=HORIZON_DAYS), span.earliest)
        horizon = min(HORIZON_DAYS, (span.last - newest).days)
        super().__init__(*args, initial={"as_of": newest, "horizon": horizon}, **kwargs)
        self.span, self.today = span, today

    def clean_as_of(self) -> dt.date:
        as_of = self.cleaned_data["as_of"]
        if as_of >= self.today:
            raise forms.ValidationError(_("The date has to lie in the past."))
        if as_of < self.span.earliest:
            text = _(
                "The first purchase is of %(first)s: from %(earliest)s on there is enough to"
                " learn from."
            )
            dates = {"first": day(self.span.first_purchase), "earliest": day(self.span.earliest)}
            raise forms.ValidationError(text % dates)
        if (self.span.last - as_of).days < SHORTEST:
            text = _(
                "The figures are of %(last)s: choose %(latest)s or earlier, so that there is"
                " something to compare with."
            )
            latest = self.span.last - dt.timedelta(days=SHORTEST)
            raise forms.ValidationError(text % {"last": day(self.span.last), "latest": day(latest)})
        return as_of

    def clean(self) -> dict:
        as_of, horizon = self.cleaned_data.get("as_of"), self.cleaned_data.get("horizon")
        if as_of and horizon and (most := (self.span.last - as_of).days) < horizon:
            text = ngettext(
                "The figures are of %(last)s: %(most)d day fits after this date.",
                "The figures are of %(last)s: %(most)d days fit after this date.",
                most,
            )
            self.add_error("horizon", text % {"last": day(self.span.last), "most": most})
        return self.cleaned_data
