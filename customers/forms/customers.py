"""Create and edit a customer."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.edits import VersionedForm
from customers.groups import closes_a_circle
from customers.models import Customer, Tag

OWNERS = (Role.ACCOUNT_MANAGER, Role.MANAGER, Role.ADMINISTRATOR)


def possible_owners(user):
    """Active account managers and managers: all for managers, those of the own team for others."""
    owners = Q(is_active=True, role__in=OWNERS)
    if not user.is_manager:
        owners &= Q(team=user.team_id) if user.team_id else Q(pk=user.pk)
    return User.objects.filter(owners).order_by("name")


class CustomerForm(VersionedForm):
    """The file of a customer; owner and team are chosen for a new one, then by handover only."""

    number = forms.CharField(
        label=_("Number"),
        required=False,
        max_length=60,
        help_text=_("Ours or the ERP's. Empty: the next free number."),
    )
    parent_number = forms.CharField(
        label=_("Number of the parent customer"), required=False, max_length=60
    )

    website = forms.URLField(
        label=_("Website"), required=False, max_length=200, assume_scheme="https"
    )

    class Meta:
        model = Customer
        fields = (
            "name",
            "short_name",
            "aliases",
            "kind",
            "region",
            "industry",
            "segment",
            "address",
            "phone",
            "email",
            "website",
            "tax_number",
            "main_business",
            "account_manager",
            "team",
            "service_representative",
            "won_through",
            "acquisition_cost",
            "tags",
            "is_active",
            "has_problem",
            "problem_reason",
            "notes",
        )
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 4}),
            "aliases": forms.Textarea(attrs={"rows": 2}),
            "tags": forms.CheckboxSelectMultiple,
        }
        error_messages = {"name": {"required": _("Enter the customer's name.")}}

    CARE = _("Who looks after it")
    SECTIONS = (
        (_("Who it is"), ("name", "short_name", "number", "kind", "industry", "region")),
        (_("How to reach it"), ("phone", "email", "website", "address")),
        (CARE, ("account_manager", "team", "service_representative")),
        (_("State"), ("is_active", "has_problem", "problem_reason", "tags", "notes")),
    )
    # What is seldom filled in or changed, folded away below the rest.
    SELDOM = (
        *("main_business", "segment", "aliases", "parent_number", "tax_number"),
        *("won_through", "acquisition_cost"),
    )

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        """Choices and fields of this person; before the form notes what it shows."""
        if self.instance.pk:
            del self.fields["account_manager"], self.fields["team"]
            self.fields["number"].required = True
            self.fields["number"].help_text = ""
            self.initial.setdefault("number", self.instance.number)
            self._show_parent()
        else:
            self._offer_owners()
        representative = self.instance.service_representative_id
        self.fields["service_representative"].queryset = User.objects.filter(
            Q(is_active=True, role=Role.SERVICE) | Q(pk=representative)
        ).order_by("name")
        self._offer_tags()

    def _offer_owners(self) -> None:
        owner = self.fields["account_manager"]
        owner.queryset = possible_owners(self.user)
        if not self.user.is_manager:
            del self.fields["team"]
            owner.required = True
            owner.empty_label = None
        self.initial.setdefault("account_manager", self._first_owner())

    def _offer_tags(self) -> None:
        """Those in use, and those that the customer has since before they were retired."""
        known = Q(customers=self.instance.pk) if self.instance.pk else Q()
        tags = Tag.objects.filter(Q(is_active=True) | known).distinct()
        self.fields["tags"].queryset = tags
        if not tags:
            del self.fields["tags"]

    def _first_owner(self) -> int | None:
        return None if self.user.is_manager else self.user.pk

    def _show_parent(self) -> None:
        """A parent that this person may not see can be neither seen nor changed."""
        if self.instance.parent_id is None:
            return
        parent = Customer.objects.visible_to(self.user).filter(pk=self.instance.parent_id).first()
        if parent:
            self.initial.setdefault("parent_number", parent.number)
        else:
            del self.fields["parent_number"]

    @property
    def sections(self) -> list[tuple[str, list]]:
        """Headings with the fields that this user may set."""
        return [
            (heading, [self[name] for name in names if name in self.fields])
            for heading, names in self.SECTIONS
        ]

    @property
    def seldom(self) -> list:
        """The fields that stand folded; open once one of them is refused or met a newer change."""
        return [self[name] for name in self.SELDOM if name in self.fields]

    @property
    def seldom_is_open(self) -> bool:
        return self.differences is not None or any(field.errors for field in self.seldom)

    @property
    def values(self) -> dict:
        values = super().values
        if self.instance.pk:
            values["number"] = self.cleaned_data["number"]
        if "parent_number" in self.fields:
            values["parent"] = self.cleaned_data["parent_number"]
        return values

    def clean_number(self) -> str:
        number = self.cleaned_data["number"]
        if number and Customer.objects.numbered(number).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another customer has this number already."))
        return number

    def clean_parent_number(self) -> Customer | None:
        number = self.cleaned_data["parent_number"]
        if not number:
            return None
        parent = Customer.objects.visible_to(self.user).numbered(number).first()
        if parent is None:
            raise ValidationError(_("You have no customer with this number."))
        if self.instance.pk and closes_a_circle(self.instance.pk, parent.pk):
            raise ValidationError(_("A customer can't stand above itself."))
        return parent

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("has_problem") and not cleaned.get("problem_reason"):
            self.add_error("problem_reason", _("Say what the problem is."))
        return cleaned
