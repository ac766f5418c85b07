"""Until the next night the transaction value is the whole of lifetime value, as it was."""

from django.db import migrations

CELLS = "UPDATE lifecycle_basecell SET equity = lifetime_value, transaction_value = lifetime_value"
VALUATIONS = """
    UPDATE lifecycle_valuation
    SET lifetime_low = transaction_value_low, lifetime_high = transaction_value_high
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0016_parts_of_lifetime_value")]

    operations = [
        migrations.RunSQL(CELLS, migrations.RunSQL.noop),
        migrations.RunSQL(VALUATIONS, migrations.RunSQL.noop),
    ]
