from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0005_matrix_cuts")]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="unsubscribe",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
    ]
