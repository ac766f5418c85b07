"""What several lists share: the customer in sight, its columns, moments in local time."""

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.table import Asked
from customers.models import Customer


def customer_in_sight(asked: Asked) -> Customer:
    """The customer that the page's path names; 404 where this person does not see it."""
    return get_object_or_404(Customer.objects.visible_to(asked.user), pk=asked.pk())


def of_customer(way: str = "customer") -> tuple[Column, Column]:
    """Number and name of the customer that a row is about."""
    return (
        Column("number", _("Customer number"), f"{way}.number"),
        Column("customer", _("Customer name"), f"{way}.name"),
    )


def moment(key: str, label: Any, read: str | None = None, **more) -> Column:
    """A moment, as the clocks of the installation show it."""
    name = read or key
    return Column(key, label, _local(name), Type.MOMENT, **more)


def _local(name: str) -> Callable[[Any], Any]:
    def read(row: Any) -> Any:
        at = getattr(row, name)
        return localtime(at) if at else None

    return read
