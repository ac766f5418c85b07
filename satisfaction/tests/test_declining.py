"""Links of surveys that are over, and customers who do not want to be asked."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.platform import outbox
from crm.platform.models import OutboxMessage
from satisfaction.models import Invitation, OptOut, Response, Wave
from satisfaction.services import answering
from satisfaction.services.answering import Over
from satisfaction.tests.answers import FIRST, LAST, page_of
from satisfaction.tests.factories import InvitationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation() -> Invitation:
    return InvitationFactory()


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
