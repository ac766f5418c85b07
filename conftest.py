"""Tests run on real servers: those of DATABASE_URL, else the embedded ones."""

import os
import signal

import pytest
from django.conf import settings

from crm import embedded

# The first process starts the servers; its xdist workers inherit the addresses. Settings are named
# here and not in pytest.ini, since pytest-django would read them before there is a database.
STARTED_HERE = "DATABASE_URL" not in os.environ and embedded.export("test")
os.environ.setdefault("INSECURE_LOCAL", "1")
# Each process of tests rings for workers of its own only.
PROCESS = [os.environ.get(name, "") for name in ("TEST_DATABASE_NAME", "PYTEST_XDIST_WORKER")]
os.environ["CELERY_QUEUE_PREFIX"] = "-".join(["test", *filter(None, PROCESS)]) + ":"
os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"


def pytest_configure():
    # A shell that runs the tests in the background, or nohup, has signals ignored, and what the
    # tests start would inherit that; a handler of ours it does not.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
    assert settings.DATABASES  # reads them now; pytest-django sets Django up next
    # Pages name static files as they lie in the sources: nothing has to be collected first.
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = plain
    # In a process of xdist the settings were read before this file.
    prefix = os.environ["CELERY_QUEUE_PREFIX"]
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = prefix


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if STARTED_HERE and not hasattr(config, "workerinput"):
        embedded.stop("test")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """The owner makes and drops the test database."""
    from django.db import connection

    from crm.platform import roles

    return roles.sign_in_as_owner(connection)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_modify_db_settings, django_db_blocker):
    """Tests then run with the rights of the application, as in production."""
    from django.db import connection
    from django.test import TransactionTestCase

    from crm.platform import roles
    from crm.tests import anew

    with django_db_blocker.unblock():
        anew.remember()
        roles.sign_in(connection, django_db_modify_db_settings)
    with pytest.MonkeyPatch.context() as patch:
        # After tests with several connections, which can't be rolled back.
        patch.setattr(TransactionTestCase, "_fixture_teardown", anew.restore)
        yield
    with django_db_blocker.unblock():
        roles.sign_in_as_owner(connection)


@pytest.fixture(autouse=True)
def _fresh_settings():
    """The installation's settings are remembered by the process, not across tests."""
    from crm.platform.models import Installation

    Installation.forget()


@pytest.fixture
def amy():
    """An account manager of a team, whom most tests are about."""
    from crm.accounts.tests.factories import AccountManagerFactory, TeamFactory

    return AccountManagerFactory(team=TeamFactory(), name="Amy")


@pytest.fixture
def signed_in(client, amy):
    client.force_login(amy)
    return client
