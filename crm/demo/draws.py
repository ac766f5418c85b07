"""Randomness that repeats: streams by label, and coins that need no order.

A coin is a function of the seed and of whole numbers (which customer, which day): the history and
each later night ask the same question and get the same answer, whoever asks and how often.
"""

import datetime as dt
import zlib

import numpy as np

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def stream(seed: int, label: str, number: int = 0) -> np.random.Generator:
    """A generator of its own for each part, so that a change in one leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32(label.encode()), number])


def coins(seed: int, label: str, *numbers) -> np.ndarray:
    """Uniform numbers in [0, 1), one for each combination of whole numbers (they broadcast).

    SplitMix64's finaliser (Steele, Lea, Flood 2014) over the numbers in turn.
    """
    with np.errstate(over="ignore"):
        state = np.uint64(seed) * _STEP + np.uint64(zlib.crc32(label.encode()))
        for number in numbers:
            state = _mixed(state + np.asarray(number).astype(np.uint64) * _STEP + _STEP)
        return (_mixed(np.asarray(state)) >> np.uint64(11)) * 2.0**-53


def _mixed(state):
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    return state ^ (state >> np.uint64(31))


def day_number(days) -> np.ndarray:
    """Days since 1970-01-01 of an array of datetime64, or of one date."""
    if isinstance(days, dt.date):
        return np.int64((days - dt.date(1970, 1, 1)).days)
    return np.asarray(days, dtype="datetime64[D]").astype(np.int64)


def midnight(day: dt.date) -> dt.datetime:
    """The moment (UTC) at which a day begins: what is told of the days before lies before it."""
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
