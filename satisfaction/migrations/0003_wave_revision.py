from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("satisfaction", "0002_ready_instrument")]

    operations = [
        migrations.AddField(
            model_name="wave",
            name="revision",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
    ]
