import datetime as dt

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from customers.tests.factories import StandingFactory
from lifecycle.models import MissedLeaver, TrackMonth, TrackRecord
from lifecycle.services import backtests
from lifecycle.tests.factories import backtest_result
from lifecycle.tests.test_track_record import AS_OF, MONTH, begin, customer, flag, keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    user = ManagerFactory()
    client.force_login(user)
    return user


def get(client, name, *args, **query) -> str:
    response = client.get(reverse(f"value:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def record(kind, flagged=100, lost=71, expected=40.0, **fields):
    return TrackRecord.objects.create(
        as_of=AS_OF,
        kind=kind,
        horizon_days=90,
        flagged=flagged,
        lost=lost,
        expected=expected,
        **fields,
    )


def test_before_any_record_the_page_says_when_it_comes(client, manager):
    assert "No track record yet" in get(client, "track_record")


def test_signals_stand_beside_comparable_customers(client, manager):
    record("silent", lead_days=23, weight=1.27, leavers=200, leavers_flagged=90)
    record("volume_down", 50, 20, 19.0, dismissed=8, dismissed_lost=1)
    record("low_score", 7, 7, 1.0, waiting=3)
    text = get(client, "track_record")
    for words in (
        *("71 % (61–79)", "40 %", "1.77 (1.54–1.97)", "45 %", "1.27", "earns its weight"),
        *("it does not earn its weight", "8 dismissed, 7 of them bought on"),
        *("not enough yet: 7 of 20", "+ 3 waiting"),
        "1 of 2 signals are clearly better than chance",
    ):
        assert words in text


def test_risk_is_told_month_by_month(client, manager):
    record("risk_high")
    for month, high_lost in ((dt.date(2025, 11, 30), 60), (dt.date(2025, 12, 31), 71)):
        for kind, lost in (("everybody", 31), ("risk_high", high_lost)):
            TrackMonth.objects.create(
                month=month, kind=kind, tier="A", horizon_days=60, customers=100, lost=lost
            )
    text = get(client, "track_record")
    assert "Of 100 of high risk in December 2025 71 bought nothing; of all 31" in text


def test_backtests_replay_what_no_night_has_frozen(client, manager):
    backtests.store(MONTH, 91, backtest_result(MONTH, 91))
    # Its horizon overlaps with the newer one's: the same absences would count twice.
    near = MONTH - dt.timedelta(days=30)
    backtests.store(near, 91, backtest_result(near, 91))
    text = get(client, "track_record")
    assert "Replayed at earlier dates" in text
    assert "71 % (61–79)" in text


def test_those_who_left_without_a_warning_are_listed_with_what_they_brought(client, manager):
    made = customer(0.1, comes_back=False)
    StandingFactory(customer=made)
    keep()
    text = get(client, "missed_leavers")
    assert reverse("card", args=[made.pk]) in text
    assert "1 of them bought nothing in the 30 days" in text
    assert get(client, "missed_leavers", month="nonsense", page="x")


def test_without_a_settled_month_nobody_is_listed(client, manager):
    assert "No month" in get(client, "missed_leavers")


def test_the_signals_of_a_kind_are_listed_with_what_came_of_them(client, manager):
    begin()
    flag(customer(0.9, comes_back=False))
    flag(customer(0.9, comes_back=True))
    flag(customer(0.9, comes_back=True), AS_OF)
    keep()
    text = get(client, "signal_record", "silent")
    assert "2 flags with a known outcome, 1 of them left" in text
    # The one of long ago, which is not counted, too.
    assert text.count("bought nothing for 30 days") == 2
    assert text.count("bought on") == 1
    assert text.count("known on") == 1


def test_a_kind_that_there_is_not_is_not_found(client, manager):
    assert client.get(reverse("value:signal_record", args=["hunch"])).status_code == 404


def test_account_managers_list_their_own_customers_alone(client, amy):
    mine, other = customer(0.1, comes_back=False), customer(0.1, comes_back=False)
    for one in (mine, other):
        StandingFactory(customer=one)
        flag(one)
    mine.account_manager = amy
    mine.save()
    keep()
    client.force_login(amy)
    assert MissedLeaver.objects.count() == 2
    for text in (get(client, "missed_leavers"), get(client, "signal_record", "silent")):
        assert reverse("card", args=[mine.pk]) in text
        assert reverse("card", args=[other.pk]) not in text


@pytest.mark.parametrize(
    ("name", "args"), [("track_record", []), ("missed_leavers", []), ("signal_record", ["silent"])]
)
def test_service_staff_see_none_of_it(client, name, args):
    client.force_login(ServiceFactory())
    assert client.get(reverse(f"value:{name}", args=args)).status_code == 403


def test_pages_ask_as_much_for_many_as_for_one(client, manager, django_assert_max_num_queries):
    for _ in range(3):
        made = customer(0.1, comes_back=False)
        StandingFactory(customer=made)
        flag(made)
    keep()
    with django_assert_max_num_queries(12):
        get(client, "missed_leavers")
    with django_assert_max_num_queries(10):
        get(client, "signal_record", "silent")
    with django_assert_max_num_queries(10):
        get(client, "track_record")
