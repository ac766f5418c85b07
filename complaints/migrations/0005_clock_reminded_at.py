"""When a breach was told of the last time, so that reminders keep an hour between them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0004_attachments")]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="reminded_at",
            field=models.DateTimeField(null=True),
        )
    ]
