import numpy as np
import pytest
from scipy import stats

from satisfaction import analytics
from satisfaction.analytics.importance import errors, fit
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


def test_regression_is_that_of_r_on_the_survey_of_a_bank():
    found = fit_of(DRIVERS, RATING)
    scale = DRIVERS.std(axis=0, ddof=1) / RATING.std(ddof=1)  # R prints them unstandardised
    assert found.r_squared == pytest.approx(R_SQUARED, abs=5e-5)
    assert [one.coefficient.value for one in found.drivers] == pytest.approx(
        COEFFICIENTS * scale, abs=1e-5
    )
    # R's errors take the spread of all scores for known; what is not known of it is added by hand.
    value = COEFFICIENTS * scale
    alone = np.array([stats.pearsonr(column, RATING).statistic for column in DRIVERS.T])
    known = 23 * (np.array(ERRORS) * scale) ** 2
    variance = known - 2 * (1 - R_SQUARED) * value**2 + value**2 * (1 - alone**2)
    half = stats.t.ppf(0.975, 23) * np.sqrt(variance / 27)
    margins = [one.coefficient.margin for one in found.drivers]
    assert margins == pytest.approx(half, abs=1e-4)


# Ratings of 46 doctoral programmes by support, grants and articles (National Research Council
# 1982), as in the manual of R's package fungible.
PROGRAMMES = np.array(
    [
        [1.0000, 0.3511, 0.3661, 0.5820],
        [0.3511, 1.0000, 0.4359, 0.6997],
        [0.3661, 0.4359, 1.0000, 0.7621],
        [0.5820, 0.6997, 0.7621, 1.0000],
    ]
)


def test_intervals_of_coefficients_are_those_of_two_packages_of_r():
    """`seBetaCor` of fungible, and `BetaDelta(type = "mvn")` of betaDelta, which divides by n."""
    found = [one.coefficient for one in fit(PROGRAMMES, 46).drivers]
    printed = [(0.107, 0.263, 0.419), (0.231, 0.391, 0.552), (0.337, 0.495, 0.653)]
    for one, numbers in zip(found, printed, strict=True):
        assert (one.low, one.value, one.high) == pytest.approx(numbers, abs=6e-4)
    inverse = np.linalg.inv(PROGRAMMES[:3, :3])
    by_n = errors(inverse, PROGRAMMES[:3, 3], 46) * np.sqrt(43 / 46)
    assert by_n == pytest.approx([0.0747, 0.0770, 0.0759], abs=1e-4)


def test_the_error_of_a_single_driver_is_that_of_its_correlation():
    # By hand: (1 - 0.36) / sqrt(103 - 3).
    assert errors(np.eye(1), np.array([0.6]), 103) == pytest.approx([0.064])


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


def coverage(truth, among: float, n: int, times: int, points: int = 0) -> list[float]:
    """The part of the intervals of each coefficient, in per cent, that holds the truth.

    Drivers go together by `among`; with `points` all scores are cut to so many answers.
    """
    rng = np.random.default_rng(3)
    k = len(truth)
    spread = np.full((k, k), among) + (1 - among) * np.eye(k)
    noise = np.sqrt(1 - truth @ spread @ truth)
    root = np.linalg.cholesky(spread)

    def drawn(rows: int) -> np.ndarray:
        drivers = rng.standard_normal((rows, k)) @ root.T
        scores = np.column_stack([drivers, drivers @ truth + noise * rng.standard_normal(rows)])
        if points:
            scores = np.clip(np.round(scores + (points + 1) / 2), 1, points)
        return scores

    if points:
        matrix = np.corrcoef(drawn(2_000_000), rowvar=False)
        truth = np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1])
    inside = np.zeros(k)
    for _ in range(times):
        found = fit(np.corrcoef(drawn(n), rowvar=False), n).drivers
        ends = np.array([(one.coefficient.low, one.coefficient.high) for one in found])
        inside += (ends[:, 0] <= truth) & (truth <= ends[:, 1])
    return list(100 * inside / times)


def test_intervals_of_coefficients_hold_the_truth():
    for part in coverage(np.array([0.5, 0.3]), 0, 150, 6_000):
        assert 94 <= part <= 96


@pytest.mark.soak
@pytest.mark.parametrize("n", [109, 150, 400])
@pytest.mark.parametrize("among", [0.0, 0.5])
@pytest.mark.parametrize("truth", [(0.5, 0.3), (0.4, 0.3, 0.0), (0.3, 0.2, 0.1, 0.1, 0.0)])
def test_intervals_of_coefficients_in_the_long_run(truth, among, n):
    for part in coverage(np.array(truth), among, n, 40_000):
        assert 94 <= part <= 96, (truth, among, n)


@pytest.mark.soak
@pytest.mark.parametrize("points", [5, 7])
def test_intervals_of_coefficients_of_answers_on_points(points):
    for part in coverage(np.array([0.4, 0.3, 0.1]), 0.3, 200, 40_000, points):
        assert 94 <= part <= 96, points
