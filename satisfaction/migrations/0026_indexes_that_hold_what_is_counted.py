import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0033_signal_of_comparison"),
        ("satisfaction", "0025_correlations_by_powers"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="feedback", name="feedback_by_day"),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                fields=["said_on", "id"],
                include=("source", "dimension", "touchpoint", "tone", "customer"),
                name="feedback_by_day",
            ),
        ),
        migrations.AddIndex(
            model_name="loop",
            index=models.Index(
                fields=["customer"],
                include=(
                    *("opened_at", "due_on", "acted_at", "acted_in_time", "outcome", "closed_at"),
                ),
                name="loop_of_customer",
            ),
        ),
        migrations.AlterField(
            model_name="loop",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.RemoveIndex(model_name="skip", name="skip_by_reason"),
        migrations.AddIndex(
            model_name="skip",
            index=models.Index(fields=["wave", "reason", "id"], name="skip_by_reason"),
        ),
    ]
