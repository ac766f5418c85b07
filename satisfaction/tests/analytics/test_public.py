"""Figures of public data sets, as public implementations give them.

Printed here as they came from statsmodels 0.15.0 (Python) and from `relweights` of "R in Action";
regression and correlation are held against R and scipy beside their other tests.
"""

import numpy as np
import pytest

from satisfaction import analytics
from satisfaction.analytics import Moments, moments
from satisfaction.analytics.importance import fit
from satisfaction.tests.analytics.housing import HIGH_CONTACT, LOW_CONTACT
from satisfaction.tests.analytics.states import STATES, WEIGHTS


def points(tenants, values=(0, 50, 100)) -> Moments:
    return moments(np.repeat(values, tenants))


@pytest.mark.parametrize(
    ("tenants", "low", "high"),
    [
        (LOW_CONTACT, 0.3479272563147997, 0.4191063074599035),
        (HIGH_CONTACT, 0.3775196801921754, 0.43932287330827047),
    ],
)
def test_shares_of_the_content_are_those_of_statsmodels(tenants, low, high):
    """`proportion_confint(content, tenants, method="wilson")`."""
    found = analytics.share(tenants[2], sum(tenants))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)


def test_means_and_their_errors_are_those_of_statsmodels():
    """`DescrStatsW(scores, weights=tenants)`: `mean` and `std_mean`."""
    for tenants, mean, error in (
        (HIGH_CONTACT, 54.64876033057851, 1.3591165491852208),
        (LOW_CONTACT, 50.77138849929874, 1.6229055377015429),
    ):
        sums = points(tenants)
        assert sums.mean == pytest.approx(mean)
        assert np.sqrt(sums.variance / sums.n) == pytest.approx(error)
        # In the middle of the scale its interval is Student's, here to a twentieth of a point.
        found = analytics.mean(sums)
        assert (found.low, found.high) == pytest.approx(
            (mean - 1.9624 * error, mean + 1.9624 * error), abs=0.05
        )


def test_the_difference_of_two_means_is_that_of_statsmodels():
    """`CompareMeans(...).ttest_ind(usevar="unequal")` and `tconfint_diff(usevar="unequal")`."""
    found = analytics.compare(points(HIGH_CONTACT), points(LOW_CONTACT))
    assert found.p == pytest.approx(0.06719600241405263)
    assert (found.low, found.high) == pytest.approx((-0.2748840315922294, 8.029627694151777))


@pytest.mark.parametrize(
    ("tenants", "score", "low", "high"),
    [
        (LOW_CONTACT, 1.5427769985974755, -4.8031363264448705, 7.875762024768893),
        (HIGH_CONTACT, 9.297520661157025, 3.9545079827950436, 14.58308213049023),
    ],
)
def test_promoters_less_detractors_are_those_of_statsmodels(tenants, score, low, high):
    """`DescrStatsW` of -1, 0 and 1 with three tenants added as Rocks 2016 does: mean ± 1.96 s."""
    found = analytics.nps(points(tenants, (-1, 0, 1)))
    assert found.value == pytest.approx(score)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-5)


def test_a_weighted_mean_and_its_error_are_those_of_statsmodels():
    """Income by population, `WLS(income, 1, weights=population).fit(cov_type="HC3")`."""
    people, income = STATES[:, 0], STATES[:, 2]
    found = analytics.weighted(income, people, 0, 10_000)
    assert found.value == pytest.approx(4567.62991414)
    sums = (people.sum(), (people**2).sum(), (people**4).sum(), people @ income)
    same = analytics.weighted_of_sums(*sums, 98.17104071**2, least=0, most=10_000)
    assert (found.low, found.high) == pytest.approx((same.low, same.high), rel=1e-9)
    assert found.n == pytest.approx(24.00109013909545)


def test_relative_weights_are_those_of_r_in_action():
    matrix = np.corrcoef(STATES, rowvar=False)
    found = [100 * driver.weight for driver in fit(matrix, len(STATES)).drivers]
    assert found == pytest.approx(WEIGHTS, abs=1e-6)
    assert fit(matrix, len(STATES)).r_squared == pytest.approx(0.567, abs=5e-4)
