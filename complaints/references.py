"""What people call a case by, and what forms do."""

import re

REFERENCE = re.compile(r"^\s*[cC]?\s*0*(\d{1,15})\s*$")


def number_in(text: str) -> int | None:
    """The number of the case that the text names: 12 for "C00012", " c12" or "12"."""
    found = REFERENCE.match(text)
    return int(found[1]) if found else None


def is_key(text: str) -> bool:
    """Whether a form's text can be the key of a row."""
    return text.isdecimal() and len(text) < 19
