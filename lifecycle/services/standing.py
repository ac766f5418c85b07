"""Standings and valuations built aside and swapped in: one consistent set of figures."""

import time

from django.db import OperationalError, connection, transaction

from crm.platform.amounts import rounded
from customers.models import Customer, Standing
from customers.models.signal_kinds import NO_REASON
from customers.services.derived import refresh_derived
from lifecycle.models import NightlyRun, Valuation
from lifecycle.override_reads import HOLDING
from lifecycle.querysets import WEIGHED_STRENGTH
from lifecycle.services.aside import Aside
from lifecycle.services.contracts import METHOD

STANDING, VALUATION = Aside(Standing._meta.db_table), Aside(Valuation._meta.db_table)
# Longer than this, readers don't wait for the swap: it steps back and tries again.
LOCK_TIMEOUT = "800ms"
TRIES, PAUSE = 60, 0.5

# Kept by customers' services; the night takes these as they stand when the tables are swapped.
DESCRIPTIVE = (
    *("number", "name", "name_key", "owner_id", "team_id", "region", "industry"),
    *("is_active", "is_key_account", "last_contact", "last_contact_in", "last_contact_out"),
)
FIGURES = (
    *("tier", "tier_by_numbers", "stage", "stage_by_rules", "value_band", "risk"),
    *("lifetime_value", "value_at_risk", "signal", "revenue_12m", "last_purchase", "computed_on"),
)
BUILD_STANDING = """
    INSERT INTO {next} (customer_id, {descriptive}, {figures})
    SELECT s.customer_id, {s_descriptive},
        coalesce(p.tier, t.value, 'C'),
        coalesce(p.tier_by_numbers, CASE WHEN t.value IS NULL THEN '' ELSE 'C' END),
        coalesce(f.stage, o.value, 'exploration'),
        coalesce(f.stage_by_rules, CASE WHEN o.value IS NULL THEN '' ELSE 'exploration' END),
        coalesce(p.value_band, 'low'), coalesce(f.risk, 0),
        coalesce({lifetime_value}, 0), coalesce({value_at_risk}, 0), coalesce(g.kind, ''),
        coalesce({revenue_12m}, 0),
        coalesce(f.last_purchase, DATE '0001-01-01'), %(as_of)s
    FROM {table} s
    LEFT JOIN lifecycle_scored f ON f.customer_id = s.customer_id
    LEFT JOIN lifecycle_valueparts v ON v.customer_id = s.customer_id
    LEFT JOIN lifecycle_placed p ON p.customer_id = s.customer_id
    LEFT JOIN ({tiers_by_people}) t ON t.customer_id = s.customer_id
    LEFT JOIN ({stages_by_people}) o ON o.customer_id = s.customer_id
    LEFT JOIN (
        SELECT DISTINCT ON (customer_id) customer_id, kind FROM lifecycle_signal
        WHERE ended_on IS NULL AND dismissed_at IS NULL AND kind NOT IN ({no_reason})
        ORDER BY customer_id, {weighed_strength} DESC, id) g ON g.customer_id = s.customer_id
    ORDER BY s.customer_id
"""
# Columns of the parts of lifetime value: money, figures as they are, and those that may be unknown.
PART_MONEY = (
    *("lifetime_low", "lifetime_high", "growth_value", "growth_low", "growth_high"),
    *("referral_value", "referral_low", "referral_high", "referral_realised"),
    *("knowledge_value", "knowledge_low", "knowledge_high"),
    *("cost_to_serve", "cost_12m", "interactions_12m"),
)
PART_FIGURES = (
    *("growth_from", "headroom", "take_up", "referral_rate", "referred", "ideas"),
    *("categories", "revenue_before", "recommended", "showings", "clubs", "told"),
)
PART_KNOWN = ("loyalty", "credit", "satisfaction", "recommend")
PART_VALUES = ", ".join(
    (
        *(rounded(name) for name in PART_MONEY),
        *PART_FIGURES,
        *(f"nullif({name}, 'NaN')" for name in PART_KNOWN),
    )
)
MONEY = (
    *("transaction_value", "transaction_value_low", "transaction_value_high"),
    "value_if_active",
)
SERVICE_GAP = "cost_12m - %(cost_by_value)s * greatest(lifetime_value + cost_to_serve, 0)"
BUILD_VALUATION = """
    INSERT INTO {next} (customer_id, as_of, purchase_days, repeats, recency, age, usual_gap,
        probability_alive, probability_active, risk, risk_after_purchase, expected_purchases,
        expected_spend, net_ratio, margin, margin_is_assumed, transaction_value,
        transaction_value_low, transaction_value_high, value_if_active, method, contract_ends,
        contract_left, renewals, renewal_chance, margin_12m, tier_basis, stage_reason,
        stage_numbers, stage_since, pattern,
        stage_candidate, stage_candidate_since,
        {parts}, service_gap)
    SELECT customer_id, %(as_of)s, purchase_days, repeats, recency, age, nullif(usual_gap, 0),
        probability_alive, probability_active, risk, risk_after_purchase, expected_purchases,
        expected_spend, net_ratio, margin, %(margin_assumed)s, {money}, method, {contract},
        {margin_12m}, {tier_basis}, stage_reason,
        jsonb_build_object('figure', stage_figure, 'mark', stage_mark), stage_since, pattern,
        stage_candidate, stage_candidate_since,
        {part_values}, {service_gap}
    FROM lifecycle_scored JOIN lifecycle_valueparts USING (customer_id) ORDER BY customer_id
"""
# What is known of contract customers alone.
CONTRACT = ", ".join(
    f"CASE WHEN method = '{METHOD}' THEN {figure} END"
    for figure in ("contract_ends", rounded("contract_left"), "renewals", "renewal_chance")
)
# What serving takes a year for each unit of value, over all customers.
COST_BY_VALUE = """
    SELECT coalesce(sum(cost_12m::numeric)
        / nullif(sum(greatest(lifetime_value + cost_to_serve, 0)::numeric), 0), 0)::float8
    FROM lifecycle_valueparts
"""
# What people changed while the table was built, whose writers wait now.
TAKE_EDITS = """
    UPDATE {next} n SET {assignments} FROM {table} s
    WHERE s.customer_id = n.customer_id AND ({s_descriptive}) IS DISTINCT FROM ({n_descriptive})
"""
TAKE_DISMISSALS = """
    UPDATE {next} n SET signal = coalesce((
        SELECT kind FROM lifecycle_signal g
        WHERE g.customer_id = n.customer_id AND ended_on IS NULL AND dismissed_at IS NULL
            AND kind NOT IN ({no_reason})
        ORDER BY {weighed_strength_g} DESC, id LIMIT 1), '')
    WHERE customer_id IN (
        SELECT customer_id FROM lifecycle_signal
        WHERE dismissed_at >= %(since)s)
"""
TAKE_NEW = """
    INSERT INTO {next} SELECT s.* FROM {table} s
    WHERE NOT EXISTS (SELECT 1 FROM {next} n WHERE n.customer_id = s.customer_id)
"""
DROP_DELETED = """
    DELETE FROM {next} n
    WHERE NOT EXISTS (SELECT 1 FROM {standing} s WHERE s.customer_id = n.customer_id)
"""


