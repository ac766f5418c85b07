"""The operations of the interface, as its document lists them."""

import datetime as dt
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Path, Query
from pydantic import Field

from crm.accounts.models import Scope
from crm.api import complaints, pushing, reading, schemas
from crm.api.gate import Token
from crm.api.problems import ExactParser, Refusal, answer_problems
from customers.models.standing import Tier

DESCRIPTION = """
For ERP and shop systems: push customers, transactions and complaints; read standings and signals.

Each call carries a token (`Authorization: Bearer …`) that an administrator has made. A token has
scopes, a last day, the source whose keys it speaks, and sees all customers or one team's. What it
may not see is answered like what is not there.

Pushing is idempotent: rows are known by their keys and references, so that a call may be repeated
whenever its answer was lost.
"""

api = NinjaAPI(
    title="Perennial",
    version="1",
    description=DESCRIPTION.strip(),
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    parser=ExactParser(),
)
answer_problems(api)

# What any operation may be answered with, and what those with a body may.
ALWAYS = dict.fromkeys((401, 403, 422, 429, 503), schemas.Problem)
WITH_BODY = dict.fromkeys((400, 413, 415), schemas.Problem)
PUSHED = {200: schemas.Pushed} | ALWAYS | WITH_BODY

Source = Annotated[schemas.SourceCode, Path()]
Key = Annotated[schemas.Key, Path()]
After = Annotated[int, Query(ge=0, le=schemas.MOST_ID, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=500)]
Since = Annotated[
    dt.date | None, Query(description="Only customers whose tier or stage changed since that day.")
]
TierName = Annotated[Literal[tuple(Tier.values)] | None, Field()]


@api.post("customers", auth=Token(Scope.CUSTOMERS_WRITE), response=PUSHED, tags=["push"])
def push_customers(request: HttpRequest, sent: schemas.Customers):
    """Make or update customers. Scope: `customers:write`."""
    return pushing.push(machine=request.auth, kind="customers", rows=sent.rows)


@api.post("transactions", auth=Token(Scope.TRANSACTIONS_WRITE), response=PUSHED, tags=["push"])
def push_transactions(request: HttpRequest, sent: schemas.Transactions):
    """Push lines of invoices, credit notes and orders. Scope: `transactions:write`."""
    if sent.create_customers and not request.auth.may(Scope.CUSTOMERS_WRITE):
        words = _("This token has not the scope %(scope)s.")
        raise Refusal(403, "wrong_scope", words % {"scope": Scope.CUSTOMERS_WRITE.value})
    return pushing.push(
        machine=request.auth,
        kind="transactions",
        rows=sent.rows,
        create_customers=sent.create_customers,
    )


@api.post("complaints", auth=Token(Scope.COMPLAINTS_WRITE), response=PUSHED, tags=["push"])
def push_complaints(request: HttpRequest, sent: schemas.Complaints):
    """Log complaints that came in elsewhere: their deadlines begin. Scope: `complaints:write`."""
    return complaints.push(machine=request.auth, rows=sent.rows)


@api.get(
    "complaints/{path:reference}",
    auth=Token(Scope.COMPLAINTS_WRITE),
    response={200: schemas.ComplaintOut, 404: schemas.Problem} | ALWAYS,
    tags=["read"],
)
def read_complaint(request: HttpRequest, reference: Key):
    """What became of a complaint that was pushed. Scope: `complaints:write`."""
    case = complaints.case_of(request.auth, reference)
    if case is None:
        raise Http404
    return reading.complaint(case, reference)


@api.get(
    "standings",
    auth=Token(Scope.STANDINGS_READ),
    response={200: schemas.StandingsPage} | ALWAYS,
    tags=["read"],
)
def read_standings(
    request: HttpRequest,
    tier: TierName = None,
    changed_since: Since = None,
    after: After = 0,
    limit: Limit = 100,
):
    """Customers and their figures, page by page. Scope: `standings:read`."""
    return reading.standings(
        request.auth, tier=tier, changed_since=changed_since, after=after, limit=limit
    )


@api.get(
    "customers/{source}/{path:key}",
    auth=Token(Scope.STANDINGS_READ),
    response={200: schemas.StandingOut, 404: schemas.Problem} | ALWAYS,
    tags=["read"],
)
def read_customer(request: HttpRequest, source: Source, key: Key):
    """One customer by its key in a source, or by our number with the source `own`.

    Scope: `standings:read`.
    """
    found = reading.customer(request.auth, source, key)
    if found is None:
        raise Http404
    return found


@api.get(
    "signals",
    auth=Token(Scope.SIGNALS_READ),
    response={200: schemas.SignalsPage} | ALWAYS,
    tags=["read"],
)
def read_signals(request: HttpRequest, after: After = 0, limit: Limit = 100):
    """Signals that stand, with the figures that they rest on. Scope: `signals:read`."""
    return reading.signals(request.auth, after=after, limit=limit)
