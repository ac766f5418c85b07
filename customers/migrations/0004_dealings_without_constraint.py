import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_customer_number_sequence")]

    operations = [
        migrations.AlterField(
            model_name="dealingday",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="dealing_days",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="dealingsummary",
            name="customer",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="dealing_summary",
                serialize=False,
                to="customers.customer",
            ),
        ),
    ]
