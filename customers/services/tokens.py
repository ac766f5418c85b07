"""From a customer's words to what it sorts by and is found by. Pure text."""

import re
import unicodedata
from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin

LONGEST = 60  # of a token; longer words are cut, in the index and in queries alike
CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
WORD = re.compile(r"[^\W_]+", re.UNICODE)


def fold(text: str) -> str:
    """Lower case, full-width to half-width, accents off: ＡＢＣ Café -> abc cafe."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in text if not unicodedata.combining(char) and char != "\0")


def digits(text: str) -> str:
    """The digits of a phone number in any format."""
    return "".join(char for char in fold(text) if char.isdigit())


def name_key(name: str) -> str:
    """What a name sorts by: pinyin for Chinese, folded letters for the rest; 250 at most."""
    folded = fold(name)
    if CJK.search(folded):
        folded = " ".join(lazy_pinyin(folded, errors=lambda other: [other]))
    return " ".join(folded.split())[:250]


def bigrams(run: str) -> list[str]:
    """Pairs of neighbouring characters; a run of one character is itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def words(text: str) -> list[str]:
    """Tokens of a text: Latin words and numbers whole, Chinese as pairs."""
    found: list[str] = []
    for word in WORD.findall(fold(text)):
        start = 0
        for run in CJK.finditer(word):
            if word[start : run.start()]:
                found.append(word[start : run.start()][:LONGEST])
            found.extend(bigrams(run.group()))
            start = run.end()
        if word[start:]:
            found.append(word[start:][:LONGEST])
    return found


def pinyin_tokens(text: str) -> list[str]:
    """Syllables and initials of the Chinese in a text: 华信 -> hua, xin, huaxin, hx."""
    found: list[str] = []
    for run in CJK.findall(fold(text)):
        syllables = lazy_pinyin(run, style=Style.NORMAL)
        found += syllables
        found.append("".join(syllables)[:LONGEST])
        found.append("".join(syllable[0] for syllable in syllables)[:LONGEST])
    return found


def tokens(texts: Iterable[str], phones: Iterable[str]) -> list[str]:
    """All tokens of a customer, sorted, each once."""
    found: set[str] = set()
    for text in texts:
        if text:
            found.update(words(text))
            found.update(pinyin_tokens(text))
    for phone in phones:
        number = digits(phone)[:LONGEST]
        if len(number) >= 4:
            found.add(number)
    return sorted(found)
