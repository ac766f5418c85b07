"""Log a case: who, what happened, what they want."""

import datetime as dt
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import Case, Category, Remedy
from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.forms import AttachmentsField
from customers.forms import possible_assignees
from customers.models import Contact, Customer, Product, Source
from customers.models.touchpoints import Touchpoint

# Clocks of browsers go wrong by a little.
AHEAD = dt.timedelta(minutes=1)
LONGEST_TEXT = 20_000  # as of a mail


def in_charge_of(customer: Customer | None, user: User):
    """Who may be put in charge: whoever sees the case."""
    if customer is not None:
        return possible_assignees(customer)
    seeing = ~Q(role=Role.ACCOUNT_MANAGER)
    return User.objects.filter(seeing, is_active=True).order_by("name")


def product_coded(code: str) -> Product | None:
    """The product with this code in any source; the index wants the source beside it."""
    codes = {code, code.upper(), code.lower()}
    found = Product.objects.filter(source__in=Source.objects.values("pk"), code__in=codes)
    return found.order_by("source", "pk").first()


class ProductField(forms.CharField):
    """A product by its code, as people read it from an invoice."""

    def __init__(self, **kwargs):
        super().__init__(
            **{"label": _("Product code"), "required": False, "max_length": 120, **kwargs}
        )

    def clean(self, value) -> Product | None:
        code = super().clean(value)
        if not code:
            return None
        product = product_coded(code)
        if product is None:
            raise ValidationError(_("No product has this code. Leave it empty if you don't know."))
        return product


class LogForm(forms.ModelForm):
    """For a customer that was found, else for somebody with a name."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    product = ProductField()
    attachments = AttachmentsField()

    class Meta:
        model = Case
        fields = (
            "kind",
            "contact",
            "caller_name",
            "caller_phone",
            "caller_email",
            "channel",
            "received_at",
            "description",
            "category",
            "severity",
            "touchpoint",
            "order_reference",
            "remedy_sought",
            "owner",
        )
        widgets = {
            "kind": forms.RadioSelect(attrs={"class": "form-check-input"}),
            "description": forms.Textarea(attrs={"rows": 7}),
            "caller_phone": forms.TextInput(attrs={"type": "tel"}),
            "received_at": forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            ),
        }
        error_messages = {"description": {"required": _("Write down what happened.")}}

    def __init__(self, *args, user: User, customer: Customer | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.customer = user, customer
        self.initial.setdefault("received_at", timezone.now())
        words = self.fields["description"]
        words.max_length = LONGEST_TEXT
        words.validators.append(MaxLengthValidator(LONGEST_TEXT))
        contacts = Contact.objects.none()
        if customer is not None:
            contacts = customer.contacts.filter(left_on__isnull=True).order_by("name")
        self.fields["contact"].queryset = contacts
        self.fields["contact"].empty_label = _("somebody else")
        self.fields["category"].queryset = Category.objects.filter(is_active=True).in_tree()
        self.fields["category"].label_from_instance = lambda category: category.path
        self.fields["touchpoint"].queryset = Touchpoint.objects.filter(is_active=True)
        for name in ("category", "touchpoint"):
            self.fields[name].empty_label = "–"
        self.fields["remedy_sought"].choices = [("", "–"), *Remedy.choices]
        self.fields["owner"].queryset = in_charge_of(customer, user)
        self.fields["owner"].empty_label = _("nobody yet")
        if user.role == Role.SERVICE:
            self.initial.setdefault("owner", user.pk)
        if customer is not None:
            # Who complains is known: what happened comes next.
            self.fields["description"].widget.attrs["autofocus"] = True

    def clean_received_at(self) -> dt.datetime:
        at = self.cleaned_data["received_at"]
        if at > timezone.now() + AHEAD:
            raise ValidationError(_("This time has not come yet."))
        return at

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.customer is None and not self.user.sees_all_customers:
            raise ValidationError(
                _("Find the customer first: you log for your own and your team's.")
            )
        if self.customer is None and not cleaned.get("caller_name"):
            self.add_error("caller_name", _("Find the customer above, or write who it was."))
        return cleaned

    def _post_clean(self) -> None:
        """The instance is made by the service, which fills in what the form does not ask."""

    @property
    def values(self) -> dict:
        """Fields of the case."""
        names = (*self._meta.fields, "product")
        return {name: self.cleaned_data[name] for name in names} | {"customer": self.customer}
