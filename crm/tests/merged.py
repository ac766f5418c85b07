"""Two customers with a row in every table that points to one, and what the database holds."""

import datetime as dt
from itertools import count

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

from complaints.tests.factories import CaseFactory
from crm.accounts.models import Team, User
from crm.merging.rules import How, relations
from customers.models import Attachment, Contact, Customer, Standing, Tag
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    CustomerIdentityFactory,
    ProductFactory,
    TransactionFactory,
)
from lifecycle.services import rollup
from satisfaction.tests.factories import InvitationFactory, ResponseFactory

DAY = dt.date(2026, 1, 5)
_serial = count(1)
# Of what a row may hang on, the one that it hangs on here.
HANGS_ON = {(Attachment, "interaction")}
# Made from other rows, or by factories that know more.
MADE_OTHERWISE = {
    *("customers_standing", "customers_customertokens", "customers_customerkeys"),
    *("customers_dealingday", "customers_dealingsummary", "customers_dealingcategory"),
    "customers_change",
    *("customers_transaction", "customers_customer", "complaints_case"),
    *("customers_customeridentity", "customers_contact", "customers_merge"),
    *("customers_formernumber", "customers_duplicatepair", "customers_handoveritem"),
    *("satisfaction_invitation", "satisfaction_response"),
}
# What may differ after a merge and its undo: versions are raised so that open forms are refused,
# marks for the night are made, the merge stays written down, and history is only added to.
COUNTS_EDITS = {"version"}
GROWS = {
    *("customers_change", "customers_merge", "customers_touchedcustomer", "customers_notice"),
    *("accounts_auditentry", "customers_searchtoken"),
}


def two_customers(owner: User) -> tuple[Customer, Customer]:
    """Kept and gone: each with a row of everything, some of which there may be once a customer."""
    shared: dict = {User: owner, Team: owner.team}
    found = []
    for name, phone in (("Acorn Ltd", "020 7946 0001"), ("ACORN Limited", "020 7946 0001")):
        customer = CustomerFactory(account_manager=owner, name=name, phone=phone, notes=name)
        fill(customer, owner, shared)
        found.append(customer)
    ids = [customer.pk for customer in found]
    CustomerFactory(account_manager=owner, parent=found[1], name="Child of the second")
    refresh_derived(ids)
    Standing.objects.filter(pk__in=ids).update(computed_on=DAY, last_purchase=DAY, revenue_12m=5)
    rollup.sum_again(customer_ids=ids, as_of=DAY)
    return found[0], found[1]


def fill(customer: Customer, owner: User, shared: dict) -> None:
    """A row in every table; what is shared by both customers is in `shared`."""
    known = {**shared, Customer: customer}
    known[Contact] = ContactFactory(customer=customer, name="Zoe Young", email="zoe@acorn.example")
    CustomerIdentityFactory(customer=customer)
    goods = ProductFactory(category="Kitchen")
    for amount in (10, 20):
        TransactionFactory(customer=customer, amount=amount, date=DAY, product=goods)
    CaseFactory(customer=customer, by=owner)
    wave = shared.get("wave")
    invitation = InvitationFactory(customer=customer, **({"wave": wave} if wave else {}))
    shared.setdefault("wave", invitation.wave)
    known[type(invitation.wave)] = invitation.wave
    response = ResponseFactory(invitation=invitation)
    known[type(response)] = response
    for relation in relations():
        if relation.table in MADE_OTHERWISE or relation.field.name != "customer":
            continue
        if relation.model._meta.auto_created:
            customer.tags.add(Tag.objects.get_or_create(name="Important")[0])
        elif relation.rule.how is not How.STAYS:
            known[relation.model] = make(relation.model, known, shared)


def make(model: type[models.Model], known: dict, shared: dict):
    """A row with whatever its columns must have."""
    values = {}
    for field in model._meta.concrete_fields:
        wanted = field.name in ("customer", "names") or (model, field.name) in HANGS_ON
        optional = isinstance(field, models.AutoField) or field.null or field.has_default()
        if wanted or not optional:
            values[field.name] = _value(field, known, shared)
    return model._base_manager.create(**values)


def _value(field: models.Field, known: dict, shared: dict):
    if isinstance(field, models.ForeignKey):
        target = field.related_model
        if target not in known:
            known[target] = shared[target] = make(target, known, shared)
        return known[target]
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, ArrayField):
        return []
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return DAY
    if isinstance(field, models.JSONField):
        return {"en": "x"}
    if isinstance(field, models.UUIDField):
        return None
    if isinstance(field, models.CharField | models.TextField):
        return f"x{next(_serial)}" if field.unique or field.name == "cause" else "x"
    return 1


def hashes() -> dict[str, str]:
    """Of each table all rows, without the columns and tables that may differ."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table in GROWS or table.startswith("django_"):
                continue
            cursor.execute(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(row, '' ORDER BY row)), '')"
                f" FROM (SELECT (to_jsonb(t) - %s::text[])::text AS row FROM {table} t) rows",
                [list(COUNTS_EDITS)],
            )
            found[table] = cursor.fetchone()[0]
    return found
