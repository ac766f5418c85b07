"""All reads of customers, `visible_to(user)` first."""

from customers.querysets.access import OfVisibleCustomers, visible
from customers.querysets.customers import CustomerQuerySet
from customers.querysets.dealings import DealingDayQuerySet, TransactionQuerySet
from customers.querysets.finding import CustomerTokensQuerySet, SearchTokenQuerySet
from customers.querysets.paging import Order, Page, keyset_page
from customers.querysets.standing import StandingQuerySet
from customers.querysets.tasks import TaskQuerySet

__all__ = [
    "CustomerQuerySet",
    "CustomerTokensQuerySet",
    "DealingDayQuerySet",
    "OfVisibleCustomers",
    "Order",
    "Page",
    "SearchTokenQuerySet",
    "StandingQuerySet",
    "TaskQuerySet",
    "TransactionQuerySet",
    "keyset_page",
    "visible",
]
