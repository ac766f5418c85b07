"""Works out what the cases that are there are found by."""

from collections import defaultdict

from django.db import connection, migrations

from crm.platform.bulk import copy_rows
from customers.services.tokens import array, tokens

BATCH = 10_000
FOUND_BY = ("pk", "title", "order_reference", "caller_name", "caller_phone", "caller_email")
ADD_TO_DICTIONARY = """
    INSERT INTO complaints_caseword (token)
    SELECT DISTINCT token FROM complaints_casetokens, unnest(tokens) AS token
    WHERE case_id BETWEEN %s AND %s ORDER BY token ON CONFLICT DO NOTHING
"""


def fill(apps, schema_editor):
    cases = apps.get_model("complaints", "Case").objects.order_by("pk")
    identities = apps.get_model("complaints", "CaseIdentity").objects
    last = 0
    while rows := list(cases.filter(pk__gt=last).values_list(*FOUND_BY)[:BATCH]):
        first, last = rows[0][0], rows[-1][0]
        keys = defaultdict(list)
        among = identities.filter(case__gte=first, case__lte=last)
        for case, key in among.values_list("case", "key"):
            keys[case].append(key)
        copy_rows(
            "complaints_casetokens",
            ("case_id", "tokens"),
            [
                (pk, array(tokens([title, order, name, *keys[pk]], [phone], [email])))
                for pk, title, order, name, phone, email in rows
            ],
        )
        with connection.cursor() as cursor:
            cursor.execute(ADD_TO_DICTIONARY, [first, last])


class Migration(migrations.Migration):
    dependencies = [("complaints", "0010_cases_found")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
