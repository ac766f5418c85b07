from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("satisfaction", "0017_anonymous_waves_have_no_interviews")]
    operations = [
        migrations.AlterField(
            model_name="loop",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("solved", "Solved"),
                    ("called", "Spoken with, nothing to be done"),
                    ("complaint", "Became a complaint"),
                    ("later", "Spoken with, more to do"),
                    ("no_answer", "No answer"),
                    ("refused", "Does not want to talk"),
                ],
                db_default="",
                default="",
                max_length=9,
                verbose_name="outcome",
            ),
        ),
    ]
