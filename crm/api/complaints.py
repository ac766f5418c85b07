"""Complaints that other systems push: logged at the desk, so that clocks run and people see them.

A complaint is known by its reference in the token's source. Pushed again it is the same one, and
stays as it is: what became of it meanwhile is the desk's.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils.translation import gettext as _
from ninja import Schema

from complaints.models import Actor, Case, CaseIdentity, Category
from complaints.services.cases import log_case
from complaints.services.words import refresh_words
from crm.accounts.services import Refused
from crm.accounts.tokens import Machine
from crm.api.problems import Refusal
from crm.api.pushing import values_of
from crm.platform.acting import acting
from customers.models import Customer, CustomerIdentity, Product, Source

# Of a source and a reference: what a form's own number is for people.
OF_OTHER_SYSTEMS = uuid.UUID("0f3c7c53-5e0f-4b7c-9a53-6f2f6d6f0b11")
# Calls of one source come one after another: the second finds what the first has logged.
LOCK = "SELECT pg_advisory_xact_lock(7130003, %s)"


class Wrong(Exception):  # noqa: N818 -- an outcome for the caller
    """A row that can't be taken, and why."""

    def __init__(self, code: str, field: str, message):
        super().__init__(code)
        self.code, self.field, self.message = code, field, str(message)


@transaction.atomic
def push(*, machine: Machine, rows: Sequence[Schema]) -> dict:
    """Log the good rows; as `schemas.Pushed`. Refusal where none of them is good."""
    source = Source.objects.get_or_create(code=machine.source)[0]
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [source.pk])
    given = [values_of(row) for row in rows]
    desk = Desk.for_rows(machine, source, given)
    new, same, errors = 0, 0, []
    with acting(machine):
        for place, row in enumerate(given):
            try:
                is_new = desk.take(row)
            except Wrong as wrong:
                errors.append(_error(place, wrong.field, wrong.code, wrong.message))
            except Refused as refused:
                errors.append(_error(place, refused.field or "", "refused", refused.message))
            else:
                new, same = new + is_new, same + (not is_new)
    refresh_words(desk.logged)  # found by their references too
    if len(errors) == len(rows):
        raise Refusal(422, "all_wrong", _("No row can be taken."), errors=errors)
    return {"new": new, "changed": 0, "same": same, "wrong": len(errors), "errors": errors}


def _error(row: int, field: str, code: str, message) -> dict:
    return {"row": row, "field": field, "code": code, "message": str(message)}


@dataclass
class Desk:
    """Where rows become cases; what all of them ask for is read once."""

    machine: Machine
    source: Source
    known: set[str]  # references that were logged before
    hidden: set[str]  # ... of which this token may not know
    customers: dict[str, Customer]  # those that the token sees, by their keys
    logged: list[int] = field(default_factory=list)

    @classmethod
    def for_rows(cls, machine: Machine, source: Source, rows: Sequence[dict]) -> "Desk":
        references = {row["reference"] for row in rows}
        logged = CaseIdentity.objects.filter(source=source, key__in=references)
        known = set(logged.values_list("key", flat=True))
        seen = logged.filter(case__in=Case.objects.visible_to(machine))
        keys = {row["customer"] for row in rows if row["customer"]}
        identities = CustomerIdentity.objects.filter(source=source, key__in=keys)
        visible = identities.filter(customer__in=Customer.objects.visible_to(machine))
        return cls(
            machine=machine,
            source=source,
            known=known,
            hidden=known - set(seen.values_list("key", flat=True)),
            customers={one.key: one.customer for one in visible.select_related("customer")},
        )

    def take(self, row: dict) -> bool:
        """Log the complaint; False where it was logged before."""
        values = dict(row)
        reference = values.pop("reference")
        if not reference:
            raise Wrong("missing", "reference", _("It is missing."))
        if reference in self.hidden:
            raise _unknown_customer()
        if reference in self.known:
            return False
        values["customer"] = self._customer(values["customer"])
        values["category"] = _category(values["category"])
        values["product"] = _product(self.source, values["product"])
        submission = uuid.uuid5(OF_OTHER_SYSTEMS, f"{self.source.pk}:{reference}")
        with transaction.atomic():
            case = log_case(by=None, actor=Actor.SYSTEM, values=values, submission=submission)
            CaseIdentity.objects.create(source=self.source, key=reference, case=case)
        self.known.add(reference)
        self.logged.append(case.pk)
        return True

    def _customer(self, key: str | None) -> Customer | None:
        """Whose it is; complaints of nobody known are for who sees all customers."""
        if key:
            if key not in self.customers:
                raise _unknown_customer()
            return self.customers[key]
        if not self.machine.sees_all_customers:
            raise Wrong("missing", "customer", _("It is missing."))
        return None


def _unknown_customer() -> Wrong:
    return Wrong("unknown_customer", "customer", _("No customer has this key."))


def _category(code: str | None) -> Category | None:
    if not code:
        return None
    found = Category.objects.filter(code=code, is_active=True).first()
    if found is None:
        raise Wrong("bad_choice", "category", _("No category in use has this code."))
    return found


def _product(source: Source, code: str | None) -> Product | None:
    """The product of the token's source; one that is not known is none, as with a caller."""
    return code and Product.objects.filter(source=source, code=code).first()


def case_of(machine: Machine, reference: str) -> Case | None:
    """The case that the token's source knows by this reference, where the token may see it."""
    cases = Case.objects.visible_to(machine).prefetch_related("clocks")
    return cases.filter(identities__source__code=machine.source, identities__key=reference).first()
