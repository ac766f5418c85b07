from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0011_words_of_cases")]

    operations = [
        migrations.AddField(
            model_name="caseidentity",
            name="digests",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="caseidentity",
            name="seq",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
    ]
