from django.db import migrations


class Migration(migrations.Migration):
    """Numbers of our own: taken from a sequence, two people never get the same one."""

    dependencies = [("customers", "0002_standing_industry_and_signal")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE customers_own_number",
            "DROP SEQUENCE customers_own_number",
        ),
    ]
