"""Erasing a person from what imports remember: rows as they were, and rows that pages show.

An import that knew the person can't put it back: its undo says so. The uploaded files, and those of
wrong rows, are kept for a while only (`uploads.tidy`).
"""

from crm.platform.erasing import Texts
from customers.models import Contact, ImportedRow, ImportRun
from customers.services.erasure import Person, places

SHOWN = ("sample", "first_wrong", "preview", "undo_refusal")


def erase(person: Person) -> int:
    """Take the erased person out of all of it; returns in how many places."""
    table = Contact._meta.db_table
    # By the run, since rows that were made can't be found by themselves.
    runs = ImportRun.objects.filter(traced__has_key=table)
    own = ImportedRow.objects.filter(import_run__in=runs, table=table, row_id=person.contact.pk)
    count = own.update(before={})
    kept = ImportedRow.objects.filter(before__isnull=False).exclude(before={})
    tables = set(kept.order_by().values_list("table", flat=True).distinct())
    for texts in places(person):
        if texts.rows.model._meta.db_table in tables:
            count += Texts(_before(kept, texts), ["before"]).erase(person.pattern)
    return count + Texts(ImportRun.objects.all(), SHOWN).erase(person.pattern)


def _before(kept, texts: Texts):
    """What imports remember of the rows of one model that may name the person."""
    rows = texts.rows.order_by().values("pk")
    return kept.filter(table=texts.rows.model._meta.db_table, row_id__in=rows)
