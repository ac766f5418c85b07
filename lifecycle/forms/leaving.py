"""Whose worklist, marking a customer as lost, and the review of a loss."""

import datetime as dt
from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.platform.edits import NOTHING, VersionedForm
from crm.platform.models import Installation
from customers.forms import owners_of
from customers.forms.work import in_reach
from customers.models import Competitor, Contact, Customer
from lifecycle.models import LossReview, LostMark
from lifecycle.models.lost import LossReason
from satisfaction.models import ImprovementAction

DAYS_TO_IMPROVE = dt.timedelta(days=60)


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _past(day: dt.date) -> dt.date:
    if day > Installation.cached().today():
        raise ValidationError(_("This day has not come yet."))
    return in_reach(day)


class WhoseFilter(forms.Form):
    """Read from the address: whose customers."""

    use_required_attribute = False

    owner = forms.ChoiceField(label=_("Account manager"), required=False)

    def __init__(self, owner: str, *, user, **kept: str):
        super().__init__({"owner": owner}, auto_id=False)
        people = owners_of(user, list(User.objects.all()))
        words = _("All customers") if user.sees_all_customers else _("My team's customers")
        self.fields["owner"].choices = [
            ("me", _("My customers")),
            ("all", words),
            *((str(one.pk), str(one)) for one in people if one.pk != user.pk),
        ]
        self.kept = kept  # what else the address says


class LossesFilter(WhoseFilter):
    """Read from the address: whose customers, and of which team where one sees several."""

    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(self, asked: Mapping[str, str], *, user: User, **kept: str):
        super().__init__(asked.get("owner") or "all", user=user, **kept)
        self.data["team"] = asked.get("team", "")
        self.user = user
        if user.sees_all_customers:
            teams = [(str(team.pk), str(team)) for team in Team.objects.all()]
            self.fields["team"].choices = [("", _("any")), *teams]
        else:
            del self.fields["team"]
        self.full_clean()

    @property
    def criteria(self) -> dict[str, int]:
        """What is set and understood, as fields of Customer."""
        owner, team = self.cleaned_data.get("owner"), self.cleaned_data.get("team")
        found = {"account_manager": self.user.pk if owner == "me" else owner, "team": team}
        return {name: int(value) for name, value in found.items() if value and value != "all"}

    @property
    def query(self) -> dict[str, str]:
        """The same, as the address has it."""
        return {name: value for name, value in self.cleaned_data.items() if value}


class LostMarkForm(forms.ModelForm):
    """Marks one customer; asks for what the reason of a loss is taken from later."""

    class Meta:
        model = LostMark
        fields = ("on", "kind", "by_us", "reason", "why")
        widgets = {"on": _date_input(), "why": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "kind": _("Total: it buys nothing from us any more. Partial: a part went elsewhere."),
            "by_us": _("Whom we let go ourselves is not proposed for winning back."),
            "why": _("Who said so, and in which words."),
        }

    def __init__(self, *args, last_purchase: dt.date | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.last_purchase = last_purchase
        self.initial.setdefault("on", Installation.cached().today())
        reason = self.fields["reason"]
        reason.choices = [("", NOTHING), *LossReason.choices]

    def clean_on(self) -> dt.date:
        return _past(self.cleaned_data["on"])

    def clean(self) -> dict:
        cleaned = super().clean()
        on, last = cleaned.get("on"), self.last_purchase
        if on and last and on < last and cleaned.get("kind") == "total":
            self.add_error("on", _("It bought from us after this day."))
        return cleaned

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class LossReviewForm(VersionedForm):
    """Managers may write down a new improvement action with it."""

    by_us = forms.BooleanField(label=_("We ended it ourselves"), required=False)
    new_action = forms.CharField(
        label=_("New improvement action"),
        max_length=300,
        required=False,
        help_text=_("You have it to do; its day and its owner can be changed afterwards."),
    )
    new_measure = forms.ChoiceField(
        label=_("Long-term measure"),
        required=False,
        choices=[("", NOTHING), *ImprovementAction.Measure.choices],
    )

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    class Meta:
        model = LossReview
        fields = (
            *("on", "reason", "competitor", "kind", "by_us", "how", "asked_by", "learned"),
            "actions",
        )
        widgets = {
            "on": _date_input(),
            "learned": forms.Textarea(attrs={"rows": 5}),
            "actions": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "competitor": _("Where it buys now, if that is known."),
            "how": _("How we heard the reason from the customer itself."),
            "learned": _("What we would do otherwise today, and what others should know."),
            "actions": _("What is changed because of it."),
        }

    def _adapt_to_user(self) -> None:
        review = self.instance
        self.fields["competitor"].queryset = Competitor.objects.filter(
            Q(is_active=True) | Q(pk=review.competitor_id)
        )
        people = Q(is_active=True) | Q(pk=review.asked_by_id)
        self.fields["asked_by"].queryset = User.objects.filter(people).order_by("name")
        linked = Q(loss_reviews=review.pk) if review.pk else Q(pk=None)
        actions = ImprovementAction.objects.filter(Q(state="open") | linked).distinct()
        self.fields["actions"].queryset = actions.order_by("due_on", "pk")
        if not self.user.is_manager:
            del self.fields["new_action"], self.fields["new_measure"]
        if not review.pk:
            self.initial.setdefault("on", Installation.cached().today())

    def clean_on(self) -> dt.date:
        return _past(self.cleaned_data["on"])

    def clean(self) -> dict:
        cleaned = super().clean()
        asked, how = cleaned.get("asked_by"), cleaned.get("how")
        if how == LossReview.Asked.NOT and asked:
            self.add_error("asked_by", _("Nobody asked, or say how it was asked."))
        if how and how != LossReview.Asked.NOT and not asked:
            self.add_error("asked_by", _("Say who asked."))
        if cleaned.get("new_action") and not cleaned.get("new_measure"):
            self.add_error("new_measure", _("Say which measure it belongs to."))
        return cleaned

    @property
    def new(self) -> dict | None:
        """The improvement action to be made with the review."""
        if not self.cleaned_data.get("new_action"):
            return None
        return {
            "what": self.cleaned_data["new_action"],
            "measure": self.cleaned_data["new_measure"],
            "owner": self.user,
            "due_on": Installation.cached().today() + DAYS_TO_IMPROVE,
        }


class AskLeaverForm(forms.Form):
    """Who is asked why the customer left, by mail or in an interview."""

    contact = forms.ModelChoiceField(
        Contact.objects.none(), required=False, label=pgettext_lazy("survey", "Who is asked")
    )

    def __init__(self, *args, customer: Customer, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["contact"]
        field.queryset = customer.contacts.there().order_by("name", "pk")
        field.empty_label = customer.email or _("the customer itself (no address known)")
