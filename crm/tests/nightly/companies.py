"""A small company with dealings for tests of the night: the same one for the same seed."""

import datetime as dt

import numpy as np
from django.db import connection

from crm import nightly
from crm.platform.bulk import copy_rows
from crm.platform.models import Job
from customers.models import Customer, Source, TouchedCustomer, Transaction
from customers.services.derived import refresh_derived
from lifecycle.models import NightlyRun
from lifecycle.services import runs

LAST_DAY = dt.date(2025, 11, 30)
DAYS = 900
LINES = ("customer_id", "source_id", "reference", "date", "quantity", "amount", "cost")


def make_company(customers: int = 60, *, seed: int = 1, until: dt.date = LAST_DAY) -> list[int]:
    """Customers with rhythms of their own, some silent, some returning goods; returns their ids."""
    source, _ = Source.objects.get_or_create(code="erp")
    made = Customer.objects.bulk_create(
        Customer(
            number=f"K{seed}-{n:05}", name=f"Company {n}", region="North" if n % 2 else "South"
        )
        for n in range(customers)
    )
    ids = [customer.pk for customer in made]
    rng = np.random.default_rng(seed)
    rows = [
        (pk, source.pk, *line)
        for n, pk in enumerate(ids)
        for line in _lines(rng, f"R{seed}-{n}", until)
    ]
    copy_rows(Transaction._meta.db_table, LINES, rows)
    touch(ids, until - dt.timedelta(days=DAYS))
    refresh_derived(ids)
    return ids


def _lines(rng: np.random.Generator, reference: str, until: dt.date):
    gap, amount = rng.uniform(5, 80), rng.uniform(20, 900)
    day, end = int(rng.integers(DAYS)), DAYS if rng.random() < 0.7 else int(rng.integers(DAYS))
    number = 0
    while day < max(end, day + 1):
        sold = round(float(amount * rng.lognormal(0, 0.4)), 2)
        yield line(f"{reference}-{number}", until - dt.timedelta(days=DAYS - 1 - day), sold)
        if rng.random() < 0.1:
            yield line(
                f"{reference}-{number}r", until - dt.timedelta(days=DAYS - 1 - day), -sold / 4
            )
        day, number = day + 1 + int(rng.exponential(gap)), number + 1
        if day >= end:
            return


def line(reference: str, date: dt.date, amount: float) -> tuple:
    amount = round(amount, 2)
    return reference, date, 1, amount, round(amount * 0.6, 2)


def sell(customer_id: int, date: dt.date, amount: float, reference: str) -> None:
    """One more invoice, as an import would write it."""
    Transaction.objects.create(
        customer_id=customer_id,
        source=Source.objects.get(code="erp"),
        reference=reference,
        date=date,
        quantity=1,
        amount=amount,
        cost=round(amount * 0.6, 2),
    )
    touch([customer_id], date)


def unsell(**chosen) -> None:
    """Take invoices back, without the hooks of an undone import."""
    chosen = Transaction.objects.filter(**chosen)
    chosen._raw_delete(chosen.db)


def touch(ids: list[int], since: dt.date) -> None:
    TouchedCustomer.objects.bulk_create(TouchedCustomer(customer_id=pk, since=since) for pk in ids)


def night(as_of=LAST_DAY, *, rebuild=False, shard_size=None):
    """Compute one night here, in shards of the given size."""
    request = runs.request(as_of=as_of, rebuild=rebuild)
    if not request.is_done:
        nightly.plan(request.run, shard_size)
        assert list(nightly.work_on(request.run.job_id))
    run = NightlyRun.objects.select_related("job").get(pk=request.run.pk)
    assert run.job.state == Job.State.DONE, run.job.error
    return run


# Everything that a night writes, without surrogate keys and times.
RESULTS = {
    "days": "SELECT * FROM customers_dealingday ORDER BY customer_id, day",
    "summaries": "SELECT * FROM customers_dealingsummary ORDER BY customer_id",
    "standings": "SELECT * FROM customers_standing ORDER BY customer_id",
    "valuations": "SELECT * FROM lifecycle_valuation ORDER BY customer_id",
    "months": "SELECT * FROM lifecycle_standingmonth ORDER BY month, customer_id",
    "tiers": 'SELECT customer_id, "on", before, after, basis FROM lifecycle_tierchange'
    ' ORDER BY customer_id, "on"',
    "stages": 'SELECT customer_id, "on", before, after, reason, numbers FROM'
    ' lifecycle_stagechange ORDER BY customer_id, "on"',
    "track": "SELECT month, kind, tier, horizon_days, customers, lost FROM lifecycle_trackmonth"
    " ORDER BY month, kind, tier",
    "missed": "SELECT month, customer_id, tier, risk, revenue_12m FROM lifecycle_missedleaver"
    " ORDER BY month, customer_id",
    "record": "SELECT as_of, kind, horizon_days, flagged, lost, expected, waiting, dismissed,"
    " leavers, leavers_flagged, lead_days, customer_years, weight FROM lifecycle_trackrecord"
    " ORDER BY as_of, kind",
    "signals": "SELECT customer_id, kind, strength, evidence, first_seen, last_seen, ended_on"
    " FROM lifecycle_signal ORDER BY customer_id, kind, first_seen",
    "touched": "SELECT DISTINCT customer_id, since FROM customers_touchedcustomer"
    " ORDER BY customer_id, since",
    "cells": "SELECT as_of, tier, stage, risk_band, signal, customers, lifetime_value FROM"
    " lifecycle_basecell ORDER BY 1, 2, 3, 4, 5",
    "pareto": "SELECT as_of, customers_share, basis_share FROM lifecycle_paretopoint ORDER BY 1, 2",
}


def results() -> dict[str, list[tuple]]:
    """All rows that nights have written."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in RESULTS.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
    return found
