"""Which customers a query is about: a shard's, or those of a list of ids."""

import numpy as np

from lifecycle.services.shards import Shard

Chosen = Shard | np.ndarray


def condition(chosen: Chosen, column: str = "customer_id") -> str:
    """As a condition on a column, for the parameters of `values`."""
    if isinstance(chosen, Shard):
        return f"{column} >= %(low)s AND {column} < %(high)s"
    return f"{column} = ANY(%(ids)s)"


def values(chosen: Chosen) -> dict:
    """The parameters of `condition`."""
    return chosen.ids if isinstance(chosen, Shard) else {"ids": chosen.tolist()}
