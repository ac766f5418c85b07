import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0033_signal_of_comparison"),
        ("satisfaction", "0011_touchpoint_figures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SatisfactionTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[("A", "A"), ("B", "B"), ("C", "C")],
                        help_text="Empty: all customers.",
                        max_length=1,
                        verbose_name="tier",
                    ),
                ),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("index", "Satisfaction index"),
                            ("nps", "NPS"),
                            ("satisfied", "Satisfied or very satisfied"),
                            ("reliability", "Reliability"),
                            ("responsiveness", "Responsiveness"),
                            ("assurance", "Assurance"),
                            ("empathy", "Empathy"),
                            ("tangibles", "Tangibles"),
                        ],
                        max_length=20,
                        verbose_name="figure",
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=1,
                        help_text="0 to 100, a share in per cent; NPS -100 to 100.",
                        max_digits=4,
                        verbose_name="at least",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="holds from")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "ordering": ["measure", "tier", "-from_on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tier", "measure", "from_on"), name="target_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("value__gte", 0), ("value__lte", 100)),
                            models.Q(("measure", "nps"), ("value__gte", -100), ("value__lte", 100)),
                            _connector="OR",
                        ),
                        name="target_on_scale",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResponseTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "measure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("overall", "Overall satisfaction"),
                            ("expected", "Against expectation"),
                            ("ideal", "Against the ideal"),
                            ("reliability", "Reliability"),
                            ("responsiveness", "Responsiveness"),
                            ("assurance", "Assurance"),
                            ("empathy", "Empathy"),
                            ("tangibles", "Tangibles"),
                            ("recommend", "Would recommend us"),
                            ("effort", "Ease of dealing with us"),
                            ("of_product", "Benefit of the product"),
                            ("of_service", "Benefit of the service"),
                            ("of_staff", "Benefit of the staff"),
                            ("of_image", "Benefit of the image"),
                            ("money", "Cost in money"),
                            ("time", "Cost in time"),
                            ("toil", "Cost in effort"),
                            ("mind", "Cost in mind"),
                            ("result", "Result"),
                            ("process", "Quality of the process"),
                            ("price", "Price"),
                            ("obtaining", "Cost of obtaining"),
                            ("compared", "Against your other suppliers"),
                            ("handling", "How the complaint was handled"),
                            ("capability", "Capability to serve"),
                            ("staff_satisfaction", "Satisfaction of staff"),
                            ("productivity", "Productivity"),
                            ("delivering", "Ability to deliver value"),
                            ("leaving", "Why they left"),
                        ],
                        max_length=20,
                        verbose_name="measure",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "response",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="satisfaction.response",
                    ),
                ),
                (
                    "touchpoint",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.touchpoint",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["measure", "response"], name="responsetag_by_measure")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("response", "measure", "touchpoint"),
                        name="responsetag_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("touchpoint__isnull", True), ("measure", ""), _connector="XOR"
                        ),
                        name="responsetag_of_measure_or_touchpoint",
                    ),
                ],
            },
        ),
    ]
