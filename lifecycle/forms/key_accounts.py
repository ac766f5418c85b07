"""Nominating key accounts, and the filter of the portfolio."""

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from customers.forms import owners_of
from customers.models.standing import Tier
from lifecycle.models import Nomination, NominationReview

ANY = [("", _("any"))]


class NominationForm(forms.ModelForm):
    class Meta:
        model = Nomination
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"reason": _("What makes it worth more attention than its tier gives it.")}


class ConfirmForm(forms.ModelForm):
    class Meta:
        model = NominationReview
        fields = ("findings",)
        widgets = {"findings": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"findings": _("What the year brought, and why it stays a key account.")}


class DropForm(forms.ModelForm):
    class Meta:
        model = Nomination
        fields = ("end_reason",)
        widgets = {"end_reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["end_reason"].required = True


class PortfolioFilter(forms.Form):
    """Read from the address: whose customers, and of which tier."""

    use_required_attribute = False

    owner = forms.ChoiceField(label=_("Account manager"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[*ANY, *Tier.choices])

    def __init__(self, data, *, user):
        super().__init__(data, auto_id=False)
        people = owners_of(user, list(User.objects.all()))
        teams = Team.objects.all()
        if not user.sees_all_customers:
            teams = teams.filter(pk=user.team_id)
        self.fields["owner"].choices = [*ANY, *((str(one.pk), str(one)) for one in people)]
        self.fields["team"].choices = [*ANY, *((str(one.pk), str(one)) for one in teams)]
        self.full_clean()

    @property
    def criteria(self) -> dict[str, str]:
        """The filters that are set and understood, as fields of Standing."""
        return {name: value for name, value in self.cleaned_data.items() if value}
