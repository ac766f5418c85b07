"""My account, and the language switch of every page."""

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory

pytestmark = pytest.mark.django_db
PAGE = "accounts:preferences"


@pytest.fixture
def user(client):
    user = AccountManagerFactory(name="Lena")
    client.force_login(user)
    return user


def test_the_page_saves_name_language_and_theme(client, user):
    answer = client.post(reverse(PAGE), {"name": "Li", "language": "zh-hans", "theme": "dark"})
    assert answer.headers["Location"] == reverse(PAGE)
    user.refresh_from_db()
    assert (user.name, user.language, user.theme) == ("Li", "zh-hans", "dark")
    assert client.get(reverse(PAGE)).headers["Content-Language"] == "zh-hans"


def test_the_menu_sets_the_theme_alone_and_stays_on_its_page(client, user):
    answer = client.post(reverse(PAGE), {"theme": "dark", "next": "/customers/?tier=A"})
    assert answer.headers["Location"] == "/customers/?tier=A"
    user.refresh_from_db()
    assert (user.name, user.theme) == ("Lena", "dark")


def test_nobody_is_sent_to_another_site(client, user):
    for wanted in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        answer = client.post(reverse(PAGE), {"theme": "dark", "next": wanted})
        assert answer.headers["Location"] == reverse(PAGE)


def test_a_wrong_choice_is_refused_beside_its_field(client, user):
    answer = client.post(reverse(PAGE), {"theme": "pink", "name": ""})
    assert set(answer.context["form"].errors) == {"theme", "name"}
    assert answer.context["user"].name == "Lena"


def test_rank_and_address_are_not_ones_own_to_change(client, user):
    client.post(reverse(PAGE), {"theme": "dark", "role": "administrator", "email": "x@example.com"})
    before = (user.role, user.email)
    user.refresh_from_db()
    assert (user.role, user.email) == before


class TestLanguage:
    def choose(self, client, language, following="/accounts/login/"):
        data = {"language": language, "next": following}
        return client.post(reverse("set_language"), data)

    def test_who_is_signed_out_chooses_by_a_cookie(self, client):
        login = reverse("account_login")
        assert client.get(login).headers["Content-Language"] == "en"
        assert self.choose(client, "zh-hans").headers["Location"] == login
        assert client.get(login).headers["Content-Language"] == "zh-hans"

    def test_a_users_choice_is_kept(self, client, user):
        self.choose(client, "zh-hans", reverse(PAGE))
        user.refresh_from_db()
        assert user.language == "zh-hans"
        assert client.get(reverse(PAGE)).headers["Content-Language"] == "zh-hans"

    def test_a_language_we_do_not_speak_changes_nothing(self, client, user):
        self.choose(client, "tlh")
        user.refresh_from_db()
        assert user.language == ""

    def test_without_a_choice_the_browser_decides(self, client, user):
        answer = client.get(reverse(PAGE), headers={"accept-language": "zh-CN,zh;q=0.9"})
        assert answer.headers["Content-Language"] == "zh-hans"

    def test_nobody_is_sent_to_another_site(self, client):
        answer = self.choose(client, "en", "https://evil.example/")
        assert "evil" not in answer.headers["Location"]
