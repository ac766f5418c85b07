"""The demo company for several tests at once. Models are imported late: Django is not up yet."""

import datetime as dt

import pytest
from django.db import transaction
from django.test import override_settings

DEMO_DAY, DEMO_CUSTOMERS = dt.date(2026, 7, 15), 240


@pytest.fixture(scope="module")
def kept_rows(django_db_setup, django_db_blocker, tmp_path_factory):
    """Rows and files made here stay for all tests of a module; what a test does is undone."""
    from crm.platform.models import Installation

    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), media, transaction.atomic():
        Installation.forget()
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def demo_company(kept_rows):
    """What came in; a test that uses it asks for `db` too."""
    from crm.demo.load import load

    return load(today=DEMO_DAY, customers=DEMO_CUSTOMERS)
