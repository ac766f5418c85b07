"""Cells that a spreadsheet would take for a formula, made harmless and read back."""

import unicodedata

from customers.imports.values import read_number

SIGNS = ("=", "+", "-", "@")
GUARD = "'"


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet may compute the text; numbers with a sign are no formulas."""
    start = unicodedata.normalize("NFKC", text[:20]).lstrip("\0 \t\r\n")
    return start.startswith(SIGNS) and not read_number(text)


def harmless(text: str) -> str:
    """The text so that a spreadsheet shows it and does not compute it."""
    return GUARD + text if starts_formula(text) else text


def as_written(text: str) -> str:
    """The text as it was before it was made harmless."""
    return text[1:] if text.startswith(GUARD) and starts_formula(text[1:]) else text
