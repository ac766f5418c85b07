"""Marks and reviews of losses tell who changed what, as customers' tables do."""

from django.db import migrations

TRIGGERS = """
CALL record_changes_of('lifecycle_lostmark');
CALL record_changes_of('lifecycle_lossreview', 'loss_id', 'id', 'lifecycle_loss');
"""
UNDO = "\n".join(
    f"DROP TRIGGER changes_{kind} ON lifecycle_{table};"
    for table in ("lostmark", "lossreview")
    for kind in ("added", "changed", "deleted")
)


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0012_leaving_customers")]

    operations = [migrations.RunSQL(TRIGGERS, UNDO)]
