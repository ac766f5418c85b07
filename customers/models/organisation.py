"""What we know about the company behind a customer: its facts, its figures, how it buys."""

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.platform.models.texts import in_language, validate_texts
from customers.models.customer import Customer
from customers.models.record import Record, amount
from customers.querysets import OfVisibleCustomers, WorthRecordQuerySet
from customers.querysets.settings import CustomFieldQuerySet


class Organisation(models.Model):
    """The facts of a customer's company, apart from `Customer`: an own form, an own version.

    Bank, account and financial situation are shown to those only who see credit.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="organisation"
    )
    form = models.CharField(_("organisation form"), max_length=100, blank=True)
    legal_representative = models.CharField(_("legal representative"), max_length=150, blank=True)
    owner = models.CharField(_("owner of the company"), max_length=150, blank=True)
    operating_manager = models.CharField(_("operating manager"), max_length=150, blank=True)
    capital = amount(_("registered capital or assets"))
    headcount = models.PositiveIntegerField(_("headcount"), null=True, blank=True)
    staff_structure = models.CharField(_("structure of staff"), max_length=300, blank=True)
    products = models.TextField(_("products and brands"), blank=True)
    market_area = models.CharField(_("market area"), max_length=300, blank=True)
    marketing = models.TextField(_("marketing capability"), blank=True)
    finance = models.TextField(_("financial situation"), blank=True)
    staff_quality = models.TextField(_("quality of staff"), blank=True)
    technology = models.TextField(_("main technology"), blank=True)
    philosophy = models.TextField(_("business philosophy and policy"), blank=True)
    image = models.TextField(_("image and reputation"), blank=True)
    cooperation = models.TextField(_("willingness to cooperate"), blank=True)
    problems = models.TextField(_("problems"), blank=True)
    strengths = models.TextField(_("strengths"), blank=True)
    strategy = models.TextField(_("future strategy"), blank=True)
    trade_terms = models.TextField(_("trade terms"), blank=True)
    bank = models.CharField(_("bank"), max_length=150, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=60, blank=True)
    # Values of the fields that managers defined, by the field's id as text.
    custom = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfVisibleCustomers.as_manager()

    # Fields of credit: for those only who see it.
    OF_CREDIT = ("finance", "trade_terms", "bank", "bank_account", "capital")

    def __str__(self) -> str:
        return f"{self.customer_id}"


class CustomField(models.Model):
    """A fact that a manager wants on every customer, beside those that came with the product."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", pgettext_lazy("kind of field", "Number")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")

    names = models.JSONField(_("name"), default=dict, validators=[validate_texts])
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.TEXT)
    choices = models.TextField(_("choices"), blank=True, help_text=_("One a line."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(names={}), name="custom_field_has_name"),
            models.CheckConstraint(
                condition=~Q(kind="choice") | ~Q(choices=""), name="custom_field_has_choices"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.names)

    def value_in(self, custom: dict[str, str]) -> str | Decimal | dt.date | None:
        """What stands in it among an organisation's own values; None where nothing does."""
        text = custom.get(str(self.pk), "")
        if not text:
            return None
        read = {self.Kind.NUMBER: Decimal, self.Kind.DATE: dt.date.fromisoformat}
        return read.get(self.kind, str)(text)


class BuyingProfile(models.Model):
    """Who buys, what, why, who decides, how, when and where; what it looks for when it buys."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="buying_profile"
    )
    who = models.TextField(_("who buys"), blank=True)
    what = models.TextField(_("what"), blank=True)
    why = models.TextField(_("why"), blank=True)
    decides = models.TextField(_("who decides"), blank=True)
    how = models.TextField(_("how"), blank=True)
    when = models.TextField(_("when"), blank=True)
    where = models.TextField(_("where"), blank=True)
    criteria = models.TextField(_("buying criteria"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfVisibleCustomers.as_manager()

    def __str__(self) -> str:
        return f"{self.customer_id}"


class YearFigure(Record):
    """A customer's own business in a year, with where we know it from.

    `purchases` are all its purchases in our categories, from us and from others: share of wallet
    is our net sales of the year divided by them.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="year_figures")
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    turnover = amount(_("turnover"))
    profit = amount(_("profit"), least=None)
    purchases = amount(_("all its purchases in our categories"))
    source = models.CharField(_("known from"), max_length=200)
    known_on = models.DateField(_("known since"))

    objects = WorthRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "year"],
                condition=Q(removed_at=None),
                name="year_figure_once_a_year",
            )
        ]

    def __str__(self) -> str:
        return str(self.year)


class CreditRecord(Record):
    """What we knew about a customer's credit on a day; the newest counts, the older stay."""

    class Payment(models.TextChoices):
        EARLY = "early", _("Early")
        PUNCTUAL = "punctual", _("Punctual")
        LATE = "late", _("Late")
        VERY_LATE = "very_late", _("Very late")
        DEFAULT = "default", _("Defaults")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="credit_records")
    on = models.DateField(_("date"))
    bank_rating = models.CharField(_("bank rating"), max_length=40, blank=True)
    limit = amount(_("credit limit"))
    term_days = models.PositiveSmallIntegerField(
        _("credit term in days"), null=True, blank=True, validators=[MaxValueValidator(720)]
    )
    payment = models.CharField(_("payment behaviour"), max_length=9, choices=Payment, blank=True)
    cash_flow = models.TextField(_("remark on cash flow"), blank=True)

    objects = WorthRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["customer", "-on", "-id"], name="credit_newest")]

    def __str__(self) -> str:
        return str(self.on)


class CardLayout(models.Model):
    """The order of the panels of the card, as a manager set it; one row."""

    panels = models.JSONField(default=list)  # keys of crm.card's panels, in order, by column
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="card_layout_is_one_row")]

    def __str__(self) -> str:
        return ", ".join(panel["key"] for panel in self.panels)
