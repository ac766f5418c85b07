"""What would move, counted, and people who may be the same, named."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg2 import sql

from crm.merging.rules import How, relations_that
from customers.models import Contact
from customers.services.tokens import fold

# What people count, in the order of the page; the rest moves unnamed.
LABELS = {
    "customers_transaction": _("Transactions"),
    "complaints_case": _("Complaints and requests"),
    "customers_contact": _("Contacts"),
    "customers_interaction": _("Interactions"),
    "customers_task": _("Tasks"),
    "customers_promise": _("Promises"),
    "customers_opportunity": _("Opportunities"),
    "customers_accountplan": _("Account plans"),
    "satisfaction_response": _("Answers to surveys"),
    "satisfaction_invitation": _("Invitations to surveys"),
    "customers_membership": _("Memberships"),
    "customers_attachment": _("Files"),
    "customers_benefit": _("Benefits"),
    "customers_referral": _("Referrals"),
    "customers_idea": _("Ideas"),
    "customers_creditrecord": _("Credit records"),
    "customers_yearfigure": _("Yearly figures"),
    "customers_competitorpresence": _("Competitors"),
    "customers_teammember": _("Account team"),
    "customers_helprequest": _("Requests for help"),
    "customers_recurrence": _("Recurring tasks"),
    "customers_caredue": _("Care owed, kept and missed"),
    "customers_customeridentity": _("Keys of other systems"),
    "customers_customer": _("Customers below it"),
    "lifecycle_assessment": _("Assessments"),
    "customers_reviewreport": _("Business review reports"),
}


MOST_PEOPLE = 20


@dataclass(frozen=True)
class Count:
    """So many rows of a kind."""

    label: str
    rows: int


def moving_with(customer_id: int) -> list[Count]:
    """How many rows of which kind would move with this customer, without those of none."""
    wanted = [relation for relation in relations_that(How.MOVES) if relation.table in LABELS]
    parts = [
        sql.SQL("SELECT {}, (SELECT count(*) FROM {} WHERE {} = %(customer)s)").format(
            sql.Literal(relation.table),
            sql.Identifier(relation.table),
            sql.Identifier(relation.column),
        )
        for relation in wanted
    ]
    found: dict[str, int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts), {"customer": customer_id})
        for table, rows in cursor.fetchall():
            found[table] += rows
    return counted(found)


def counted(by_table: dict[str, int]) -> list[Count]:
    """Counts by table in words."""
    return [
        Count(str(label), by_table[table]) for table, label in LABELS.items() if by_table.get(table)
    ]


def same_people(*customer_ids: int) -> list[list[Contact]]:
    """Contacts of these customers that may be one person: of one name or e-mail; some of them."""
    contacts = Contact.objects.filter(customer__in=customer_ids, erased_at=None).order_by("pk")
    groups: dict[str, list[Contact]] = {}
    for contact in contacts.only("name", "email", "customer", "title"):
        keys = [f"name {''.join(fold(contact.name).split())}"]
        if contact.email:
            keys.append(f"mail {contact.email.lower()}")
        group = next((groups[key] for key in keys if key in groups), [])
        group.append(contact)
        for key in keys:
            groups[key] = group
    unique = {id(group): group for group in groups.values() if len(group) > 1}
    return list(unique.values())[:MOST_PEOPLE]
