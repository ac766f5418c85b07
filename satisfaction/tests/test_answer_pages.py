"""The customer's pages: they record nothing by being looked at, and give no secret away."""

import gzip
import logging
import re
from uuid import uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory
from crm.platform import outbox
from crm.platform.models import Installation
from crm.platform.secret_links import hash_of, new_token
from crm.platform.tests.inline_code import InlineCode
from customers.models import Task
from satisfaction.models import InvitationLink, OptOut, Response
from satisfaction.services import answering
from satisfaction.services.sending import mail_links
from satisfaction.tests.answers import FIRST, LAST, page_of
from satisfaction.tests.factories import InvitationFactory
from satisfaction.views import answering as views

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a [^>]*href="([^"#]+)"')


@pytest.fixture
def invitation():
    return InvitationFactory()


@pytest.fixture
def client() -> Client:
    """A browser at an address of its own, since visits are counted by it."""
    number = uuid4().int
    return Client(REMOTE_ADDR=f"10.{number % 250}.{number // 250 % 250}.9")


def rows() -> dict[str, list]:
    """Every row of all tables that answering could touch, with its values."""
    models = [*apps.get_app_config("satisfaction").get_models(), Task]
    return {
        model.__name__: [sorted(map(str, row.items())) for row in model.objects.values()]
        for model in models
    }


def test_looking_records_nothing_nor_does_following_every_link_of_the_page(client, invitation):
    client.post(page_of(invitation), FIRST)
    before, seen, waiting = rows(), set(), [page_of(invitation) + "?score=9"]
    while waiting:
        address = waiting.pop()
        seen.add(address)
        client.head(address)
        html = client.get(address).content.decode()
        base = address.partition("?")[0]
        for link in LINK.findall(html):
            link = link.replace("&amp;", "&")
            found = base + link if not link.startswith("../") else page_of(invitation)
            if found not in seen:
                waiting.append(found)
    assert len(seen) >= 4  # the page and "no, thank you", each in the other language too
    assert rows() == before


def test_a_score_in_the_address_only_ticks_the_answer(client, invitation):
    client.post(page_of(invitation), FIRST)
    page = client.get(page_of(invitation) + "?score=9")
    form = page.context["form"]
    assert form["recommend"].value() == "9"
    assert "recommend" not in answering.so_far(invitation).values
    html = page.content.decode()
    assert html.count("checked") == 1
    assert re.search(r'value="9"[^>]* checked', html)


def test_the_score_of_the_mail_survives_the_pages_before_it(client, invitation):
    answer = client.post(page_of(invitation) + "?score=7", FIRST)
    assert answer.headers["Location"].endswith("/?score=7")
    page = client.get(answer.headers["Location"])
    assert page.context["form"]["recommend"].value() == "7"


@pytest.mark.parametrize("score", ["abc", "-1", "%D9%A3", ""])
def test_what_is_no_score_does_not_become_one_on_the_way_to_its_page(client, invitation, score):
    answer = client.post(f"{page_of(invitation)}?score={score}", FIRST)
    assert answer.headers["Location"] == page_of(invitation)


@pytest.mark.parametrize("score", ["11", "-1", "9%20or", "%22%3E%3Cb%3E", ""])
def test_a_score_off_the_scale_ticks_nothing(client, invitation, score):
    client.post(page_of(invitation), FIRST)
    page = client.get(f"{page_of(invitation)}?score={score}")
    assert page.status_code == 200
    assert "checked" not in page.content.decode()
    assert "<b>&" not in page.content.decode()


def test_a_kept_answer_wins_over_the_score_of_the_mail(client, invitation):
    client.post(page_of(invitation), FIRST)
    client.post(page_of(invitation), {"page": "2", "go": "back", "q-recommend": "3"})
    client.post(page_of(invitation), FIRST)
    page = client.get(page_of(invitation) + "?score=9")
    assert page.context["form"]["recommend"].value() == 3


