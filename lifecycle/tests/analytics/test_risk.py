from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from lifecycle.analytics import mbgnbd, risk
from lifecycle.analytics.measures import auc
from lifecycle.analytics.summaries import summarise

TIMING = mbgnbd.Fit(1.0, 1.0, 1.0, 1.0)


def rhythm(x, t_x, T, amount=10.0, recent=1.0):
    return risk.Rhythm(
        *(np.atleast_1d(np.asarray(v, dtype=float)) for v in (x, t_x, T, amount, recent))
    )


def test_default_horizon_is_the_95th_percentile_of_gaps_but_at_least_60_days():
    assert risk.default_horizon(np.arange(1, 101)) == 96
    assert risk.default_horizon(np.arange(1, 21)) == 60
    assert risk.default_horizon(np.array([])) == 60


def test_base_risk_by_hand():
    assert risk.base_risk(TIMING, rhythm(1, 1, 3), 4)[0] == pytest.approx(3 / 4)


def test_features_by_hand():
    # P(active) 1/4; 2 days since, against (1 + 3) / 2 usual; 2 purchase days; 1 in the quarter
    # of 2 expected over 4 days.
    found = risk.features(TIMING, rhythm(1, 1, 3, amount=np.e - 1), 4, 3.0)[0]
    expected = [np.log(1 / 3), np.log(2), np.log(3), np.log(2), np.log(1.5 / 2.5), 1.0]
    assert found.tolist() == pytest.approx([*expected, 0, 0, 0, 0])
    heard = replace(rhythm(1, 1, 3), voices=np.array([[np.log(2), 1, 0, -0.6]]))
    found = risk.features(TIMING, heard, 4, 3.0)[0]
    assert found[6:].tolist() == pytest.approx([np.log(2), 1, 0, -0.6])


def test_a_logistic_regression_on_nothing_gives_the_mean():
    weights = risk.logistic(np.ones((4, 1)), np.array([1, 1, 1, 0]))
    assert weights[0] == pytest.approx(np.log(3), rel=1e-5)


def test_a_logistic_regression_finds_the_weights_it_was_drawn_from():
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(20_000), rng.normal(size=(20_000, 2))])
    outcome = rng.random(20_000) < expit(design @ [-1.0, 2.0, -0.5])
    assert risk.logistic(design, outcome).tolist() == pytest.approx([-1, 2, -0.5], abs=0.08)


def test_separable_outcomes_still_give_finite_weights():
    design = np.column_stack([np.ones(200), np.arange(200) - 99.5])
    weights = risk.logistic(design, np.arange(200) >= 100)
    assert np.isfinite(weights).all()


def customers(n=4_000, cut=600):
    """A base in which amounts say more about coming back than the rhythm does."""
    rng = np.random.default_rng(8)
    first = rng.integers(0, 500, n)
    amount = rng.lognormal(4, 1, n)
    again = rng.random(n) < 0.5
    second = np.where(again, rng.integers(first + 1, cut), first)
    days = np.concatenate([first, second[again]])
    who = np.concatenate([np.arange(n), np.flatnonzero(again)])
    summary = summarise(who, days, amount[who], amount[who], cut=cut, customers=n)
    back = rng.random(n) < expit(np.log(amount) - 4)
    return summary, back


def test_the_layer_learns_what_the_rhythm_does_not_know_and_is_calibrated():
    summary, back = customers()
    timing = mbgnbd.fit(summary.x, summary.t_x, summary.T)
    model = risk.train([risk.Lesson(timing, summary, back)], 91)
    now = risk.Rhythm.now(summary)
    found = risk.risk(model, timing, now, 91)
    assert model.reason == "trained"
    assert auc(found, ~back) > auc(risk.base_risk(timing, now, 91), ~back) + 0.1
    assert found.mean() == pytest.approx((~back).mean(), abs=0.02)
    high = found > np.quantile(found, 0.9)
    assert found[high].mean() == pytest.approx((~back)[high].mean(), abs=0.05)


def test_with_too_few_outcomes_the_base_stands_alone():
    summary, _ = customers(60)
    model = risk.train([risk.Lesson(TIMING, summary, np.zeros(60, dtype=bool))], 91)
    assert model.reason == "too_few_outcomes"
    now = risk.Rhythm.now(summary)
    assert (risk.risk(model, TIMING, now, 91) == risk.base_risk(TIMING, now, 91)).all()


def test_risk_just_after_the_last_purchase_knows_no_silence():
    summary, _ = customers(50)
    then = risk.Rhythm.just_bought(summary)
    assert then.T.tolist() == summary.t_x.tolist()
    base = risk.features(TIMING, then, 91, 30.0)
    assert base[:, 1:3].max() == 0
    assert base[:, 4].tolist() == pytest.approx([0.0] * 50, abs=1e-12)


