"""Answering behind the secret link: what is kept, when, and how often."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.platform.models import OutboxMessage
from satisfaction.models import Answer, InstrumentVersion, Invitation, Question, Response
from satisfaction.questionnaire import Questionnaire
from satisfaction.services import answering
from satisfaction.services.sending import mail_links
from satisfaction.tests.answers import FIRST, LAST, answered, page_of
from satisfaction.tests.factories import InvitationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation() -> Invitation:
    return InvitationFactory()


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
