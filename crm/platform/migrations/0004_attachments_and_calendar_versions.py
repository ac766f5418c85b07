from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0003_settings_of_complaints_and_surveys")]

    operations = [
        migrations.AddField(
            model_name="installation",
            name="attachment_megabytes",
            field=models.PositiveSmallIntegerField(
                db_default=10,
                default=10,
                validators=[MinValueValidator(1), MaxValueValidator(100)],
                verbose_name="largest attachment in MB",
            ),
        ),
        migrations.AddField(
            model_name="businesscalendar",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
    ]