def test_extreme_customers_get_probabilities():
    summary, back = customers()
    timing = mbgnbd.fit(summary.x, summary.t_x, summary.T)
    model = risk.train([risk.Lesson(timing, summary, back)], 91)
    far = rhythm(
        [0, 1e5, 0, 3], [0, 0, 0, 1e6], [0, 1e6, 1e9, 1e6], [0, 1e12, 1e-9, 5], [0, 0, 0, 9e9]
    )
    found = risk.risk(model, timing, far, 91)
    assert ((found >= 0) & (found <= 1)).all()


def test_weights_kept_to_a_side_are_the_best_ones_on_it():
    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(3_000), rng.normal(size=(3_000, 4))])
    design[:, 4] += 0.8 * design[:, 1]
    outcome = rng.random(3_000) < expit(design @ [-0.5, 1.5, -0.7, 0.4, -0.3])
    sides = (0, 1, 1, -1, -1)
    found = risk.logistic(design, outcome, sides)
    assert found[2] == found[3] == 0

    def loss(weights):
        odds = design @ weights
        return np.logaddexp(0, odds).sum() - outcome @ odds + (weights[1:] ** 2).sum() / 2

    free = (None, None)
    bounds = [free, (0, None), (0, None), (None, 0), (None, 0)]
    best = minimize(loss, np.zeros(5), bounds=bounds, method="L-BFGS-B")
    assert found.tolist() == pytest.approx(best.x.tolist(), abs=1e-3)


def test_complaints_raise_the_risk_and_a_good_score_lowers_it():
    """Also where chance had it otherwise: here who complained came back the more."""
    summary, _ = customers()
    rng = np.random.default_rng(2)
    heard = np.zeros((len(summary), 4))
    heard[:, 0] = np.log1p(rng.random(len(summary)) < 0.3)
    heard[:, 3] = np.where(rng.random(len(summary)) < 0.5, rng.uniform(-1, 1, len(summary)), 0)
    odds = 2 * heard[:, 3] + heard[:, 0] - 0.2
    model = risk.train(
        [risk.Lesson(TIMING, summary, rng.random(len(summary)) < expit(odds), heard)], 91
    )
    now = risk.Rhythm.now(summary.rows(np.arange(3)))
    known = np.array([[0, 0, 0, 0], [np.log(3), 1, 1, 0], [0, 0, 0, 0.0]])
    silent = risk.risk(model, TIMING, now, 91)
    voiced = risk.risk(model, TIMING, replace(now, voices=known), 91)
    assert voiced[1] == silent[1]  # the wrong way round, so it counts for nothing
    unhappy, happy = (
        risk.risk(model, TIMING, replace(now, voices=known + np.array([0, 0, 0, score])), 91)[0]
        for score in (-1.0, 1.0)
    )
    assert unhappy > silent[0] + 0.1 > happy + 0.2


weight = st.floats(0, 5)
purchases = st.tuples(st.integers(0, 60), st.floats(0, 1), st.floats(1, 3_000))


@settings(max_examples=100, deadline=None)
@given(
    customer=purchases,
    later=st.floats(0, 1),
    sizes=st.lists(weight, min_size=11, max_size=11),
    k=st.sampled_from([1, 2, 5]),
    horizon=st.sampled_from([7, 60, 400]),
    steps=st.lists(st.floats(0, 3), min_size=3, max_size=3),
)
def test_a_more_recent_purchase_never_raises_the_risk(customer, later, sizes, k, horizon, steps):
    """Whatever was learned: the last purchase later, and then one more today."""
    x, last, T = customer
    t_x = last * T if x else 0.0
    timing = mbgnbd.Fit(0.6, 40.0, 0.7, 2.0, k=k)
    rates = np.cumsum(steps)
    model = risk.RiskModel(
        reason="trained",
        population_gap=50.0,
        center=(0.5,) * 10,
        spread=(0.7,) * 10,
        weights=(-1.0, *np.array(risk.SIGNS) * sizes[:10]),
        shifts=tuple((at, rate - at) for at, rate in zip((-3.0, 0.0, 3.0), rates, strict=True)),
    )
    moved = t_x + later * (T - t_x) if x else 0.0
    recent = min(x + 1, 3) if T - t_x < 91 else 0
    risks = risk.risk(
        model,
        timing,
        rhythm(
            [x, x, x + 1],
            [t_x, moved, T],
            [T, T, T],
            amount=np.array([10.0, 10, 10]),
            recent=np.array([recent, max(recent, T - moved < 91), recent + 1]),
        ),
        horizon,
    )
    assert risks[1] <= risks[0] + 1e-9
    assert risks[2] <= risks[0] + 1e-9


def test_what_was_learned_from_a_base_in_which_the_recent_left_turns_nothing_round():
    summary, _ = customers()
    timing = mbgnbd.fit(summary.x, summary.t_x, summary.T)
    model = risk.train([risk.Lesson(timing, summary, summary.recency > 200)], 91)
    weights = np.array(model.weights[1:]) * risk.SIGNS
    assert (weights >= 0).all()
