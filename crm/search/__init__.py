"""The one search box: from what somebody typed to what they may see of it, by kind, with reasons.

Every word has to be found; a part of a word is enough, Chinese is found by two characters, by its
pinyin or its initials, a phone number in any writing. Only where nothing is found, words that
differ in one letter, or sound the same in Chinese, stand in for those that were typed.
"""

from crm.search.asking import Asked
from crm.search.cases import cases_found
from crm.search.customers import customers_found
from crm.search.hits import Hit, Kind, Results
from crm.search.invoices import invoices_found
from customers.querysets.finding import by_index

__all__ = ["Hit", "Kind", "Results", "find"]

PAGE = 20


def find(user, text: str, limit: int = PAGE, *, customers_only: bool = False) -> Results:
    """The best of each kind for what was typed, of what the user sees; at most `limit` of each.

    `customers_only`: customers and their contacts, for who looks for a customer to pick.
    """
    asked = Asked.of(text)
    if not asked.words:
        return Results(asked.text)
    with by_index():
        return Results(asked.text, _found(user, asked, limit, customers_only))


def _found(user, asked: Asked, limit: int, customers_only: bool) -> list[Kind]:
    """As it was typed; only if that finds nothing, with a letter wrong."""
    for alike in (False, True):
        kinds = customers_found(user, asked, limit, alike=alike)
        if not customers_only:
            kinds.append(cases_found(user, asked, limit, alike=alike))
            if not alike:
                kinds.append(invoices_found(user, asked, limit))
        kinds = [kind for kind in kinds if kind.hits]
        if kinds:
            return kinds
    return []
