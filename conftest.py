"""Tests run on real servers: those of DATABASE_URL, else the embedded ones."""

import fcntl
import gc
import os
import signal
import tempfile
from typing import IO

import pytest
from django.conf import settings
from pytest_django.plugin import blocking_manager_key

from crm import embedded

# The first process starts the servers; its xdist workers inherit the addresses. Settings are named
# here and not in pytest.ini, since pytest-django would read them before there is a database.
STARTED_HERE = "DATABASE_URL" not in os.environ and embedded.export("test")
os.environ.setdefault("INSECURE_LOCAL", "1")
# Each process of tests rings for workers of its own only.
PROCESS = [os.environ.get(name, "") for name in ("TEST_DATABASE_NAME", "PYTEST_XDIST_WORKER")]
os.environ["CELERY_QUEUE_PREFIX"] = "-".join(["test", *filter(None, PROCESS)]) + ":"
os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
MIGRATING = pytest.StashKey[IO]()
# Imports, migrations and tests make so many objects that looking for garbage as often as usual
# took a fifth of all time.
gc.set_threshold(50_000, 20, 20)


def pytest_configure():
    # A shell that runs the tests in the background, or nohup, has signals ignored, and what the
    # tests start would inherit that; a handler of ours it does not.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
    assert settings.DATABASES  # reads them now; pytest-django sets Django up next
    from crm.tests import clients

    clients.install()
    # Pages name static files as they lie in the sources, where they have to be: nothing has to be
    # collected first, and what the manifest of production would refuse is refused.
    found = "crm.tests.statics.FoundStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = found
    # Each client would look through all that was collected for a start of the site.
    settings.STATIC_ROOT = None
    # In a process of xdist the settings were read before this file.
    prefix = os.environ["CELERY_QUEUE_PREFIX"]
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = prefix


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Processes of xdist wait until the first one lets go of a file: then there is a database."""
    stash = node.config.stash
    if MIGRATING not in stash:
        stash[MIGRATING] = tempfile.NamedTemporaryFile()  # noqa: SIM115 -- as long as this process
        fcntl.flock(stash[MIGRATING], fcntl.LOCK_EX)
    node.workerinput["migrating"] = stash[MIGRATING].name


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """The first process migrates the database while the others collect the tests."""
    stash = session.config.stash
    if MIGRATING in stash:
        from crm.tests import database

        with stash[blocking_manager_key].unblock():
            database.make(session.config)
        fcntl.flock(stash[MIGRATING], fcntl.LOCK_UN)
    elif process := getattr(session.config, "workerinput", None):
        from crm.tests import order

        number = int(process["workerid"].removeprefix("gw"))
        order.load(session.config, number / process["workercount"])
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        from crm.tests.order import arrange

        arrange(items, config.workerinput["workercount"])


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    """What is loaded by now stays: nobody looks through it for garbage again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if MIGRATING in config.stash:
        from crm.tests import database

        with config.stash[blocking_manager_key].unblock():
            database.drop(config)
    if STARTED_HERE and not hasattr(config, "workerinput"):
        embedded.stop("test")


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """Tests run with the rights of the application, as in production."""
    from django.test import TransactionTestCase

    from crm.tests import anew, database

    process = getattr(request.config, "workerinput", None)
    with django_db_blocker.unblock():
        if process:
            with open(process["migrating"]) as lock:
                fcntl.flock(lock, fcntl.LOCK_SH)
            database.copy(process["workerid"])
        else:
            database.make(request.config)
    with pytest.MonkeyPatch.context() as patch:
        # After tests with several connections, which can't be rolled back.
        patch.setattr(TransactionTestCase, "_fixture_teardown", anew.restore)
        yield
    with django_db_blocker.unblock():
        database.drop(request.config)


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
