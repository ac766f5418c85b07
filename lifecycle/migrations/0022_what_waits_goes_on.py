"""What waited before nights dated it goes on waiting since the day on which it began."""

from django.db import migrations

TAKE_OVER = """
    INSERT INTO lifecycle_stagewait (customer_id, stage, since)
    SELECT v.customer_id, v.stage_candidate, v.stage_candidate_since
    FROM lifecycle_valuation v JOIN customers_standing s USING (customer_id)
    WHERE v.stage_candidate <> '' AND v.stage_candidate_since IS NOT NULL
        AND (v.stage_candidate <> s.stage OR s.stage_by_rules <> '')
    ORDER BY v.customer_id
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0021_stages_that_wait")]

    operations = [migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop)]