def build_standings(run: NightlyRun) -> int:
    """Build the standings aside from the night's figures; returns how many."""
    _complete()
    with connection.cursor() as cursor:
        STANDING.create()
        cursor.execute(_sql(BUILD_STANDING), {"as_of": run.as_of})
        customers = cursor.rowcount
        STANDING.index()
    return customers


def build_valuations(run: NightlyRun) -> int:
    """Build the valuations aside from the night's figures; returns how many."""
    build = BUILD_VALUATION.format(
        next=VALUATION.next,
        parts=", ".join((*PART_MONEY, *PART_FIGURES, *PART_KNOWN)),
        part_values=PART_VALUES,
        contract=CONTRACT,
        money=", ".join(map(rounded, MONEY)),
        margin_12m=rounded("margin_12m", 4),
        tier_basis=rounded("tier_basis", 4),
        service_gap=rounded(f"({SERVICE_GAP})"),
    )
    values = {
        "as_of": run.as_of,
        "margin_assumed": run.models_used["trained"]["population"]["margin"] is None,
    }
    with connection.cursor() as cursor:
        VALUATION.create()
        cursor.execute(COST_BY_VALUE)
        (values["cost_by_value"],) = cursor.fetchone()
        cursor.execute(build, values)
        rows = cursor.rowcount
        VALUATION.index()
    return rows


def _complete() -> None:
    """Every customer has a standing; services see to it, this mends what went past them."""
    without = Customer.objects.filter(standing__isnull=True).order_by("pk")
    refresh_derived(list(without.values_list("pk", flat=True)))


def _sql(template: str) -> str:
    return template.format(
        table=STANDING.table,
        next=STANDING.next,
        figures=", ".join(FIGURES),
        lifetime_value=rounded("v.lifetime_value"),
        value_at_risk=rounded("f.value_at_risk"),
        revenue_12m=rounded("f.revenue_12m", 4),
        tiers_by_people=HOLDING.format(kind="tier"),
        stages_by_people=HOLDING.format(kind="stage"),
        descriptive=", ".join(DESCRIPTIVE),
        s_descriptive=", ".join(f"s.{name}" for name in DESCRIPTIVE),
        n_descriptive=", ".join(f"n.{name}" for name in DESCRIPTIVE),
        assignments=", ".join(f"{name} = s.{name}" for name in DESCRIPTIVE),
        weighed_strength=WEIGHED_STRENGTH.format(signal="lifecycle_signal"),
        weighed_strength_g=WEIGHED_STRENGTH.format(signal="g"),
        no_reason=", ".join(f"'{kind.value}'" for kind in NO_REASON),
    )


def swap(run: NightlyRun) -> int:
    """Put both tables in place at once; returns how many rows people changed meanwhile.

    Renamed in a short lock; where others hold the tables for long, step back and try again.
    """
    if not (STANDING.is_built() and VALUATION.is_built()):
        return 0  # they are in place
    left = TRIES
    while True:
        try:
            with transaction.atomic():
                return _swap_once(run)
        except OperationalError:
            left -= 1
            if not left:
                raise
            time.sleep(PAUSE)


def _swap_once(run: NightlyRun) -> int:
    """First writers wait while their last edits are taken over, then readers for the renaming."""
    taken = 0
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"LOCK TABLE {STANDING.table} IN SHARE ROW EXCLUSIVE MODE")
        for query in (TAKE_EDITS, TAKE_DISMISSALS, TAKE_NEW):
            cursor.execute(_sql(query), {"since": run.job.started_at})
            taken += cursor.rowcount
        for aside in (STANDING, VALUATION):
            cursor.execute(DROP_DELETED.format(next=aside.next, standing=STANDING.table))
            taken += cursor.rowcount
        cursor.execute(f"LOCK TABLE {STANDING.table}, {VALUATION.table} IN ACCESS EXCLUSIVE MODE")
    for aside in (STANDING, VALUATION):
        aside.take_the_place()
    return taken
