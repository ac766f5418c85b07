"""What the risk hears of complaints and answers, as of a date."""

import datetime as dt

import numpy as np
import pytest

from crm.tests.nightly.companies import LAST_DAY, night
from crm.tests.nightly.voices import ago, answer, complain, run_out, solving
from lifecycle.models import NightlyRun, Valuation
from lifecycle.services import voices
from lifecycle.services.shards import EVERYBODY, Shard

pytestmark = pytest.mark.django_db
OPEN = np.log(2)


@pytest.fixture
def anna(company):
    """The id of a customer."""
    return company[3]


def heard(customer_id: int, days_ago: int = 0) -> list[float]:
    date = LAST_DAY - dt.timedelta(days=days_ago)
    return voices.load(date, np.array([customer_id]))[0].tolist()


def test_nothing_was_heard(anna):
    assert heard(anna) == [0, 0, 0, 0]


def test_an_open_complaint_counts_from_the_day_it_came_to_the_day_it_was_solved(anna):
    complain(anna, ago(20), *solving(ago(10)))
    assert heard(anna) == [0, 0, 0, 0]
    assert heard(anna, 15) == pytest.approx([OPEN, 0, 0, 0])
    assert heard(anna, 25) == [0, 0, 0, 0]


def test_several_open_ones_count_by_their_logarithm_and_requests_not_at_all(anna):
    complain(anna, ago(5))
    complain(anna, ago(3))
    complain(anna, ago(3), kind="request")
    assert heard(anna) == pytest.approx([np.log(3), 0, 0, 0])


def test_a_late_one_is_late_from_its_deadline_on(anna):
    run_out(complain(anna, ago(9)), ago(4))
    assert heard(anna) == pytest.approx([OPEN, 1, 0, 0])
    assert heard(anna, 5) == pytest.approx([OPEN, 0, 0, 0])


def test_a_reopened_one_counts_for_half_a_year(anna):
    case = complain(anna, ago(300), *solving(ago(250)), ("reopen", ago(190)), reopened=1)
    assert heard(anna, 200) == [0, 0, 0, 0]
    assert heard(anna, 100) == pytest.approx([OPEN, 0, 1, 0])
    assert heard(anna) == pytest.approx([OPEN, 0, 0, 0])
    assert case.reopened == 1


def test_the_latest_score_of_a_year_counts(anna):
    answer(anna, ago(500), index=10.0)
    answer(anna, ago(100), index=80.0, recommend=1)
    assert heard(anna) == pytest.approx([0, 0, 0, 0.6])
    answer(anna, ago(20), recommend=3)
    assert heard(anna) == pytest.approx([0, 0, 0, -0.4])
    assert heard(anna, 50) == pytest.approx([0, 0, 0, 0.6])
    assert heard(anna, 120) == [0, 0, 0, 0]


def test_a_shard_and_its_ids_hear_the_same_in_the_order_of_the_ids(company):
    for place in (1, 5, 9):
        complain(company[place], ago(3))
    answer(company[7], ago(3), index=0.0)
    ids = np.array(sorted(company))
    found = voices.load(LAST_DAY, ids)
    assert found[:, 0].nonzero()[0].tolist() == [1, 5, 9]
    assert found[:, 3].nonzero()[0].tolist() == [7]
    assert (voices.load(LAST_DAY, ids, EVERYBODY) == found).all()
    part = Shard(company[2], company[8])
    assert (voices.load(LAST_DAY, ids[2:8], part) == found[2:8]).all()


def test_a_complaint_raises_the_risk_where_it_was_learned_that_it_does(company, anna):
    night()
    quiet = Valuation.objects.get(customer=anna).risk
    run = NightlyRun.objects.get()
    run_out(complain(anna, ago(9)), ago(4))
    night(LAST_DAY + dt.timedelta(days=1))
    assert len(run.models_used["trained"]["risk"]["weights"]) in (0, 11)
    assert Valuation.objects.get(customer=anna).risk >= quiet - 0.05
