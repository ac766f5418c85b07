"""What cases are found by; the database itself deletes it with the case."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Reverse

# However a case is deleted, by an import that is undone too.
CASCADE = """
    ALTER TABLE complaints_casetokens ADD CONSTRAINT case_tokens_of_case FOREIGN KEY (case_id)
        REFERENCES complaints_case (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""
UNDO = "ALTER TABLE complaints_casetokens DROP CONSTRAINT case_tokens_of_case"


class Migration(migrations.Migration):
    dependencies = [("complaints", "0009_case_identities")]

    operations = [
        migrations.CreateModel(
            "CaseTokens",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="tokens",
                        serialize=False,
                        to="complaints.case",
                    ),
                ),
                (
                    "tokens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60)
                    ),
                ),
            ],
            options={"indexes": [GinIndex(fields=["tokens"], name="case_tokens")]},
        ),
        migrations.CreateModel(
            "CaseWord",
            fields=[
                ("token", models.CharField(max_length=60, primary_key=True, serialize=False)),
            ],
            options={
                "indexes": [
                    GinIndex(OpClass("token", name="gin_trgm_ops"), name="case_word_parts"),
                    models.Index(
                        OpClass(Reverse("token"), name="text_pattern_ops"), name="case_word_ends"
                    ),
                ]
            },
        ),
        migrations.RunSQL(CASCADE, UNDO),
    ]
