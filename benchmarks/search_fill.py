"""Fills an empty database with customers, contacts, their words, cases and invoices, by COPY."""

import contextlib
import datetime as dt
import random
from collections.abc import Iterator

import psycopg2
from django.db import connection, transaction

from benchmarks.fill import MANAGERS_A_TEAM, TEAMS, _people
from benchmarks.fill_service import fill_cases
from benchmarks.search_names import Company, company
from crm.accounts.models import User
from crm.platform.bulk import copy_rows
from crm.platform.models import Installation
from customers.models import Source
from customers.services.tokens import array, name_key, tokens

BATCH = 20_000
NEVER = dt.date(1, 1, 1)
FILLED = (
    *("customers_customer", "customers_contact", "customers_customertokens"),
    *("customers_searchtoken", "customers_standing"),
)
CUSTOMERS = (
    *("id", "number", "name", "short_name", "kind", "region", "industry", "address", "phone"),
    *("email", "website", "tax_number", "main_business", "account_manager_id", "team_id"),
    *("is_active", "has_problem", "problem_reason", "notes", "version", "created_at"),
    "updated_at",
)
CONTACTS = (
    *("customer_id", "name", "title", "department", "role", "phone", "mobile", "email"),
    *("language", "remarks", "version"),
)
STANDINGS = (
    *("customer_id", "number", "name", "name_key", "owner_id", "team_id", "region", "industry"),
    *("is_active", "last_contact", "tier", "stage", "value_band", "risk", "lifetime_value"),
    *("value_at_risk", "signal", "revenue_12m", "last_purchase"),
)
INVOICES = """
    INSERT INTO customers_transaction (customer_id, source_id, reference, line, date, quantity,
        unit_price, amount)
    SELECT id, %s, 'INV-' || lpad(id::text, 8, '0'), '1', CURRENT_DATE - (id %% 900)::int, 1, 90, 90
    FROM customers_customer
"""


def fill(size: int, owner_url: str) -> None:
    """Customers with a contact and an invoice each, a tenth of them with a case."""
    Installation.get()
    _people()
    definitions = _drop_indexes(owner_url)
    # Without history, which is not asked here.
    _as_owner(owner_url, [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in FILLED])
    for first in range(1, size + 1, BATCH):
        with transaction.atomic():
            _batch(first, min(first + BATCH, size + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_searchtoken (token)"
            " SELECT DISTINCT token FROM customers_customertokens, unnest(tokens) AS token"
        )
        source = Source.objects.get_or_create(code="bench")[0]
        cursor.execute(INVOICES, [source.pk])
    enabled = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in FILLED]
    _as_owner(owner_url, ["SET maintenance_work_mem = '512MB'", *definitions, *enabled, "ANALYZE"])
    fill_cases(size // 10, User.objects.get(username="service").pk)
    _as_owner(owner_url, ["VACUUM ANALYZE"])


def made(first: int, last: int) -> Iterator[tuple[int, Company]]:
    """The customers from one number up to another, the same each time."""
    for number in range(first, last):
        yield number, company(number, random.Random(number))


def _batch(first: int, last: int) -> None:
    owners = _owners()
    rows = list(made(first, last))
    now = dt.datetime.now(dt.UTC)
    copy_rows(
        "customers_customer",
        CUSTOMERS,
        (
            (
                *(n, c.number, c.name, "", "company", "", "", "", c.phone, c.email, "", "", ""),
                *(*owners[n % len(owners)], True, False, "", "", 1, now, now),
            )
            for n, c in rows
        ),
    )
    copy_rows(
        "customers_contact",
        CONTACTS,
        ((n, c.contact, "", "", "", "", c.mobile, c.mail, "", "", 1) for n, c in rows),
    )
    copy_rows("customers_customertokens", ("customer_id", "tokens", "own"), _tokens(rows))
    copy_rows("customers_standing", STANDINGS, _standings(rows, owners))


def _tokens(rows) -> Iterator[tuple]:
    for n, c in rows:
        own = tokens([c.number, c.name], [c.phone], [c.email])
        people = tokens([c.contact], [c.mobile], [c.mail])
        yield n, array(sorted({*own, *people})), array(own)


def _standings(rows, owners) -> Iterator[tuple]:
    for n, c in rows:
        worth = random.Random(-n).lognormvariate(8, 1.5)
        yield (
            *(n, c.number, c.name, name_key(c.name), *owners[n % len(owners)], "", "", True),
            *(NEVER, "ABC"[n % 3], "stability", "low", 0.1, round(worth, 2), 0, "", 0, NEVER),
        )


def _owners() -> list[tuple[int, int]]:
    owners = User.objects.filter(role="account_manager").order_by("pk")
    assert len(owners) == TEAMS * MANAGERS_A_TEAM
    return list(owners.values_list("pk", "team_id"))


def _drop_indexes(owner_url: str) -> list[str]:
    """Without them while rows come in; returns what makes them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes i WHERE tablename = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)",
            [list(FILLED)],
        )
        found = cursor.fetchall()
    _as_owner(owner_url, [f'DROP INDEX "{name}"' for name, _definition in found])
    return [definition for _name, definition in found]


def _as_owner(owner_url: str, statements: list[str]) -> None:
    owner = psycopg2.connect(owner_url)
    owner.autocommit = True
    with contextlib.closing(owner), owner.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
