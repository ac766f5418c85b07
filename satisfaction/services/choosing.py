"""Whom a wave asks, and who fits its plan but is not asked: one statement, however many fit.

One person a customer: a decision maker or influencer first, then anybody else with an address,
the customer's own address last. Addresses that want no more surveys are passed over.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from crm.platform.models import Installation
from satisfaction.models import Skip, Wave

NAMES = 50

# "" is the reason of those who can be asked. The sample is taken among them in an order that only
# the seed decides, so that the same plan asks the same customers again.
CHOICE = """
WITH fits AS MATERIALIZED (
    SELECT customer_id, name, name_key, tier, stage, owner_id, team_id
    FROM customers_standing
    WHERE is_active
        AND (cardinality(%(tiers)s::text[]) = 0 OR tier = ANY(%(tiers)s::text[]))
        AND (cardinality(%(stages)s::text[]) = 0 OR stage = ANY(%(stages)s::text[]))
        AND (cardinality(%(regions)s::text[]) = 0 OR region = ANY(%(regions)s::text[]))
        AND (cardinality(%(teams)s::bigint[]) = 0 OR team_id = ANY(%(teams)s::bigint[]))
), addresses AS (
    SELECT customer_id, contact.id AS contact_id, contact.email, contact.language,
        CASE role WHEN 'decision_maker' THEN 0 WHEN 'influencer' THEN 1 ELSE 2 END AS place
    FROM customers_contact contact JOIN fits USING (customer_id)
    WHERE contact.email <> '' AND (left_on IS NULL OR left_on > %(today)s)
    UNION ALL
    SELECT customer.id, NULL, customer.email, '', 3
    FROM customers_customer customer JOIN fits ON fits.customer_id = customer.id
    WHERE customer.email <> ''
), best AS (
    SELECT DISTINCT ON (customer_id) customer_id, contact_id, addresses.email,
        lower(addresses.email) AS address, language, optout.id IS NOT NULL AS opted_out
    FROM addresses LEFT JOIN satisfaction_optout optout ON optout.email = lower(addresses.email)
    ORDER BY customer_id, optout.id IS NOT NULL, place, contact_id
), lately AS MATERIALIZED (
    SELECT customer_id, lower(email) AS address FROM satisfaction_invitation
    WHERE sent_at > %(since)s
), judged AS MATERIALIZED (
    SELECT fits.*, contact_id, email, address,
        CASE WHEN language <> '' THEN language
            WHEN name ~ '[\u4e00-\u9fff]' THEN 'zh-hans' ELSE 'en' END AS language,
        CASE WHEN customer_id IN (SELECT customer_id FROM lately) THEN 'asked'
            WHEN email IS NULL THEN 'no_email'
            WHEN opted_out THEN 'opted_out'
            WHEN address IN (SELECT address FROM lately) THEN 'asked'
            ELSE '' END AS reason
    FROM fits LEFT JOIN best USING (customer_id)
), once AS (
    SELECT *, CASE WHEN reason = '' AND row_number() OVER (
            PARTITION BY address, reason ORDER BY customer_id) > 1 THEN 'asked'
        ELSE reason END AS verdict
    FROM judged
), ordered AS (
    SELECT *, CASE WHEN %(sample)s::bigint IS NOT NULL THEN row_number() OVER (
        PARTITION BY verdict ORDER BY md5(%(seed)s::text || ':' || customer_id), customer_id)
        END AS place
    FROM once
), chosen AS MATERIALIZED (
    SELECT * FROM ordered
    WHERE verdict <> '' OR %(sample)s::bigint IS NULL OR place <= %(sample)s::bigint
)
"""
PREVIEW = f"""{CHOICE}
SELECT 'count' AS what, verdict, tier, language, count(*), NULL AS name, 0 AS line
FROM chosen GROUP BY verdict, tier, language
UNION ALL
SELECT 'name', verdict, tier, language, customer_id, name, line FROM (
    SELECT *, row_number() OVER (PARTITION BY verdict ORDER BY name_key, customer_id) AS line
    FROM chosen) numbered
WHERE line <= %(names)s ORDER BY verdict, line
"""  # noqa: S608 -- no value in it


@dataclass(frozen=True)
class Named:
    """A customer in a list of the preview."""

    customer_id: int
    name: str
    tier: str
    language: str


@dataclass(frozen=True)
class Group:
    """So many customers of a tier are asked in a language."""

    tier: str
    language: str
    customers: int


@dataclass(frozen=True)
class Skipped:
    """Who fits the plan and is not asked for one reason; the names are the first ones."""

    reason: Skip.Reason
    customers: int
    names: list[Named]


@dataclass(frozen=True)
class Choice:
    """What opening the wave now would do."""

    groups: list[Group]
    names: list[Named]
    skipped: list[Skipped]

    @property
    def asked(self) -> int:
        return sum(group.customers for group in self.groups)

    @property
    def left_out(self) -> int:
        return sum(skipped.customers for skipped in self.skipped)


def choose(wave: Wave) -> Choice:
    """Whom the wave would ask now, as numbers and as the first names."""
    with connection.cursor() as cursor:
        cursor.execute(PREVIEW, {**parameters(wave), "names": NAMES})
        rows = cursor.fetchall()
    groups, counts, names = [], defaultdict(int), defaultdict(list)
    for what, reason, tier, language, number, name, _line in rows:
        if what == "name":
            names[reason].append(Named(number, name, tier, language))
        elif reason:
            counts[reason] += number
        else:
            groups.append(Group(tier, language, number))
    return Choice(
        groups=sorted(groups, key=lambda group: (group.tier, group.language)),
        names=names[""],
        skipped=[
            Skipped(reason, counts[reason], names[reason])
            for reason in Skip.Reason
            if counts[reason]
        ],
    )


def parameters(wave: Wave) -> dict:
    """The plan as the values of CHOICE."""
    installation = Installation.cached()
    pause = dt.timedelta(days=installation.survey_pause_days)
    return {
        "tiers": wave.tiers,
        "stages": wave.stages,
        "regions": wave.regions,
        "teams": wave.teams,
        "today": installation.today(),
        "since": timezone.now() - pause,
        "seed": wave.seed,
        "sample": wave.sample_size,
    }
