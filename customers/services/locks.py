"""What keeps two clicks, or two people, from doing the same thing twice."""

import datetime as dt

from customers.models import Customer

# The same again within this time is the same click sent twice.
DOUBLE_CLICK = dt.timedelta(seconds=10)


def lock_customer(pk: int) -> None:
    """Make writers about one customer wait for each other till the end of their transactions."""
    Customer.objects.select_for_update(no_key=True).only("pk").get(pk=pk)
