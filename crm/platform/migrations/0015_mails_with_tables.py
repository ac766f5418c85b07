from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0014_deadlines_of_open_cases"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="html",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
