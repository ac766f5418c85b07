from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0033_signal_of_comparison")]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("origin", "survey"), ("state", "open")),
                fields=["due_on", "id"],
                include=("customer",),
                name="task_of_survey",
            ),
        ),
    ]
