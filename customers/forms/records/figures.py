"""Records that tell what a customer is worth: its figures, credit, chances, rivals and gains."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from customers.forms.records.base import RecordForm, text_area
from customers.models import Benefit, CompetitorPresence, CreditRecord, Opportunity, YearFigure

WHOLE = Decimal(100)
MOST_BOXES = 16  # more people than that are chosen from a list


class YearFigureForm(RecordForm):
    past = ("known_on",)
    taken = {
        "year_figure_once_a_year": ("year", _("The figures of this year are there: edit them."))
    }

    class Meta:
        model = YearFigure
        fields = ("year", "purchases", "turnover", "profit", "source", "known_on")
        help_texts = {
            "purchases": _("From us and from others: our share of them is its share of wallet."),
            "source": _("For example: its annual report, its buyer, an estimate of ours."),
        }

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        if not self.instance.pk:
            self.initial.setdefault("year", self.today.year - 1)

    def clean_year(self) -> int:
        if self.cleaned_data["year"] > self.today.year:
            raise ValidationError(_("This year has not come yet."))
        return self.cleaned_data["year"]

    def clean(self) -> dict:
        cleaned = super().clean()
        self.needs_one_of("purchases", "turnover", "profit")
        return cleaned


class CreditRecordForm(RecordForm):
    past = ("on",)

    class Meta:
        model = CreditRecord
        fields = ("on", "bank_rating", "limit", "term_days", "payment", "cash_flow")
        widgets = {"cash_flow": text_area()}
        help_texts = {"on": _("What held on this day; the newest record counts.")}

    def clean(self) -> dict:
        cleaned = super().clean()
        self.needs_one_of("bank_rating", "limit", "term_days", "payment", "cash_flow")
        return cleaned


class OpportunityForm(RecordForm):
    ahead = ("expected_on",)
    wide = ("need",)

    class Meta:
        model = Opportunity
        fields = (
            *("need", "stage", "amount", "expected_on", "owner", "competitor", "reason"),
            *("people", "criteria"),
        )
        widgets = {"criteria": text_area(), "people": forms.CheckboxSelectMultiple}
        help_texts = {"reason": _("Needed once it is won or lost.")}

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        if not self.instance.pk:
            self.initial.setdefault("owner", self.user.pk)
        if self.fields["people"].queryset[: MOST_BOXES + 1].count() > MOST_BOXES:
            self.fields["people"].widget = forms.SelectMultiple(
                attrs={"size": 8}, choices=self.fields["people"].choices
            )

    def clean(self) -> dict:
        cleaned = super().clean()
        if self._is_closed and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why it was won or lost."))
        return cleaned

    @property
    def _is_closed(self) -> bool:
        stage = self.cleaned_data.get("stage")
        return bool(stage) and stage not in Opportunity.OPEN

    @property
    def values(self) -> dict:
        """With the day on which it was decided; one that was there already stays."""
        closed_on = (self.instance.closed_on or self.today) if self._is_closed else None
        return {**super().values, "closed_on": closed_on}


class CompetitorPresenceForm(RecordForm):
    past = ("known_on",)
    taken = {"presence_once_a_competitor": ("competitor", _("It is noted here already: edit it."))}

    class Meta:
        model = CompetitorPresence
        fields = ("competitor", "strength", "share", "trend", "known_on", "remarks")
        widgets = {"remarks": text_area()}
        help_texts = {
            "competitor": _("Not in the list? A manager adds it to the register of competitors.")
        }

    def clean_share(self) -> Decimal | None:
        share = self.cleaned_data["share"]
        others = CompetitorPresence.objects.filter(customer=self.customer, removed_at=None)
        others = others.exclude(pk=self.instance.pk).aggregate(sum=Sum("share"))["sum"] or 0
        if share and share + others > WHOLE:
            raise ValidationError(
                _("With the shares of the other competitors (%(sum)s) this is more than 100."),
                params={"sum": others},
            )
        return share


class BenefitForm(RecordForm):
    past = ("on",)
    wide = ("what",)

    class Meta:
        model = Benefit
        fields = ("what", "amount", "on", "agreed_by", "proof")
        widgets = {"proof": text_area()}
        help_texts = {
            "what": _("A saving or gain that the customer agreed to."),
            "proof": _("Where the figure is from: minutes, a calculation, a mail."),
        }
