"""Which part of a text is what was typed, also where it was typed without signs or in pinyin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from customers.services.tokens import CJK, fold, sounds

# Over signs and spaces only what is this long: "a" and "b" of two words are no "ab".
SHORTEST_JOINED = 3


@dataclass(frozen=True)
class Part:
    """A piece of a text, and whether it is what was looked for."""

    text: str
    found: bool


@dataclass(frozen=True)
class Marked:
    """A text and the places of what was found in it: start and end, in order, apart."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def parts(self) -> list[Part]:
        parts, at = [], 0
        for start, end in self.spans:
            parts += [Part(self.text[at:start], False), Part(self.text[start:end], True)]
            at = end
        parts.append(Part(self.text[at:], False))
        return [part for part in parts if part.text]


class Text:
    """A text that words are looked for in, folded once."""

    def __init__(self, text: str):
        self.text = text
        self.folded, self._places = _folded(text)

    @cached_property
    def _bare(self) -> tuple[str, list[int]]:
        """Without signs and spaces, and the place of each letter."""
        kept = [i for i, char in enumerate(self.folded) if char.isalnum()]
        return "".join(self.folded[i] for i in kept), [self._places[i] for i in kept]

    def phrase(self, typed: str) -> list[tuple[int, int]]:
        """Where all of the folded text is in one piece, whatever the signs in it."""
        found = list(_occurrences(self.folded, typed, self._places))
        letters = "".join(char for char in typed if char.isalnum())
        if not found and len(letters) >= SHORTEST_JOINED:
            bare, places = self._bare
            found = list(_occurrences(bare, letters, places))
        return found

    def spans(self, word: str) -> tuple[list[tuple[int, int]], bool]:
        """Where the folded word is, and whether only its pinyin is."""
        found = self.phrase(word)
        if found or not word.isascii():
            return found, False
        return list(self._sounding(word)), True

    def _sounding(self, word: str) -> Iterator[tuple[int, int]]:
        """Characters whose pinyin is the word or begins with it, and those with its initials."""
        for run in CJK.finditer(self.text):
            syllables = sounds(run.group())
            for i in range(len(syllables)):
                if length := _said(syllables[i:], word):
                    yield run.start() + i, run.start() + i + length
                    break


def _said(syllables: Sequence[str], word: str) -> int:
    """How many characters from the first on the word takes: in full, else by initials."""
    spoken = ""
    for length, syllable in enumerate(syllables, start=1):
        spoken += syllable
        if len(spoken) >= len(word):
            if spoken.startswith(word):
                return length
            break
    initials = "".join(syllable[0] for syllable in syllables[: len(word)])
    return len(word) if initials == word and len(word) > 1 else 0


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text folded letter by letter, and from which of its letters each one came."""
    if text.isascii():
        return text.lower(), range(len(text))
    letters, places = [], []
    for place, char in enumerate(text):
        for letter in _letter(char):
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


_letter = lru_cache(maxsize=20_000)(fold)


def _occurrences(text: str, word: str, places: Sequence[int]) -> Iterator[tuple[int, int]]:
    at = text.find(word)
    while at >= 0:
        yield places[at], places[at + len(word) - 1] + 1
        at = text.find(word, at + 1)


def merged(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans in order, those that touch or overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return tuple(found)
