"""What customers bought so far by category, as the nightly roll-up keeps it from now on."""

from django.db import migrations

SUM = """
    INSERT INTO customers_dealingcategory (customer_id, category, first_day, last_day, net)
    SELECT t.customer_id, p.category, min(t.date) FILTER (WHERE t.amount > 0),
        max(t.date) FILTER (WHERE t.amount > 0), sum(t.amount)
    FROM customers_transaction t
    JOIN customers_product p ON p.id = t.product_id
    JOIN customers_dealingsummary s ON s.customer_id = t.customer_id
    WHERE p.category <> '' AND t.date <= current_date
    GROUP BY t.customer_id, p.category HAVING bool_or(t.amount > 0)
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0027_categories_bought")]

    operations = [migrations.RunSQL(SUM, migrations.RunSQL.noop)]
