"""Signals appear, end, and stay dismissed."""

import datetime as dt

import pytest

from complaints.models import Case
from crm.accounts.tests.factories import ManagerFactory
from crm.tests.nightly.companies import LAST_DAY, night, results, sell, unsell
from crm.tests.nightly.voices import ago, complain, step
from customers.models import Standing
from lifecycle import signal_words
from lifecycle.models import Signal
from lifecycle.services.signals import dismiss_signal

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def regular(company):
    """Bought every ten days until day 100 before the end."""
    customer = company[0]
    unsell(customer=customer)
    for n in range(60):
        sell(customer, LAST_DAY - (100 + 10 * n) * DAY, 100, f"reg-{n}")
    return customer


def test_silence_beyond_the_own_rhythm_is_seen_and_ends(regular):
    night()
    signal = Signal.objects.get(customer=regular, kind="silent")
    assert signal.evidence["days_since"] == 100
    assert signal.evidence["usual_gap"] == pytest.approx(10)
    assert Standing.objects.get(customer=regular).signal in {"silent", "volume_down"}
    sell(regular, LAST_DAY + DAY, 100, "back")
    night(LAST_DAY + DAY)
    signal.refresh_from_db()
    assert (signal.first_seen, signal.ended_on) == (LAST_DAY, LAST_DAY + DAY)


def test_a_silence_that_the_year_before_had_too_is_none(company):
    steady, pausing, slowing = company[:3]
    for customer, kept in ((steady, 1), (pausing, 99), (slowing, 2)):
        unsell(customer=customer)
        for n, days in enumerate(range(50, 850, 10)):
            if not 364 - 30 <= days <= 414 + 30 or n % kept == 0:
                sell(customer, LAST_DAY - days * DAY, 100, f"{customer}-{n}")
    night()
    found = dict(Signal.objects.filter(kind="silent").values_list("customer", "evidence"))
    assert pausing not in found
    assert "season_gap" not in found[steady]
    assert found[slowing]["season_gap"] > 11
    for evidence in found.values():
        assert signal_words.dealings.silent(evidence)


def dismiss_all(customer: int) -> None:
    manager = ManagerFactory()
    for signal in Signal.objects.open().filter(customer=customer):
        dismiss_signal(signal=signal, by=manager, reason="Season pause")


def test_a_dismissed_signal_stays_dismissed_while_nothing_changes(regular):
    night()
    dismiss_all(regular)
    night(LAST_DAY + DAY)
    assert Standing.objects.get(customer=regular).signal == ""
    assert not Signal.objects.reasons().filter(customer=regular).exists()
    assert Signal.objects.filter(customer=regular, last_seen=LAST_DAY + DAY).exists()


@pytest.fixture
def unhappy(company):
    """A moderate complaint that is open: strength 0.46."""
    complain(company[0], ago(5.5))
    night()
    dismiss_all(company[0])
    return company[0]


def of_kind(customer: int, kind: str = "complaint_open") -> list[Signal]:
    return list(Signal.objects.filter(customer=customer, kind=kind).order_by("first_seen"))


def test_what_became_clearly_stronger_comes_back_and_the_dismissal_stays_on_record(unhappy):
    complain(unhappy, ago(-0.5), severity="critical")  # 0.70
    night(LAST_DAY + DAY)
    before, now = of_kind(unhappy)
    assert (before.ended_on, before.dismissed_reason) == (LAST_DAY + DAY, "Season pause")
    assert (now.first_seen, now.dismissed_at, now.strength) == (LAST_DAY + DAY, None, 0.70)
    assert Standing.objects.get(customer=unhappy).signal != ""


def test_a_little_stronger_stays_dismissed(unhappy):
    complain(unhappy, ago(-0.5), severity="major")  # 0.58: not by 0.15
    night(LAST_DAY + DAY)
    (signal,) = of_kind(unhappy)
    assert (signal.ended_on, signal.dismissed_reason) == (None, "Season pause")
    assert (signal.strength, signal.dismissed_strength) == (0.58, 0.46)


def test_slowly_but_clearly_stronger_than_what_was_dismissed_comes_back(unhappy):
    complain(unhappy, ago(-0.5), severity="major")
    night(LAST_DAY + DAY)
    complain(unhappy, ago(-1.5), severity="critical")
    night(LAST_DAY + 2 * DAY)
    assert [signal.first_seen for signal in of_kind(unhappy)] == [LAST_DAY, LAST_DAY + 2 * DAY]


def test_after_it_ended_the_next_one_is_no_longer_dismissed(unhappy):
    case = Case.objects.get(customer=unhappy)
    for action in ("acknowledge", "assess", "propose", "resolve"):
        step(case, action, ago(-0.5))
    night(LAST_DAY + DAY)
    complain(unhappy, ago(-1.2), severity="major")
    night(LAST_DAY + 2 * DAY)
    before, now = of_kind(unhappy)
    assert (before.ended_on, now.first_seen) == (LAST_DAY + DAY, LAST_DAY + 2 * DAY)
    assert now.dismissed_at is None


def test_a_date_on_which_one_came_back_can_be_computed_again(unhappy):
    complain(unhappy, ago(-0.5), severity="critical")
    night(LAST_DAY + DAY)
    expected = results()
    night(LAST_DAY + DAY, rebuild=True)
    assert results() == expected
    night(LAST_DAY + 2 * DAY)
    night(LAST_DAY + DAY, rebuild=True)
    assert results()["signals"] == expected["signals"]
    night(LAST_DAY, rebuild=True)
    (signal,) = of_kind(unhappy)
    assert (signal.dismissed_reason, signal.ended_on) == ("Season pause", None)


def test_one_that_came_back_and_was_dismissed_again_stays_so_when_computed_again(unhappy):
    complain(unhappy, ago(-0.5), severity="critical")
    night(LAST_DAY + DAY)
    dismiss_all(unhappy)
    night(LAST_DAY + 2 * DAY)
    night(LAST_DAY + DAY, rebuild=True)
    before, now = of_kind(unhappy)
    assert (before.ended_on, now.ended_on) == (LAST_DAY + DAY, None)
    assert (now.dismissed_strength, now.dismissed_reason) == (0.70, "Season pause")
