"""What speaks for customers' leaving on a date: one module a field, one query a signal.

The queries make a shard's signals of a date in the temporary table `signals_now`. They read what
had happened by the end of that business day, by the dates that the rows bear, so that a date
computed again gives the same rows: a case's state is that of its last event by then, not the one
it is in now.

Strengths decide which of a customer's signals stands on the list, so they are made to compare: a
signal from dealings is the share that is missing, times how sure that is; one of complaints the
share of customers who left after the like; what people say or omit weighs less than what they do.
"""

import datetime as dt

from crm.platform.models import Installation
from lifecycle.models import NightlyRun
from lifecycle.services.shards import IN_SHARD, Shard
from lifecycle.services.signal_sources import (
    answers,
    competition,
    complaints,
    dealings,
    market,
    payments,
    relations,
)

NEW_TABLE = """
    CREATE TEMP TABLE signals_now (
        customer_id bigint NOT NULL, kind text NOT NULL, strength float8 NOT NULL,
        evidence jsonb NOT NULL) ON COMMIT DROP
"""
INSERT = "INSERT INTO signals_now (customer_id, kind, strength, evidence) "
# In the order in which they may rest on each other: market marks what others found.
SOURCES = (dealings, payments, relations, complaints, answers, competition, market)


def gather(cursor, run: NightlyRun, shard: Shard) -> None:
    """Make the temporary table `signals_now`: the shard's signals of the run's date."""
    values = {**shard.ids, **parameters(run)}
    cursor.execute(NEW_TABLE)
    for source in SOURCES:
        for query in source.QUERIES:
            cursor.execute(INSERT + query.format(in_shard=IN_SHARD), values)
    cursor.execute("ANALYZE signals_now")


def parameters(run: NightlyRun) -> dict:
    """What the queries need to know of the run, and their marks."""
    zone = Installation.get().zone
    midnight = dt.datetime.combine(run.as_of + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    until = midnight.astimezone(dt.UTC)
    values = {"as_of": run.as_of, "until": until, "zone": zone.key}
    for source in SOURCES:
        values |= source.marks(run, until)
    return values
