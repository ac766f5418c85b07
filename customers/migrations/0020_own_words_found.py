"""A customer's own words apart from its contacts'; numbers found by how they end."""

import django.contrib.postgres.fields
from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    dependencies = [("customers", "0019_merging_remembered")]

    operations = [
        migrations.AddField(
            "customertokens",
            "own",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), db_default=[], default=list
            ),
        ),
        migrations.AddIndex(
            "searchtoken",
            models.Index(
                OpClass(Reverse("token"), name="text_pattern_ops"), name="search_token_ends"
            ),
        ),
    ]
