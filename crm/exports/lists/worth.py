"""Lifetime value by customer with its parts, and what serving costs beside it."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import of_customer
from crm.exports.lists.value import OF_STANDING
from crm.exports.table import Asked, Table, with_worth
from customers.models import Standing
from lifecycle.models import Valuation, ValueCell
from lifecycle.views.value import behind


def _by_value(asked: Asked) -> QuerySet:
    rows = Standing.objects.visible_to(asked.user).select_related("customer__valuation", "owner")
    return rows.order_by("-lifetime_value", "-pk")


def _part(name: str, label) -> Column:
    return Column(name, label, f"customer.valuation.{name}", Type.MONEY, True)


def _served(asked: Asked) -> QuerySet:
    """Who is served above its value first, who below it last."""
    rows = Valuation.objects.visible_to(asked.user).exclude(service_gap=0)
    return rows.select_related("customer__standing").order_by("-service_gap", "-pk")


def _behind(asked: Asked) -> QuerySet:
    """Of one year of first purchase, source, segment or industry."""
    dimension = asked.parameters.get("dimension", "")
    if dimension not in ValueCell.Dimension.values:
        raise Http404
    key = asked.parameters.get("key", "").replace("\0", "")
    return behind(asked.user, dimension, key).select_related("owner")


OF_CUSTOMERS = (
    *OF_STANDING,
    Column("tier", _("tier")),
    Column("stage", _("stage")),
    Column("owner", _("account manager"), "owner.name"),
    Column("value", _("Lifetime value"), "lifetime_value", Type.MONEY, True),
)
TABLES = (
    Table(
        key="equity",
        page="value:equity",
        title=_("Customer equity"),
        rows=_by_value,
        may=with_worth,
        columns=(
            *OF_CUSTOMERS,
            _part("transaction_value", _("transaction value")),
            _part("growth_value", _("growth value")),
            _part("referral_value", _("referral value")),
            _part("referral_realised", _("customers brought")),
            _part("knowledge_value", _("knowledge value")),
            _part("cost_to_serve", _("cost to serve")),
        ),
    ),
    Table(
        key="served",
        page="value:value",
        title=_("Served above or below value"),
        rows=_served,
        may=with_worth,
        columns=(
            *of_customer(),
            Column("tier", _("tier"), "customer.standing.tier"),
            Column("cost", _("cost to serve a year"), "cost_12m", Type.MONEY, True),
            Column("fair", _("its part by value"), "fair_cost", Type.MONEY, True),
            Column("gap", _("difference"), "service_gap", Type.MONEY, True),
            Column(
                "value", _("Lifetime value"), "customer.standing.lifetime_value", Type.MONEY, True
            ),
        ),
    ),
    Table(
        key="value-rows",
        page="value:rows",
        title=_("Winning and serving"),
        rows=_behind,
        may=with_worth,
        columns=(
            *OF_CUSTOMERS,
            Column("revenue", _("12-month revenue"), "revenue_12m", Type.MONEY, True),
        ),
    ),
)
