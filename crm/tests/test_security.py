"""What every page keeps to: headers, cookies, no inline code; and what the database refuses."""

import json
import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import resolve, reverse

from crm.accounts.audit import audit
from crm.accounts.models import AuditEntry
from crm.platform.tests.inline_code import InlineCode
from crm.tests import walked
from crm.tests.access_table import PAGES
from crm.tests.world import make_world

# An address of a page of each kind, for what does not differ from page to page.
ASK = """
import django, json, sys
django.setup()
from django.conf import settings
from django.test import Client
plain = Client().get("/accounts/login/", headers={"host": "crm.example.com"})
page = Client().get("/accounts/login/", headers={"host": "crm.example.com"}, secure=True)
print(json.dumps({
    "plain": [plain.status_code, plain.headers.get("Location")],
    "headers": dict(page.headers),
    "cookies": {name: dict(cookie) for name, cookie in page.cookies.items()},
    "session": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY],
}))
"""


def production() -> dict[str, str]:
    """The environment of an installation behind https."""
    unsafe = {"INSECURE_LOCAL", "DEBUG"}
    kept = {name: value for name, value in os.environ.items() if name not in unsafe}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        # Nobody listens there: the sign-in page and the checks need no database.
        "DATABASE_URL": "postgresql://perennial:secret@127.0.0.1:1/perennial",
        "DATABASE_OWNER_URL": "postgresql://owner:secret@127.0.0.1:1/perennial",
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": "".join(chr(33 + number % 90) for number in range(60)),
        "ALLOWED_HOSTS": "crm.example.com",
    }


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        env=production() | more,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.django_db
def test_no_page_has_inline_code_or_names_another_host_and_all_keep_out_of_caches():
    wrong = {}
    for name, page in walked.pages("administrator").items():
        if PAGES[name].of("GET", "administrator") != "200":
            continue
        policy = page.headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        if "no-store" not in page.headers.get("Cache-Control", ""):
            wrong[name] = "may be cached"
        if found := InlineCode(page.html).found:
            wrong[name] = found
    assert not wrong


@pytest.mark.django_db
def test_pages_without_sign_in_are_kept_nowhere_and_tell_no_secret():
    """In no cache; and an address that holds a secret goes nowhere."""
    secrets = 0
    for name, page in walked.pages("anonymous").items():
        if PAGES[name].of("GET", "anonymous") not in ("200", "404"):
            continue
        cached = page.headers.get("Cache-Control", "")
        assert "no-store" in cached or "private, no-cache" in cached, name
        if "token" in resolve(page.url).kwargs:
            secrets += 1
            assert page.headers["Referrer-Policy"] == "no-referrer", name
    assert secrets >= 4


@pytest.mark.django_db
def test_the_sign_in_page_has_no_inline_code_and_the_headers_of_all_pages(client):
    answer = client.get(reverse("account_login"))
    assert not InlineCode(answer.content.decode()).found
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_errors_keep_the_same_policy(client):
    answer = client.get("/no/such/page/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["admin:index", "admin:accounts_user_changelist"])
def test_djangos_admin_runs_under_the_same_policy(name):
    client = make_world().client("administrator")
    assert not InlineCode(client.get(reverse(name)).content.decode()).found


@pytest.mark.django_db
def test_who_tries_too_often_gets_a_page_of_ours():
    browser = Client(REMOTE_ADDR=f"10.{uuid4().int % 250}.{uuid4().int % 250}.7")
    for _ in range(21):
        answer = browser.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()


@pytest.mark.django_db
def test_a_post_without_its_token_is_refused_with_a_page_of_ours():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("account_login"), {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert not InlineCode(answer.content.decode()).found


@pytest.fixture(scope="module")
def answer(tmp_path_factory) -> dict:
    """What a visitor of an installation in production gets, its static files collected."""
    collected = str(tmp_path_factory.mktemp("static"))
    assert run("manage.py", "collectstatic", "--noinput", STATIC_ROOT=collected).returncode == 0
    done = run("-c", ASK, STATIC_ROOT=collected)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestInProduction:
    def test_djangos_deployment_check_is_clean(self):
        done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
        assert done.returncode == 0, done.stderr
        assert "no issues (0 silenced)" in done.stdout

    def test_plain_http_is_sent_to_https(self, answer):
        assert answer["plain"] == [301, "https://crm.example.com/accounts/login/"]

    def test_browsers_are_told_to_stay_with_https(self, answer):
        hsts = answer["headers"]["Strict-Transport-Security"]
        assert hsts == "max-age=31536000; includeSubDomains; preload"

    def test_cookies_are_secure_and_closed_to_scripts(self, answer):
        cookie = answer["cookies"]["csrftoken"]
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert answer["session"] == [True, True]

    @pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
    def test_a_missing_setting_stops_the_start_with_one_line(self, name):
        environment = {key: value for key, value in production().items() if key != name}
        done = subprocess.run(
            [sys.executable, "-c", "import crm.settings"],
            env=environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode != 0
        assert f"Set {name} in the environment" in done.stderr.splitlines()[-1]


@pytest.mark.django_db
class TestAuditRows:
    """On a real connection of the application's role, as in production."""

    @pytest.fixture
    def entry(self):
        if settings.DATABASE_OWNER["USER"] == settings.DATABASE_APPLICATION_ROLE:
            pytest.skip("this database has one role for all")
        assert connection.settings_dict["USER"] == settings.DATABASE_APPLICATION_ROLE
        return audit(None, "team.created", "North")

    def test_they_can_be_added_and_read(self, entry):
        assert AuditEntry.objects.get() == entry

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE accounts_auditentry SET subject = 'x'",
            "DELETE FROM accounts_auditentry",
            "ALTER TABLE accounts_auditentry DISABLE TRIGGER ALL",
            "DROP TABLE accounts_auditentry",
        ],
    )
    def test_they_can_be_neither_changed_nor_deleted(self, entry, statement):
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert AuditEntry.objects.get().subject == "North"
