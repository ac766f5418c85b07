"""A wave's public link: for everybody who sees it, one answer of each browser."""

import time
from unittest import mock
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from crm.platform.secret_links import hash_of, new_token
from satisfaction.models import PublicLink, Response, SealedBallot, SealedDraft
from satisfaction.tests.answers import FIRST, LAST
from satisfaction.tests.factories import WaveFactory
from satisfaction.tests.test_answer_pages import rows
from satisfaction.views import answering as views

pytestmark = pytest.mark.django_db


@pytest.fixture
def wave():
    return WaveFactory(is_open=True, channel="public")


@pytest.fixture
def url(wave) -> str:
    return link_to(wave)


def link_to(wave) -> str:
    token = new_token()
    PublicLink.objects.create(wave=wave, token_hash=hash_of(token))
    return reverse("satisfaction:answer", args=[token])


def stamp_of(browser: Client, url: str) -> str:
    """What the page that a person opened some seconds ago sends along."""
    with mock.patch("complaints.forms.public.time.time", return_value=time.time() - 10):
        page = browser.get(url)
    return page.context["trap"]["stamp"].value()


def answer(browser: Client, url: str, **changes) -> str:
    stamp = stamp_of(browser, url)
    browser.post(url, {**FIRST, "stamp": stamp, **changes})
    browser.post(url, {**LAST, "stamp": stamp, **changes})
    return stamp


def test_somebody_answers_and_nothing_says_who(url, wave):
    answer(Client(), url)
    response = Response.objects.get()
    assert (response.wave, response.customer, response.contact) == (wave, None, None)
    assert (response.invitation, response.owner, response.tier) == (None, None, "")
    assert (response.index, response.recommend) == (75.0, 9)
    assert response.answers.count() == 6


def test_a_browser_answers_once_and_another_one_too(url):
    browser = Client()
    answer(browser, url)
    assert "Your answers have arrived" in browser.get(url).content.decode()
    browser.post(url, {**FIRST, "q-overall": "1"})
    assert Response.objects.count() == 1
    answer(Client(), url)
    assert Response.objects.count() == 2


def test_the_same_form_sent_twice_counts_once_before_the_browser_has_its_cookie(url):
    stamp = answer(Client(), url)
    again = Client()  # the second of two clicks, whose cookie has not come back
    again.post(url, {**FIRST, "stamp": stamp})
    again.post(url, {**LAST, "stamp": stamp})
    assert Response.objects.count() == 1


def test_it_goes_on_in_the_same_browser_page_by_page(url):
    browser = Client()
    browser.post(url, {**FIRST, "stamp": stamp_of(browser, url)})
    assert not Response.objects.exists()
    assert browser.get(url).context["page"] == 2
    assert Client().get(url).context["page"] == 1
    # Who is known need not wait some seconds on each page.
    browser.post(url, {**LAST, "go": "back"})
    assert browser.get(url).context["page"] == 1


def test_looking_sets_no_cookie_and_records_nothing(url):
    before = rows()
    for address in (url, f"{url}?lang=zh-hans", f"{url}?score=9"):
        page = Client().get(address)
        assert page.status_code == 200
        assert not page.cookies
        Client().head(address)
    assert rows() == before


def test_the_cookie_is_signed_and_goes_to_this_link_alone(url):
    browser = Client()
    done = browser.post(url, {**FIRST, "stamp": stamp_of(browser, url)})
    cookie = done.cookies[views.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (url, True, "Lax")
    assert done.headers["Cache-Control"] == "no-store, private"
    browser.cookies[views.COOKIE] = cookie.value + "x"
    assert browser.get(url).context["page"] == 1


@pytest.mark.parametrize("wrong", [{"website": "https://spam.example"}, {"stamp": ""}])
def test_programs_are_asked_to_look_once_more_and_keep_what_they_typed(url, wrong):
    browser = Client()
    page = browser.post(url, {**FIRST, "stamp": stamp_of(browser, url), **wrong})
    assert page.status_code == 200
    assert "look through it once more" in page.content.decode()
    assert page.context["form"]["overall"].value() == "4"
    assert not SealedDraft.objects.exists()
    assert not page.cookies


def test_who_sends_at_once_is_a_program(url):
    browser = Client()
    stamp = browser.get(url).context["trap"]["stamp"].value()
    browser.post(url, {**FIRST, "stamp": stamp})
    assert not SealedDraft.objects.exists()


def test_one_address_posts_so_often_and_no_more(url, monkeypatch):
    monkeypatch.setattr(views.PUBLIC_POSTS, "most", 3)
    number = uuid4().int
    browser, other = (Client(REMOTE_ADDR=f"10.{number % 251}.{number % 241}.{n}") for n in (7, 8))
    statuses = [browser.post(url, FIRST).status_code for _ in range(8)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert other.get(url).status_code == 200


def test_an_ended_link_and_a_closed_wave_say_so(url, wave):
    PublicLink.objects.update(ended_at=wave.sent_at)
    assert Client().get(url).status_code == 410
    other = link_to(wave)
    wave.state = wave.State.CLOSED
    wave.save(update_fields=["state"])
    assert Client().get(other).status_code == 410


def test_there_is_nobody_to_decline(url):
    assert "decline" not in Client().get(url).content.decode()
    wrong = Client().get(reverse("satisfaction:answer", args=["wrong"]))
    for page in (Client().get(url + "decline/"), Client().post(url + "decline/", {})):
        assert page.status_code == 404
        assert page.content == wrong.content


def test_an_anonymous_one_goes_into_the_box(wave, url):
    wave.is_anonymous = True
    wave.save(update_fields=["is_anonymous"])
    answer(Client(), url)
    assert not Response.objects.exists()
    assert SealedBallot.objects.count() == 1
