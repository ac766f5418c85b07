from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(fields=["industry", "lifetime_value"], name="standing_industry"),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                fields=["signal", "value_at_risk"],
                condition=models.Q(("signal", ""), _negated=True),
                name="standing_signal",
            ),
        ),
    ]
