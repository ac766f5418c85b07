from django.db import migrations


class Migration(migrations.Migration):
    """Signing in and forgotten passwords look for addresses in small letters."""

    dependencies = [("accounts", "0005_tokens_of_other_systems")]

    operations = [
        migrations.RunSQL(
            "UPDATE accounts_user SET email = lower(email) WHERE email <> lower(email)",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
