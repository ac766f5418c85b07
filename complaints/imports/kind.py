"""The import of complaints: see docs/import.md for its rules."""

import datetime as dt

from django.db import connection

from complaints.imports import plan, writing
from complaints.imports.fields import FIELDS
from complaints.imports.ways import all_steps
from complaints.models import Case, Channel, Kind, Remedy, Severity
from complaints.services.cases import title_of
from complaints.services.clocks import rederive
from complaints.services.terms import current_terms
from complaints.services.words import refresh_words
from complaints.states import State
from crm.platform.bulk import copy_rows
from crm.platform.models import Installation
from customers.imports import traces
from customers.imports.fields import Counts, Preview, require
from customers.imports.kinds.parties import FIND_CUSTOMERS, MAKE_KEYS
from customers.imports.kinds.typed import differences
from customers.imports.staging import Staged

BATCH = 10_000
STEPS = ("start", "target", "step", "action", "before", "after")
NAMED = "(SELECT l.code FROM complaints_{table} l WHERE l.id = {alias}.{column}_id)"


def _named(table: str, column: str) -> tuple[str, str]:
    return tuple(NAMED.format(table=table, column=column, alias=alias) for alias in "cp")


def _local(moment: str) -> str:
    """As the page of the case has it: in the installation's zone."""
    zone = "(SELECT time_zone FROM platform_installation)"
    return f"to_char({moment} AT TIME ZONE {zone}, 'YYYY-MM-DD HH24:MI')"


DIFFERENCES = differences(
    {
        "reference": ("i.key", "p.reference"),
        "customer": (
            "(SELECT o.number FROM customers_customer o WHERE o.id = c.customer_id)",
            "(SELECT o.number FROM customers_customer o WHERE o.id = p.customer_id)",
        ),
        **{
            name: (f"c.{name}", f"p.{name}")
            for name in ("kind", "title", "description", "channel", "severity", "order_reference")
        },
        "category": _named("category", "category"),
        "root_cause": _named("rootcause", "root_cause"),
        "received_at": (_local("c.received_at"), _local("p.received")),
        "resolved_at": (_local("c.resolved_at"), _local("p.resolved")),
        "closed_at": (_local("c.ended_at"), _local("p.closed")),
        "state": ("c.state", "p.target"),
        "remedy": ("c.remedy", "p.remedy"),
        "cost": ("c.remedy_cost", "p.cost"),
    },
    "JOIN import_cases p USING (row_no) LEFT JOIN complaints_case c ON c.id = p.case_id"
    " LEFT JOIN complaints_caseidentity i ON i.id = p.identity_id",
)


class ComplaintsKind:
    """Complaints and service requests, with their times and what became of them."""

    name = "complaints"
    fields = FIELDS
    wrong_rows = "SELECT row_no, flaw FROM import_cases WHERE flaw <> '' ORDER BY row_no"
    preview = Preview(
        "SELECT row_no, verdict FROM import_matches",
        DIFFERENCES,
        words={
            "kind": dict(Kind.choices),
            "channel": dict(Channel.choices),
            "severity": dict(Severity.choices),
            "state": dict(State.choices),
            "remedy": dict(Remedy.choices),
        },
    )

    def check_columns(self, mapped: frozenset[str]) -> None:
        require(FIELDS, mapped)

    def plan(self, staged: Staged) -> Counts:
        params = _params(staged)
        with connection.cursor() as cursor:
            for step in (MAKE_KEYS, plan.KEYS, FIND_CUSTOMERS, plan.WAYS):
                cursor.execute(step, params)
            copy_rows("import_ways", STEPS, all_steps())
            cursor.execute(plan.ENTRIES)
            cursor.execute(plan.CASES, params)
            staged.report("comparing", 0.6)
            for step in (plan.JUDGE, plan.JUDGE_CHANGED, plan.MATCH):
                cursor.execute(step)
            _give_titles(cursor)
            cursor.execute(plan.COUNTS)
            new, changed, same = cursor.fetchone()
        return Counts(staged.rows, new, changed, same, staged.rows - new - changed - same)

    def write(self, staged: Staged) -> None:
        params = _params(staged)
        with connection.cursor() as cursor:
            cursor.execute(writing.LOCK)
            cursor.execute(writing.CHANGES)
            traces.insert(staged, writing.CASE, writing.NEW, {**params, "live": False})
            staged.report("writing", 0.3)
            with traces.watch(staged, writing.CASE, writing.TO_DERIVE):
                cursor.execute(writing.NEW, {**params, "live": True})
                traces.insert(staged, writing.EVENT, writing.EVENTS, params)
                staged.report("writing", 0.7)
                cursor.execute(writing.CHANGE)
                cursor.execute(writing.TO_DERIVE)
                rederive(Case(pk=pk) for (pk,) in cursor.fetchall())
            with traces.watch(staged, writing.IDENTITY, writing.CHANGED_IDENTITIES):
                cursor.execute(writing.REMEMBER)
            traces.insert(staged, writing.IDENTITY, writing.LEARN, params)

    def derive(self, staged: Staged) -> None:
        """What cases are found by."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM import_matches WHERE verdict <> 'same' ORDER BY id")
            refresh_words([pk for (pk,) in cursor.fetchall()])


def _params(staged: Staged) -> dict:
    settings = Installation.get()
    return {
        **staged.params,
        "zone": settings.time_zone,
        "closing": dt.timedelta(days=settings.closing_days),
        "terms": current_terms().pk,
    }


def _give_titles(cursor) -> None:
    """The first sentence of what happened, as for a case that is logged without a title."""
    cursor.execute(
        "DROP TABLE IF EXISTS import_titles;"
        "CREATE TEMP TABLE import_titles (row_no integer, title text) ON COMMIT DROP"
    )
    cursor.execute(plan.UNTITLED)
    found = cursor.fetchall()
    copy_rows("import_titles", ("row_no", "title"), [(row, title_of(text)) for row, text in found])
    cursor.execute(plan.GIVE_TITLES)
