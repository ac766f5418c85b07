"""The one special function of the purchase models, for all parameters and horizons."""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, expit, hyp2f1

STEPS = np.linspace(-7.5, 7.5, 96)
CHUNK = 20_000


def mean_power(a: float, k: np.ndarray, n: np.ndarray, z: np.ndarray) -> np.ndarray:
    """E[(1 + p z)^-n] for p ~ Beta(a, k), with a, k, n > 0 and z >= 0; arrays broadcast.

    By Euler's integral it is 2F1(a, n; a+k; -z); after Pfaff's transformation (1+z)^-a
    2F1(a, a+k-n; a+k; z/(1+z)), which scipy gets right to 1e-14 for the parameters of real
    customer bases. Where a or k go into the hundreds it overflows: what is not finite or outside
    of the bounds (1 and Jensen's (1 + z E[p])^-n) is integrated numerically instead.
    """
    k, n, z = np.broadcast_arrays(k, n, z)
    with np.errstate(all="ignore"):
        found = np.exp(-a * np.log1p(z)) * hyp2f1(a, a + k - n, a + k, z / (1 + z))
    least = np.exp(-n * np.log1p(z * (a / (a + k))))
    wrong = ~((found >= least * (1 - 1e-9)) & (found <= 1 + 1e-9))
    if wrong.any():
        found[wrong] = _integrated(a, k[wrong], n[wrong], z[wrong])
    return np.clip(found, least, 1.0)


def _integrated(a: float, k: np.ndarray, n: np.ndarray, z: np.ndarray) -> np.ndarray:
    chunks = range(0, len(k), CHUNK)
    return np.concatenate([_chunk(a, *(v[i : i + CHUNK] for v in (k, n, z))) for i in chunks])


def _chunk(a: float, k: np.ndarray, n: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The integral over y = logit p by the trapezoid rule in t, y = peak + width sinh t.

    Good to about 1e-7. The peak of the integrand, a y - (a+k) ln(1+e^y) - n ln(1+pz) in its
    logarithm, is the root in (0, 1) of z(n-a-k) p^2 + (az-a-k-nz) p + a; its width follows from
    the second derivative there.
    """
    k, n, z = k[:, None], n[:, None], z[:, None]
    linear = a * z - a - k - n * z
    root = np.sqrt(np.maximum(linear**2 - 4 * z * (n - a - k) * a, 0.0))
    p = np.clip(2 * a / (root - linear), 1e-300, 1 - 1e-15)
    spread = p * (1 - p)
    bend = ((1 - 2 * p) * (1 + z * p) - z * spread) / (1 + z * p) ** 2
    curvature = (a + k) * spread + n * z * spread * bend
    width = 1 / np.sqrt(np.maximum(curvature, 1e-12))
    y = np.log(p) - np.log1p(-p) + width * np.sinh(STEPS)
    height = a * y - (a + k) * np.logaddexp(0, y) - n * np.log1p(z * expit(y)) - betaln(a, k)
    step = (STEPS[1] - STEPS[0]) * width * np.cosh(STEPS)
    return (np.exp(height) * step).sum(axis=1)
