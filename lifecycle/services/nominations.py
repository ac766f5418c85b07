"""Key accounts: managers nominate them, confirm them each year, or drop them."""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.db import transaction

from crm.accounts.models import User
from customers.models import Customer
from customers.services.key_accounts import mark_key_account
from customers.services.locks import lock_customer
from lifecycle.models import Nomination, NominationReview

YEAR = relativedelta(years=1)


class NominationOverError(Exception):
    """The nomination was ended already."""


@transaction.atomic
def nominate(*, customer: Customer, by: User, reason: str, on: dt.date) -> tuple[Nomination, bool]:
    """Make a customer a key account; who is one already stays so. Says whether it is new."""
    lock_customer(customer.pk)
    if running := Nomination.objects.open().filter(customer=customer).first():
        return running, False
    nomination = Nomination.objects.create(
        customer=customer, by=by, reason=reason, on=on, review_on=on + YEAR
    )
    mark_key_account(customer_id=customer.pk, is_key_account=True)
    return nomination, True


@transaction.atomic
def confirm(*, nomination: Nomination, by: User, findings: str, on: dt.date) -> NominationReview:
    """It stays a key account for another year."""
    nomination = _running(nomination)
    if twin := nomination.reviews.filter(by=by, on=on, findings=findings).first():
        return twin
    nomination.review_on = on + YEAR
    nomination.version += 1
    nomination.save(update_fields=["review_on", "version"])
    return NominationReview.objects.create(nomination=nomination, on=on, findings=findings, by=by)


@transaction.atomic
def drop(*, nomination: Nomination, reason: str, on: dt.date) -> Nomination:
    """It is a key account no longer, unless its tier makes it one."""
    nomination = _running(nomination)
    nomination.ended_on, nomination.end_reason = on, reason
    nomination.version += 1
    nomination.save(update_fields=["ended_on", "end_reason", "version"])
    mark_key_account(customer_id=nomination.customer_id, is_key_account=False)
    return nomination


def _running(nomination: Nomination) -> Nomination:
    lock_customer(nomination.customer_id)
    nomination = Nomination.objects.select_for_update(of=("self",)).get(pk=nomination.pk)
    if nomination.ended_on:
        raise NominationOverError
    return nomination
