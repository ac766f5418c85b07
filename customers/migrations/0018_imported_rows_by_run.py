import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0017_imports_undone_and_merging")]

    operations = [
        migrations.AddField(
            model_name="importrun", name="traced", field=models.JSONField(default=dict)
        ),
        # Made anew: nothing was in it yet.
        migrations.DeleteModel(name="ImportedRow"),
        migrations.CreateModel(
            name="ImportedRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "import_run_id",
                        "table",
                        "row_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("table", models.CharField(max_length=60)),
                ("row_id", models.BigIntegerField()),
                ("before", models.JSONField(null=True)),
                ("digest", models.BigIntegerField(null=True)),
                (
                    "import_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.importrun",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("before__isnull", False)),
                        fields=["table", "row_id"],
                        name="imported_row_before",
                    )
                ],
            },
        ),
    ]
