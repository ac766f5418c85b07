"""Categories may be for complaints or service requests alone; requests begin with their own."""

from django.db import migrations, models

GROUP = ("request", "Service request", "服务请求")
REQUESTS = [
    ("request-question", "Question", "咨询"),
    ("request-order", "Help with an order", "订单协助"),
    ("request-installation", "Installation", "安装"),
    ("request-repair", "Repair", "维修"),
    ("request-urgent", "Something urgent or special", "紧急或特殊需求"),
]
FIRST_PLACE = 100  # behind what installations have added


def add(apps, schema_editor):
    category = apps.get_model("complaints", "Category")

    def row(place: int, code: str, english: str, chinese: str, **more):
        names = {"en": english, "zh-hans": chinese}
        return category(code=code, names=names, position=place, kind="request", **more)

    group = row(FIRST_PLACE, *GROUP)
    group.save()
    category.objects.bulk_create(
        row(place, *entry, parent=group)
        for place, entry in enumerate(REQUESTS, start=FIRST_PLACE + 1)
    )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0020_prepared_figures_of_cases")]

    operations = [
        migrations.AddField(
            model_name="category",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[("complaint", "Complaint"), ("request", "Service request")],
                db_default="",
                default="",
                max_length=9,
                verbose_name="only for",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["", "complaint", "request"])),
                name="category_kind_known",
            ),
        ),
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
