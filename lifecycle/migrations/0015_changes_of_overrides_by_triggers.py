"""Overrides tell who changed what, as customers' tables do."""

from django.db import migrations

TRIGGERS = """
CALL record_changes_of('lifecycle_tieroverride');
CALL record_changes_of('lifecycle_stageoverride');
"""
UNDO = "\n".join(
    f"DROP TRIGGER changes_{kind} ON lifecycle_{table};"
    for table in ("tieroverride", "stageoverride")
    for kind in ("added", "changed", "deleted")
)


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0014_overrides_and_movement"),
        ("customers", "0011_changes_by_triggers"),
    ]

    operations = [migrations.RunSQL(TRIGGERS, UNDO)]
