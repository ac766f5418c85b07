"""Customers and transactions that other systems push: rows on their way into the import.

A row that keeps to the document and still can't be taken is wrong by itself, and the others are
in. The same rows again are the same: that is why a call needs no key of its own to be repeated.
"""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Schema

from crm.accounts.models import User
from crm.accounts.tokens import Machine
from crm.api.problems import Refusal
from crm.platform.acting import acting
from customers.imports import Order, Refused
from customers.imports.kinds import KINDS
from customers.imports.service import run_rows
from customers.imports.wrong_rows import describe, labels_of
from customers.models import Customer, CustomerIdentity
from customers.services.derived import refresh_derived

WAIT_SECONDS = 5
# An import of a file takes seconds, rarely minutes.
RETRY_BUSY = 30
# Which fields of a row name a customer.
KEYS = {"customers": ("key", "parent"), "transactions": ("customer",)}


@transaction.atomic
def push(
    *, machine: Machine, kind: str, rows: Sequence[Schema], create_customers: bool = False
) -> dict:
    """Take the rows in; as `schemas.Pushed`. Refusal where none of them is good."""
    table = [values_of(row) for row in rows]
    headers = [name for name in table[0] if any(row[name] is not None for row in table)]
    keys = {row[name] for row in table for name in KEYS[kind] if row[name]}
    foreign = _foreign(machine, keys)
    known = set(_identities(machine, keys).values_list("key", flat=True))
    owners = _owners(machine, table) if kind == "customers" else set()
    hidden = [_hide(kind, row, foreign, owners) for row in table]
    order = Order(kind, "", machine.source, create_customers=create_customers, dates="ymd")
    cells = [[_text(row[name]) for name in headers] for row in table]
    try:
        result = run_rows(order, headers, cells, by=machine, wait_seconds=WAIT_SECONDS)
    except Refused as refused:
        raise _refusal(refused) from None
    _take_into_team(machine, keys - known)
    errors = _errors(kind, result.wrong, hidden)
    counts = asdict(result.counts)
    if counts.pop("rows") == counts["wrong"]:
        raise Refusal(422, "all_wrong", _("No row can be taken."), errors=errors)
    return {**counts, "errors": errors}


def values_of(row: Schema) -> dict:
    """The row's fields by their names; None where nothing was sent.

    Stripped here, as the import strips cells: no blank makes a key another one on the way.
    """
    values = {name: getattr(row, name) for name in type(row).model_fields}
    return {name: one.strip() if isinstance(one, str) else one for name, one in values.items()}


def _text(value) -> str:
    """A cell of the import. Decimals get four places, so that no mark can be a thousand's."""
    if isinstance(value, Decimal):
        places = -value.as_tuple().exponent
        return f"{value:f}" if places > 4 else f"{value:.4f}"
    return "" if value is None else str(value)


def _identities(machine: Machine, keys) -> QuerySet:
    """The keys that the token's source has already."""
    return CustomerIdentity.objects.filter(source__code=machine.source, key__in=keys)


def _foreign(machine: Machine, keys) -> set[str]:
    """Keys of customers that this token may not know of."""
    if machine.sees_all_customers:
        return set()
    seen = Customer.objects.visible_to(machine)
    return set(_identities(machine, keys).exclude(customer__in=seen).values_list("key", flat=True))


def _owners(machine: Machine, table: list[dict]) -> set[str]:
    """Owners that rows name and that would take customers out of the token's team."""
    if machine.sees_all_customers:
        return set()
    named = {row["owner"].lower() for row in table if row["owner"]}
    team = User.objects.active().filter(team=machine.team_id)
    for names in team.values_list("username", "email"):
        named.difference_update(name.lower() for name in names)
    return named


def _hide(kind: str, row: dict, foreign: set[str], owners: set[str]) -> list[str]:
    """Flaws of what is not for this token; the import then takes the row for a wrong one."""
    flaws = [f"unknown_customer:{name}" for name in KEYS[kind] if row[name] in foreign]
    if (row.get("owner") or "").lower() in owners:
        flaws.append("unknown_user:owner")
    if flaws:
        # Without its key a row is wrong, and holds back the invoice that it belongs to.
        row[KEYS[kind][0]] = ""
    return flaws


def _take_into_team(machine: Machine, keys: set[str]) -> None:
    """Customers that a team's token has made are that team's."""
    if machine.sees_all_customers or not keys:
        return
    made = Customer.objects.filter(
        pk__in=_identities(machine, keys).values("customer"), team=None, account_manager=None
    )
    ids = list(made.values_list("pk", flat=True))
    with acting(machine):
        Customer.objects.filter(pk__in=ids).update(team=machine.team_id)
    refresh_derived(ids)


def _errors(kind: str, wrong: list[tuple[int, list[str]]], hidden: list[list[str]]) -> list[dict]:
    """Each flaw of each wrong row, in the caller's language."""
    labels = labels_of(KINDS[kind].fields)
    errors = []
    for row_no, flaws in wrong:
        for flaw in hidden[row_no - 1] or flaws:
            code, _colon, field = flaw.partition(":")
            message = describe(flaw, labels)
            errors.append({"row": row_no - 1, "field": field, "code": code, "message": message})
    return errors


def _refusal(refused: Refused) -> Refusal:
    """What the import says of the rows as a whole."""
    if refused.code == "busy":
        words = _("An import is being written: try again in a while.")
        return Refusal(503, "busy", words, retry_after=RETRY_BUSY)
    return Refusal(422, refused.code, str(refused))
