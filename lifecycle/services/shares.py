"""Share of wallet of a shard's customers, as the stages read it."""

import datetime as dt

import numpy as np

from customers import wallet
from lifecycle.services import columns
from lifecycle.services.shards import Shard

# One row a customer with dealings, in the order of `summaries.load`; NaN where not known.
SHARES = """
    SELECT s.customer_id, coalesce(shares.share::float8, 'NaN') AS share
    FROM customers_dealingsummary s
    LEFT JOIN ({shares}) AS shares ON shares.customer_id = s.customer_id
    WHERE s.customer_id >= %(low)s AND s.customer_id < %(high)s
    ORDER BY s.customer_id
"""
IN_SHARD = "f.customer_id >= %(low)s AND f.customer_id < %(high)s"


def load(as_of: dt.date, shard: Shard) -> np.ndarray:
    """Shares in [0, 1] of the newest year that is over, as known on the date."""
    query = SHARES.format(shares=wallet.SHARES.format(chosen=IN_SHARD))
    found = columns.read(
        query, {"as_of": as_of, **shard.ids}, {"customer_id": "int", "share": "float"}
    )
    return found["share"]
