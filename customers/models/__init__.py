from customers.models.contacts import Contact, Interaction, Task
from customers.models.customer import Customer, CustomerIdentity, Source
from customers.models.dealings import (
    DealingDay,
    DealingSummary,
    Product,
    TouchedCustomer,
    Transaction,
)
from customers.models.imports import HeldLine, ImportMapping, ImportRun
from customers.models.search import CustomerTokens, SearchToken
from customers.models.standing import Standing
from customers.models.touchpoints import Touchpoint

__all__ = [
    "Contact",
    "Customer",
    "CustomerIdentity",
    "CustomerTokens",
    "DealingDay",
    "DealingSummary",
    "HeldLine",
    "ImportMapping",
    "ImportRun",
    "Interaction",
    "Product",
    "SearchToken",
    "Source",
    "Standing",
    "Task",
    "TouchedCustomer",
    "Touchpoint",
    "Transaction",
]
