"""Works out anew what customers are found by: numbers in one piece, single phones, tax numbers,
domains, former numbers, and their own words apart."""

from collections import defaultdict
from functools import partial

from django.db import connection, migrations

from crm.platform.bulk import copy_rows
from customers.services.tokens import array, domain, tokens

BATCH = 10_000
CUSTOMER = (
    *("pk", "name", "number", "short_name", "tax_number", "aliases", "phone", "email", "website"),
)
CONTACT = ("customer", "name", "email", "phone", "mobile")
STATEMENTS = (
    "INSERT INTO customers_customertokens AS t (customer_id, tokens, own)"
    " SELECT customer_id, tokens, own FROM words_anew"
    " ON CONFLICT (customer_id) DO UPDATE SET tokens = EXCLUDED.tokens, own = EXCLUDED.own",
    "INSERT INTO customers_searchtoken (token)"
    " SELECT DISTINCT token FROM words_anew, unnest(tokens) AS token ORDER BY token"
    " ON CONFLICT DO NOTHING",
)


def fill(apps, schema_editor):
    model = partial(apps.get_model, "customers")
    last = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE words_anew (customer_id bigint, tokens text[], own text[])"
            " ON COMMIT DROP"
        )
        while True:
            customers = model("Customer").objects.filter(pk__gt=last).order_by("pk")
            rows = list(customers.values_list(*CUSTOMER)[:BATCH])
            if not rows:
                return
            first, last = rows[0][0], rows[-1][0]
            copy_rows(
                "words_anew",
                ("customer_id", "tokens", "own"),
                list(found(model, rows, {"customer__gte": first, "customer__lte": last})),
            )
            for statement in STATEMENTS:
                cursor.execute(statement)
            cursor.execute("TRUNCATE words_anew")


def found(model, rows, among):
    keys, people = defaultdict(list), defaultdict(set)
    for name, column in (("CustomerIdentity", "key"), ("FormerNumber", "number")):
        for customer, key in model(name).objects.filter(**among).values_list("customer", column):
            keys[customer].append(key)
    contacts = model("Contact").objects.filter(**among)
    for customer, name, email, phone, mobile in contacts.values_list(*CONTACT):
        people[customer].update(tokens([name], [phone, mobile], [email]))
    for pk, name, number, short, tax, aliases, phone, email, website in rows:
        names = [name, number, short, tax, *aliases.splitlines(), *keys[pk]]
        own = tokens(names, [phone], [email, domain(website)])
        yield pk, array(sorted(people[pk].union(own))), array(own)


class Migration(migrations.Migration):
    dependencies = [("customers", "0020_own_words_found")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
