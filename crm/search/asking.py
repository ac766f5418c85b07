"""What somebody typed into the search box, read in all the ways that it may be meant."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

from customers.querysets.finding import TELLING_DIGITS, DictionaryQuerySet, Group, Way
from customers.querysets.found import Wanted
from customers.services import tokens

LONGEST = 100
MOST_WORDS = 6
# What a phone number may be written with.
PHONE = re.compile(r"^\+?[\d\s()./\-‐-—]{5,}$")
COUNTRY = re.compile(r"^(?:\+|00)(?:86|44)")
# How people call a case: C00042, or its number alone.
CASE = re.compile(r"^[Cc#]?0*(\d{1,9})$")
SHORTEST_MISSPELT, LONGEST_MISSPELT = 4, 20
# Of one that is so short, one wrong character leaves too little.
SHORTEST_MISTAKEN = 5


@dataclass(frozen=True)
class Asked:
    """What was typed, its words, and the digits where it is a phone number."""

    text: str
    words: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, typed: str) -> "Asked":
        text = cleaned(typed)
        words = list(dict.fromkeys(tokens.words(text)))[:MOST_WORDS]
        return cls(text, words, _phones(text))

    @property
    def beginning(self) -> str:
        """The sort key that names beginning so have; Chinese is left to pairs of characters."""
        return "" if tokens.CJK.search(self.text) else tokens.name_key(self.text)

    @property
    def case(self) -> int | None:
        """The number of a case, where it can be one."""
        found = CASE.match(self.text)
        return int(found.group(1)) if found else None

    @property
    def names_case(self) -> bool:
        """Whether it is written as only cases are."""
        return self.case is not None and self.text[0] in "Cc"

    def wanted(self, ways: list[Way]) -> Wanted:
        return Wanted(self.text, self.beginning, ways)

    def ways(self, dictionary: DictionaryQuerySet, *, alike: bool) -> list[Way]:
        """The ways to read it, in tokens of the dictionary; `alike`: with one letter wrong."""
        if alike:
            return [way for way in self._alike(dictionary) if all(group.tokens for group in way)]
        if self.phones:
            # Pieces of a number are no words: each would be part of half of all numbers.
            groups = dictionary.with_parts(self.phones).values()
            return [[self._number({token for group in groups for token in group.tokens})]]
        return [list(dictionary.with_parts(self.words).values())]

    def _alike(self, dictionary: DictionaryQuerySet) -> list[Way]:
        if self.phones:
            return []
        groups = dictionary.with_parts([*self.words, *self._sounds])
        dictionary.one_letter_from([groups[word] for word in self.words if _can_be_misspelt(word)])
        ways = [[groups[word] for word in self.words]]
        if self._sounds:
            others = [groups[word] for word in self.words if not tokens.CJK.search(word)]
            ways.append(others + [groups[sound] for sound in self._sounds])
            ways += [[groups[word] for word in left] for left in self._without_one_character()]
        return ways

    def _number(self, found: set[str]) -> Group:
        """Any of these will do; those that end with all of the digits typed are the number."""
        whole = _national(self.text)
        number = Group(whole)
        for token in sorted(found):
            number.add(token, 0 if token.endswith(whole) else 1)
        return number

    @cached_property
    def _sounds(self) -> list[str]:
        """The pinyin of each run of Chinese: who writes another character means the same sound."""
        runs = tokens.CJK.findall(tokens.fold(self.text))
        return list(dict.fromkeys(tokens.pinyin(run) for run in runs if len(run) > 1))

    def _without_one_character(self) -> list[list[str]]:
        """What is left of one long run of Chinese for each character that may be wrong."""
        run = tokens.fold(self.text)
        if len(run) < SHORTEST_MISTAKEN or not tokens.CJK.fullmatch(run):
            return []
        pairs = tokens.bigrams(run)[:MOST_WORDS]
        return [
            [pair for place, pair in enumerate(pairs) if place not in (wrong - 1, wrong)]
            for wrong in range(len(pairs) + 1)
        ]


def cleaned(text: str) -> str:
    """What was typed, without what no name has, in half-width, cut to a length."""
    text = "".join(c if c.isprintable() else " " for c in text[: LONGEST * 4])
    return " ".join(unicodedata.normalize("NFKC", text).split())[:LONGEST].strip()


def _phones(text: str) -> list[str]:
    """What tells a phone number, however it was written: its end, or all of it where it is short,
    with and without what stands before it abroad."""
    if not PHONE.match(text):
        return []
    found = [tokens.digits(text), tokens.digits(COUNTRY.sub("", text)), _national(text)]
    telling = [number[-TELLING_DIGITS:] for number in found if len(number) > 2]
    return list(dict.fromkeys(telling))


def _national(text: str) -> str:
    """The digits without the country's code and the zero before the area's."""
    return tokens.digits(COUNTRY.sub("", text)).lstrip("0")


def _can_be_misspelt(word: str) -> bool:
    """A wrong digit makes another number."""
    fits = SHORTEST_MISSPELT <= len(word) <= LONGEST_MISSPELT
    return fits and word.isascii() and not word.isdecimal()
