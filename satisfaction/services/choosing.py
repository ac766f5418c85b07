"""Whom a wave asks, and who fits its plan but is not asked: one statement, however many fit.

Of a customer one person: a decision maker or influencer first, then anybody else who can be
reached, the customer's own address last; or everybody who can be reached, where the plan says so.
Who wants no more surveys, or refused to be contacted, is passed over. `staff.py` says the same of
our own people.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils import timezone

from crm.platform.models import Installation
from satisfaction.models import Skip, Wave
from satisfaction.services.staff import STAFF

NAMES = 50
# An address from which a mail came back is not tried again for so long.
DEAD = dt.timedelta(days=365)

# "" is the verdict on those who can be asked. The sample is taken among their customers in an
# order that only the seed decides, so that the same plan asks the same customers again, whatever
# stands beside them. Surveys after a complaint or a loss neither count as having been asked nor
# wait for it: they are about one event, and come at once or never.
CUSTOMERS = """
WITH fits AS MATERIALIZED (
    SELECT customer_id, name, name_key, tier, stage, owner_id, team_id
    FROM customers_standing
    WHERE is_active
        AND (cardinality(%(tiers)s::text[]) = 0 OR tier = ANY(%(tiers)s::text[]))
        AND (cardinality(%(stages)s::text[]) = 0 OR stage = ANY(%(stages)s::text[]))
        AND (cardinality(%(regions)s::text[]) = 0 OR region = ANY(%(regions)s::text[]))
        AND (cardinality(%(teams)s::bigint[]) = 0 OR team_id = ANY(%(teams)s::bigint[]))
), lately AS MATERIALIZED (
    SELECT asked.customer_id, lower(asked.email) AS address
    FROM satisfaction_invitation asked JOIN satisfaction_wave wave ON wave.id = asked.wave_id
    WHERE asked.customer_id IS NOT NULL AND wave.occasion = 'plan' AND asked.state <> 'bounced'
        AND (asked.sent_at > %(since)s OR (asked.sent_at IS NULL AND wave.state = 'open'))
), dead AS MATERIALIZED (
    SELECT DISTINCT lower(email) AS address FROM satisfaction_invitation
    WHERE state = 'bounced' AND sent_at > %(dead_since)s
), people AS (
    SELECT customer_id, contact.id AS contact_id, contact.email, contact.language,
        contact.phone <> '' OR contact.mobile <> '' AS has_phone, consent = 'refused' AS refuses,
        CASE role WHEN 'decision_maker' THEN 0 WHEN 'influencer' THEN 1 ELSE 2 END AS place
    FROM customers_contact contact JOIN fits USING (customer_id)
    WHERE (left_on IS NULL OR left_on > %(today)s) AND erased_at IS NULL
        AND (cardinality(%(roles)s::text[]) = 0 OR role = ANY(%(roles)s::text[]))
    UNION ALL
    SELECT customer.id, NULL, customer.email, '', customer.phone <> '', false, 3
    FROM customers_customer customer JOIN fits ON fits.customer_id = customer.id
    WHERE cardinality(%(roles)s::text[]) = 0
), known AS (
    SELECT customer_id, contact_id, people.email, language, place,
        coalesce(nullif(lower(people.email), ''), 'contact ' || contact_id,
            'customer ' || customer_id) AS address,
        CASE %(channel)s WHEN 'print' THEN true WHEN 'interview' THEN has_phone
            ELSE people.email <> '' AND dead.address IS NULL END AS is_reached,
        refuses OR optout.id IS NOT NULL AS opted_out
    FROM people
    LEFT JOIN satisfaction_optout optout
        ON people.email <> '' AND optout.email = lower(people.email)
    LEFT JOIN dead ON dead.address = lower(people.email)
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY customer_id ORDER BY NOT is_reached, opted_out, place, contact_id) AS turn
    FROM known
), judged AS MATERIALIZED (
    SELECT fits.*, NULL::bigint AS user_id, contact_id, email, address, turn,
        CASE WHEN language <> '' THEN language
            WHEN name ~ '[\u4e00-\u9fff]' THEN 'zh-hans' ELSE 'en' END AS language,
        CASE WHEN customer_id IN (SELECT customer_id FROM lately) THEN 'asked'
            WHEN turn IS NULL THEN 'no_role'
            WHEN NOT is_reached THEN
                CASE %(channel)s WHEN 'interview' THEN 'no_phone' ELSE 'no_email' END
            WHEN opted_out THEN 'opted_out'
            WHEN address IN (SELECT address FROM lately) THEN 'asked'
            ELSE '' END AS reason
    FROM fits LEFT JOIN ranked USING (customer_id)
    WHERE turn IS NULL OR turn = 1 OR (%(all_contacts)s AND is_reached AND NOT opted_out)
), once AS (
    SELECT *, CASE WHEN reason = '' AND row_number() OVER (
            PARTITION BY address, reason ORDER BY customer_id, turn) > 1 THEN 'asked'
        ELSE reason END AS verdict
    FROM judged
), settled AS (
    SELECT *, count(*) FILTER (WHERE verdict = '') OVER (PARTITION BY customer_id) AS can_ask,
        min(turn) OVER (PARTITION BY customer_id) AS first_turn
    FROM once
), ordered AS (
    SELECT *, CASE WHEN %(sample)s::bigint IS NOT NULL THEN dense_rank() OVER (
        PARTITION BY verdict ORDER BY md5(%(seed)s::text || ':' || customer_id), customer_id)
        END AS place
    FROM settled
    WHERE verdict = '' OR (can_ask = 0 AND turn IS NOT DISTINCT FROM first_turn)
), chosen AS MATERIALIZED (
    SELECT * FROM ordered
    WHERE verdict <> '' OR %(sample)s::bigint IS NULL OR place <= %(sample)s::bigint
)
"""
PREVIEW = """
SELECT 'count' AS what, verdict, tier, language, count(*), NULL AS name, 0 AS line
FROM chosen GROUP BY verdict, tier, language
UNION ALL
SELECT 'name', verdict, tier, language, coalesce(customer_id, user_id), name, line FROM (
    SELECT *, row_number() OVER (PARTITION BY verdict ORDER BY name_key, customer_id, user_id,
        turn) AS line
    FROM chosen) numbered
