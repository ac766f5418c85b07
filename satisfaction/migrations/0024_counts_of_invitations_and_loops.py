import django.db.models.deletion
from django.db import migrations, models

# Whatever a statement does to many rows, it adds one row of counts for each kind that it changed.
# With the owner's rights, so that nothing waits for the application to get its own.
COUNTED = """
CREATE FUNCTION {counts}_counted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO {counts} ({columns}, number)
        SELECT {values}, count(*) FROM new_rows GROUP BY {places};
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO {counts} ({columns}, number)
        SELECT {values}, -count(*) FROM old_rows GROUP BY {places};
    ELSE
        INSERT INTO {counts} ({columns}, number)
        SELECT {columns}, sum(number) FROM (
            SELECT {values}, 1 FROM new_rows UNION ALL SELECT {values}, -1 FROM old_rows
        ) AS row ({columns}, number)
        GROUP BY {places} HAVING sum(number) <> 0;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {counts}_counted() FROM PUBLIC;
CREATE TRIGGER counted_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {counts}_counted();
CREATE TRIGGER counted_changed AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {counts}_counted();
CREATE TRIGGER counted_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {counts}_counted();
-- Nobody writes from the first trigger to the end of this transaction.
INSERT INTO {counts} ({columns}, number) SELECT {values}, count(*) FROM {table} GROUP BY {places};
"""
NOT_COUNTED = "DROP FUNCTION {counts}_counted() CASCADE"
LOOPS = {
    "table": "satisfaction_loop",
    "counts": "satisfaction_loopcount",
    "columns": "opened_on, due_on, outcome, in_time, is_closed",
    "values": (
        "(opened_at AT TIME ZONE 'UTC')::date, due_on, outcome, acted_in_time IS TRUE,"
        " closed_at IS NOT NULL"
    ),
    "places": "1, 2, 3, 4, 5",
}
UNFINISHED = ["planned", "sent", "bounced", "opened", "started"]
STATES = [
    ("planned", "planned"),
    ("sent", "sent"),
    ("bounced", "bounced"),
    ("opened", "opened"),
    ("started", "started"),
    ("finished", "finished"),
    ("declined", "declined"),
]
OUTCOMES = [
    ("solved", "Solved"),
    ("called", "Spoken with, nothing to be done"),
    ("complaint", "Became a complaint"),
    ("later", "Spoken with, more to do"),
    ("no_answer", "No answer"),
    ("refused", "Does not want to talk"),
]
KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("satisfaction", "0023_figures_of_account_managers_and_silent_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="AskedCount",
            fields=[
                ("id", KEY),
                ("state", models.CharField(choices=STATES, max_length=8)),
                ("reminders", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("counted_at", models.DateTimeField()),
                (
                    "wave",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="satisfaction.wave",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["wave", "state", "reminders"], name="askedcount_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LoopCount",
            fields=[
                ("id", KEY),
                ("opened_on", models.DateField()),
                ("due_on", models.DateField()),
                ("outcome", models.CharField(blank=True, choices=OUTCOMES, max_length=9)),
                ("in_time", models.BooleanField()),
                ("is_closed", models.BooleanField()),
                ("number", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["opened_on"], name="loopcount_by_day")],
            },
        ),
        migrations.RunSQL(COUNTED.format(**LOOPS), NOT_COUNTED.format(**LOOPS)),
        # In the order that pages list them in; it serves as the index of the reference too.
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["wave", "id"], name="invitation_in_order"),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(
                condition=models.Q(("state__in", UNFINISHED)),
                fields=["wave", "id"],
                name="invitation_unfinished",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="wave",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="invitations",
                to="satisfaction.wave",
            ),
        ),
    ]
