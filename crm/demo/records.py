"""Rows of the demo company on their way into the tables, by COPY and sets.

Everything may be added again: a customer is known by its key, a line by its reference.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd
from django.db import connection

from crm.accounts.models import Team, User
from crm.demo import staff
from crm.demo.names import INDUSTRIES
from crm.demo.register import FIRST_NUMBER
from crm.platform.bulk import copy_rows
from customers.models import Contact, Customer, CustomerIdentity, Product, Source

SOURCE = "demo-erp"
CUSTOMER_COLUMNS = (
    "number", "name", "short_name", "kind", "region", "industry", "address", "phone", "email",
    "website", "main_business", "tax_number", "account_manager_id", "team_id",
    "service_representative_id", "is_active", "has_problem", "problem_reason", "notes",
    "version", "created_at", "updated_at",
)  # fmt: skip
CONTACT_COLUMNS = (
    "customer_id", "name", "title", "department", "role", "phone", "mobile", "email", "language",
    "remarks", "left_on", "version",
)  # fmt: skip
LINE_COLUMNS = (
    "customer_id", "source_id", "reference", "line", "date", "product_id", "quantity",
    "unit_price", "amount", "cost", "discount", "contract", "period_start", "period_end",
)  # fmt: skip
INTERACTION_COLUMNS = (
    "customer_id", "kind", "direction", "at", "by_id", "contact_id", "subject", "notes",
    "outcome", "created_at",
)  # fmt: skip
TASK_COLUMNS = (
    "customer_id", "title", "assignee_id", "due_on", "origin", "reason", "state", "notes",
    "created_by_id", "created_at", "closed_at",
)  # fmt: skip
# One mark a customer, with the earliest day that changed, for the nightly run.
ADD_LINES = """
    WITH added AS (
        INSERT INTO customers_transaction ({columns})
        SELECT {columns} FROM demo_line ORDER BY date, reference, line
        ON CONFLICT (source_id, reference, line) DO NOTHING
        RETURNING customer_id, date),
    marked AS (
        INSERT INTO customers_touchedcustomer (customer_id, since)
        SELECT customer_id, min(date) FROM added GROUP BY customer_id)
    SELECT count(*) FROM added
"""
# Sales of a key, without contracts and credit notes: what the process of purchases goes on from.
# The key is in the reference, so two customers merged into one still go on as two.
SALES_OF_KEY = """
    customers_customeridentity i JOIN customers_transaction t
        ON t.customer_id = i.customer_id AND t.source_id = i.source_id
        AND t.reference = 'SI' || to_char(t.date, 'YYMMDD') || '-' || i.key
"""
DEALT = f"""
    SELECT i.key, min(t.date) AS first, max(t.date) AS last FROM {SALES_OF_KEY}
    WHERE i.source_id = %(source)s AND t.date < %(day)s GROUP BY i.key
"""  # noqa: S608 -- no value in it
RECENT_LINES = f"""
    SELECT i.key, t.reference, t.line, t.date, p.code AS product, t.quantity, t.unit_price,
        t.amount, t.cost, t.discount, t.contract, t.period_start, t.period_end
    FROM {SALES_OF_KEY} JOIN customers_product p ON p.id = t.product_id
    WHERE i.source_id = %(source)s AND t.date >= %(since)s AND t.date < %(day)s
    ORDER BY t.date, t.reference, t.line
"""  # noqa: S608 -- no value in it


def add_customers(rows: pd.DataFrame, home: Source) -> list[int]:
    """Customers and their identities; returns the ids of those who were not there."""
    there = set(CustomerIdentity.objects.filter(source=home).values_list("key", flat=True))
    # The ERP's own key is the number without our letter.
    fresh = rows[~rows["number"].str[1:].isin(there)]
    copy_rows("customers_customer", CUSTOMER_COLUMNS, list(_customer_rows(fresh)))
    numbers = fresh["number"].tolist()
    ids = dict(Customer.objects.filter(number__in=numbers).values_list("number", "pk"))
    copy_rows(
        "customers_customeridentity",
        ("source_id", "key", "customer_id"),
        [(home.pk, number[1:], ids[number]) for number in numbers],
    )
    return sorted(ids.values())


def _customer_rows(rows: pd.DataFrame) -> Iterator[tuple]:
    people = {user.username: user.pk for user in User.objects.active()}
    teams = dict(Team.objects.values_list("name", "pk"))
    for row in rows.itertuples():
        yield (
            *(row.number, row.name, row.short_name, Customer.Kind.COMPANY, row.region),
            *(INDUSTRIES[row.industry], row.address, row.phone, f"info@{row.domain}"),
            *(f"https://www.{row.domain}", row.main_business, ""),
            *(people.get(row.owner), teams.get(staff.TEAMS[row.team]), people.get(row.service)),
            *(row.is_active, row.problem != "", row.problem, row.notes),
            *(1, row.since, row.since),
        )


def customer_ids(home: Source) -> pd.Series:
    """Customer id by ordinal, of everybody who ever became a customer."""
    known = list(CustomerIdentity.objects.filter(source=home).values_list("key", "customer_id"))
    keys = [key for key, _ in known]
    return pd.Series([pk for _, pk in known], index=_ordinals(keys), dtype="int64")


def _ordinals(keys: Sequence[str]) -> pd.Index:
    return pd.Index([int(key) - FIRST_NUMBER for key in keys], dtype="int64")


def join_groups(parents: pd.Series, ids: pd.Series) -> None:
    """Children point to the head of their group; `parents`: ordinal of it by ordinal, or -1."""
    children = parents[parents >= 0]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer c SET parent_id = pair.parent"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS pair (child, parent)"
            " WHERE c.id = pair.child",
            [ids[children.index].tolist(), ids[children].tolist()],
        )


def add_contacts(people: pd.DataFrame, ids: pd.Series, today: dt.date) -> pd.Series:
    """Contacts of customers; returns their ids by the rows of `people`."""
    owner = ids[people["ordinal"]].to_numpy()
    rows = people.assign(customer_id=owner, version=1)
    # Those who left did so some time in the last year; when is of no weight.
    gone = people["ordinal"] % 300 + 20
    rows["left_on"] = [
        today - dt.timedelta(days=int(days)) if left else None
        for left, days in zip(people["left"], gone, strict=True)
    ]
    copy_rows("customers_contact", CONTACT_COLUMNS, _records(rows, CONTACT_COLUMNS))
    found = Contact.objects.filter(customer__in=set(owner.tolist()))
    known = {(at, name): pk for at, name, pk in found.values_list("customer_id", "name", "pk")}
    pairs = zip(owner.tolist(), people["name"], strict=True)
    return pd.Series([known[pair] for pair in pairs], index=people.index)


def add_products(catalogue: pd.DataFrame, home: Source) -> dict[str, int]:
    """The catalogue; returns the products' ids by code."""
    Product.objects.bulk_create(
        [
            Product(source=home, code=row.code, name=row.name, category=row.category)
            for row in catalogue.itertuples(index=False)
        ],
        ignore_conflicts=True,
    )
    return dict(Product.objects.filter(source=home).values_list("code", "pk"))


