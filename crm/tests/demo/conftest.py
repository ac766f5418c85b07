"""The demo company moves in once for all tests of this folder; what each of them does is undone."""

import datetime as dt

import pytest

from crm.tests.kept import kept

DEMO_DAY, DEMO_CUSTOMERS = dt.date(2026, 7, 15), 240


@pytest.fixture(scope="package")
def demo_company(django_db_setup, django_db_blocker, tmp_path_factory):
    """What came in; a test that uses it asks for `db` too."""
    from crm.demo.load import load
    from crm.tests import anew

    with kept(django_db_blocker, tmp_path_factory):
        loaded = load(today=DEMO_DAY, customers=DEMO_CUSTOMERS)
        anew.analyze()
        yield loaded
