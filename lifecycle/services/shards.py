"""Customers cut into ranges of ids, one for each worker's turn."""

from dataclasses import dataclass

from django.db import connection

SHARD_SIZE = 50_000
ABOVE_ALL = 2**62
# As a condition on a table with customers, for the parameters of `Shard.ids`.
IN_SHARD = "customer_id >= %(low)s AND customer_id < %(high)s"


@dataclass(frozen=True)
class Shard:
    """Customers with low <= id < high."""

    low: int = 0
    high: int = ABOVE_ALL

    @property
    def ids(self) -> dict[str, int]:
        """As parameters of a query."""
        return {"low": self.low, "high": self.high}


EVERYBODY = Shard()


def inner_bounds(size: int | None = None, *, parts: int | None = None) -> list[int]:
    """The ids at which the customers are cut into so many parts, or parts of about that size."""
    with connection.cursor() as cursor:
        if parts is None:
            cursor.execute("SELECT count(*) FROM customers_customer")
            parts = -(-cursor.fetchone()[0] // (size or SHARD_SIZE))
        if parts < 2:
            return []
        cursor.execute(
            "SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY id)"
            " FROM customers_customer",
            [[part / parts for part in range(1, parts)]],
        )
        return sorted(set(cursor.fetchone()[0]))


def shard(bounds: list[int], number: int) -> Shard:
    """The part of that number; the last one is open to customers made meanwhile."""
    edges = [0, *bounds, ABOVE_ALL]
    return Shard(edges[number], edges[number + 1])
