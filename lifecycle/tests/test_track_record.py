"""Hand-counted: four customers of tier A at the end of January, a horizon of 30 days."""

import datetime as dt

import pytest

from crm.platform.models import Job
from customers.models import DealingDay, DealingSummary, Standing
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.models import (
    MissedLeaver,
    NightlyRun,
    Signal,
    StandingMonth,
    TrackMonth,
    TrackRecord,
)
from lifecycle.services import track_record
from lifecycle.services.signals import dismiss_signal, restore_signal
from lifecycle.track_record import right_words, summary

pytestmark = pytest.mark.django_db
AS_OF, MONTH = dt.date(2026, 3, 10), dt.date(2026, 1, 31)
BEFORE, AFTER, FLAGGED = dt.date(2026, 1, 20), dt.date(2026, 2, 20), dt.date(2026, 2, 5)
HORIZON = 30


def buy(customer, day, gross=10):
    DealingDay.objects.create(
        customer=customer, day=day, gross=gross, returns=0, net=gross, cost=0, known_net=0, lines=1
    )
    DealingSummary.objects.get_or_create(
        customer=customer,
        defaults={
            "first_purchase": day,
            "last_purchase": day,
            "purchase_days": 1,
            **dict.fromkeys(("gross", "net", "cost", "known_net", "sum_log_gaps"), 0),
        },
    )


def stand(customer, risk, *, month=MONTH, tier="A", stage="stability"):
    figures = dict.fromkeys(("lifetime_value", "value_at_risk"), 0)
    StandingMonth.objects.create(
        month=month,
        customer=customer,
        tier=tier,
        raw_tier=tier,
        stage=stage,
        risk=risk,
        revenue_12m=100,
        **figures,
    )


def flag(customer, first_seen=FLAGGED, kind="silent", **fields):
    return Signal.objects.create(
        customer=customer,
        kind=kind,
        strength=0.96,
        evidence={"days_since": 16, "usual_gap": 5},
        first_seen=first_seen,
        last_seen=first_seen,
        **fields,
    )


def customer(risk, *, comes_back, **month):
    made = CustomerFactory()
    buy(made, BEFORE)
    if comes_back:
        buy(made, AFTER)
    stand(made, risk, **month)
    return made


def keep(as_of=AS_OF, horizon=HORIZON, *, rebuild=False) -> int:
    run = NightlyRun.objects.filter(as_of=as_of).first() or NightlyRun.objects.create(
        as_of=as_of, job=Job.objects.create(kind="nightly", state="done")
    )
    run.models_used, run.rebuild = {"horizon_days": horizon}, rebuild
    return track_record.keep(run)


def of(kind) -> TrackRecord:
    return TrackRecord.objects.newest()[kind]


def months() -> dict:
    rows = TrackMonth.objects.values_list("kind", "tier", "customers", "lost")
    return {(kind, tier): (customers, lost) for kind, tier, customers, lost in rows}


def begin(*kinds):
    """Long ago nights began to look for signals of these kinds."""
    day = dt.date(2023, 1, 1)
    for kind in kinds or ["silent"]:
        flag(CustomerFactory(), day, kind, ended_on=day)


@pytest.fixture
def four():
    """Two of high risk and two of low risk; of each one comes back."""
    begin()
    return [
        customer(0.9, comes_back=False),
        customer(0.9, comes_back=True),
        customer(0.1, comes_back=False),
        customer(0.1, comes_back=True),
    ]


def test_a_month_end_is_counted_by_band_and_tier(four):
    keep()
    assert months() == {
        ("everybody", "A"): (4, 2),
        ("risk_high", "A"): (2, 1),
        ("risk_low", "A"): (2, 1),
        ("green", "A"): (2, 1),
    }


