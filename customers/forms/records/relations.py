"""Records of the relationship: promises, ideas, referrals, teams, requests for help, clubs."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.forms.records.base import RecordForm, text_area
from customers.models import (
    ClubLevel,
    Customer,
    HelpRequest,
    Idea,
    Membership,
    Promise,
    Referral,
    TeamMember,
)


class PromiseForm(RecordForm):
    ahead = ("due_on",)
    wide = ("what",)

    class Meta:
        model = Promise
        fields = ("what", "due_on", "owner", "contact")
        help_texts = {"owner": _("Gets a task for it.")}

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        if not self.instance.pk:
            self.initial.setdefault("owner", self.user.pk)


class IdeaForm(RecordForm):
    past = ("on",)
    worth = ("amount",)
    wide = ("what",)

    class Meta:
        model = Idea
        fields = ("what", "kind", "on", "contact", "amount")


class ReferralForm(RecordForm):
    """The customer that came of it is named by its number, among those that this person sees."""

    past = ("on",)
    field_order = ("name", "number", "on", "contact", "state", "remarks")
    taken = {
        "referral_once_a_customer": (
            "number",
            _("It recommended us to this customer already."),
        )
    }

    number = forms.CharField(
        label=_("Number of the customer it became"),
        required=False,
        max_length=60,
        help_text=_("Empty while it is none of ours."),
    )

    class Meta:
        model = Referral
        fields = ("name", "on", "contact", "state", "remarks")
        widgets = {"remarks": text_area()}
        help_texts = {"name": _("The company or person; empty where a customer of ours is named.")}

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        self.referred = self._visible_referred()
        if self.instance.referred_id and not self.referred:
            # Whom it became is out of this person's sight: neither shown nor lost.
            del self.fields["name"], self.fields["number"]
        elif self.referred:
            self.initial.setdefault("number", self.referred.number)

    def _visible_referred(self) -> Customer | None:
        if not self.instance.referred_id:
            return None
        return Customer.objects.visible_to(self.user).filter(pk=self.instance.referred_id).first()

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip()
        self.referred = None
        if number:
            found = Customer.objects.visible_to(self.user).numbered(number)
            self.referred = found.first()
            if self.referred is None:
                raise ValidationError(_("You see no customer of this number."))
            if self.referred.pk == self.customer.pk:
                raise ValidationError(_("A customer can't be recommended to itself."))
        return number

    def clean(self) -> dict:
        cleaned = super().clean()
        named = cleaned.get("name") or cleaned.get("number")
        if "name" in self.fields and not named and not {"name", "number"} & set(self.errors):
            self.add_error("name", _("Say to whom: a name, or the number of a customer of ours."))
        return cleaned

    @property
    def values(self) -> dict:
        values = super().values
        return {**values, "referred": self.referred} if "number" in self.fields else values


class TeamMemberForm(RecordForm):
    taken = {"team_member_once": ("user", _("This colleague is on the team already."))}

    class Meta:
        model = TeamMember
        fields = ("user", "department", "part")


class HelpRequestForm(RecordForm):
    ahead = ("due_on",)
    wide = ("what",)

    class Meta:
        model = HelpRequest
        fields = ("what", "asked", "due_on")
        help_texts = {"asked": _("Is told at once, and answers here.")}

    def clean_asked(self):
        asked = self.cleaned_data["asked"]
        if asked.pk == self.user.pk and not self.instance.pk:
            raise ValidationError(_("Ask a colleague: for yourself add a task."))
        return asked


class LevelChoice(forms.ModelChoiceField):
    """Levels under the name of their club, since clubs call theirs the same."""

    def label_from_instance(self, level: ClubLevel) -> str:
        return pgettext_lazy("club: level", "%(club)s: %(level)s") % {
            "club": level.club,
            "level": level,
        }


class MembershipForm(RecordForm):
    past = ("since",)
    taken = {"membership_once_a_club": ("club", _("It is a member of this club already."))}

    level = LevelChoice(
        label=_("Level"),
        required=False,
        queryset=ClubLevel.objects.select_related("club").filter(club__is_active=True),
    )

    class Meta:
        model = Membership
        fields = ("club", "level", "since", "until")
        help_texts = {"until": _("Empty while it is a member.")}

    def clean(self) -> dict:
        cleaned = super().clean()
        club, level = cleaned.get("club"), cleaned.get("level")
        if club and level and level.club_id != club.pk:
            self.add_error("level", _("This level belongs to another club."))
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("It can't end before it began."))
        return cleaned
