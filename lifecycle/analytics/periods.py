"""Spans of time in days that formulas and what is shown of them share."""

QUARTER, HALF_YEAR = 91, 182
