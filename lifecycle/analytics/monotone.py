"""From what was said to what came: a rising line through groups of customers."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression

Points = tuple[tuple[float, float], ...]


def rising_points(said: np.ndarray, came: np.ndarray, sizes: np.ndarray) -> Points:
    """Points (said, came) of groups, made strictly rising in both by isotonic regression.

    ``said`` rises already. Groups made equal in ``came`` (pool adjacent violators) become one
    point, so that a line through the points keeps the order of the customers within them.
    """
    sizes = np.asarray(sizes, dtype=float)
    came = isotonic_regression(came, weights=sizes).x
    _, block = np.unique(came, return_inverse=True)
    weight = np.bincount(block, sizes)
    middle = np.bincount(block, sizes * said) / weight
    level = np.bincount(block, sizes * came) / weight
    return tuple(zip(middle.tolist(), level.tolist(), strict=True))
