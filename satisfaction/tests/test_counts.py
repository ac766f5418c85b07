"""Counts that are kept say the same as the tables that they count."""

import datetime as dt
from collections import Counter

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.tests.factories import ManagerFactory
from satisfaction.count_reads import Asked
from satisfaction.models import AskedCount, Invitation, Loop, LoopCount
from satisfaction.services import counting
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 5, 4, 23, 30, tzinfo=dt.UTC)


def test_a_small_wave_is_counted_when_somebody_asks():
    one, other = WaveFactory(is_open=True), WaveFactory(is_open=True)
    people = [InvitationFactory(wave=one, reminders=n) for n in range(3)]
    InvitationFactory(wave=other, state="planned")
    counting.count_asked()
    Invitation.objects.filter(pk=people[2].pk).update(state="finished")
    found = counting.asked_in([one.pk, other.pk, 0])
    assert found == {
        one.pk: Asked(Counter(sent=2, finished=1), reminders=3),
        other.pk: Asked(Counter(planned=1)),
    }


def test_a_large_wave_is_counted_beforehand_and_its_pages_say_when(client, monkeypatch):
    monkeypatch.setattr(counting, "COUNTED_LIVE", 2)
    wave, small = WaveFactory(is_open=True), WaveFactory(is_open=True)
    people = [InvitationFactory(wave=wave) for _each in range(3)]
    InvitationFactory(wave=small)
    assert counting.asked_in([wave.pk])[wave.pk] == Asked(Counter(sent=3))  # not counted yet
    counting.count_asked()
    Invitation.objects.filter(pk=people[0].pk).update(state="finished", reminders=1)
    found = counting.asked_in([wave.pk, small.pk])
    assert (found[wave.pk].states, found[small.pk].counted_at) == (Counter(sent=3), None)
    client.force_login(ManagerFactory())
    for name in ("waves", "wave", "wave_invitations"):
        address = reverse(f"satisfaction:{name}", args=[] if name == "waves" else [wave.pk])
        assert "Summed" in client.get(address).content.decode(), name
    counting.count_asked()
    assert counting.asked_in([wave.pk])[wave.pk].states == Counter(sent=2, finished=1)
    assert AskedCount.objects.filter(wave=wave).count() == 2
    address = reverse("satisfaction:wave", args=[small.pk])
    assert "Summed" not in client.get(address).content.decode()


def test_a_wave_that_is_long_over_is_counted_once_a_day():
    today = timezone.now().date()
    dates = {"opens_on": today - dt.timedelta(days=60), "closes_on": today - dt.timedelta(days=32)}
    over = WaveFactory(state="closed", **dates)
    running = WaveFactory(is_open=True)
    for wave in (over, running):
        InvitationFactory(wave=wave)
    assert counting.count_asked() == 2
    assert counting.count_asked() == 1
    AskedCount.objects.update(counted_at=timezone.now() - dt.timedelta(hours=25))
    assert counting.count_asked() == 2


def loop(days: int, *, due: int, outcome: str = "", in_time: bool | None = None) -> Loop:
    """Began so many days ago; `due` days after NOW."""
    response = ResponseFactory()
    acted = NOW if outcome else None
    return Loop.objects.create(
        response=response,
        customer=response.customer,
        opened_at=NOW - dt.timedelta(days=days),
        due_on=NOW.date() + dt.timedelta(days=due),
        outcome=outcome,
        acted_at=acted,
        acted_in_time=in_time,
        closed_at=acted if outcome in ("solved", "refused") else None,
    )


def test_rates_of_all_loops_are_those_of_each():
    loop(400, due=-398, outcome="solved", in_time=True)  # too long ago
    loop(300, due=-298, outcome="solved", in_time=True)
    loop(200, due=-198, outcome="refused", in_time=False)
    loop(100, due=-98, outcome="no_answer", in_time=True)
    late, running = loop(50, due=-48), loop(0, due=2)  # one has time still
    loop(0, due=2, outcome="solved", in_time=True)
    today, since = NOW.date(), NOW - dt.timedelta(days=365)
    since = since.replace(hour=0, minute=0)

    def rates() -> dict:
        return LoopCount.objects.rates(since.date(), today)

    outcomes = {"solved": 2, "refused": 1, "no_answer": 1, "": 1}
    expected = {"opened": 5, "acted": 4, "in_time": 3, "closed": 3, "outcomes": outcomes}
    assert rates() == Loop.objects.due_by(today).rates(since) == expected
    Loop.objects.filter(pk=late.pk).delete()
    acted = {"outcome": "later", "acted_at": timezone.now(), "acted_in_time": True}
    Loop.objects.filter(pk=running.pk).update(**acted)
    counting.add_up_loops()
    outcomes = {"solved": 2, "refused": 1, "no_answer": 1, "later": 1}
    expected = {"opened": 5, "acted": 5, "in_time": 4, "closed": 3, "outcomes": outcomes}
    assert rates() == Loop.objects.due_by(today).rates(since) == expected
    assert sorted(LoopCount.objects.values_list("number", flat=True)) == [1] * 6
    counting.add_up_loops()
    assert rates() == expected
