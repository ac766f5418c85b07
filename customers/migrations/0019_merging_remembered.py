"""What merging remembers, in rows of arrays; the keys by which doubles are recognised.

The column that says whose a row is, is no change of the row: a merge moves thousands, and stands in
the history once. Erasing a person reaches the history of customers that went into another one.
"""

from importlib import import_module

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower

RECORDING = (
    import_module("customers.migrations.0011_changes_by_triggers")
    .FUNCTION.partition("REVOKE")[0]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
)
RECORDING_WITHOUT_OWNER = RECORDING.replace(
    "n.key <> ALL ($2))", "n.key <> ALL ($2 || ARRAY[%2$L]))"
).replace("$sql$, TG_ARGV[1]);", "$sql$, TG_ARGV[1], TG_ARGV[0]);")
ERASING = (
    import_module("customers.migrations.0015_erasing")
    .FUNCTIONS.partition("CREATE FUNCTION erase_from_changes")[2]
    .join(["CREATE OR REPLACE FUNCTION erase_from_changes", ""])
)
ERASING_OF_MERGED = ERASING.replace(
    "h.customer_id = of_customer",
    "(h.customer_id = of_customer OR h.customer_id IN (SELECT m.gone_id"
    " FROM public.customers_merge m"
    " WHERE m.customer_id = of_customer AND m.undone_at IS NULL))",
)
FROM_USER = {"null": True, "on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}


def key() -> tuple[str, models.Field]:
    field = models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )
    return "id", field


def to(model: str, **options) -> models.ForeignKey:
    options = {"on_delete": django.db.models.deletion.CASCADE, "related_name": "+"} | options
    return models.ForeignKey(to=model, **options)


def array(field: models.Field, **options) -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=field, size=None, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0018_imported_rows_by_run"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Made anew: nothing was in them yet.
        migrations.DeleteModel(name="FormerNumber"),
        migrations.DeleteModel(name="MergedRow"),
        migrations.DeleteModel(name="Merge"),
        migrations.DeleteModel(name="DuplicatePair"),
        migrations.CreateModel(
            name="CustomerKeys",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="keys",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("keys", array(models.CharField(max_length=140))),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="customer_keys")
                ]
            },
        ),
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                key(),
                ("reasons", array(models.CharField(max_length=10), default=list, db_default=[])),
                ("score", models.PositiveSmallIntegerField()),
                ("found_at", models.DateTimeField(auto_now_add=True)),
                ("dismissed_at", models.DateTimeField(null=True)),
                ("dismissed_by", to(settings.AUTH_USER_MODEL, **FROM_USER)),
                ("first", to("customers.customer")),
                ("second", to("customers.customer")),
            ],
            options={
                "ordering": ["-score", "-id"],
                "indexes": [
                    models.Index(
                        fields=["score", "id"],
                        condition=Q(dismissed_at=None),
                        name="duplicate_pair_open",
                    ),
                    models.Index(
                        fields=["score", "id"],
                        condition=Q(dismissed_at__isnull=False),
                        name="duplicate_pair_dismissed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="duplicate_pair_once"),
                    models.CheckConstraint(
                        condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                key(),
                ("gone_id", models.BigIntegerField()),
                ("gone_number", models.CharField(editable=False, max_length=60)),
                ("gone_name", models.CharField(editable=False, max_length=200)),
                ("choices", models.JSONField(default=dict, editable=False)),
                ("counts", models.JSONField(default=dict, editable=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("by", to(settings.AUTH_USER_MODEL, **FROM_USER)),
                ("customer", to("customers.customer", related_name="merges")),
                ("undone_by", to(settings.AUTH_USER_MODEL, **FROM_USER)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("gone_id",), condition=Q(undone_at=None), name="merged_into_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MergedRows",
            fields=[
                key(),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("moved", "moved"),
                            ("changed", "changed"),
                            ("removed", "removed"),
                        ],
                        max_length=7,
                    ),
                ),
                ("table", models.CharField(editable=False, max_length=63)),
                ("column", models.CharField(blank=True, editable=False, max_length=63)),
                ("ids", array(models.BigIntegerField(), default=list)),
                ("rows", models.JSONField(default=list)),
                ("merge", to("customers.merge", related_name="rows")),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.CreateModel(
            name="FormerNumber",
            fields=[
                key(),
                ("number", models.CharField(editable=False, max_length=60)),
                ("customer", to("customers.customer", related_name="former_numbers")),
                ("merge", to("customers.merge", null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(Lower("number"), name="former_number_once")]
            },
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mention", "You were mentioned"),
                    ("interaction", "Interaction logged"),
                    ("tier", "Tier changed"),
                    ("stage", "Stage changed"),
                    ("case", "Complaint"),
                    ("handover", "Handover"),
                    ("help", "Request for help"),
                    ("merge", "Customers merged"),
                ],
                max_length=11,
            ),
        ),
        migrations.RunSQL(RECORDING_WITHOUT_OWNER, RECORDING),
        migrations.RunSQL(ERASING_OF_MERGED, ERASING),
    ]
