"""On customers drawn from known parameters these are found, and the risk is what it says.

5,000 customers each time, 50,000 by `make soak`.
"""

import numpy as np
import pytest

from lifecycle.analytics import gamma_gamma, mbgnbd, measures, risk
from lifecycle.analytics.backtest import observe, train_at
from lifecycle.analytics.summaries import from_frame

from .simulated import days_of, draw

SEED = 20_260_101
SIZES = [5_000, pytest.param(50_000, marks=pytest.mark.soak)]
KNOWN = [mbgnbd.Fit(0.8, 40.0, 0.6, 3.0), mbgnbd.Fit(0.8, 20.0, 0.6, 3.0, k=2)]


def standard_errors(gradient, logs):
    """Of the logarithms, from the curvature: differences of the log-likelihood's gradient."""
    step = 1e-4
    curvature = [
        (gradient(logs + step * axis) - gradient(logs - step * axis)) / (2 * step)
        for axis in np.eye(len(logs))
    ]
    return np.sqrt(np.diag(np.linalg.inv(-np.array(curvature))))


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("known", KNOWN, ids=["MBG", "CNBD-2"])
def test_the_rhythm_is_found_within_three_standard_errors(known, n):
    rng = np.random.default_rng(SEED)
    base = draw(known, rng.uniform(200, 1100, n), 1, rng)
    found = mbgnbd.fit(base.x, base.t_x, base.T, k=known.k, prior_sd=None)
    rows, ones = (base.x, base.t_x, base.T), np.ones(n)

    def gradient(logs):
        parameters = np.exp(logs)
        return parameters * mbgnbd.log_likelihood(parameters, rows, ones, k=known.k)[1]

    logs = np.log([found.r, found.alpha, found.a, found.b])
    off = logs - np.log([known.r, known.alpha, known.a, known.b])
    assert np.abs(off / standard_errors(gradient, logs)).max() < 3


@pytest.mark.parametrize("n", SIZES)
def test_what_is_spent_is_found_within_three_standard_errors(n):
    rng = np.random.default_rng(SEED)
    p, q, v = 6.2, 3.7, 15.0
    purchases = 1 + rng.geometric(0.25, n)
    rate = rng.gamma(q, 1 / v, n)
    mean = rng.gamma(p * purchases, 1 / rate) / purchases
    found = gamma_gamma.fit(purchases, mean)
    logs = np.log([found.p, found.q, found.v])

    spent = gamma_gamma.Spent.of(purchases.astype(float), mean)

    def gradient(logs):
        return -n * gamma_gamma.mean_objective(logs, spent)[1]

    off = (logs - np.log([p, q, v])) / standard_errors(gradient, logs)
    assert np.abs(off).max() < 3


def calibration_error(said, came, bins=20):
    """Expected calibration error: |said - came| of equal groups by what was said, on average."""
    groups = measures.calibration(said, came, bins)
    gaps = [group["customers"] * abs(group["predicted"] - group["observed"]) for group in groups]
    return sum(gaps) / len(said)


@pytest.mark.parametrize(
    ("n", "most"), [(5_000, 0.03), pytest.param(50_000, 0.015, marks=pytest.mark.soak)]
)
def test_the_risk_is_what_it_says_at_a_later_cut(n, most):
    """Trained at an earlier cut, said at the next, and compared with what came."""
    rng = np.random.default_rng(SEED)
    rate, leaves = rng.gamma(0.9, 1 / 40, n), rng.beta(0.6, 3.0, n)
    days = days_of(rate, rng.integers(1, 1_000, n), leaves, 1_300, rng)
    columns, horizon = from_frame(days)[1], 120
    now, _, active = observe(columns, 1_100, horizon)
    trained = train_at(columns, now, horizon, rng)
    said = risk.risk(trained.risk, trained.timing, risk.Rhythm.now(now), horizon)
    assert calibration_error(said, ~active) < most
