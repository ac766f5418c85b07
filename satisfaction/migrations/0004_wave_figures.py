import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_sessions_and_versions"),
        ("customers", "0009_ready_touchpoints"),
        ("satisfaction", "0003_wave_revision"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WaveFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("all", "All"),
                            ("tier", "Tier"),
                            ("stage", "Stage"),
                            ("region", "Region"),
                            ("team", "Team"),
                            ("owner", "Owner"),
                            ("complaint", "Complaint"),
                            ("attitude", "Attitude"),
                        ],
                        max_length=9,
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=60)),
                ("customers", models.PositiveIntegerField()),
                ("responses", models.PositiveIntegerField()),
                ("sent", models.PositiveIntegerField()),
                ("sums", models.JSONField(default=dict)),
                ("computed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["wave", "group", "key"],
            },
        ),
        migrations.AddIndex(
            model_name="response",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False)),
                fields=["wave", "-finished_at", "-id"],
                name="response_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="response",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("comment", name="gin_trgm_ops"),
                condition=models.Q(
                    ("finished_at__isnull", False), models.Q(("comment", ""), _negated=True)
                ),
                name="response_comment",
            ),
        ),
        migrations.AddField(
            model_name="wavefigure",
            name="wave",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="figures",
                to="satisfaction.wave",
            ),
        ),
        migrations.AddConstraint(
            model_name="wavefigure",
            constraint=models.UniqueConstraint(
                fields=("wave", "group", "key"), name="wavefigure_once"
            ),
        ),
    ]