def test_the_bands_are_compared_with_their_tier(four):
    for _ in range(3):  # another tier, where nobody leaves
        customer(0.1, comes_back=True, tier="B")
    keep()
    high = of("risk_high")
    assert (high.flagged, high.lost, high.expected) == (2, 1, 1.0)
    assert (high.leavers, high.leavers_flagged, high.recall) == (2, 1, 0.5)
    green = of("green")
    assert (green.flagged, green.lost, green.expected) == (5, 1, 1.0)


def test_a_signal_counts_from_its_first_day(four):
    flag(four[0])
    flag(four[1])
    keep()
    silent = of("silent")
    assert (silent.flagged, silent.lost, silent.expected) == (2, 1, 1.0)
    # 16 days after the last purchase, so 14 before it had bought nothing for 30.
    assert silent.lead_days == 14
    assert silent.shares.lift == 1.0


def test_what_the_first_night_has_found_is_not_counted(four):
    """Who knows for how long it had been so."""
    flag(four[0], kind="volume_down")
    flag(four[1], FLAGGED + dt.timedelta(days=1), kind="volume_down")
    keep()
    assert of("volume_down").flagged == 1


def test_a_signal_whose_horizon_has_not_passed_waits(four):
    flag(four[0], AS_OF - dt.timedelta(days=HORIZON - 1))
    keep()
    assert (of("silent").flagged, of("silent").waiting) == (0, 1)


def test_episodes_soon_after_one_another_are_one(four):
    flag(four[0], dt.date(2026, 2, 1), ended_on=dt.date(2026, 2, 3))
    flag(four[0], FLAGGED)
    keep()
    assert of("silent").flagged == 1


def test_the_first_nights_are_compared_with_the_month_end_after_them(four):
    flag(four[0], dt.date(2026, 1, 25))
    keep()
    assert (of("silent").flagged, of("silent").expected) == (1, 0.5)


def test_customers_that_had_ended_or_never_bought_are_not_counted(four):
    customer(1.0, comes_back=False, stage="ended")
    stand(CustomerFactory(), 0.0)
    keep()
    assert months()["everybody", "A"] == (4, 2)


def test_a_return_is_no_purchase(four):
    DealingDay.objects.create(
        customer=four[2], day=AFTER, gross=0, returns=5, net=-5, cost=0, known_net=0, lines=1
    )
    keep()
    assert months()["everybody", "A"] == (4, 2)


def test_who_had_no_warning_and_left_is_noted(four):
    keep()
    assert [row.customer_id for row in MissedLeaver.objects.all()] == [four[2].pk]


def test_an_open_signal_is_a_warning_and_a_dismissed_one_is_none(four, amy):
    flag(four[2], MONTH)
    keep()
    assert not MissedLeaver.objects.exists()
    assert months()["silent", "A"] == (1, 1)
    at = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
    Signal.objects.update(dismissed_by=amy, dismissed_at=at, dismissed_reason="Told us")
    keep(rebuild=True)
    assert MissedLeaver.objects.count() == 1
    assert (of("silent").dismissed, of("silent").dismissed_lost) == (1, 1)


def test_the_same_night_gives_the_same_rows(four):
    flag(four[0])

    def rows():
        records = TrackRecord.objects.order_by("kind").values_list("kind", "flagged", "weight")
        return [*records], months(), [*MissedLeaver.objects.values_list("month", "customer")]

    keep()
    once = rows()
    keep()
    assert rows() == once


def test_a_month_end_stays_as_it_was_settled_until_a_rebuild(four):
    keep()
    buy(four[0], AFTER)
    keep(AS_OF + dt.timedelta(days=1))
    assert months()["everybody", "A"] == (4, 2)
    keep(AS_OF + dt.timedelta(days=1), rebuild=True)
    assert months()["everybody", "A"] == (4, 1)


def test_records_are_added_up_once_a_week(four):
    keep()
    keep(AS_OF + dt.timedelta(days=1))
    assert set(TrackRecord.objects.values_list("as_of", flat=True)) == {AS_OF}
    keep(AS_OF + dt.timedelta(days=7))
    assert TrackRecord.objects.values("as_of").distinct().count() == 2


