"""Sessions end: with time, with the password, and with what their holder may see."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.accounts import services
from crm.accounts.tests.factories import (
    PASSWORD,
    AccountManagerFactory,
    AdministratorFactory,
    TeamFactory,
)
from crm.platform.models import Installation

pytestmark = pytest.mark.django_db
PAGE = "accounts:preferences"
FORM = "accounts:invitation_revoke"  # takes no visits
MINUTE, HOUR = 60, 3600


@pytest.fixture
def clock(monkeypatch):
    """Moves the time that sessions are measured by."""

    class Clock:
        now = 1_800_000_000

        def forward(self, seconds: int) -> None:
            self.now += seconds

    clock = Clock()
    monkeypatch.setattr("crm.accounts.middleware.time.time", lambda: clock.now)
    return clock


@pytest.fixture
def user():
    return AccountManagerFactory(password=PASSWORD)


@pytest.fixture
def signed_in(client, user, clock):
    client.force_login(user)
    assert is_in(client)
    return client


def is_in(client) -> bool:
    answer = client.get(reverse(PAGE))
    assert answer.status_code in {200, 302}
    return answer.status_code == 200


def limit(**values) -> None:
    Installation.get()
    Installation.objects.update(**values)
    Installation.forget()


class TestTime:
    def test_a_session_that_is_used_goes_on(self, signed_in, clock):
        for _ in range(5):
            clock.forward(29 * MINUTE)
            assert is_in(signed_in)

    def test_an_idle_session_ends(self, signed_in, clock):
        clock.forward(30 * MINUTE + 1)
        assert not is_in(signed_in)
        assert not is_in(signed_in)
        assert not Session.objects.exists()

    def test_the_idle_limit_is_the_installations(self, signed_in, clock):
        limit(idle_minutes=5)
        clock.forward(5 * MINUTE + 1)
        assert not is_in(signed_in)

    def test_a_busy_session_ends_after_its_hours(self, signed_in, clock):
        limit(session_hours=1)
        for _ in range(3):
            clock.forward(20 * MINUTE)
            assert is_in(signed_in)
        clock.forward(MINUTE)
        assert not is_in(signed_in)

    def test_a_clock_set_back_neither_ends_a_session_nor_lets_it_live_for_ever(
        self, signed_in, clock
    ):
        clock.forward(-2 * HOUR)
        assert is_in(signed_in)
        clock.forward(30 * MINUTE + 1)
        assert not is_in(signed_in)

    def test_a_clock_set_back_does_not_prolong_the_hours_beyond_the_limit(self, signed_in, clock):
        limit(session_hours=1)
        clock.forward(-10 * HOUR)
        assert is_in(signed_in)
        for _ in range(2):
            clock.forward(29 * MINUTE)
            assert is_in(signed_in)
        clock.forward(3 * MINUTE)
        assert not is_in(signed_in)

    def test_reading_pages_writes_the_session_once_a_minute(self, signed_in, clock):
        def writes_of_a_page() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert is_in(signed_in)
            return sum(query["sql"].startswith("UPDATE") for query in queries)

        clock.forward(30)
        assert writes_of_a_page() == 0
        clock.forward(30)
        assert writes_of_a_page() == 1
        assert writes_of_a_page() == 0

    def test_the_cookie_goes_with_the_browser(self, client, user):
        client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
        assert client.cookies["sessionid"]["expires"] == ""
        assert client.cookies["sessionid"]["max-age"] == ""


class TestRights:
    @pytest.mark.parametrize("change", [{"role": "service"}, {"team": "new"}])
    def test_a_new_role_or_team_ends_the_users_sessions(self, signed_in, user, change):
        values = {"team": TeamFactory()} if "team" in change else change
        services.change_user(
            actor=AdministratorFactory(), user_id=user.pk, values=values, version=user.version
        )
        assert not is_in(signed_in)

    def test_a_new_name_or_address_does_not(self, signed_in, user):
        services.change_user(
            actor=AdministratorFactory(),
            user_id=user.pk,
            values={"name": "Li", "email": "li@example.com"},
            version=user.version,
        )
        assert is_in(signed_in)

    def test_a_deactivated_user_is_out_and_stays_out_after_coming_back(self, signed_in, user):
        administrator = AdministratorFactory()
        services.deactivate(actor=administrator, user_id=user.pk)
        assert not is_in(signed_in)
        services.reactivate(actor=administrator, user_id=user.pk)
        assert not is_in(signed_in)

    def test_a_session_not_seen_meanwhile_does_not_come_back_either(self, signed_in, user):
        administrator = AdministratorFactory()
        services.deactivate(actor=administrator, user_id=user.pk)
        services.reactivate(actor=administrator, user_id=user.pk)
        assert not is_in(signed_in)

    def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(self, user):
        here, there = Client(), Client()
        there.force_login(user)
        here.force_login(user)
        answer = here.post(
            reverse("account_change_password"),
            {
                "oldpassword": PASSWORD,
                "password1": "a new long one 9",
                "password2": "a new long one 9",
            },
        )
        assert answer.status_code == 302
        assert is_in(here)
        assert not is_in(there)

    def test_signing_out_takes_a_post_and_ends_the_session(self, signed_in):
        signed_in.get(reverse("account_logout"))
        assert is_in(signed_in)
        signed_in.post(reverse("account_logout"))
        assert not is_in(signed_in)


def test_pages_of_a_session_stay_in_no_cache(signed_in):
    assert "no-store" in signed_in.get(reverse(PAGE)).headers["Cache-Control"]


def test_the_page_follows_the_users_language_not_the_browsers(signed_in, user):
    user.language = "zh-hans"
    user.save()
    answer = signed_in.get(reverse(PAGE), headers={"accept-language": "en"})
    assert answer.headers["Content-Language"] == "zh-hans"
    assert 'lang="zh-hans"' in answer.content.decode()


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client, user):
    """The address of the form takes no visits: signed in again, one would have seen nothing."""
    form, page = reverse(FORM, args=[1]), "http://testserver/customers/?tier=A"
    sent = client.post(form, headers={"referer": page})
    assert sent.url == f"{reverse('account_login')}?next=http%3A//testserver/customers/%3Ftier%3DA"
    again = {"login": user.username, "password": PASSWORD}
    answer = client.post(sent.url, again, follow=True)
    assert answer.request["PATH_INFO"] == "/customers/"
    assert "what you sent was not saved" in answer.text


@pytest.mark.parametrize("page", ["", "https://elsewhere.example/", "javascript:alert(1)"])
def test_such_a_form_leads_nowhere_else(client, page):
    sent = client.post(reverse(FORM, args=[1]), headers={"referer": page})
    assert sent.url == f"{reverse('account_login')}?next=/"


@pytest.mark.parametrize(("language", "words"), [("en", "only takes"), ("zh-hans", "此网址只接收")])
def test_the_address_of_a_form_says_that_it_takes_no_visits(client, language, words):
    client.force_login(AdministratorFactory(language=language))
    answer = client.get(reverse(FORM, args=[1]))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert words in answer.text
