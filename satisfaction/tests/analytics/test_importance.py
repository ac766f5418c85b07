import numpy as np
import pytest
from scipy import stats

from satisfaction import analytics
from satisfaction.analytics.importance import fit
from satisfaction.tests.analytics.attitude import (
    ATTITUDE,
    COEFFICIENTS,
    DRIVERS,
    ERRORS,
    R_SQUARED,
    RATING,
)


def matrix_of(rows) -> np.ndarray:
    rows = np.asarray(rows, dtype=float)
    return analytics.correlations(len(rows), rows.sum(axis=0), rows.T @ rows)


def fit_of(drivers, outcome):
    return fit(matrix_of(np.column_stack([drivers, outcome])), len(outcome))


def test_correlations_come_from_sums_of_products_alone():
    assert matrix_of(ATTITUDE) == pytest.approx(np.corrcoef(ATTITUDE, rowvar=False))
    assert matrix_of([[1, 5], [2, 5], [3, 5]]) is None  # nothing goes with what never changes
    assert matrix_of([[1, 5]]) is None


def test_a_correlation_and_its_interval_are_those_of_scipy():
    expected = stats.pearsonr(DRIVERS[:, 0], RATING)
    found = analytics.correlation(float(expected.statistic), len(RATING))
    around = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((around.low, around.high))


def test_regression_is_that_of_r_on_the_survey_of_a_bank():
    found = fit_of(DRIVERS, RATING)
    scale = DRIVERS.std(axis=0, ddof=1) / RATING.std(ddof=1)  # R prints them unstandardised
    assert found.r_squared == pytest.approx(R_SQUARED, abs=5e-5)
    assert [one.coefficient.value for one in found.drivers] == pytest.approx(
        COEFFICIENTS * scale, abs=1e-5
    )
    half = stats.t.ppf(0.975, 30 - 7) * np.array(ERRORS) * scale
    margins = [one.coefficient.margin for one in found.drivers]
    assert margins == pytest.approx(half, abs=5e-5)


def test_weights_of_two_drivers_share_what_they_tell_as_shapley_does():
    pair = DRIVERS[:, :2]
    found = fit_of(pair, RATING)
    alone = [stats.pearsonr(column, RATING).statistic ** 2 for column in pair.T]
    # By hand: each gets the mean of what it tells alone and of what it adds to the other.
    both = found.r_squared
    shares = [(alone[0] + both - alone[1]) / 2, (alone[1] + both - alone[0]) / 2]
    assert [one.weight * both for one in found.drivers] == pytest.approx(shares)


def test_weights_are_never_negative_and_add_up_where_coefficients_are():
    found = fit_of(DRIVERS, RATING)
    assert min(one.coefficient.value for one in found.drivers) < 0
    assert min(one.weight for one in found.drivers) > 0
    assert sum(one.weight for one in found.drivers) == pytest.approx(1)


def test_drivers_that_have_nothing_to_do_with_each_other_weigh_by_their_correlations():
    matrix = np.array([[1, 0, 0.6], [0, 1, 0.3], [0.6, 0.3, 1]])
    found = analytics.regression(matrix, 200)
    assert [one.coefficient.value for one in found.drivers] == pytest.approx([0.6, 0.3])
    assert [one.weight for one in found.drivers] == pytest.approx([0.36 / 0.45, 0.09 / 0.45])


@pytest.mark.parametrize(("n", "can"), [(105, False), (106, True)])
def test_below_green_s_number_there_is_no_regression(n, can):
    matrix = np.array([[1, 0.2, 0.6], [0.2, 1, 0.3], [0.6, 0.3, 1]])
    assert analytics.enough(n, 2) is can
    assert (analytics.regression(matrix, n) is not None) is can


def test_drivers_that_say_the_same_are_not_told_apart():
    matrix = np.array([[1, 0.995, 0.6], [0.995, 1, 0.6], [0.6, 0.6, 1]])
    assert analytics.regression(matrix, 500) is None


def test_intervals_of_coefficients_hold_the_truth():
    rng = np.random.default_rng(3)
    truth, times, n = np.array([0.5, 0.3]), 1_500, 150
    drawn = rng.standard_normal((times, n, 2))
    outcome = drawn @ truth + np.sqrt(1 - truth @ truth) * rng.standard_normal((times, n))
    inside = 0
    for drivers, y in zip(drawn, outcome, strict=True):
        first = fit_of(drivers, y).drivers[0].coefficient
        inside += first.low <= truth[0] <= first.high
    # Scores are standardised by the sample's own spread, which the usual error does not know of.
    assert 94 <= 100 * inside / times <= 98
