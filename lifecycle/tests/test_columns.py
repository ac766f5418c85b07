import datetime as dt

import numpy as np
import pytest
from django.db import connection

from lifecycle.models import Placed
from lifecycle.services import columns

pytestmark = pytest.mark.django_db

KINDS = {"number": "int", "amount": "float", "day": "date", "word": "8"}
ROWS = """
    SELECT n AS number, n * 1.5 AS amount, DATE '2024-02-28' + n AS day,
        CASE n WHEN 1 THEN '' WHEN 2 THEN 'two' ELSE 'eightlet' END AS word
    FROM generate_series(%(first)s, 3) n
"""


def test_a_query_becomes_arrays():
    found = columns.read(ROWS, {"first": 1}, KINDS)
    assert found["number"].tolist() == [1, 2, 3]
    assert found["amount"].tolist() == [1.5, 3.0, 4.5]
    assert [dt.date.fromordinal(day) for day in found["day"]] == [
        dt.date(2024, 2, 29),
        dt.date(2024, 3, 1),
        dt.date(2024, 3, 2),
    ]
    assert found["word"].tolist() == ["", "two", "eightlet"]


def test_no_rows_become_empty_arrays():
    found = columns.read(ROWS, {"first": 4}, KINDS)
    assert {name: len(column) for name, column in found.items()} == dict.fromkeys(KINDS, 0)


def placed(tiers):
    count = len(tiers)
    return {
        "customer_id": np.arange(count),
        "tier_before": np.full(count, ""),
        "raw_tier": np.array(tiers, dtype=str),
        "tier": np.array(tiers, dtype=str),
        "value_band": np.array(["low", "medium", "high"][:count], dtype=str),
    }


def test_arrays_become_rows_and_padding_is_not_seen():
    assert columns.write(Placed._meta.db_table, placed(["A", "B", "C"])) == 3
    rows = Placed.objects.order_by("customer_id").values_list("tier_before", "tier", "value_band")
    with connection.cursor() as cursor:
        cursor.execute("SELECT value_band::text FROM lifecycle_placed ORDER BY customer_id")
        assert [row[0] for row in cursor.fetchall()] == ["low", "medium", "high"]
    assert [tier for _, tier, _ in rows] == ["A", "B", "C"]


def test_no_arrays_become_no_rows():
    assert columns.write(Placed._meta.db_table, placed([])) == 0
    assert not Placed.objects.exists()
