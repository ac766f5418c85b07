"""Tables that slide on a phone can be slid by keys: they can be stepped to, or something in them.

What axe finds where a table is wider than a window, told of every page by its source.
"""

import re

SLIDING = re.compile(
    r'<div class="[^"]*\btable-scroll\b[^"]*"([^>]*)>\s*<table([^>]*)>(.*?)</table>', re.S
)
STEPS = re.compile(r"<(?:a|button|input|select|summary)\b")


def out_of_reach(html: str) -> list[str]:
    """The first words of such tables; on phones, tables of cards have no width to slide."""
    return [
        f"not to be reached by keys: {' '.join(re.sub('<[^>]+>', ' ', rows).split())[:60]}"
        for box, table, rows in SLIDING.findall(html)
        if "tabindex" not in box and "table-cards" not in table and not STEPS.search(rows)
    ]