def add_lines(lines: pd.DataFrame, ids: pd.Series, products: dict[str, int], home: Source) -> int:
    """Invoice lines that are not there yet, and marks for the nightly run; returns how many."""
    rows = lines.assign(
        customer_id=ids[lines["ordinal"]].to_numpy(),
        source_id=home.pk,
        product_id=lines["product"].map(products),
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE demo_line (LIKE customers_transaction) ON COMMIT DROP")
        cursor.execute("ALTER TABLE demo_line ALTER COLUMN id DROP NOT NULL")
        copy_rows("demo_line", LINE_COLUMNS, _records(rows, LINE_COLUMNS))
        cursor.execute(ADD_LINES.format(columns=", ".join(LINE_COLUMNS)))
        added = cursor.fetchone()[0]
        cursor.execute("DROP TABLE demo_line")
    return added


def add_interactions(talks: pd.DataFrame, ids: pd.Series, contacts: pd.Series) -> None:
    """Conversations; whoever of ours is no user any more is left out."""
    users = dict(User.objects.values_list("username", "pk"))
    rows = talks[talks["by"].isin(list(users))]
    rows = rows.assign(
        customer_id=ids[rows["ordinal"]].to_numpy(),
        by_id=rows["by"].map(users),
        contact_id=rows["contact"].map(contacts).astype("Int64"),
        created_at=rows["at"],
    )
    copy_rows("customers_interaction", INTERACTION_COLUMNS, _records(rows, INTERACTION_COLUMNS))


def add_tasks(tasks: pd.DataFrame, ids: pd.Series) -> None:
    users = dict(User.objects.values_list("username", "pk"))
    rows = tasks.assign(
        customer_id=ids[tasks["ordinal"]].to_numpy(),
        assignee_id=tasks["assignee"].map(users),
        created_by_id=tasks["assignee"].map(users),
        due_on=tasks["due"],
        created_at=tasks["created"],
        closed_at=tasks["closed"],
        reason="",
        notes="",
    )
    copy_rows("customers_task", TASK_COLUMNS, _records(rows, TASK_COLUMNS))


def people_now(ids: pd.Series) -> pd.DataFrame:
    """Contacts as they stand in the tables, with the customer's ordinal; the index is their id."""
    rows = Contact.objects.filter(customer__in=set(ids)).values_list("pk", "customer", "left_on")
    frame = pd.DataFrame(rows, columns=["pk", "customer", "left_on"]).set_index("pk")
    owner = pd.Series(ids.index, index=ids.to_numpy())
    owner = owner[~owner.index.duplicated()]
    return pd.DataFrame({"ordinal": frame["customer"].map(owner), "left": frame["left_on"].notna()})


def dealt_before(home: Source, day: dt.date) -> pd.DataFrame:
    """First and last purchase before the day, by ordinal: the state of `company.next_day`."""
    rows, _ = _query(DEALT, {"source": home.pk, "day": day})
    days = [pd.to_datetime([row[place] for row in rows]) for place in (1, 2)]
    index = _ordinals([row[0] for row in rows])
    return pd.DataFrame({"first": days[0], "last": days[1]}, index=index).sort_index()


def lines_before(home: Source, day: dt.date, days: int) -> pd.DataFrame:
    """The sales of the days before the day, as `company.next_day` takes them."""
    values = {"source": home.pk, "day": day, "since": day - dt.timedelta(days=days)}
    rows, columns = _query(RECENT_LINES, values)
    lines = pd.DataFrame(rows, columns=columns)
    lines.insert(0, "ordinal", _ordinals(lines["key"]))
    for column in ("date", "period_start", "period_end"):
        lines[column] = pd.to_datetime(lines[column])
    for column in ("quantity", "unit_price", "amount", "cost", "discount"):
        lines[column] = lines[column].astype("float64")
    return lines.drop(columns="key")


def _query(query: str, values: dict) -> tuple[list[tuple], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall(), [column.name for column in cursor.description]


def _records(frame: pd.DataFrame, columns: Sequence[str]) -> Iterable[tuple]:
    """Rows for COPY: missing values of any type are null."""
    chosen = frame[list(columns)].astype(object)
    return chosen.where(chosen.notna(), None).itertuples(index=False, name=None)
