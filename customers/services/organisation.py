"""Saving the pages of a customer's file that are made when they are first written."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction

from crm.platform.edits import save_version
from customers.models import BuyingProfile, Customer, Organisation
from customers.services import care
from customers.services.locks import lock_customer

UNWRITTEN = 0  # the version that a page is opened at before anybody saved it
Page = TypeVar("Page", Organisation, BuyingProfile)


def page_of(kind: type[Page], customer: Customer) -> Page:
    """What is written, or an empty page that is not stored yet."""
    written = kind.objects.filter(customer=customer).first()
    return written or kind(customer=customer, version=UNWRITTEN)


@transaction.atomic
def save_page(
    *, kind: type[Page], customer: Customer, version: int, values: Mapping[str, Any]
) -> Page:
    """Write it, unless somebody saved since (NewerChange); the first save makes it."""
    lock_customer(customer.pk)
    kind.objects.get_or_create(customer=customer, defaults={"version": UNWRITTEN})
    page = save_version(kind.objects.all(), customer.pk, version, values)
    care.settle(customer.pk)
    return page
