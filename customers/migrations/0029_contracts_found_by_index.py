from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # while the index is built, invoices come in

    dependencies = [
        ("customers", "0028_categories_bought_so_far"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("period_end__isnull", False)),
                fields=["customer"],
                name="transaction_of_contract",
            ),
        ),
    ]
