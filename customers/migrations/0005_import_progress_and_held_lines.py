import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_dealings_without_constraint"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="first_wrong",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="importrun",
            name="language",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="importrun",
            name="percent",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importrun",
            name="phase",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="importrun",
            name="refusal",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="HeldLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=60)),
                ("position", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("good", "good"), ("wrong", "wrong"), ("mended", "mended")],
                        max_length=6,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.source",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.transaction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "reference", "position"), name="held_line_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "wrong"), ("transaction__isnull", True)),
                            models.Q(
                                ("state__in", ["good", "mended"]), ("transaction__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="held_line_is_in_or_wrong",
                    ),
                ],
            },
        ),
    ]