def test_an_earlier_night_forgets_what_it_can_not_know(four):
    keep()
    keep(MONTH + dt.timedelta(days=HORIZON - 1))
    assert not TrackMonth.objects.exists()
    assert not MissedLeaver.objects.exists()
    assert of("risk_high").flagged == 0


def test_another_horizon_settles_month_ends_anew(four):
    keep()
    keep(horizon=15)
    assert set(TrackMonth.objects.values_list("horizon_days", flat=True)) == {15}
    assert months()["everybody", "A"] == (4, 4)
    keep(horizon=16)  # nearly the same: what is settled stays
    assert set(TrackMonth.objects.values_list("horizon_days", flat=True)) == {15}


def test_without_customers_the_night_has_empty_records():
    keep()
    assert {record.flagged for record in TrackRecord.objects.all()} == {0}


class TestWeights:
    """Of two open signals the stronger one stands on lists, by strength times weight."""

    @pytest.fixture
    def two(self, four):
        StandingFactory(customer=four[0])
        flag(four[0])
        other = flag(four[0], kind="volume_down")
        Signal.objects.filter(pk=other.pk).update(strength=0.5)
        return four[0]

    def strongest(self, customer):
        return Signal.objects.all().strongest_of([customer.pk])[customer.pk].kind

    def weigh(self, **weights):
        for kind, weight in weights.items():
            TrackRecord.objects.create(as_of=AS_OF, kind=kind, horizon_days=30, weight=weight)

    def test_without_a_record_the_strength_decides(self, two):
        assert self.strongest(two) == "silent"

    def test_a_signal_that_was_right_more_often_goes_before(self, two):
        self.weigh(silent=0.5, volume_down=1.5)
        assert self.strongest(two) == "volume_down"

    def test_only_the_newest_record_counts(self, two):
        TrackRecord.objects.create(
            as_of=AS_OF - dt.timedelta(days=7), kind="silent", horizon_days=30, weight=0.1
        )
        self.weigh(silent=1.0)
        assert self.strongest(two) == "silent"

    def test_a_dismissal_leaves_the_next_by_weight(self, two, amy):
        flag(two, kind="low_score")
        self.weigh(silent=0.1, low_score=0.2, volume_down=1.5)
        signal = Signal.objects.get(kind="volume_down")
        dismiss_signal(signal=signal, by=amy, reason="Moved its warehouse")
        assert Standing.objects.get(pk=two.pk).signal == "low_score"
        restore_signal(signal=signal)
        assert Standing.objects.get(pk=two.pk).signal == "volume_down"


class TestWords:
    def record(self, flagged, lost, expected):
        return TrackRecord(
            as_of=AS_OF,
            kind="silent",
            horizon_days=30,
            flagged=flagged,
            lost=lost,
            expected=expected,
        )

    def test_how_often_it_was_right_and_how_much_better_than_chance(self):
        assert right_words(self.record(100, 71, 40.0)) == (
            "right in 7 of 10 cases, 1.8 times chance"
        )

    def test_where_chance_would_do_as_well_it_says_so(self):
        assert right_words(self.record(50, 20, 19.0)) == (
            "right in 4 of 10 cases, no better than chance"
        )

    def test_too_few_outcomes_say_nothing_yet(self):
        assert right_words(self.record(7, 7, 1.0)) == "track record: not enough yet, 7 of 20"
        assert right_words(None) == ""

    def test_a_rare_hit_is_told_of_a_hundred(self):
        assert right_words(self.record(100, 6, 1.0)).startswith("right in 6 of 100 cases")


def test_the_summary_is_for_those_who_see_risk(four, amy):
    keep()
    found = summary(amy)
    assert (found["as_of"], found["risk"].record.flagged) == (AS_OF, 2)
    assert found["missed"].record.lost == 1
    amy.role = "service"
    assert summary(amy) == {}
