"""Fixtures of customers' tests: `load` takes a table as text, the way a file would have it."""

import itertools

import pytest


@pytest.fixture
def load(tmp_path, settings):
    """load("customer,…\\nA1,…", kind=…) imports the text; keywords are those of an order."""
    from customers.tests.loading import imported

    settings.MEDIA_ROOT = tmp_path / "media"
    numbers = itertools.count()

    def load_text(table: str | bytes, *, commit: bool = True, **options):
        order = {"kind": "transactions", "source": "erp", "create_customers": True, **options}
        return imported(tmp_path / f"file{next(numbers)}.csv", table, commit=commit, **order)

    return load_text


@pytest.fixture
def without_ready_rules(db):
    """No care programme but those that the test makes."""
    from customers.models import CareRule

    CareRule.objects.all().delete()
