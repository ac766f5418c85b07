"""Answering behind the secret link: what is kept, when, and how often."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.platform import outbox
from crm.platform.models import OutboxMessage
from satisfaction.models import (
    Answer,
    Instrument,
    InstrumentVersion,
    Invitation,
    OptOut,
    Question,
    Response,
    Wave,
)
from satisfaction.questionnaire import Questionnaire
from satisfaction.services import answering
from satisfaction.services.answering import Over
from satisfaction.services.sending import mail_links
from satisfaction.tests.factories import InvitationFactory, WaveFactory

pytestmark = pytest.mark.django_db
FIRST = {
    "page": "1",
    "go": "on",
    "q-overall": "4",
    "q-reliability": "5",
    "q-responsiveness": "3",
    "q-assurance": "4",
    "q-empathy": "",
}
LAST = {"page": "2", "go": "send", "q-recommend": "9", "q-better": "More of the same"}


@pytest.fixture
def invitation() -> Invitation:
    return InvitationFactory()


def page_of(invitation: Invitation) -> str:
    return reverse("satisfaction:answer", args=[invitation.token])


def answered(invitation: Invitation) -> dict:
    answers = Answer.objects.filter(response__invitation=invitation).select_related("question")
    return {answer.question.code: answering.value_of(answer) for answer in answers}


def branching() -> InstrumentVersion:
    """Page 1 asks what is wrong; more is asked about price on it, and about people on page 2."""
    instrument = Instrument.objects.create(code="branching", names={"en": "Branching"})
    version = InstrumentVersion.objects.create(instrument=instrument)
    wrong = [{"value": value, "texts": {"en": value}} for value in ("price", "people", "nothing")]
    rows = [
        ("wrong", 1, "several", {"options": wrong, "is_required": True}),
        ("price", 1, "text", {"condition": {"question": "wrong", "values": ["price"]}}),
        (
            "people",
            2,
            "scale_7",
            {"condition": {"question": "wrong", "values": ["people"]}, "is_required": True},
        ),
        ("who", 2, "text", {"condition": {"question": "people", "values": [1, 2]}}),
        ("last", 3, "one", {"options": wrong}),
    ]
    for n, (code, page, kind, more) in enumerate(rows, start=1):
        place = {"version": version, "code": code, "position": n, "page": page}
        Question.objects.create(**place, kind=kind, texts={"en": code}, **more)
    return version


def test_a_page_is_kept_when_the_customer_goes_on_and_the_same_link_resumes(client, invitation):
    answer = client.post(page_of(invitation), FIRST)
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(invitation))
    assert answered(invitation) == {
        "overall": 4,
        "reliability": 5,
        "responsiveness": 3,
        "assurance": 4,
    }
    invitation.refresh_from_db()
    assert invitation.state == "started"
    page = Client().get(page_of(invitation))  # another browser, later
    assert page.context["page"] == 2
    assert 'name="q-recommend"' in page.content.decode()


def test_opened_is_who_went_on_without_an_answer_and_started_who_gave_one(client, invitation):
    invitation.wave.version.questions.update(is_required=False)

    def state_after(**posted) -> str:
        client.post(page_of(invitation), posted)
        invitation.refresh_from_db()
        return invitation.state

    client.get(page_of(invitation))
    client.head(page_of(invitation))
    invitation.refresh_from_db()
    assert invitation.state == "sent"  # looking tells nothing
    assert state_after(page="1", go="on") == "opened"
    assert state_after(page="2", go="back") == "opened"
    assert state_after(**{"page": "1", "go": "on", "q-overall": "4"}) == "started"
    assert state_after(page="1", go="on") == "started"  # taken back


def test_the_first_answer_freezes_the_version(client, invitation):
    client.post(page_of(invitation), FIRST)
    version = InstrumentVersion.objects.get(pk=invitation.wave.version_id)
    assert version.frozen_at is not None
    client.post(page_of(InvitationFactory(wave=invitation.wave)), FIRST)
    assert InstrumentVersion.objects.get(pk=version.pk).frozen_at == version.frozen_at


def test_the_finish_derives_the_figures_and_spends_the_link(client, invitation):
    client.post(page_of(invitation), FIRST)
    client.post(page_of(invitation), LAST)
    response = Response.objects.get(invitation=invitation)
    # (4, 5, 3, 4) of 1 to 5, weighted alike: 75, 100, 50, 75.
    assert (response.index, response.overall, response.lowest) == (75.0, 75.0, 50.0)
    assert (response.recommend, response.comment) == (9, "More of the same")
    invitation.refresh_from_db()
    assert (invitation.state, invitation.finished_at) == ("finished", response.finished_at)
    later = client.get(page_of(invitation))
    assert later.status_code == 200
    assert "Your answers have arrived" in later.content.decode()
    client.post(page_of(invitation), {**FIRST, "q-overall": "1"})
    assert answered(invitation)["overall"] == 4


@pytest.mark.parametrize("ending", ["finish", "decline"])
def test_a_reminder_that_has_not_left_is_taken_back_at_the_end(client, invitation, ending):
    mail_links(wave=invitation.wave, ids=[invitation.pk], reminder=1)
    if ending == "finish":
        client.post(page_of(invitation), FIRST)
        assert OutboxMessage.objects.exists()
        client.post(page_of(invitation), LAST)
    else:
        client.post(page_of(invitation) + "decline/", {})
    assert not OutboxMessage.objects.exists()


def test_a_response_keeps_who_the_customer_was_when_it_was_asked(client, invitation):
    client.post(page_of(invitation), FIRST)
    invitation.customer.tier = "C"
    response = invitation.response
    assert (response.tier, response.stage) == (invitation.tier, invitation.stage)
    assert (response.owner, response.team) == (invitation.owner, invitation.team)
    assert response.customer == invitation.customer


def test_the_same_post_twice_counts_once(client, invitation):
    client.post(page_of(invitation), FIRST)
    client.post(page_of(invitation), FIRST)
    client.post(page_of(invitation), LAST)
    again = client.post(page_of(invitation), LAST)
    assert again.status_code == 200
    assert Response.objects.filter(invitation=invitation).count() == 1
    assert Answer.objects.filter(response__invitation=invitation).count() == 6
    response = Response.objects.get(invitation=invitation)
    assert answering.finish(invitation=invitation, now=timezone.now()) == response


def test_an_answer_can_be_taken_back(client, invitation):
    client.post(page_of(invitation), FIRST)
    values = {**FIRST, "q-reliability": "", "q-assurance": "cannot-say"}
    client.post(page_of(invitation), values)
    assert answered(invitation) == {"overall": 4, "responsiveness": 3}


def test_going_back_keeps_what_is_right_on_the_page(client, invitation):
    client.post(page_of(invitation), FIRST)
    client.post(
        page_of(invitation), {"page": "2", "go": "back", "q-recommend": "99", "q-better": "Words"}
    )
    assert answered(invitation)["better"] == "Words"
    assert "recommend" not in answered(invitation)
    assert client.get(page_of(invitation)).context["page"] == 1


def test_what_must_be_answered_is_said_beside_it_and_nothing_typed_is_lost(client, invitation):
    answer = client.post(page_of(invitation), {**FIRST, "q-overall": ""})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in html
    assert 'href="#id_q-overall_0"' in html
    assert 'aria-describedby="id_q-overall_error"' in html
    assert 'name="q-reliability" value="5"' in html.replace(' id="id_q-reliability_4"', "")
    assert answer.context["form"]["reliability"].value() == "5"
    assert not Response.objects.exists()


def test_the_end_is_not_reached_past_what_must_be_answered(client, invitation):
    client.post(page_of(invitation), LAST)
    invitation.refresh_from_db()
    assert invitation.state == "started"
    page = client.get(page_of(invitation))
    assert page.context["page"] == 1
    client.post(page_of(invitation), FIRST)
    client.post(page_of(invitation), LAST)
    invitation.refresh_from_db()
    assert invitation.state == "finished"


def test_text_may_be_as_long_as_the_browser_lets_it_be(client, invitation):
    client.post(page_of(invitation), FIRST)
    long = "word\r\n" * 800  # 4,000 characters, as browsers count
    client.post(page_of(invitation), {**LAST, "q-better": long + "more words"})
    assert "better" not in answered(invitation)
    client.post(page_of(invitation), {**LAST, "q-better": long})
    assert answered(invitation)["better"] == ("word\n" * 800).strip()


class TestBranches:
    @pytest.fixture
    def invitation(self) -> Invitation:
        return InvitationFactory(wave=WaveFactory(version=branching(), is_open=True))

    def test_pages_that_ask_nothing_are_left_out(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["nothing"]})
        page = client.get(page_of(invitation))
        assert (page.context["page"], page.context["place"], page.context["pages"]) == (3, 2, 2)

    def test_more_is_asked_on_the_same_page_before_it_goes_on(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["price"]})
        page = client.get(page_of(invitation))
        assert page.context["page"] == 1
        assert 'name="q-price"' in page.content.decode()
        values = {"page": "1", "go": "on", "q-wrong": ["price"], "q-price": "Too high"}
        client.post(page_of(invitation), values)
        assert client.get(page_of(invitation)).context["page"] == 3

    def test_what_hung_on_a_changed_answer_is_not_kept(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["people"]})
        client.post(page_of(invitation), {"page": "2", "go": "on", "q-people": "1"})
        client.post(page_of(invitation), {"page": "2", "go": "on", "q-people": "1", "q-who": "X"})
        assert answered(invitation) == {"wrong": ["people"], "people": 1, "who": "X"}
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["nothing"]})
        client.post(page_of(invitation), {"page": "3", "go": "send", "q-last": "price"})
        assert answered(invitation) == {"wrong": ["nothing"], "last": "price"}
        response = Response.objects.get(invitation=invitation)
        assert (response.index, response.lowest, response.comment) == (None, None, "")

    def test_what_is_no_more_asked_need_not_be_answered(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["people"]})
        answer = client.post(page_of(invitation), {"page": "2", "go": "on"})
        assert answer.status_code == 200  # required
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["nothing"]})
        client.post(page_of(invitation), {"page": "3", "go": "send"})
        invitation.refresh_from_db()
        assert invitation.state == "finished"

    def test_what_is_chosen_twice_counts_once(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-wrong": ["price"] * 3})
        assert answered(invitation) == {"wrong": ["price"]}


class TestNothingSaid:
    @pytest.fixture(autouse=True)
    def _nothing_is_required(self, invitation):
        invitation.wave.version.questions.update(is_required=False)

    def test_it_cannot_be_sent_and_the_page_says_why(self, client, invitation):
        client.post(page_of(invitation), {"page": "1", "go": "on", "q-overall": "cannot-say"})
        answer = client.post(page_of(invitation), {"page": "2", "go": "send", "q-better": " "})
        assert answer.status_code == 200
        assert "Choose at least one answer." in answer.content.decode()
        invitation.refresh_from_db()
        assert invitation.state == "opened"
        assert not Response.objects.filter(finished_at__isnull=False).exists()
        assert InstrumentVersion.objects.get(pk=invitation.wave.version_id).frozen_at is None

    def test_another_browser_that_took_all_back_leaves_a_draft(self, invitation):
        response = answering.finish(invitation=invitation, now=timezone.now())
        assert (response.finished_at, response.page) == (None, 1)

    def test_one_answer_is_enough(self, client, invitation):
        client.post(page_of(invitation), {"page": "2", "go": "send", "q-recommend": "0"})
        assert Response.objects.get().recommend == 0
        assert Response.objects.get().finished_at is not None


class TestOver:
    def test_a_closed_wave_says_so_and_keeps_nothing(self, client, invitation):
        Wave.objects.filter(pk=invitation.wave_id).update(state="closed")
        for answer in (client.get(page_of(invitation)), client.post(page_of(invitation), FIRST)):
            assert answer.status_code == 410
            assert "This survey is over" in answer.content.decode()
        assert not Response.objects.exists()

    def test_the_last_day_counts_and_the_day_after_does_not(self, client, invitation):
        wave = invitation.wave
        wave.opens_on = wave.closes_on = dt.date.today()
        wave.save()
        assert client.get(page_of(invitation)).status_code == 200
        wave.opens_on = wave.closes_on = dt.date.today() - dt.timedelta(days=2)
        wave.save()
        assert client.get(page_of(invitation)).status_code == 410

    def test_a_wave_that_closes_meanwhile_refuses_the_page(self, invitation):
        Wave.objects.filter(pk=invitation.wave_id).update(state="closed")
        with pytest.raises(answering.IsOverError) as refused:
            answering.save_page(
                invitation=invitation,
                page=1,
                answers={"overall": 4},
                language="en",
                now=timezone.now(),
            )
        assert refused.value.why == Over.CLOSED


class TestDeclining:
    def test_no_means_no_answers_and_the_draft_goes(self, client, invitation):
        client.post(page_of(invitation), FIRST)
        client.post(page_of(invitation) + "decline/", {})
        invitation.refresh_from_db()
        assert invitation.state == "declined"
        assert not Response.objects.exists()
        assert not OptOut.objects.exists()
        assert "You said no" in client.get(page_of(invitation)).content.decode()
        client.post(page_of(invitation), FIRST)
        assert not Response.objects.exists()

    def test_for_ever_is_kept_by_address_once(self, client):
        invitation = InvitationFactory(email="Anna.Muster@Example.com")
        for _ in range(2):
            client.post(page_of(invitation) + "decline/", {"for_ever": "1"})
        assert list(OptOut.objects.values_list("email", flat=True)) == ["anna.muster@example.com"]
        page = client.get(page_of(invitation) + "decline/").content.decode()
        assert "We will not ask Anna.Muster@Example.com again" in page

    def test_it_can_be_said_on_an_old_link_and_leaves_given_answers(self, client, invitation):
        client.post(page_of(invitation), FIRST)
        client.post(page_of(invitation), LAST)
        client.post(page_of(invitation) + "decline/", {"for_ever": "1"})
        invitation.refresh_from_db()
        assert invitation.state == "finished"
        assert OptOut.objects.count() == 1

    def test_it_takes_back_the_mails_of_all_surveys_that_wait_for_the_address(self, client):
        invitation = InvitationFactory(email="Anna@example.com")
        others = ("survey:0:1", "anna@example.com"), ("survey:0:2", "hanna@example.com")
        for cause, to in (*others, ("password", "anna@example.com")):
            outbox.enqueue(cause=cause, recipient=to, subject="Hi", body="Text")
        client.post(page_of(invitation) + "decline/", {"for_ever": "1"})
        left = OutboxMessage.objects.order_by("pk").values_list("cause", flat=True)
        assert list(left) == ["survey:0:2", "password"]

    def test_it_is_said_in_the_language_that_was_switched_to(self, client, invitation):
        page = client.get(page_of(invitation) + "?lang=zh-hans").content.decode()
        assert 'href="decline/?lang=zh-hans"' in page
        url = page_of(invitation) + "decline/?lang=zh-hans"
        assert 'href="../?lang=zh-hans"' in client.get(url).content.decode()
        answer = client.post(url, {}, follow=True)
        assert '<html lang="zh-hans"' in answer.content.decode()

    def test_mail_programs_unsubscribe_by_one_click(self, client, invitation):
        answer = client.post(page_of(invitation) + "decline/", {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200  # a redirect would lose it in some programs
        assert OptOut.objects.filter(email=invitation.email).exists()


@pytest.mark.django_db(transaction=True)
def test_two_browsers_on_one_link_end_with_one_response(invitation):
    """Both send at once, from the first page to the last."""
    url, barrier, statuses = page_of(invitation), threading.Barrier(4), []

    def browse(score: str) -> None:
        browser = Client()
        try:
            barrier.wait(timeout=20)
            for values in ({**FIRST, "q-overall": score}, LAST):
                statuses.append(browser.post(url, values).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=browse, args=(score,)) for score in "2345"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(statuses) == 8
    assert set(statuses) <= {200, 302}
    response = Response.objects.get(invitation=invitation)
    assert response.finished_at is not None
    assert response.answers.count() == 6
    assert response.overall == 25.0 * (answered(invitation)["overall"] - 1)


def test_neither_costs_nor_hopes_count_in_the_index_or_as_the_lowest_answer():
    """Of 1 to 5: met 4 (75) and overall 3 (50); a cost of 1 is good news, and so little hoped."""
    rows = {
        "met": {"measure": "reliability"},
        "hoped": {"measure": "reliability", "aspect": "expectation"},
        "money": {"measure": "money"},
        "price": {"measure": "price"},
        "obtaining": {"measure": "obtaining"},
        "overall": {"measure": "overall"},
        "hoped_overall": {"measure": "overall", "aspect": "expectation"},
    }
    questions = [Question(code=code, kind="scale_5", weight=1, **row) for code, row in rows.items()]
    values = dict.fromkeys(rows, 1) | {"met": 4, "overall": 3}
    found = answering.figures(Questionnaire(questions, values))
    assert (found["index"], found["overall"], found["lowest"]) == (62.5, 50.0, 50.0)
    only_costs = answering.figures(Questionnaire(questions, {"money": 5, "price": 1}))
    assert (only_costs["index"], only_costs["lowest"]) == (None, None)
