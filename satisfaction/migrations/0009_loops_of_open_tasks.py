"""Tasks about unhappy answers were the loop: those that are open get one, so that none is lost."""

from django.db import migrations

FILL = """
    INSERT INTO satisfaction_loop (response_id, customer_id, task_id, opened_at, due_on, outcome)
    SELECT DISTINCT ON (r.id) r.id, t.customer_id, t.id, t.created_at, t.due_on, ''
    FROM customers_task t
    JOIN satisfaction_response r ON t.reason = 'response:' || r.id
    WHERE t.origin = 'survey' AND t.state = 'open'
    ORDER BY r.id, t.id DESC
    ON CONFLICT DO NOTHING"""


class Migration(migrations.Migration):
    dependencies = [
        ("satisfaction", "0008_feedback_plan_loops_and_verified_actions"),
        ("customers", "0032_touchpoint_version"),
    ]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
