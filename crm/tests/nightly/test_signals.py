"""Signals appear, end, and stay dismissed."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import ManagerFactory
from crm.tests.nightly.companies import LAST_DAY, night, sell, unsell
from customers.models import Standing
from lifecycle.models import Signal

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


def test_a_dismissed_signal_stays_dismissed_until_it_ends(regular):
    night()
    Signal.objects.filter(customer=regular).update(
        dismissed_by=ManagerFactory(),
        dismissed_at="2025-12-01T08:00Z",
        dismissed_reason="Season pause",
    )
    night(LAST_DAY + DAY)
    assert Standing.objects.get(customer=regular).signal == ""
    assert Signal.objects.filter(customer=regular, dismissed_at__isnull=True).count() == 0
    assert Signal.objects.filter(customer=regular, last_seen=LAST_DAY + DAY).exists()
