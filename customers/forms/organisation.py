"""The facts of a customer's company, and how it buys."""

from decimal import Decimal

from django import forms
from django.forms.fields import Field
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from customers.models import BuyingProfile, CustomField, Organisation

LONGEST_TEXT = 300
NOT_KNOWN = ("", _("not known"))


def _lines(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class FileForm(VersionedForm):
    """A page of the customer's file: its fields in sections, in two columns."""

    COLUMNS: tuple = ()

    @property
    def columns(self) -> list[list[tuple]]:
        """(heading, fields) of each section."""
        return [
            [(heading, fields) for heading, names in column if (fields := self._of(names))]
            for column in self.COLUMNS
        ]

    def _of(self, names) -> list:
        return [self[name] for name in names if name in self.fields]

    def facts(self, hidden=()) -> list[list[tuple]]:
        """The sections to read: (label, words) of what is known and not hidden."""
        found = []
        for column in self.columns:
            sections = [
                (heading, [(f.label, value) for f in fields if (value := self._read(f, hidden))])
                for heading, fields in column
            ]
            found.append([section for section in sections if section[1]])
        return found

    def _read(self, field, hidden) -> str:
        return "" if field.name in hidden else _words(getattr(self.instance, field.name))


class OrganisationForm(FileForm):
    class Meta:
        model = Organisation
        fields = (
            *("form", "legal_representative", "owner", "operating_manager"),
            *("capital", "headcount", "staff_structure"),
            *("products", "market_area", "technology", "marketing"),
            *("philosophy", "staff_quality", "cooperation"),
            *("image", "strengths", "problems", "strategy", "finance"),
            *("trade_terms", "bank", "bank_account"),
        )
        several = (
            *("products", "technology", "marketing", "philosophy", "staff_quality"),
            *("cooperation", "image", "strengths", "problems", "strategy", "finance"),
        )
        widgets = {**{name: _lines() for name in several}, "trade_terms": _lines(3)}
        help_texts = {
            "form": _("Limited company, partnership, state-owned …"),
            "staff_structure": _("By department, age or training, as far as you know."),
            "market_area": _("Where it sells: places, countries, kinds of buyers."),
            "technology": _("What it makes its products with, and how far it is ahead."),
            "marketing": _("How well it sells: its people, channels and campaigns."),
            "cooperation": _("How gladly it works with us, and on what."),
            "image": _("What its own customers and its competitors say of it."),
            "problems": _("What it struggles with, and what we could do about it."),
            "strategy": _("Where it wants to be in some years."),
            "trade_terms": _("Payment, delivery and discounts as agreed."),
        }

    COLUMNS = (
        (
            (_("Who runs it"), ("form", "legal_representative", "owner", "operating_manager")),
            (_("Size"), ("capital", "headcount", "staff_structure")),
            (_("Terms and bank"), ("trade_terms", "bank", "bank_account")),
        ),
        (
            (
                _("What it makes and sells"),
                ("products", "market_area", "technology", "marketing"),
            ),
            (_("How it works"), ("philosophy", "staff_quality", "cooperation")),
            (_("How it stands"), ("image", "strengths", "problems", "strategy", "finance")),
        ),
    )

    def _adapt_to_user(self) -> None:
        self.own = {f"custom_{field.pk}": field for field in CustomField.objects.in_use()}
        for name, field in self.own.items():
            value = self.instance.custom.get(str(field.pk), "")
            self.fields[name] = _own_field(field, value)
            self.initial.setdefault(name, value)

    @property
    def columns(self) -> list[list[tuple]]:
        left, right = super().columns
        if self.own:
            left.append((_("Fields of our own"), self._of(self.own)))
        return [left, right]

    @property
    def values(self) -> dict:
        """With the own fields; what stands in retired ones is kept."""
        custom = dict(self.instance.custom)
        for name, field in self.own.items():
            custom[str(field.pk)] = _text(self.cleaned_data[name])
        return super().values | {"custom": {key: text for key, text in custom.items() if text}}

    def _read(self, field, hidden) -> str:
        if field.name in self.own:
            return _words(self.own[field.name].value_in(self.instance.custom))
        return super()._read(field, hidden)


def _own_field(field: CustomField, value: str) -> Field:
    """The form field of a kind; a choice that was taken away stays where it was chosen."""
    common = {"label": str(field), "required": False}
    if field.kind == CustomField.Kind.NUMBER:
        return forms.DecimalField(max_digits=18, decimal_places=4, **common)
    if field.kind == CustomField.Kind.DATE:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(widget=widget, **common)
    if field.kind == CustomField.Kind.CHOICE:
        choices = dict.fromkeys([*field.choices.splitlines(), *filter(None, [value])])
        return forms.ChoiceField(choices=[NOT_KNOWN, *((one, one) for one in choices)], **common)
    return forms.CharField(max_length=LONGEST_TEXT, **common)


def _words(value) -> str:
    """As the reader's language writes numbers and days."""
    return "" if value is None else str(formats.localize(value))


def _text(value) -> str:
    """As it is stored: plain, whatever the language of who writes."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


class BuyingProfileForm(FileForm):
    class Meta:
        model = BuyingProfile
        fields = ("who", "decides", "what", "why", "how", "when", "where", "criteria")
        widgets = {name: _lines(3) for name in fields}
        help_texts = {
            "who": _("Who asks for what we sell: people and departments."),
            "decides": _("Who says yes, who can say no, whose advice is heard."),
            "what": _("Categories, volumes and qualities, from us and from others."),
            "why": _("What it needs them for, and what makes it order."),
            "how": _("Tender, framework contract or single orders; the steps of an order."),
            "when": _("Season, budget year, days of the week; how far ahead."),
            "where": _("Which sites order, and where it is delivered."),
            "criteria": _("What it compares when it chooses: price, quality, delivery, service."),
        }

    COLUMNS = (
        ((_("Who and what"), ("who", "decides", "what", "why")),),
        ((_("How, when and where"), ("how", "when", "where", "criteria")),),
    )
