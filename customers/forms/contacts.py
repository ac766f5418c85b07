"""Create and edit a contact, name who follows them, and find one among many."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.forms.listing import ANY
from customers.forms.work import in_reach
from customers.models import Contact

LEFT = [("no", _("is there")), ("yes", _("left"))]
LONGEST_SEARCH = 60
FIRST_YEAR = 1900


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ContactForm(VersionedForm):
    class Meta:
        model = Contact
        fields = (
            *("name", "title", "department", "birthday", "role", "attitude"),
            *("phone", "mobile", "email", "language", "channel", "consent", "consent_on"),
            *("customs", "remarks", "left_on"),
        )
        widgets = {
            "birthday": _date_input(),
            "consent_on": _date_input(),
            "left_on": _date_input(),
            "customs": forms.Textarea(attrs={"rows": 3}),
            "remarks": forms.Textarea(attrs={"rows": 3}),
            "phone": forms.TextInput(attrs={"type": "tel"}),
            "mobile": forms.TextInput(attrs={"type": "tel"}),
        }
        help_texts = {
            "customs": _("What to observe, and what not to do, say or give."),
            "consent": _("News goes only to those who gave it."),
            "consent_on": _("Empty: today."),
        }

    GROUPS = (
        (_("Person"), ("name", "title", "department", "birthday")),
        (_("In the buying"), ("role", "attitude")),
        (_("How to reach"), ("phone", "mobile", "email", "language", "channel")),
        (_("Consent"), ("consent", "consent_on")),
        (_("Good to know"), ("customs", "remarks")),
        (_("No longer there"), ("left_on",)),
    )

    @property
    def groups(self) -> list[tuple]:
        """Legend and fields of each part of the form."""
        found = [(legend, [self[name] for name in names]) for legend, names in self.GROUPS]
        return found if self.instance.pk else found[:-1]  # nobody begins by having left

    def _past(self, name: str):
        day = self.cleaned_data[name]
        if day and day > Installation.cached().today():
            raise ValidationError(_("This day has not come yet."))
        return in_reach(day, FIRST_YEAR)

    def clean_birthday(self):
        return self._past("birthday")

    def clean_consent_on(self):
        return self._past("consent_on")

    def clean_left_on(self):
        return self._past("left_on")

    def clean(self) -> dict:
        """Consent has its day, and there is no day without an answer."""
        cleaned = super().clean()
        if not cleaned.get("consent"):
            cleaned["consent_on"] = None
        elif "consent_on" in cleaned and cleaned["consent_on"] is None:
            cleaned["consent_on"] = Installation.cached().today()
        return cleaned


class SuccessorForm(forms.Form):
    """Who of those who are there takes the place of somebody who left."""

    successor = forms.ModelChoiceField(
        label=_("Successor"), queryset=Contact.objects.none(), empty_label=None
    )

    def __init__(self, *args, contact: Contact, **kwargs):
        super().__init__(*args, **kwargs)
        people = Contact.objects.filter(customer=contact.customer_id, left_on=None, erased_at=None)
        self.fields["successor"].queryset = people.exclude(pk=contact.pk)


class ContactFilter(forms.Form):
    """Which contacts to list, read from the address."""

    use_required_attribute = False

    q = forms.CharField(
        label=_("Name, e-mail or phone"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    role = forms.ChoiceField(
        label=_("Role in buying"),
        required=False,
        choices=[*ANY, ("none", _("none known")), *Contact.Role.choices],
    )
    attitude = forms.ChoiceField(
        label=_("Attitude"), required=False, choices=[*ANY, *Contact.Attitude.choices]
    )
    left = forms.ChoiceField(label=_("Still there"), required=False, choices=[*ANY, *LEFT])

    def __init__(self, data):
        super().__init__(data, auto_id=False)
        self.full_clean()

    @property
    def criteria(self) -> dict:
        """The filters that are set and understood."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def refused(self) -> list[str]:
        """Labels of the filters that were asked for and not understood."""
        return [str(self.fields[name].label) for name in self.errors]

    def words(self, name: str) -> str:
        """A set filter in words."""
        value = self.cleaned_data[name]
        choices = getattr(self.fields[name], "choices", ())
        return next((str(label) for key, label in choices if key == value), str(value))


class ContactListFilter(ContactFilter):
    """The same across customers, with what only there makes sense."""

    consent = forms.ChoiceField(
        label=_("Consent"),
        required=False,
        choices=[
            *ANY,
            ("unknown", _("not asked")),
            *(choice for choice in Contact.Consent.choices if choice[0]),
        ],
    )
    birthday = forms.ChoiceField(
        label=_("Birthday"), required=False, choices=[*ANY, ("soon", _("in the next 30 days"))]
    )
