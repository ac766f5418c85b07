"""The decision whether we pursue a customer."""

import datetime as dt

from django.db import transaction

from crm.accounts.models import User
from customers.models import Customer
from customers.services.locks import lock_customer
from lifecycle.models import FitDecision


@transaction.atomic
def decide_fit(*, customer: Customer, by: User, on: dt.date, pursue: bool, why: str) -> FitDecision:
    """A new dated decision; older ones stay. The same one sent twice is one."""
    lock_customer(customer.pk)
    newest = FitDecision.objects.filter(customer=customer).first()
    same = (by.pk, on, pursue, why)
    if newest and (newest.by_id, newest.on, newest.pursue, newest.why) == same:
        return newest
    return FitDecision.objects.create(customer=customer, by=by, on=on, pursue=pursue, why=why)
