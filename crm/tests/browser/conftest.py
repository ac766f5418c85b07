"""A real Chromium before a real server, over the demo company.

What needs models is imported inside of fixtures: pytest reads this file before Django is set up
when the folder is named on its command line.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from playwright.sync_api import expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
MISSING = f"No Chromium at {CHROMIUM}: browser tests are left out (set CHROMIUM)"
# On a busy machine a page may take longer than an expectation waits by itself.
PATIENCE = 15_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """All tests that want for a browser are one line of the summary."""
    report = yield
    if report.skipped and MISSING in str(report.longrepr):
        report.longrepr = (__file__, 0, MISSING)
    return report


@pytest.fixture(scope="package")
def browser():
    """One for all tests; where there is none they are skipped, but not on the build server."""
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Playwright's own loop runs in this thread, where Django then suspects asynchronous code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def site(browser, django_db_setup, django_db_blocker, tmp_path_factory):
    """The company, committed, and a server of it: for all tests of this folder together."""
    from crm.tests import anew
    from crm.tests.browser.pages import pages
    from crm.tests.browser.site import build

    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media):
        server = LiveServer("localhost")
        try:
            made = build(server.url)
            pages(made)  # makes what some of them show, for all tests to see
            yield made
        finally:
            server.stop()
            anew.restore()
            connection.close()


@pytest.fixture(scope="package")
def worker(site, tmp_path_factory):
    """A real worker on the database of the tests: it does what pages ask for."""
    address = urlsplit(os.environ["DATABASE_URL"])
    address = address._replace(path=f"/{connection.settings_dict['NAME']}")
    log = tmp_path_factory.mktemp("worker") / "log"
    command = [sys.executable, "-m", "celery", "-A", "crm", "worker", "--pool", "solo"]
    command += ["--loglevel", "INFO", "--without-mingle", "--without-gossip"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            env={
                **os.environ,
                "DATABASE_URL": address.geturl(),
                "MEDIA_ROOT": str(settings.MEDIA_ROOT),
                "CELERY_SKIP_CHECKS": "1",  # other tests check the system
            },
        )
        yield process
        process.terminate()
        process.wait(30)
    assert " ERROR" not in log.read_text(), log.read_text()


@pytest.fixture
def visitors(browser, site):
    """People who come with their browsers; at the end nothing of theirs may have gone wrong."""
    from crm.tests.browser.visitor import Visitors

    people = Visitors(browser, site)
    yield people
    people.leave()


@pytest.fixture(params=["en", "zh-hans"])
def language(request):
    return request.param


@pytest.fixture
def say(language):
    """Texts of the pages as they stand in the language of the test."""
    from crm.tests.browser.site import words

    return words(language)
