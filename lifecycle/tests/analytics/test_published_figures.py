"""The models give the figures of the papers on the papers' own data."""

import numpy as np
import pytest

from lifecycle.analytics import gamma_gamma, mbgnbd, sbg

from .conftest import CALIBRATION_DAYS

PAPER_BG = mbgnbd.Fit(0.242593, 4.413532, 0.792886, 2.425754, variant="bg")
NOBODY = np.zeros(1)


def test_bg_nbd_fits_the_cdnow_sample_as_published(cdnow_rhythm):
    found = mbgnbd.fit(*cdnow_rhythm, variant="bg", prior_sd=None)
    assert [found.r, found.alpha, found.a, found.b] == pytest.approx(
        [0.242593, 4.413532, 0.792886, 2.425754], rel=1e-3
    )
    assert found.log_likelihood == pytest.approx(-9582.4292, abs=0.01)
    assert found.converged
    assert found.dropout_identifiable
    assert found.customers == 2357


def test_mbg_nbd_fits_the_cdnow_sample_as_published(cdnow_rhythm):
    found = mbgnbd.fit(*cdnow_rhythm, variant="mbg", prior_sd=None)
    assert [found.r, found.alpha, found.a, found.b] == pytest.approx(
        [0.524838, 6.18299, 0.891356, 1.6140], rel=1e-3
    )
    assert found.log_likelihood == pytest.approx(-9582.1327, abs=0.01)


def test_the_unit_of_time_changes_only_the_unit_of_alpha(cdnow_rhythm):
    x, t_x, T = cdnow_rhythm
    weeks = mbgnbd.fit(x, t_x, T, prior_sd=None)
    days = mbgnbd.fit(x, t_x * 7, T * 7, prior_sd=None)
    assert [days.r, days.alpha, days.a, days.b] == pytest.approx(
        [weeks.r, weeks.alpha * 7, weeks.a, weeks.b], rel=1e-5
    )


def test_gamma_gamma_fits_the_946_repeaters_as_published(cdnow_sample):
    known = cdnow_sample[cdnow_sample["day"] < CALIBRATION_DAYS]
    first = known.groupby("customer")["day"].transform("min")
    repeats = known[known["day"] > first].groupby("customer")["amount"].agg(["size", "mean"])
    found = gamma_gamma.fit(repeats["size"].to_numpy(), repeats["mean"].to_numpy())
    assert found.customers == 946
    assert [found.p, found.q, found.v] == pytest.approx([6.248802, 3.744588, 15.44775], rel=1e-3)
    assert found.log_likelihood == pytest.approx(-4055.923, abs=0.01)


def test_the_customer_of_the_paper_is_alive_and_buys_as_published():
    x, t_x, T = np.array([2]), np.array([30.43]), np.array([38.86])
    assert mbgnbd.probability_alive(PAPER_BG, x, t_x, T)[0] == pytest.approx(0.726609, abs=1e-6)
    count = mbgnbd.expected_count(PAPER_BG, x, t_x, T, 39)[0]
    assert count == pytest.approx(1.22591, abs=1e-6)


@pytest.mark.parametrize(("t", "published"), [(1, 0.0532), (3, 0.1506), (78, 1.8580)])
def test_a_new_customer_buys_as_often_as_published(t, published):
    count = mbgnbd.expected_count(PAPER_BG, NOBODY, NOBODY, NOBODY, t)[0]
    assert count == pytest.approx(published, abs=5e-5)


def test_cumulative_repeats_at_week_78_are_as_published(cdnow_sample):
    first = cdnow_sample.groupby("customer")["day"].min()
    assert len(cdnow_sample) - len(first) == 4339
    expected = 0.0
    for day, customers in first.value_counts().items():
        weeks = (2 * CALIBRATION_DAYS - 1 - day) / 7
        expected += customers * mbgnbd.expected_count(PAPER_BG, NOBODY, NOBODY, NOBODY, weeks)[0]
    assert expected == pytest.approx(4160.6, abs=0.1)


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta"),
    [
        ([1000, 631, 468, 382, 326, 289, 262, 241], 0.704, 1.182),
        ([1000, 869, 743, 653, 593, 551, 517, 491], 0.668, 3.806),
    ],
    ids=["Regular", "High End"],
)
def test_sbg_projects_contract_customers_as_published(survivors, alpha, beta):
    found = sbg.fit(np.array(survivors))
    assert [found.alpha, found.beta] == pytest.approx([alpha, beta], abs=5e-4)
    assert found.converged
