"""What forms of records share: who can be chosen, which days make sense, in which money."""

import datetime as dt
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.forms.work import possible_assignees
from customers.models import Contact

LONG_AGO = dt.date(1950, 1, 1)
FAR_AHEAD = dt.timedelta(days=3653)


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def text_area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class RecordForm(VersionedForm):
    """Create and edit one record; what can be chosen is this customer's and this person's."""

    # Days of what has happened, and days of what is still to come.
    past: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    # Amounts that those without worth neither see nor set.
    worth: tuple[str, ...] = ()
    # Fields that take the whole width of the page; longer texts do so anyway.
    wide: tuple[str, ...] = ()
    # By the table's rule that a write broke: the field beside which it is said, and the words.
    taken: ClassVar[dict[str, tuple[str, str]]] = {}

    def __init__(self, *args, user, customer, **kwargs):
        self.user, self.customer = user, customer
        self.today = Installation.cached().today()
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        if not self.user.sees_worth:
            for name in self.worth:
                self.fields.pop(name, None)
        currency = Installation.cached().currency
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                self._choose_among(name, field)
            elif isinstance(field, forms.DateField):
                field.widget = date_input()
            elif isinstance(field, forms.DecimalField) and field.decimal_places == 2:
                label = format_lazy("{label} ({currency})", label=field.label, currency=currency)
                field.label = label
        if not self.instance.pk:
            for name in self.past:
                self.initial.setdefault(name, self.today)

    def _choose_among(self, name: str, field: forms.ModelChoiceField) -> None:
        """Contacts of this customer, colleagues who see it; who is chosen already stays so."""
        chosen = Q(pk__in=self._chosen(name))
        model = field.queryset.model
        if model is Contact:
            own = Contact.objects.filter(customer=self.customer)
            field.queryset = own.filter(Q(erased_at=None, left_on=None) | chosen).order_by("name")
        elif model is User:
            seeing = possible_assignees(self.customer).values("pk")
            field.queryset = User.objects.filter(Q(pk__in=seeing) | chosen).order_by("name")
        elif hasattr(model, "is_active"):
            field.queryset = field.queryset.filter(Q(is_active=True) | chosen)

    def _chosen(self, name: str) -> list[int]:
        """The ids that the record holds already."""
        if not self.instance.pk:
            return []
        if self.instance._meta.get_field(name).many_to_many:
            return [row.pk for row in getattr(self.instance, name).all()]
        chosen = getattr(self.instance, f"{name}_id")
        return [chosen] if chosen else []

    def clean(self) -> dict:
        cleaned = super().clean()
        for name in (*self.past, *self.ahead):
            if (day := cleaned.get(name)) and (problem := self._problem(name, day)):
                self.add_error(name, problem)
        return cleaned

    def _problem(self, name: str, day: dt.date) -> ValidationError | None:
        """Why a day can't be meant so; one that stood there before may stay."""
        if day < LONG_AGO:
            return ValidationError(_("This is too long ago."))
        if day > self.today + FAR_AHEAD:
            return ValidationError(_("This is too far ahead."))
        if name in self.past and day > self.today:
            return ValidationError(_("This day has not come yet."))
        if name in self.ahead and day < self.today and name in self.changed_data:
            return ValidationError(_("This day is over."))
        return None

    def needs_one_of(self, *names: str) -> None:
        """An error where none of these fields says anything."""
        said = any(self.cleaned_data.get(name) not in (None, "") for name in names)
        if not said and not set(names) & set(self.errors):
            self.add_error(None, _("Fill in one of these figures at least."))

    def say_taken(self, constraint: str) -> None:
        """The error of a write that met another record; beside its field where it has one."""
        name, words = self.taken.get(constraint, (None, _("This can't be stored so.")))
        self.add_error(name if name in self.fields else None, words)

    # How the page lays the fields out: wide ones, two columns, long texts.

    @property
    def first_fields(self) -> list:
        return [field for field in self.visible_fields() if field.name in self.wide]

    @property
    def column_fields(self) -> list:
        rest = (field for field in self.visible_fields() if field.name not in self.wide)
        return [field for field in rest if not _is_long(field)]

    @property
    def long_fields(self) -> list:
        rest = (field for field in self.visible_fields() if field.name not in self.wide)
        return [field for field in rest if _is_long(field)]


def _is_long(field) -> bool:
    return isinstance(field.field.widget, forms.Textarea | forms.CheckboxSelectMultiple)
