"""How large amounts may be: single ones as they come in, and what is made of many of them."""

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db import models

MOST = 10**14
"""A single amount lies below it, whether a form, an import or a program brings it."""
DIGITS = 30
"""Of sums and forecasts: a million lines of nearly ``MOST`` for each of a million customers fit.
Digits that an amount doesn't have take no room."""


def bounds(least: int | None = 0) -> list[BaseValidator]:
    """What a person may write as an amount; without ``least`` as far below zero as above."""
    return [MinValueValidator(1 - MOST if least is None else least), MaxValueValidator(MOST - 1)]


def summed(places: int = 2, **options) -> models.DecimalField:
    """Money that is made of many amounts."""
    return models.DecimalField(max_digits=DIGITS, decimal_places=places, **options)


def rounded(figure: str, places: int = 2) -> str:
    """SQL that makes an amount of a double. A whole number becomes numeric at a quarter of what
    the cast of a double takes, which prints and reads each; only what no whole number holds is
    cast. Halves of the last place go to the even one.
    """
    factor = 10**places
    return (
        f"(CASE WHEN abs({figure}) < {9 * 10**18 // factor}"
        f" THEN ({figure} * {factor})::bigint * {1 / factor:.{places}f}"
        f" ELSE ({figure})::numeric({DIGITS}, {places}) END)"
    )
