"""Which customers are key accounts by a manager's word; tier A is one anyhow."""

from django.db import transaction

from customers.models import Customer
from customers.services.derived import refresh_derived


@transaction.atomic
def mark_key_account(*, customer_id: int, is_key_account: bool) -> None:
    """Note it on the customer and on its standing. The customer's version stays: no edit of it."""
    Customer.objects.filter(pk=customer_id).update(is_key_account=is_key_account)
    refresh_derived([customer_id])
