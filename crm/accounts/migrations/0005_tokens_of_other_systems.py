import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_version_of_teams"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="Which system it is for. History names it by this.",
                        max_length=100,
                        verbose_name="name",
                    ),
                ),
                ("prefix", models.CharField(editable=False, max_length=12)),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("customers:write", "Push customers"),
                                ("transactions:write", "Push transactions"),
                                (
                                    "complaints:write",
                                    "Push complaints, and read what became of them",
                                ),
                                ("standings:read", "Read customers and their figures"),
                                ("signals:read", "Read signals"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="what it may do",
                    ),
                ),
                ("source", models.SlugField(db_index=False, max_length=60, verbose_name="source")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        help_text="It sees and changes this team's customers only. Empty: all customers.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
    ]
