"""Assessments, fit decisions and nominations tell who changed what, as customers' tables do."""

from django.db import migrations

TRIGGERS = """
CALL record_changes_of('lifecycle_assessment');
CALL record_changes_of('lifecycle_fitdecision');
CALL record_changes_of('lifecycle_nomination');
"""
UNDO = "\n".join(
    f"DROP TRIGGER changes_{kind} ON lifecycle_{table};"
    for table in ("assessment", "fitdecision", "nomination")
    for kind in ("added", "changed", "deleted")
)


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0006_assessments"),
        ("customers", "0011_changes_by_triggers"),
    ]

    operations = [migrations.RunSQL(TRIGGERS, UNDO)]
