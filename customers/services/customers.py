"""Creating and editing customers."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction

from crm.platform.edits import save_version
from customers.groups import closes_a_circle, lock_groups
from customers.models import Customer
from customers.services import care
from customers.services.derived import refresh_derived

PREFIX = "P"  # of numbers of our own, so that none meets an ERP's


class NumberTakenError(Exception):
    """Another customer has this number already."""


class CircleError(Exception):
    """The customer would stand above itself."""


def next_number() -> str:
    """The next free number of our own; two people never get the same one."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('customers_own_number')")
            number = f"{PREFIX}{cursor.fetchone()[0]:05d}"
        if not Customer.objects.numbered(number).exists():
            return number


@transaction.atomic
def create_customer(*, number: str = "", values: Mapping[str, Any]) -> Customer:
    """A new customer; without a number it gets the next free one, without a team its owner's."""
    values = dict(values)
    tags = values.pop("tags", ())
    owner = values.get("account_manager")
    if owner and not values.get("team"):
        values["team"] = owner.team
    customer = Customer(number=number or next_number(), **values)
    _store(customer.save)
    customer.tags.set(tags)
    refresh_derived([customer.pk])
    return customer


@transaction.atomic
def edit_customer(*, pk: int, version: int, values: Mapping[str, Any]) -> Customer:
    """Write the changed values, unless somebody saved since (NewerChange)."""
    if parent := values.get("parent"):
        _refuse_circle(pk, parent)
    customer = _store(lambda: save_version(Customer.objects.all(), pk, version, values))
    refresh_derived([pk])
    care.settle(pk)
    return customer


def _refuse_circle(pk: int, parent: Customer) -> None:
    """Two changes that are right alone may close a circle together, so they wait for each other."""
    if Customer.objects.filter(pk=pk, parent=parent).exists():
        return
    lock_groups()
    if closes_a_circle(pk, parent.pk):
        raise CircleError


def _store(write):
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        if "customer_number_once" in str(error):
            raise NumberTakenError from error
        raise
