"""What customers bought: the lines as they came, and their sums by day and customer."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.platform.amounts import summed
from customers.models.customer import Customer, Source
from customers.querysets import DealingDayQuerySet, TransactionQuerySet


class Product(models.Model):
    """A product as a source names it; name and category are those of its first line."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("product"), max_length=120)
    name = models.CharField(_("description"), max_length=200, blank=True)
    category = models.CharField(_("category"), max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "code"], name="product_code_once_a_source")
        ]

    def __str__(self) -> str:
        return self.name or self.code


class Transaction(models.Model):
    """An invoice line; returns and credit notes are negative. Amounts in the one currency."""

    # Without indexes of their own: (customer, date) serves the customer, the unique one the source,
    # and no one asks for a product's lines. Each index costs an import a tenth of its time.
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="transactions", db_index=False
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(_("invoice"), max_length=60)
    # Empty where the source does not number its lines: then the invoice is the unit.
    line = models.CharField(_("line"), max_length=20, null=True)
    date = models.DateField(_("date"))
    # Nor a constraint: only imports make products and take them back, and look who uses them.
    product = models.ForeignKey(
        Product,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=4)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=6, null=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=4, null=True)
    discount = models.DecimalField(_("discount"), max_digits=18, decimal_places=4, null=True)
    contract = models.CharField(_("contract"), max_length=60, null=True)
    period_start = models.DateField(_("period start"), null=True)
    period_end = models.DateField(_("period end"), null=True)

    objects = TransactionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "date"], name="transaction_of_customer"),
            # The night looks for contracts, which few installations have.
            models.Index(
                fields=["customer"],
                condition=Q(period_end__isnull=False),
                name="transaction_of_contract",
            ),
        ]
        constraints = [
            # Also the index by which an import finds an invoice's lines.
            models.UniqueConstraint(
                fields=["source", "reference", "line"], name="transaction_line_once"
            ),
            models.CheckConstraint(
                condition=Q(period_start__isnull=True)
                | Q(period_end__isnull=True)
                | Q(period_start__lte=F("period_end")),
                name="transaction_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.amount}"


class DealingDay(models.Model):
    """A customer's dealings of one local date, summed from its transactions.

    `gross` sums the positive lines, `returns` the negative ones (as a positive figure), so
    net = gross - returns. A purchase day is a row with gross > 0. `known_net` is the net of the
    lines whose cost is known, and `cost` is theirs: margin = (known_net - cost) / known_net.
    """

    pk = models.CompositePrimaryKey("customer_id", "day")
    # Without constraint: checking it for millions of rows would take longer than summing them.
    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="dealing_days",
        db_index=False,
        db_constraint=False,
    )
    day = models.DateField()
    gross = summed(4)
    returns = summed(4)
    net = summed(4)
    cost = summed(4)
    known_net = summed(4)
    lines = models.PositiveIntegerField()

    objects = DealingDayQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.day} {self.net}"


class DealingSummary(models.Model):
    """All of a customer's dealings up to the last nightly run, in one row."""

    customer = models.OneToOneField(
        Customer,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="dealing_summary",
        db_constraint=False,
    )
    first_purchase = models.DateField(null=True)
    last_purchase = models.DateField(null=True)
    purchase_days = models.PositiveIntegerField()
    gross = summed(4)
    net = summed(4)
    cost = summed(4)
    known_net = summed(4)
    # Sum of ln(days between purchase days): regularity of the rhythm.
    sum_log_gaps = models.FloatField()

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.net}"


class DealingCategory(models.Model):
    """A category that a customer bought from, up to the last nightly run.

    From the first to the last day with sales in it; lines without a category are in none.
    """

    pk = models.CompositePrimaryKey("customer_id", "category")
    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="dealing_categories",
        db_index=False,
        db_constraint=False,
    )
    category = models.CharField(max_length=100)
    first_day = models.DateField()
    last_day = models.DateField()
    net = summed(4)

    def __str__(self) -> str:
        return f"{self.customer_id} {self.category}"


class TouchedCustomer(models.Model):
    """Says that a customer's transactions changed since they were last summed.

    Written in the transaction of the change, so that nothing committed is ever missed; a
    watermark by id or time would miss what was not yet committed. Consumed by the nightly run.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    # The earliest date that changed: an earlier nightly figure than this one still holds.
    since = models.DateField()

    def __str__(self) -> str:
        return f"{self.customer_id} since {self.since}"
