"""The one search box: from what somebody typed to the customers that they may see.

Every word has to be found; a part of a word is enough, Chinese is found by two characters or by
its pinyin, a phone number in any format. Only where a word is found nowhere, words that differ in
one letter stand in for it.
"""

import re
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import QuerySet

from customers.models import Contact, CustomerTokens, SearchToken, Standing
from customers.querysets.finding import EXACT_NUMBER
from customers.services import tokens

LONGEST = 100
MOST_WORDS = 6
PAGE = 20
# What a phone number may be written with; so many digits at its end tell it from others.
PHONE = re.compile(r"^\+?[\d\s()./-]{5,}$")
TELLING_DIGITS = 8
SHORTEST_MISSPELT, LONGEST_MISSPELT = 4, 20


@dataclass(frozen=True)
class Hit:
    """A customer that was found, and the contact by whom."""

    standing: Standing
    contact: Contact | None = None

    @property
    def has_number(self) -> bool:
        return self.standing.rank == EXACT_NUMBER


@dataclass(frozen=True)
class Results:
    """What was found; `instead` are the words that stood in for misspelt ones."""

    text: str
    hits: list[Hit] = field(default_factory=list)
    more: bool = False
    instead: dict[str, list[str]] = field(default_factory=dict)


def cleaned(text: str) -> str:
    """What was typed, without what no name has, cut to a length."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]


def find(user, text: str, limit: int = PAGE) -> Results:
    """The best customers for what was typed, of those that the user sees."""
    text = cleaned(text)
    words = list(dict.fromkeys(tokens.words(text)))[:MOST_WORDS]
    if not words:
        return Results(text)
    number = _phone(text)
    found = SearchToken.objects.with_parts([*words, *filter(None, [number])])
    instead = _instead(words, found)
    ways = [way for way in ([found[word] for word in words], [found.get(number)]) if all(way)]
    # What may not be seen may not order either.
    order = "-lifetime_value" if user.sees_worth else "name_key"
    standings = Standing.objects.visible_to(user).found(
        number=text, beginning=_beginning(text), words=_customers(ways), order=order
    )
    rows = list(standings[: limit + 1])
    shown = rows[:limit]
    contacts = _contacts(user, shown, words, number)
    hits = [Hit(row, contacts.get(row.pk)) for row in shown]
    return Results(text, hits, len(rows) > limit, instead)


def _instead(words: list[str], found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Puts words that differ in one letter where a word is found nowhere; says which."""
    instead = {}
    for word in words:
        if not found[word] and SHORTEST_MISSPELT <= len(word) <= LONGEST_MISSPELT:
            alike = SearchToken.objects.spelled_like(word)
            found[word] = [other for other in alike if one_letter_apart(word, other)]
            if found[word]:
                instead[word] = found[word]
    return instead


def _phone(text: str) -> str:
    """The telling end of a phone number, in whatever format it was typed."""
    return tokens.digits(text)[-TELLING_DIGITS:] if PHONE.match(text) else ""


def _customers(ways: list[list[list[str]]]) -> QuerySet | list[int]:
    """Those with a word of each group, in one of the ways to read what was typed.

    Common words alone stay a query, to be cut short where enough are found.
    """
    if not ways:
        return []
    common = CustomerTokens.objects.common_words()
    tokens_of = reduce(or_, (CustomerTokens.objects.having(way) for way in ways))
    if all(common.intersection(group) for way in ways for group in way):
        return tokens_of
    return tokens_of.pks_by_index()


def _beginning(text: str) -> str:
    """The sort key that names beginning so have; Chinese is left to its pairs of characters."""
    return "" if tokens.CJK.search(text) else tokens.name_key(text)


def _contacts(user, rows: list[Standing], words: list[str], phone: str) -> dict[int, Contact]:
    """The contact of each customer in whom the words are found, where its name does not show it."""
    hidden = [row.pk for row in rows if not _holds(tokens.words(f"{row.name} {row.number}"), words)]
    if not hidden:
        return {}
    found: dict[int, Contact] = {}
    for contact in Contact.objects.visible_to(user).filter(customer__in=hidden):
        held = tokens.words(f"{contact.name} {contact.email}")
        numbers = [tokens.digits(contact.phone), tokens.digits(contact.mobile)]
        if _holds(held, words) or (phone and any(phone in number for number in numbers)):
            found.setdefault(contact.customer_id, contact)
    return found


def _holds(held: list[str], words: list[str]) -> bool:
    return all(any(word in token for token in held) for word in words)


def one_letter_apart(one: str, other: str) -> bool:
    """Whether one letter more, less, other, or two swapped, make one word of the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped
