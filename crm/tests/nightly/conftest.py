"""What the night's tests share. Models are imported late: pytest reads this before Django is up."""

import pytest


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    """Nobody listens: this process does all the work."""
    from crm.platform import jobs

    heard = []
    monkeypatch.setattr(jobs, "ring", lambda job: bool(heard.append(job.pk)))
    return heard


@pytest.fixture
def company(db):
    from crm.tests.nightly.companies import make_company

    return make_company()
