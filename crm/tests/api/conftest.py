"""Other systems at the door. Models are imported late: Django is not up yet."""

import uuid

import pytest


@pytest.fixture(autouse=True)
def _no_calls_yet(monkeypatch):
    """Limits count across tests: each has counts of its own."""
    from crm.api import gate

    for limit in (gate.CALLS, gate.MISSES):
        monkeypatch.setattr(limit, "what", str(uuid.uuid4()))


@pytest.fixture
def erp(db):
    """Of all customers, with all scopes."""
    from crm.tests.api.system import make_system

    return make_system()


@pytest.fixture
def of_team(amy):
    """Of Amy's team alone."""
    from crm.tests.api.system import make_system

    return make_system(team=amy.team)
