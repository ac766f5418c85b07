"""The demo company goes on buying: each day that has passed since is added once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
from django.db import transaction

from crm.demo import (
    case_records,
    changes,
    company,
    complaints,
    conversations,
    purchases,
    records,
    survey_records,
    surveys,
)
from crm.demo.draws import midnight
from crm.platform.models import Installation
from customers.models import Product, Source, Standing
from customers.models.standing import Tier
from customers.services.derived import refresh_derived

# Longer ago, only the last part is made up for: nobody waits for years of an old demo.
LONGEST = dt.timedelta(days=400)


def advance(
    *,
    until: dt.date | None = None,
    customers: int = company.CUSTOMERS,
    tell: Callable[[dt.date, int], object] = lambda day, lines: None,
) -> int:
    """Add the days after the last one, up to `until` (yesterday); returns how many were added.

    A day is added whole or not at all; `tell` hears of each with its number of lines.
    """
    installation = Installation.get()
    until = until or installation.today() - dt.timedelta(days=1)
    days = 0
    while (added := _next(until, customers)) is not None:
        days += 1
        tell(*added)
    return days


@transaction.atomic
def _next(until: dt.date, customers: int) -> tuple[dt.date, int] | None:
    """The first day that is missing, under the lock of the installation's row."""
    installation = Installation.objects.select_for_update().get(pk=1)
    if not installation.is_demo:
        return None
    day = max(installation.demo_day + dt.timedelta(days=1), until - LONGEST)
    if day > until:
        return None
    lines = add_day(installation.demo_seed, day, customers)
    Installation.objects.filter(pk=1).update(demo_day=day)
    return day, lines


@transaction.atomic
def add_day(seed: int, day: dt.date, customers: int = company.CUSTOMERS) -> int:
    """What happens on one day; run again for the same day it adds no line."""
    home = Source.objects.get(code=records.SOURCE)
    state = records.dealt_before(home, day)
    recent = records.lines_before(home, day, company.LINES_DAYS)
    fresh, lines = company.next_day(seed, state, recent, day, customers)
    here = company.market(seed, customers)
    changed = _add_newcomers(seed, here, fresh, day, home)
    ids = records.customer_ids(home)
    # Whoever was deleted or never imported here has no id, and buys nothing.
    lines = lines[lines["ordinal"].isin(ids.index)]
    products = records.add_products(here.shelf.products, home)
    added = records.add_lines(lines, ids, products, home)
    if added:
        changed += _add_talks(seed, here, state, ids, day)
    _add_cases(seed, here, state, ids, day)
    changes.keep_changes(seed, day + dt.timedelta(days=1))
    _add_answers(seed, here, state, ids, day)
    refresh_derived(sorted(set(changed)))
    return added


def _add_newcomers(
    seed: int, here: company.Market, fresh: pd.Index, day: dt.date, home: Source
) -> list[int]:
    rows = company.profiles(seed, here, fresh, pd.Timestamp(day))
    added = records.add_customers(rows, home)
    ids = records.customer_ids(home)
    people = here.contacts[here.contacts["ordinal"].isin(rows.index)]
    records.add_contacts(people[people["ordinal"].map(ids).isin(added)], ids, day)
    return added


def _add_talks(
    seed: int, here: company.Market, state: pd.DataFrame, ids: pd.Series, day: dt.date
) -> list[int]:
    """The day's conversations, with the people who are there now."""
    known = state[state.index.isin(ids.index)]
    people = records.people_now(ids)
    talks = conversations.interactions(seed, here, people, known, day, day)
    records.add_interactions(talks, ids, pd.Series(people.index, index=people.index))
    return ids[talks["ordinal"]].tolist()


def _add_cases(
    seed: int, here: company.Market, state: pd.DataFrame, ids: pd.Series, day: dt.date
) -> None:
    """Who comes with a complaint on the day, and what is done about the earlier ones."""
    since, until = midnight(day), midnight(day + dt.timedelta(days=1))
    known = state[state.index.isin(ids.index)]
    orders = pd.DataFrame({"ordinal": known.index, "day": known["last"].to_numpy()})
    book = complaints.Book(known, orders)
    people = records.people_now(ids)
    products = dict(Product.objects.filter(source__code=records.SOURCE).values_list("code", "pk"))
    contacts = pd.Series(people.index, index=people.index)
    names = case_records.Names.read(ids, contacts, products)
    begun = complaints.begun(seed, here, book, day - complaints.LOGGED_WITHIN, day)
    fresh = complaints.cases(seed, here, people, book, begun)
    open_ones = complaints.starts_of(case_records.planned(since))
    open_ones = open_ones[open_ones["ordinal"].isin(ids.index)]
    case_records.go_on(complaints.cases(seed, here, people, book, open_ones), names, since, until)
    tiers = dict(Standing.objects.values_list("customer", "tier"))
    case_records.add_cases(
        (case for case in fresh if since <= case.steps[0].at),
        names,
        lambda case: tiers.get(int(ids[case.ordinal]), Tier.C),
        until,
    )


def _add_answers(
    seed: int, here: company.Market, state: pd.DataFrame, ids: pd.Series, day: dt.date
) -> None:
    """What came back to the running survey on the day."""
    last = state.loc[state.index.isin(ids.index), "last"]
    alive = purchases.alive(seed, here.traits, last)
    for asked in survey_records.running(ids, day):
        trouble = surveys.troubles(here, last, alive, asked.plan, day)
        rows = surveys.reactions(seed, here, asked.plan, asked.rows, trouble)
        survey_records.add_day(seed, replace(asked, rows=rows), here, ids, day)
