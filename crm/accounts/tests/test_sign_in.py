"""Signing in by name or address: no hint about who exists, and a limit for each account."""

import re
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

from crm.accounts.models import User
from crm.accounts.tests.factories import PASSWORD, AccountManagerFactory, AdministratorFactory

pytestmark = pytest.mark.django_db
LOGIN = "account_login"


@pytest.fixture
def browser():
    """A client of its own address: the limits of sign-in outlive a test."""
    return browser_of_its_own()


def browser_of_its_own() -> Client:
    number = uuid4().int
    return Client(REMOTE_ADDR=f"10.{number % 250}.{number // 250 % 250}.{number // 62500 % 250}")


@pytest.fixture
def user():
    name = f"lena-{uuid4().hex[:12]}"
    return AccountManagerFactory(username=name, password=PASSWORD)


@pytest.fixture
def quick_hashes(settings):
    """Where many sign in, what hashing takes says nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(browser, login: str, password: str = PASSWORD):
    return browser.post(reverse(LOGIN), {"login": login, "password": password})


def is_in(browser) -> bool:
    return browser.get(reverse("accounts:preferences")).status_code == 200


def test_user_name_and_address_both_sign_in(user):
    for login in (user.username, user.username.upper(), user.email, user.email.upper()):
        browser = browser_of_its_own()
        assert sign_in(browser, login).status_code == 302
        assert is_in(browser)


def test_a_wrong_name_and_a_wrong_password_look_the_same(user):
    def page(login: str, password: str) -> str:
        answer = sign_in(browser_of_its_own(), login, password)
        assert answer.status_code == 200
        text = re.sub(r'csrfmiddlewaretoken" value="\w+', "", answer.content.decode())
        return text.replace(login, "LOGIN")

    wrong_password = page(user.username, "wrong password here")
    assert wrong_password == page(user.email, "wrong password here")
    assert wrong_password == page(f"nobody-{uuid4().hex[:12]}", PASSWORD)
    assert wrong_password == page(f"nobody-{uuid4().hex[:8]}@example.com", PASSWORD)


def test_an_account_is_closed_for_a_while_after_five_wrong_passwords(user):
    for _ in range(5):
        sign_in(browser_of_its_own(), user.username, "wrong password here")
    browser = browser_of_its_own()
    sign_in(browser, user.username)
    assert not is_in(browser)
    other = AccountManagerFactory(username=f"tom-{uuid4().hex[:12]}", password=PASSWORD)
    sign_in(browser, other.username)
    assert is_in(browser)


@pytest.mark.usefixtures("quick_hashes")
def test_one_colleague_with_a_wrong_password_shuts_nobody_else_of_the_office_out(browser):
    user = AccountManagerFactory(username=f"lena-{uuid4().hex[:12]}", password=PASSWORD)
    for _ in range(15):
        sign_in(browser, user.username, "wrong password here")
    for _ in range(2):
        other = AccountManagerFactory(username=f"tom-{uuid4().hex[:12]}", password=PASSWORD)
        colleague = Client(REMOTE_ADDR=browser.defaults["REMOTE_ADDR"])
        sign_in(colleague, other.username)
        assert is_in(colleague)
    sign_in(browser, user.username)
    assert not is_in(browser)


@pytest.mark.usefixtures("quick_hashes")
def test_who_tries_one_name_after_the_other_from_one_address_is_stopped(browser, monkeypatch):
    """Whatever the names: the right password of the next one is not even looked at."""
    rates = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "5/5m/key,8/5m/ip"}
    monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", rates)
    for _ in range(8):
        sign_in(browser, f"nobody-{uuid4().hex[:12]}", "wrong password here")
    other = AccountManagerFactory(username=f"tom-{uuid4().hex[:12]}", password=PASSWORD)
    sign_in(browser, other.username)
    assert not is_in(browser)
    elsewhere = browser_of_its_own()
    sign_in(elsewhere, other.username)
    assert is_in(elsewhere)


@pytest.mark.usefixtures("quick_hashes")
def test_a_shut_name_looks_the_same_whether_there_is_such_a_user_or_not():
    user = AccountManagerFactory(username=f"lena-{uuid4().hex[:12]}", password=PASSWORD)

    def answers(login: str) -> list[tuple[int, str]]:
        """Six tries with a wrong password, then one with the right one."""
        found = []
        for password in [*["wrong password here"] * 6, PASSWORD]:
            answer = sign_in(browser_of_its_own(), login, password)
            text = re.sub(r'csrfmiddlewaretoken" value="\w+', "", answer.text)
            found.append((answer.status_code, text.replace(login, "LOGIN")))
        return found

    known, unknown = answers(user.username), answers(f"nobody-{uuid4().hex[:12]}")
    assert known == unknown
    assert known[4] != known[5] == known[6]
    assert answers(user.email) == answers(f"nobody-{uuid4().hex[:8]}@example.com")


def test_while_wrong_tries_cant_be_counted_nobody_signs_in_and_the_page_says_so(
    browser, user, settings
):
    away = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    assert browser.get(reverse(LOGIN)).status_code == 200
    answer = sign_in(browser, user.username)
    assert answer.status_code == 503
    assert "Try again in a minute" in answer.text
    assert not is_in(browser)


def test_an_address_written_with_capitals_signs_in_and_gets_its_mails(browser, outbox):
    """However it was typed when the person was invited."""
    typed = f"Lena.{uuid4().hex[:12]}@Example.COM"
    user = User.objects.create_user(f"lena-{uuid4().hex[:12]}", typed, PASSWORD, name="Lena")
    assert user.email == typed.lower()
    browser.post(reverse("account_reset_password"), {"email": typed})
    assert outbox.get().recipient == typed.lower()
    assert sign_in(browser, typed).status_code == 302
    assert is_in(browser)


def test_a_deactivated_user_does_not_get_in(browser, user):
    user.is_active = False
    user.save()
    answer = sign_in(browser, user.username)
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("account_inactive")
    assert not is_in(browser)


def test_after_signing_in_one_stands_where_one_wanted_to_go(browser, user):
    wanted = reverse("accounts:preferences")
    answer = browser.get(wanted)
    assert answer.headers["Location"] == f"{reverse(LOGIN)}?next={wanted}"
    answer = browser.post(
        answer.headers["Location"], {"login": user.username, "password": PASSWORD, "next": wanted}
    )
    assert answer.headers["Location"] == wanted


def test_nobody_is_sent_to_another_site(browser, user):
    data = {"login": user.username, "password": PASSWORD, "next": "https://evil.example/"}
    assert "evil" not in browser.post(reverse(LOGIN), data).headers["Location"]


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_confirm_email"])
def test_pages_that_are_not_used_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_djangos_admin_sends_to_our_sign_in(browser):
    answer = browser.get(reverse("admin:login"))
    assert answer.headers["Location"].startswith(reverse(LOGIN))


class TestForgottenPassword:
    def ask(self, browser, email):
        return browser.post(reverse("account_reset_password"), {"email": email})

    def test_a_link_by_mail_sets_a_new_password(self, browser, user, outbox):
        self.ask(browser, user.email)
        path = re.search(r"http://testserver(\S+)", outbox.get().body)[1]
        form = browser.get(path, follow=True)
        new = {"password1": "a new long one 9", "password2": "a new long one 9"}
        browser.post(form.request["PATH_INFO"], new)
        sign_in(browser, user.username, "a new long one 9")
        assert is_in(browser)
        # The mail that tells of it, and the link is spent.
        assert outbox.count() == 2
        answer = browser_of_its_own().get(path, follow=True)
        assert "password1" not in answer.content.decode()

    def test_an_unknown_address_looks_the_same_and_gets_no_mail(self, browser, user, outbox):
        known = self.ask(browser, user.email)
        assert outbox.count() == 1
        unknown = self.ask(browser_of_its_own(), f"{uuid4().hex}@example.com")
        assert outbox.count() == 1
        assert known.status_code == unknown.status_code == 302
        assert known.headers["Location"] == unknown.headers["Location"]

    def test_a_deactivated_user_gets_no_link(self, browser, user, outbox):
        user.is_active = False
        user.save()
        self.ask(browser, user.email)
        assert not outbox.exists()


class TestTwoSteps:
    @pytest.fixture
    def secret(self, user):
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        return secret

    def code(self, secret: str) -> str:
        counter = next(iter(yield_hotp_counters_from_time()))
        return format_hotp_value(hotp_value(secret, counter))

    def test_the_password_alone_is_not_enough_any_more(self, browser, user, secret):
        answer = sign_in(browser, user.username)
        assert answer.headers["Location"].startswith(reverse("mfa_authenticate"))
        assert not is_in(browser)
        assert browser.get(reverse("mfa_authenticate")).status_code == 200
        browser.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert not is_in(browser)
        browser.post(reverse("mfa_authenticate"), {"code": self.code(secret)})
        assert is_in(browser)

    def test_a_user_turns_it_on(self, browser, user):
        sign_in(browser, user.username)
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert browser.get(reverse("mfa_activate_totp")).status_code == 200
        secret = browser.session["mfa.totp.secret"]
        answer = browser.post(reverse("mfa_activate_totp"), {"code": self.code(secret)})
        assert answer.status_code == 302
        kinds = set(Authenticator.objects.values_list("type", flat=True))
        assert kinds == {"totp", "recovery_codes"}
        assert browser.get(reverse("mfa_view_recovery_codes")).status_code == 200

    def test_who_turns_it_on_proves_the_password_first(self, client, user):
        client.force_login(user)
        answer = client.get(reverse("mfa_activate_totp"))
        assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
        assert client.get(answer.headers["Location"]).status_code == 200

    @pytest.mark.parametrize("name", ["mfa_index", "mfa_list_webauthn"])
    def test_the_pages_of_the_second_step_show(self, client, user, name):
        client.force_login(user)
        assert client.get(reverse(name)).status_code == 200


def test_the_administrators_see_users_in_djangos_admin_and_change_none(client):
    client.force_login(AdministratorFactory())
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 200
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403
