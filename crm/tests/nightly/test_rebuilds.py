"""Nights computed again after later ones: they leave no trace, and what people said stays."""

import datetime as dt

import numpy as np
import pytest
from django.db import connection

from crm.accounts.tests.factories import AccountManagerFactory
from crm.tests.nightly.companies import LAST_DAY, make_company, night, sell, touch, unsell
from crm.tests.nightly.everything import MODELS, differences, everything, table_of
from crm.tests.nightly.relations import regular
from crm.tests.nightly.test_night_overrides import override
from crm.tests.nightly.voices import ago, answer, complain, solving
from customers.models import Customer, Standing, Transaction
from customers.services.derived import refresh_derived
from lifecycle.models import LostMark, NightlyRun, Signal, StageOverride, TierOverride
from lifecycle.services.losses import mark_lost
from lifecycle.services.signals import dismiss_signal

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NIGHTS = [LAST_DAY - back * DAY for back in (70, 40, 31, 12, 1, 0)]
# Counted on Sundays and where a night is computed again, as of that night; care is as of today.
BY_OTHER_DAYS = {"LoyaltyCell", "CareDue"}
# What people wrote, and the standing's other half.
OF_PEOPLE = {"Standing", "LostMark", "Loss", "WinBack", "Rescue", "CareDue", "TouchedCustomer"}


def told_apart(one: dict, other: dict) -> set[str]:
    return set(differences(one, other)) - BY_OTHER_DAYS


def forget_all_nights() -> None:
    NightlyRun.objects.all().delete()
    with connection.cursor() as cursor:
        for name in MODELS:
            if name.rpartition(".")[2] not in OF_PEOPLE:
                cursor.execute(f"DELETE FROM {table_of(name)}")


def stage_of(customer: Customer) -> str:
    return Standing.objects.get(pk=customer.pk).stage


@pytest.fixture
def gone(company, amy):
    """Marked as lost nine days before the last one; it bought nothing since."""
    customer = Customer.objects.get(pk=company[0])
    sell(customer.pk, LAST_DAY - 10 * DAY, 100, "last")
    unsell(customer=customer.pk, date__gt=LAST_DAY - 10 * DAY)
    values = {"on": LAST_DAY - 9 * DAY, "kind": "total", "reason": "other"}
    mark_lost(customer=customer, by=amy, values=values)
    LostMark.objects.update(marked_at=ago(8))
    return customer


def test_nights_caught_up_at_once_know_that_who_was_marked_as_lost_bought_again(gone):
    sell(gone.pk, LAST_DAY, 100, "back")
    stages = []
    for date in (LAST_DAY - DAY, LAST_DAY, LAST_DAY + DAY):
        night(date)
        stages.append(stage_of(gone))
    assert stages[0] == "ended"
    assert "ended" not in stages[1:]
    assert [loss.closed_as for loss in gone.losses.all()] == ["returned"]
    night(LAST_DAY, rebuild=True)
    assert stage_of(gone) == stages[1]


def test_a_purchase_that_was_undone_makes_it_lost_again(gone):
    sell(gone.pk, LAST_DAY - DAY, 100, "wrong")
    night()
    assert gone.losses.get().closed_as == "returned"
    unsell(reference="wrong")
    touch([gone.pk], LAST_DAY - DAY)
    night(LAST_DAY + DAY)
    assert (gone.losses.get().closed_as, gone.lost_marks.get().taken_back_at) == ("", None)
    night(LAST_DAY + 2 * DAY)
    assert stage_of(gone) == "ended"


def test_a_dismissal_outlives_an_earlier_night_computed_again(company):
    regular(company[0], until=100)
    night(LAST_DAY - 60 * DAY)
    night()
    signal = Signal.objects.get(customer=company[0], kind="silent")
    dismiss_signal(signal=signal, by=AccountManagerFactory(), reason="Rebuilds its works")
    night(LAST_DAY - 95 * DAY, rebuild=True)
    assert not Signal.objects.open().filter(customer=company[0], kind="silent").exists()
    night(signal.first_seen)
    signal.refresh_from_db()
    assert (signal.ended_on, signal.dismissed_reason) == (None, "Rebuilds its works")
    assert Signal.objects.filter(customer=company[0], kind="silent").count() == 1


def happenings(ids: list[int], rng: np.random.Generator) -> None:
    """Late, corrected and undone dealings, and what people said, each dated by the day it was."""
    some = rng.permutation(ids).tolist()
    for place, pk in enumerate(some[:6]):
        sell(pk, LAST_DAY - int(rng.integers(60)) * DAY, 900, f"late-{place}")
    for pk in some[6:9]:
        unsell(customer=pk, date__gt=LAST_DAY - int(rng.integers(20, 300)) * DAY)
    Transaction.objects.filter(customer__in=some[9:12]).update(amount=77)
    touch(some[6:12], LAST_DAY - 900 * DAY)
    for pk in some[12:16]:
        complain(pk, ago(float(rng.uniform(2, 60))), severity="major")
        began = float(rng.uniform(30, 60))
        complain(pk, ago(began), *solving(ago(began - 20)))
        answer(pk, ago(float(rng.uniform(0, 60))), recommend=3, index=30.0)
    for pk in some[16:19]:
        on = LAST_DAY - int(rng.integers(5, 45)) * DAY
        override(TierOverride, pk, "A", on=on, until=LAST_DAY - 3 * DAY)
        override(StageOverride, pk, "formation", on=on, until=on + 6 * DAY)
    by = AccountManagerFactory()
    for pk in some[19:22]:
        on = LAST_DAY - int(rng.integers(30, 50)) * DAY
        values = {"on": on, "kind": "total", "reason": "other"}
        mark, _ = mark_lost(customer=Customer.objects.get(pk=pk), by=by, values=values)
        LostMark.objects.filter(pk=mark.pk).update(marked_at=ago((LAST_DAY - on).days - 1))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 5))
def test_what_was_computed_before_leaves_no_trace(seed):
    ids = make_company(60, seed=seed)
    Customer.objects.filter(pk__in=ids[::2]).update(industry="Steel")
    refresh_derived(ids)
    rng = np.random.default_rng(seed)
    for date in NIGHTS:
        night(date)
    happenings(ids, rng)
    found = []
    for place, date in enumerate(NIGHTS):
        night(date, rebuild=place == 0)
        found.append(everything())
    for back in (4, 3, 1):
        for place in range(back, len(NIGHTS)):
            night(NIGHTS[place], rebuild=place == back)
            assert told_apart(everything(), found[place]) == set()
    forget_all_nights()
    for place, date in enumerate(NIGHTS):
        night(date, rebuild=place == 0)
    assert told_apart(everything(), found[-1]) == set()