WHERE line <= %(names)s ORDER BY verdict, line
"""


@dataclass(frozen=True)
class Named:
    """A customer, or one of our own, in a list of the preview."""

    pk: int
    name: str
    tier: str
    language: str


@dataclass(frozen=True)
class Group:
    """So many people of a tier are asked in a language."""

    tier: str
    language: str
    people: int


@dataclass(frozen=True)
class Skipped:
    """Who fits the plan and is not asked for one reason; the names are the first ones."""

    reason: Skip.Reason
    number: int
    names: list[Named]


@dataclass(frozen=True)
class Choice:
    """What opening the wave now would do."""

    groups: list[Group]
    names: list[Named]
    skipped: list[Skipped]

    @property
    def asked(self) -> int:
        return sum(group.people for group in self.groups)

    @property
    def left_out(self) -> int:
        return sum(skipped.number for skipped in self.skipped)


def choose(wave: Wave) -> Choice:
    """Whom the wave would ask now, as numbers and as the first names."""
    if not wave.chooses:
        return Choice([], [], [])
    with connection.cursor() as cursor:
        cursor.execute(chosen_by(wave) + PREVIEW, {**parameters(wave), "names": NAMES})
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


def chosen_by(wave: Wave) -> str:
    """The beginning of a statement that reads `chosen`: customers, or our own staff."""
    return STAFF if wave.asks_staff else CUSTOMERS


def parameters(wave: Wave) -> dict:
    """The plan as the values of `chosen_by`."""
    installation, now = Installation.cached(), timezone.now()
    return {
        "tiers": wave.tiers,
        "stages": wave.stages,
        "regions": wave.regions,
        "teams": wave.teams,
        "roles": wave.roles,
        "staff_roles": wave.staff_roles,
        "all_contacts": wave.asks_all_contacts,
        "channel": wave.channel,
        "language": settings.LANGUAGE_CODE,
        "today": installation.today(),
        "since": now - dt.timedelta(days=installation.survey_pause_days),
        "dead_since": now - DEAD,
        "seed": wave.seed,
        "sample": wave.sample_size,
    }
