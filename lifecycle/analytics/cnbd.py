"""What changes in the MBG/NBD where customers buy regularly: (M)BG/CNBD-k.

Between two purchases lie k events of a Poisson process of rate lambda ~ Gamma(r, alpha), so that
gaps are Erlang-k: the greater k, the more regular. k = 1 is the (M)BG/NBD. The number j < k of
events since the last purchase is the customer's *phase*: not seen, but the longer the silence,
the nearer is the next purchase.

Source: Reutterer, Platzer & Schroeder 2021, "Leveraging purchase regularity for predicting
customer behavior the easy way", IJRM 38(1); the same authors' package BTYDplus. Platzer &
Reutterer 2016, "Ticking away the moments", give each customer a regularity of its own
(Pareto/GGG), which needs simulation.

Arrays of one entry a customer: ``shape`` = r + k x, ``gone`` = (T - t_x) / (alpha + T) in [0, 1).
``mbgnbd`` asks here where its fit has k > 1.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc

LIKELY = (1, 2, 3, 4, 6, 8, 12)
"""The regularities that are tried."""


def phase_terms(k: int, shape: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """Weights of the phases 0 ... k - 1 of a customer alive, shape (k, n), not normed.

    (s)_j / j! u^j: the j-th term of the series of (1 - u)^-s, which is the odds' other side.
    """
    terms = [np.ones(np.broadcast(shape, gone).shape)]
    for j in range(1, k):
        terms.append(terms[-1] * (shape + j - 1) / j * gone)
    return np.stack(terms)


def log_sum(k: int, shape: np.ndarray, gone: np.ndarray) -> tuple[np.ndarray, ...]:
    """ln of the terms' sum S, its derivative by the shape, and the mean phase sum(j term_j) / S.

    The mean phase times -1 / (alpha + T) is the derivative of ln S by alpha.
    """
    terms = phase_terms(k, shape, gone)
    total = terms.sum(axis=0)
    harmonic, by_shape, phase = np.zeros_like(total), np.zeros_like(total), np.zeros_like(total)
    for j in range(1, k):
        harmonic = harmonic + 1 / (shape + j - 1)
        by_shape += terms[j] * harmonic
        phase += j * terms[j]
    return np.log(total), by_shape / total, phase / total


def mean_phase(k: int, shape: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """The mean phase in steps of a twentieth, so that most customers share theirs with others."""
    return np.round(log_sum(k, shape, gone)[2] * 20) / 20


def within(k: int, shape: np.ndarray, gone: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Probability that a customer alive buys within a time of z (alpha + T).

    In phase j it lacks k - j events; lambda ~ Gamma(s + j, alpha + T), so that their number is
    negative binomial and reaches n with the incomplete beta function I(n, s + j; z / (1 + z)).
    """
    terms = phase_terms(k, shape, gone)
    reached = np.stack([betainc(k - j, shape + j, z / (1 + z)) for j in range(k)])
    return (terms * reached).sum(axis=0) / terms.sum(axis=0)


def added_count(
    k: int, shape: np.ndarray, gone: np.ndarray, leaves: np.ndarray, z: np.ndarray
) -> np.ndarray:
    """What regularity adds to the number of purchases within z (alpha + T), if alive.

    Exact for customers that leave after a purchase with probability ``leaves``, less what the
    same customers would buy at an even rate lambda / k: ``mbgnbd`` takes the even rate over all
    that ``leaves`` may be, and this at its mean.

    Of the events (z, s as in ``within``) each k-th is a purchase, kept with 1 - leaves = q. With
    b = q^(1/k) and w a k-th root of unity, the rate of purchases in phase j is
    lambda/k b^(j+1-k) sum over l of w^(-l (k-j-1)) exp(-lambda (1 - b w^l) t), which integrates
    over time and lambda in closed form (the roots-of-unity filter of an exponential series).
    """
    leaves = np.clip(leaves, 1e-9, 1 - 1e-9)
    terms = phase_terms(k, shape, gone)
    terms = terms / terms.sum(axis=0)
    phase = mean_phase(k, shape, gone)
    root = np.log1p(-leaves) / k
    exact = np.zeros_like(gone)
    for turn in range(k):
        w = np.exp(2j * np.pi * turn / k)
        fades = -np.expm1(root) if turn == 0 else 1 - np.exp(root) * w
        log = np.log1p(fades * z)
        for j in range(k):
            bought = -np.expm1(-(shape + j) * log) / fades
            exact += np.real(terms[j] * np.exp(root * (j + 1 - k)) * bought * w ** (j + 1 - k)) / k
    even = -np.expm1(-(shape + phase) * np.log1p(leaves * z / k)) / leaves
    return exact - even
