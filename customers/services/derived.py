"""Rows derived from customers by day: the descriptive half of Standing, and search tokens."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from crm.platform.bulk import copy_rows
from crm.platform.models import Installation
from customers.models import Contact, Customer, CustomerIdentity, FormerNumber, Interaction
from customers.services.doubles import refresh_keys
from customers.services.tokens import array, domain, name_key, tokens

BATCH = 10_000

UPSERT_STANDING = """
    INSERT INTO customers_standing (
        customer_id, number, name, name_key, owner_id, team_id, region, industry, is_active,
        is_key_account, last_contact, last_contact_in, last_contact_out, tier, stage, value_band,
        risk, lifetime_value, value_at_risk, signal, revenue_12m, last_purchase)
    SELECT c.id, c.number, c.name, d.name_key, c.account_manager_id, c.team_id, c.region,
        c.industry, c.is_active, c.is_key_account,
        greatest(contact.received, contact.sent, DATE '0001-01-01'),
        coalesce(contact.received, DATE '0001-01-01'), coalesce(contact.sent, DATE '0001-01-01'),
        'C', 'exploration', 'low', 0, 0, 0, '', 0, DATE '0001-01-01'
    FROM derived d JOIN customers_customer c ON c.id = d.customer_id
    CROSS JOIN LATERAL (SELECT
        (SELECT (i.at AT TIME ZONE %(zone)s)::date FROM customers_interaction i
         WHERE i.customer_id = c.id AND i.direction = 'in' AND i.kind <> ALL(%(no_contact)s)
         ORDER BY i.at DESC LIMIT 1) AS received,
        (SELECT (i.at AT TIME ZONE %(zone)s)::date FROM customers_interaction i
         WHERE i.customer_id = c.id AND i.direction = 'out' AND i.kind <> ALL(%(no_contact)s)
         ORDER BY i.at DESC LIMIT 1) AS sent) AS contact
    ORDER BY c.id
    ON CONFLICT (customer_id) DO UPDATE SET
        number = EXCLUDED.number, name = EXCLUDED.name, name_key = EXCLUDED.name_key,
        owner_id = EXCLUDED.owner_id, team_id = EXCLUDED.team_id, region = EXCLUDED.region,
        industry = EXCLUDED.industry, is_active = EXCLUDED.is_active,
        is_key_account = EXCLUDED.is_key_account, last_contact = EXCLUDED.last_contact,
        last_contact_in = EXCLUDED.last_contact_in, last_contact_out = EXCLUDED.last_contact_out
"""
UPSERT_TOKENS = """
    INSERT INTO customers_customertokens AS t (customer_id, tokens, own)
    SELECT customer_id, tokens, own FROM derived ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET tokens = EXCLUDED.tokens, own = EXCLUDED.own
    WHERE (t.tokens, t.own) IS DISTINCT FROM (EXCLUDED.tokens, EXCLUDED.own)
"""
# In order, so that two imports that add the same words wait for each other, not deadlock.
ADD_TO_DICTIONARY = """
    INSERT INTO customers_searchtoken (token)
    SELECT DISTINCT token FROM derived, unnest(tokens) AS token ORDER BY token
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def refresh_derived(customer_ids: Sequence[int]) -> None:
    """Bring Standing's descriptive half and the search tokens in line, in batches.

    Call it in the transaction that changed a customer's name, number, phone, owner, team, region,
    industry or activity, its contacts or its interactions.
    """
    for start in range(0, len(customer_ids), BATCH):
        batch = customer_ids[start : start + BATCH]
        _refresh_batch(batch)
        refresh_keys(batch)


def _refresh_batch(ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS derived (customer_id bigint PRIMARY KEY,"
            ' name_key text COLLATE "C", tokens text[], own text[]) ON COMMIT DELETE ROWS'
        )
        cursor.execute("DELETE FROM derived")
        copy_rows("derived", ("customer_id", "name_key", "tokens", "own"), list(_derived(ids)))
        cursor.execute(
            UPSERT_STANDING,
            {
                "zone": Installation.get().time_zone,
                "no_contact": list(Interaction.NO_CONTACT),
            },
        )
        cursor.execute(UPSERT_TOKENS)
        cursor.execute(ADD_TO_DICTIONARY)


def _derived(ids: Sequence[int]) -> Iterable[tuple[int, str, str, str]]:
    """Id, sort key, all tokens and the customer's own ones; arrays as PostgreSQL writes them."""
    keys, people = _keys(ids), _people(ids)
    customers = Customer.objects.filter(pk__in=ids)
    for pk, name, number, short, tax, aliases, phone, *addresses in customers.values_list(
        *("pk", "name", "number", "short_name", "tax_number", "aliases", "phone"),
        *("email", "website"),
    ):
        names = [name, number, short, tax, *aliases.splitlines(), *keys[pk]]
        email, website = addresses
        own = tokens(names, [phone], [email, domain(website)])
        every = sorted(people[pk].union(own)) if pk in people else own
        yield pk, name_key(name), array(every), array(own)


def _keys(ids: Sequence[int]) -> dict[int, list[str]]:
    """By which numbers else a customer is known: in other systems, and before a merge."""
    keys = defaultdict(list)
    elsewhere = CustomerIdentity.objects.filter(customer__in=ids).values_list("customer_id", "key")
    former = FormerNumber.objects.filter(customer__in=ids).values_list("customer_id", "number")
    for customer, key in elsewhere.union(former):
        keys[customer].append(key)
    return keys


def _people(ids: Sequence[int]) -> dict[int, set[str]]:
    """The tokens of a customer's contacts."""
    people = defaultdict(set)
    contacts = Contact.objects.filter(customer__in=ids)
    for customer, name, email, phone, mobile in contacts.values_list(
        "customer_id", "name", "email", "phone", "mobile"
    ):
        people[customer].update(tokens([name], [phone, mobile], [email]))
    return people
