import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_tokens_of_other_systems"),
        ("platform", "0007_exports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WebHook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        help_text="Where the other system listens, for example https://erp.example.com/hook.",
                        max_length=500,
                        verbose_name="address",
                    ),
                ),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("tier.changed", "Tier changed"),
                                ("signal.raised", "Signal raised"),
                                ("complaint.opened", "Complaint opened"),
                                ("complaint.breached", "Deadline of a complaint missed"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="events",
                    ),
                ),
                ("salt", models.CharField(editable=False, max_length=43)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "told_since",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("told_night", models.DateField(editable=False, null=True)),
                ("failures", models.PositiveIntegerField(default=0, editable=False)),
                ("failing_since", models.DateTimeField(editable=False, null=True)),
                ("paused_until", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: of all customers.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "ordering": ["-is_active", "url", "id"],
            },
        ),
        migrations.CreateModel(
            name="WebHookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("tier.changed", "Tier changed"),
                            ("signal.raised", "Signal raised"),
                            ("complaint.opened", "Complaint opened"),
                            ("complaint.breached", "Deadline of a complaint missed"),
                            ("test", "Test"),
                        ],
                        max_length=20,
                    ),
                ),
                ("cause", models.CharField(editable=False, max_length=200)),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("at", models.DateTimeField()),
                ("data", models.JSONField(default=dict, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "waiting"), ("sent", "sent"), ("failed", "failed")],
                        default="pending",
                        max_length=7,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(null=True)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_found", "no such host"),
                            ("private", "a private address"),
                            ("refused", "no connection"),
                            ("timeout", "no answer in time"),
                            ("tls", "no safe connection"),
                            ("answer", "no HTTP answer"),
                            ("address", "no address that may be called"),
                            ("off", "the hook was switched off"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "hook",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="platform.webhook",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["hook", "next_attempt_at"],
                        name="hook_delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "pending"), _negated=True),
                        fields=["queued_at"],
                        name="hook_delivery_old",
                    ),
                    models.Index(fields=["hook", "-id"], name="hook_delivery_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("hook", "cause"), name="hook_told_once")
                ],
            },
        ),
    ]
