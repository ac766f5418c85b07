"""Interviews by phone or visit: how often somebody was tried, and how the answers came."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from crm.platform.models import Installation
from satisfaction.models import InterviewAttempt, Response
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory
from satisfaction.tests.test_channels import PAGES, manager, url

__all__ = ["manager"]
pytestmark = pytest.mark.django_db


def test_what_was_typed_in_during_a_visit_says_so_and_other_answers_how_they_came(client, manager):
    wave = WaveFactory(is_open=True, channel="interview")
    invitation = InvitationFactory(wave=wave, state="planned", sent_at=None)
    first, last = PAGES
    client.post(url("interview", invitation), first | {"way": "visit"})
    assert 'value="visit" checked' in client.get(url("interview", invitation)).text
    client.post(url("interview", invitation), last | {"way": "nonsense"})
    response = Response.objects.get()
    assert (response.entered_by, response.entered_way) == (manager, "visit")
    assert "During a visit" in client.get(url("response", response)).text
    mailed = ResponseFactory(invitation__wave=WaveFactory(is_open=True))
    assert "Link by e-mail" in client.get(url("response", mailed)).text


def test_attempts_to_reach_somebody_are_noted_and_stand_in_the_list(client, manager):
    wave = WaveFactory(is_open=True, channel="interview")
    invitation = InvitationFactory(wave=wave, state="planned", sent_at=None)
    today = Installation.get().today()
    tomorrow = today + dt.timedelta(days=1)
    tried = {
        "attempt": "1",
        "attempt-way": "phone",
        "attempt-is_reached": "no",
        "attempt-on": (today - dt.timedelta(days=2)).isoformat(),
        "attempt-again_on": today.isoformat(),
    }
    page = url("interview", invitation)

    def due() -> int:
        return len(client.get(url("wave_invitations", wave), {"call": "again"}).context["rows"])

    assert due() == 0
    wrong = client.post(page, tried | {"attempt-on": tomorrow.isoformat()})
    assert set(wrong.context["attempt_form"].errors) == {"on"}
    early = client.post(page, tried | {"attempt-again_on": "2020-01-01"})
    assert set(early.context["attempt_form"].errors) == {"again_on"}
    assert not InterviewAttempt.objects.exists()
    assert client.post(page, tried).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.state, invitation.sent_at) == ("planned", None)  # nobody was asked yet
    assert due() == 1
    later = {"attempt-is_reached": "yes", "attempt-on": today.isoformat(), "attempt-way": "visit"}
    client.post(page, tried | later | {"attempt-again_on": tomorrow.isoformat()})
    invitation.refresh_from_db()
    assert invitation.sent_at  # from now on the pause counts
    assert due() == 0  # tomorrow
    listed = client.get(url("wave_invitations", wave)).text
    assert f"{manager}: not reached, again on" in listed
    assert f"{manager}: reached, again on" in listed
    assert "during a visit: reached" in client.get(page).text
    first, last = PAGES
    client.post(page, first)
    client.post(page, last)
    client.post(page, tried)  # over
    assert InterviewAttempt.objects.count() == 2


def test_no_attempt_is_noted_of_what_cannot_be_entered(client, manager):
    anonymous = InvitationFactory(wave__is_anonymous=True)
    assert client.post(url("interview", anonymous), {"attempt": "1"}).status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        InterviewAttempt.objects.create(
            invitation=anonymous,
            way="phone",
            on=dt.date(2026, 1, 2),
            again_on=dt.date(2026, 1, 1),
            is_reached=False,
            by=manager,
        )
