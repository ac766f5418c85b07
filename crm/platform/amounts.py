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