def test_wrong_links_are_all_answered_to_the_byte_alike(client, invitation):
    good = invitation.token
    one_bit = good[:-1] + chr(ord(good[-1]) ^ 1)
    wrong = [
        new_token(),
        one_bit,
        good.swapcase(),
        "x",
        "x" * 5_000,
        "%00",
        "%ff%fe",
        "客户",
        good + "=",
    ]
    answers = [client.get(f"/satisfaction/answer/{token}/") for token in wrong]
    answers += [client.get(f"/satisfaction/answer/{token}/decline/") for token in wrong]
    answers += [client.post(f"/satisfaction/answer/{token}/", FIRST) for token in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1
    assert not any(answer.cookies for answer in answers)


def test_a_thousand_wrong_links_are_all_the_same_page(invitation, monkeypatch):
    monkeypatch.setattr(views.MISSES, "most", 10_000)
    near = [
        invitation.token[:place] + letter + invitation.token[place + 1 :]
        for place in range(len(invitation.token))
        for letter in "AZ09_-"
        if letter != invitation.token[place]
    ]
    wrong = [*near, *(new_token() for _ in range(1_000 - len(near)))]
    browser, pages = Client(REMOTE_ADDR="10.251.0.1"), set()
    for token in wrong:
        answer = browser.get(f"/satisfaction/answer/{token}/")
        pages.add((answer.status_code, answer.content, str(sorted(answer.headers.items()))))
    ((status, *_page),) = pages
    assert status == 404
    assert len(wrong) == 1_000


def test_each_wrong_link_costs_the_same_one_look_up(client, django_assert_num_queries):
    Installation.cached()
    for token in (new_token(), "x", "x" * 5_000):
        with django_assert_num_queries(1):
            client.get(f"/satisfaction/answer/{token}/")


def test_a_page_costs_few_queries(client, invitation, django_assert_max_num_queries):
    client.post(page_of(invitation), FIRST)
    with django_assert_max_num_queries(5):
        client.get(page_of(invitation))
    # The version, which is frozen by now, and its questions are remembered.
    with django_assert_max_num_queries(3):
        client.get(page_of(invitation))


def test_sending_a_page_costs_few_queries_too(client, invitation, django_assert_max_num_queries):
    Installation.cached()
    # Twelve for the very first answer of all; within a test the transaction itself takes two more.
    with django_assert_max_num_queries(14):
        client.post(page_of(invitation), FIRST)
    client.get(page_of(invitation))
    with django_assert_max_num_queries(12):
        client.post(page_of(invitation), {**LAST, "q-recommend": "9"})
    assert Response.objects.finished().count() == 1


def every_row() -> dict[str, list]:
    """Each row of each table, with the transaction that wrote it, as the database keeps it."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT ctid::text, xmin::text, t::text FROM {name} t ORDER BY ctid")
            found[table] = cursor.fetchall()
    return found


def test_no_table_of_all_notices_that_somebody_looked(client, invitation):
    client.post(page_of(invitation), FIRST)
    waiting = InvitationFactory(wave__is_anonymous=True)
    before = every_row()
    for address in (page_of(invitation), page_of(waiting), page_of(waiting) + "decline/"):
        for headers in ({}, {"sec-purpose": "prefetch"}, {"purpose": "prefetch"}):
            assert client.get(address + "?score=9", headers=headers).status_code == 200
            assert client.head(address, headers=headers).status_code == 200
    client.get("/satisfaction/answer/unknown/")
    client.options(page_of(invitation))
    assert every_row() == before


def test_pages_are_kept_and_sent_nowhere(client, invitation):
    closed = InvitationFactory(wave__state="closed")
    for address in (
        page_of(invitation),
        page_of(invitation) + "decline/",
        page_of(closed),
        reverse("satisfaction:answer", args=["unknown"]),
    ):
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert not answer.cookies


def test_what_is_refused_is_kept_and_sent_nowhere_either(client, invitation):
    elsewhere = client.post(page_of(invitation), FIRST, headers={"sec-fetch-site": "cross-site"})
    for answer, status in ((elsewhere, 403), (client.put(page_of(invitation)), 405)):
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_page_runs_without_scripts_and_names_neither_its_secret_nor_another_host(
    client, invitation
):
    for address in (page_of(invitation), page_of(invitation) + "decline/"):
        html = client.get(address).content.decode()
        assert invitation.token not in html
        assert "<script" not in html
        assert not InlineCode(html).found
        assert len(html) < 40_000
        assert len(gzip.compress(html.encode())) < 8_000


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_post_from_another_site_is_refused(client, invitation, site):
    answer = client.post(page_of(invitation), FIRST, headers={"sec-fetch-site": site})
    assert answer.status_code == 403
    assert not Response.objects.exists()


def test_a_post_from_its_own_page_needs_no_cookie(invitation):
    strict = Client(enforce_csrf_checks=True)
    headers = {"sec-fetch-site": "same-origin", "origin": "null"}
    assert strict.post(page_of(invitation), FIRST, headers=headers).status_code == 302


def test_mail_programs_refuse_surveys_by_the_button_that_the_mail_brings(settings):
    settings.SITE_URL = "https://crm.example"
    asked = InvitationFactory(email="ann@acorn.example")
    mail_links(wave=asked.wave, ids=[asked.pk])
    assert outbox.send_due() == 1
    headers = mail.outbox[0].message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>").removeprefix("https://crm.example")
    program = Client(enforce_csrf_checks=True)
    assert program.get(address).status_code == 200
    assert not OptOut.objects.exists()
    assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert OptOut.objects.get().email == "ann@acorn.example"


def test_no_log_line_holds_the_secret(client, invitation):
    root = logging.getLogger()
    (handler,) = [one for one in root.handlers if one.filters]
    lines = []
    handler.emit, emit = lambda record: lines.append(handler.format(record)), handler.emit
    closed = InvitationFactory(wave__state="closed")
    try:
        client.get(page_of(closed))
        client.post(page_of(invitation), FIRST, headers={"sec-fetch-site": "cross-site"})
        client.put(page_of(invitation))
    finally:
        handler.emit = emit
    assert len([line for line in lines if "/satisfaction/answer/[secret]/" in line]) == 3
    secrets = (closed.token, invitation.token)
    assert not any(secret in line for line in lines for secret in secrets)


def test_only_the_hash_of_the_link_is_stored(invitation):
    (link,) = InvitationLink.objects.all()
    assert link.token_hash == hash_of(invitation.token)
    assert invitation.token not in str(rows())


class TestLanguage:
    def test_it_is_the_invitations_whatever_the_browser_asks(self, client):
        page = client.get(
            page_of(InvitationFactory(language="zh-hans")), headers={"accept-language": "en"}
        )
        assert '<html lang="zh-hans"' in page.content.decode()
        assert "总体而言，您对我们满意吗？" in page.content.decode()
        assert page.headers["Content-Language"] == "zh-hans"

    def test_it_is_never_that_of_the_user_who_is_signed_in(self, client, invitation):
        client.force_login(AccountManagerFactory(language="zh-hans"))
        page = client.get(page_of(invitation))
        assert '<html lang="en"' in page.content.decode()
        assert page.headers["Content-Language"] == "en"

    def test_the_switch_shows_the_other_one_and_answers_are_kept_in_it(self, client, invitation):
        switched = page_of(invitation) + "?lang=zh-hans"
        assert '<html lang="zh-hans"' in client.get(switched).content.decode()
        answer = client.post(switched, FIRST)
        assert answer.headers["Location"] == page_of(invitation)
        assert Response.objects.get().language == "zh-hans"
        assert '<html lang="zh-hans"' in client.get(page_of(invitation)).content.decode()

    def test_an_unknown_one_is_ignored(self, client, invitation):
        page = client.get(page_of(invitation) + "?lang=tlh")
        assert '<html lang="en"' in page.content.decode()


class TestLimits:
    @pytest.fixture(autouse=True)
    def _soon_reached(self, monkeypatch):
        monkeypatch.setattr(views.MISSES, "most", 5)
        monkeypatch.setattr(views.POSTS, "most", 5)

    def test_who_tries_many_wrong_links_has_to_wait_but_locks_nobody_out(self, client, invitation):
        # Twice as many: a window of the clock may end in between.
        wrong = [client.get(f"/satisfaction/answer/wrong{n}/") for n in range(11)]
        assert wrong[0].status_code == 404
        assert wrong[-1].status_code == 429
        assert wrong[-1].headers["Retry-After"] == "60"
        assert wrong[-1].headers["Cache-Control"] == "no-store, private"
        assert client.get(page_of(invitation)).status_code == 200

    def test_an_office_behind_one_address_may_open_many_good_links(self, client):
        pages = [page_of(InvitationFactory()) for _ in range(4)]
        assert {client.get(page).status_code for page in pages * 4} == {200}

    def test_one_link_is_posted_so_often_and_no_more(self, client, invitation):
        statuses = [client.post(page_of(invitation), FIRST).status_code for _ in range(11)]
        assert statuses[0] == 302
        assert statuses[-1] == 429
        assert client.get(page_of(invitation)).status_code == 200

    def test_addresses_of_version_six_count_by_their_network(self):
        one, two = (Client(REMOTE_ADDR=f"2001:db8:{uuid4().hex[:4]}::1") for _ in range(2))
        near = Client(REMOTE_ADDR=one.defaults["REMOTE_ADDR"] + "f")
        for _ in range(11):
            one.get("/satisfaction/answer/wrong/")
        assert near.get("/satisfaction/answer/wrong/").status_code == 429
        assert two.get("/satisfaction/answer/wrong/").status_code == 404

    def test_addresses_of_version_four_count_each_in_the_form_of_six_too(self):
        one, other = (Client(REMOTE_ADDR=f"::ffff:10.77.{n}.{uuid4().int % 250}") for n in (1, 2))
        statuses = [one.get("/satisfaction/answer/wrong/").status_code for _ in range(11)]
        assert statuses[-1] == 429
        assert other.get("/satisfaction/answer/wrong/").status_code == 404

    def test_without_the_cache_nothing_is_refused(self, client, invitation, settings):
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": "redis://127.0.0.1:1",
            }
        }
        assert client.post(page_of(invitation), FIRST).status_code == 302
        assert client.get("/satisfaction/answer/wrong/").status_code == 404


def test_it_is_the_company_that_asks(client, invitation):
    Installation.objects.filter(pk=Installation.get().pk).update(name="Alder & Sons")
    Installation.forget()
    html = client.get(page_of(invitation)).content.decode()
    assert "<title>Satisfaction with service quality · Alder &amp; Sons</title>" in html
    assert "Perennial" not in html
    client.post(page_of(invitation), FIRST)
    client.post(page_of(invitation), LAST)
    assert "Thank you. Your answers go to" in client.get(page_of(invitation)).content.decode()
