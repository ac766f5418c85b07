"""Who moved, who broke off, who stayed, and what people said against the figures."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import of_customer
from crm.exports.table import Asked, Table, with_worth
from customers.models import Standing
from lifecycle.models import Valuation
from lifecycle.models.overrides import OVERRIDES, Override
from lifecycle.views import loyalty
from lifecycle.views.moves import moved_customers
from lifecycle.views.overrides import overrides_shown
from lifecycle.views.patterns import of_pattern

OF_STANDING = (
    Column("number", _("Customer number")),
    Column("customer", _("Customer name"), "name"),
    Column("tier", _("tier")),
    Column("stage", _("stage")),
    Column("owner", _("account manager"), "owner.name"),
    Column("revenue", _("12-month revenue"), "revenue_12m", Type.MONEY, True),
    Column("value", _("Lifetime value"), "lifetime_value", Type.MONEY, True),
    Column("last_purchase", _("last purchase"), type=Type.DATE),
    Column("region", _("region"), usual=False),
    Column("industry", _("industry"), usual=False),
)


def _moved(asked: Asked) -> QuerySet[Standing]:
    way = [asked.parameters.get(name, "") for name in ("kind", "before", "after")]
    _form, rows = moved_customers(asked.user, *way, asked.parameters)
    return rows.order_by("-lifetime_value", "-pk")


def _pattern(asked: Asked) -> QuerySet[Valuation]:
    rows = of_pattern(asked.user, asked.parameters.get("letter", ""))
    return rows.order_by("-value_if_active", "-pk")


def _left(asked: Asked) -> QuerySet[Standing]:
    return loyalty.left_customers(asked.user).order_by("-last_purchase", "-pk")


def _cohort(asked: Asked) -> QuerySet[Standing]:
    quarter = asked.parameters.get("quarter", "")
    rows = loyalty.cohort_customers(asked.user, asked.pk("year"), quarter)
    return rows.order_by("-lifetime_value", "-pk")


def _overrides(asked: Asked) -> QuerySet[Override]:
    kind, shown = asked.parameters.get("kind", ""), asked.parameters.get("show", "proposed")
    return overrides_shown(asked.user, kind, shown).order_by("-proposed_on", "-pk")


def _columns_of_overrides(asked: Asked) -> tuple[Column, ...]:
    kind = asked.parameters.get("kind", "")
    field = OVERRIDES[kind]._meta.get_field if kind in OVERRIDES else None
    label = field(kind).verbose_name if field else ""
    return (
        *of_customer(),
        Column("value", label, "label"),
        Column("state", _("state")),
        Column("reason", _("reason"), worth=True),
        Column("until", _("holds until"), type=Type.DATE),
        Column("proposed_on", _("proposed on"), type=Type.DATE),
        Column("proposed_by", _("proposed by"), "proposed_by.name"),
        Column("decided_on", _("decided on"), type=Type.DATE),
        Column("decided_by", _("decided by"), "decided_by.name"),
        Column("answer", _("why it was refused"), worth=True),
        Column("ended_on", _("ended on"), type=Type.DATE),
        Column("end_reason", _("why it was ended"), worth=True),
    )


def _table(key: str, page: str, title, rows) -> Table:
    return Table(key=key, page=page, title=title, rows=rows, may=with_worth, columns=OF_STANDING)


TABLES = (
    _table("moved", "value:moved", _("Customers that moved"), _moved),
    _table("left", "value:loyalty_left", _("Did not buy again"), _left),
    _table("cohort", "value:loyalty_cohort", _("Cohort"), _cohort),
    Table(
        key="pattern",
        page="value:pattern",
        title=_("Lifecycle pattern"),
        rows=_pattern,
        may=with_worth,
        columns=(
            *of_customer(),
            Column("tier", _("tier"), "customer.standing.tier"),
            Column("stage", _("stage"), "customer.standing.stage"),
            Column("since", _("in the stage since"), "stage_since", Type.DATE),
            Column("owner", _("account manager"), "customer.standing.owner.name"),
            Column("if_active", _("Value if active"), "value_if_active", Type.MONEY, True),
        ),
    ),
    Table(
        key="overrides",
        page="value:overrides",
        title=_("Overrides"),
        rows=_overrides,
        may=with_worth,
        columns=_columns_of_overrides,
    ),
)
