"""What is kept about the demo company's best customers: something of everything, old and new."""

import datetime as dt

import pytest

from crm.demo import company
from crm.demo.keeping import kept
from customers.models import (
    Attendance,
    ClubEvent,
    Competitor,
    HelpRequest,
    Idea,
    Opportunity,
    Promise,
    Referral,
    Task,
    YearFigure,
)
from customers.records import KINDS

TODAY = dt.date(2026, 7, 15)
FEW = 240


@pytest.fixture(scope="module")
def made():
    return company.build(company.SEED, TODAY, FEW)


def test_the_same_seed_and_day_keep_the_same(made):
    assert kept(company.SEED, made, TODAY) == kept(company.SEED, made, TODAY)


def test_nothing_is_written_down_of_days_to_come(made):
    rows = kept(company.SEED, made, TODAY)
    for kind in rows.values():
        for row in kind:
            for name in ("on", "known_on", "since", "settled_on", "closed_on", "made"):
                assert row.get(name) is None or row[name] < TODAY


@pytest.fixture
def loaded(db, demo_company):
    return demo_company


def test_every_kind_has_rows_and_every_state_somebody(loaded):
    for kind in KINDS.values():
        assert kind.model.objects.exists(), kind.key
    assert set(Promise.objects.values_list("state", flat=True)) == set(Promise.State.values)
    assert Promise.objects.overdue(TODAY).exists()
    assert {"won", "lost"} < set(Opportunity.objects.values_list("stage", flat=True))
    assert set(Idea.objects.values_list("state", flat=True)) >= {"new", "adopted"}
    assert HelpRequest.objects.exclude(thanks="").exists()
    assert Referral.objects.filter(referred__isnull=False).exists()
    assert Competitor.objects.count() == 8
    assert ClubEvent.objects.filter(on__gt=TODAY).count() == 2
    assert Attendance.objects.filter(state="came").exists()


def test_every_open_promise_has_its_open_task(loaded):
    reasons = {promise.reason for promise in Promise.objects.open()}
    tasks = Task.objects.filter(origin=Task.Origin.PROMISE)
    assert set(tasks.open().values_list("reason", flat=True)) == reasons
    assert tasks.count() == Promise.objects.count()


def test_a_declining_customer_buys_on_from_others(made):
    """Its own purchases don't fall, so that share of wallet tells decline from a bad year."""
    falling = made.planted.index[made.planted["kind"].isin(["slow_decline", "sudden_decline"])]
    rows = kept(company.SEED, made, TODAY)["year-figure"]
    by_customer: dict[int, list[float]] = {}
    for row in rows:
        if row["ordinal"] in falling:
            by_customer.setdefault(row["ordinal"], []).append(row["purchases"])
    pairs = [figures for figures in by_customer.values() if len(figures) == 2]
    assert all(later >= before for before, later in pairs)


def test_figures_of_a_year_are_written_once(loaded):
    pairs = list(YearFigure.objects.values_list("customer", "year"))
    assert len(pairs) == len(set(pairs))
