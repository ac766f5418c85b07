"""Forms that bring a record to its end: kept or not, won or lost, answered, thanked for."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.forms.records.base import RecordForm, text_area
from customers.models import HelpRequest, Idea, Opportunity, Promise, Referral


class SettleForm(RecordForm):
    """Its `outcome` field offers the ends alone."""

    outcome = "state"
    outcomes: tuple = ()

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        field = self.fields[self.outcome]
        field.choices = [(end.value, end.label) for end in self.outcomes]
        if self.initial.get(self.outcome) not in [end.value for end in self.outcomes]:
            self.initial[self.outcome] = None

    def _needs(self, name: str, problem) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, problem)


class SettlePromiseForm(SettleForm):
    outcomes = (Promise.State.KEPT, Promise.State.BROKEN)
    past = ("settled_on",)

    class Meta:
        model = Promise
        fields = ("state", "settled_on", "proof")
        widgets = {"state": forms.RadioSelect, "proof": text_area()}
        help_texts = {"proof": _("How the customer and we know: a delivery note, a mail, a date.")}

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        self.fields["settled_on"].required = True
        self.initial["settled_on"] = self.initial.get("settled_on") or self.today

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("state") == Promise.State.BROKEN:
            self._needs("proof", _("Say what came between."))
        return cleaned


class SettleOpportunityForm(SettleForm):
    outcome = "stage"
    outcomes = (Opportunity.Stage.WON, Opportunity.Stage.LOST)
    past = ("closed_on",)
    wide = ("stage", "reason")

    class Meta:
        model = Opportunity
        fields = ("stage", "reason", "amount", "closed_on", "competitor")
        widgets = {"stage": forms.RadioSelect}
        labels = {"competitor": _("Against which competitor")}

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        self.fields["reason"].required = self.fields["closed_on"].required = True
        self.initial["closed_on"] = self.initial.get("closed_on") or self.today


class SettleIdeaForm(SettleForm):
    outcomes = (Idea.State.ADOPTED, Idea.State.ANSWERED, Idea.State.DECLINED)
    worth = ("amount",)

    class Meta:
        model = Idea
        fields = ("state", "amount", "answer")
        widgets = {"state": forms.RadioSelect, "answer": text_area()}
        help_texts = {"answer": _("What we told the customer: an idea without an answer is lost.")}

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("state") in (Idea.State.ANSWERED, Idea.State.DECLINED):
            self._needs("answer", _("Say what we answered."))
        return cleaned


class SettleReferralForm(SettleForm):
    outcomes = (Referral.State.CUSTOMER, Referral.State.TALKING, Referral.State.NOTHING)

    class Meta:
        model = Referral
        fields = ("state", "remarks")
        widgets = {"state": forms.RadioSelect, "remarks": text_area()}


class AnswerHelpForm(SettleForm):
    outcomes = (HelpRequest.State.DONE, HelpRequest.State.DECLINED)

    class Meta:
        model = HelpRequest
        fields = ("state", "answer")
        widgets = {"state": forms.RadioSelect, "answer": text_area(4)}

    def clean(self) -> dict:
        cleaned = super().clean()
        self._needs("answer", _("Say what was done, or why it can't be."))
        return cleaned

    @property
    def values(self) -> dict:
        return {**super().values, "answered_at": timezone.now()}


class ThankForHelpForm(RecordForm):
    wide = ("thanks",)

    class Meta:
        model = HelpRequest
        fields = ("thanks",)

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        self.fields["thanks"].required = True
