"""Invoices, by their whole reference."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.search.asking import Asked
from crm.search.hits import Hit, Kind, Reason
from crm.search.marking import Marked
from customers.models import Transaction

INVOICES = "invoices"


def invoices_found(user, asked: Asked, limit: int) -> Kind:
    """Invoices with exactly this reference; what they come to is not told."""
    rows = list(Transaction.objects.visible_to(user).of_invoice(asked.text)[: limit + 1])
    hits = [_hit(row) for row in rows[:limit]]
    return Kind(INVOICES, _("Invoices"), hits, len(rows) > limit)


def _hit(row: dict) -> Hit:
    return Hit(
        of=row["reference"],
        customer=row["customer"],
        title=Marked(row["reference"], ((0, len(row["reference"])),)),
        whose=Marked(row["customer__name"]),
        facts=[date_format(row["day"], "SHORT_DATE_FORMAT")],
        reasons=[Reason(_("number"))],
    )
