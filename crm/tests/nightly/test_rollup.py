"""Dealings summed by day: only what changed is written."""

import datetime as dt
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from crm.tests.nightly.companies import LAST_DAY, touch
from customers.models import DealingDay, DealingSummary, Transaction
from lifecycle.services import rollup
from lifecycle.services.shards import EVERYBODY


def places(customer: int) -> dict[dt.date, str]:
    """Where each day's row lies in the table: it moves when it is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, ctid::text FROM customers_dealingday WHERE customer_id = %s", [customer]
        )
        return dict(cursor.fetchall())


def test_of_a_customer_only_days_that_changed_are_written_again(company):
    rollup.roll_up(shard=EVERYBODY, as_of=LAST_DAY, everybody=True)
    customer = DealingSummary.objects.order_by("-purchase_days").first().pk
    lines = Transaction.objects.filter(customer=customer)
    before = places(customer)
    more, corrected, gone, *_same = sorted(before)
    new = next(
        day for back in range(400) if (day := LAST_DAY - dt.timedelta(days=back)) not in before
    )
    lines.filter(date=corrected).update(amount=Decimal("7.25"))
    lines.filter(date=gone).delete()
    for day in (more, new):
        copy = lines.filter(date=corrected).first()
        copy.pk, copy.line, copy.date = None, f"{copy.line}-{day}", day
        copy.save()
    touch([customer], dt.date(1990, 1, 1))
    rollup.roll_up(shard=EVERYBODY, as_of=LAST_DAY, everybody=False)

    after = places(customer)
    assert {day for day in before if after.get(day) != before[day]} == {more, corrected, gone}
    assert after.keys() - before.keys() == {new}
    summed = dict(DealingDay.objects.filter(customer=customer).values_list("day", "net"))
    assert summed == dict(
        lines.filter(date__lte=LAST_DAY).order_by().values_list("date").annotate(net=Sum("amount"))
    )


def test_days_before_the_earliest_change_are_not_summed_again(company):
    rollup.roll_up(shard=EVERYBODY, as_of=LAST_DAY, everybody=True)
    customer = DealingSummary.objects.order_by("-purchase_days").first().pk
    lines = Transaction.objects.filter(customer=customer)
    old, *_between, since = sorted(places(customer))
    lines.filter(date__in=(old, since)).update(amount=Decimal("7.25"))
    days = DealingDay.objects.filter(customer=customer)
    untouched = days.get(day=old).net
    # Two marks of one night: the earlier counts, and what nobody marked is not looked at.
    touch([customer], LAST_DAY)
    touch([customer], since)
    rollup.roll_up(shard=EVERYBODY, as_of=LAST_DAY, everybody=False)

    assert days.get(day=since).net == Decimal("7.25") * lines.filter(date=since).count()
    assert days.get(day=old).net == untouched != Decimal("7.25")
    summary = DealingSummary.objects.get(customer=customer)
    assert summary.net == days.aggregate(net=Sum("net"))["net"]
