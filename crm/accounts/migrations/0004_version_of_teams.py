from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_digest")]

    operations = [
        migrations.AddField(
            model_name="team",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
    ]
