"""From words to what is sorted by and found by. Pure text."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 60  # of a token; longer words are cut, in the index and in queries alike
CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
WORD = re.compile(r"[^\W_]+", re.UNICODE)
# Words with a sign between are found without it too, unless they are sentences without spaces.
LONGEST_JOINED = 30
SIGNED = re.compile(r"[^\W_]+(?:[^\w\s@]+[^\W_]+)+")
# What stands between two numbers in one field, or before an extension.
BETWEEN_PHONES = re.compile(r"[/;,、|#x转]|分机|ext", re.IGNORECASE)
SHORTEST_PHONE, WHOLE_PHONE = 4, 7


def fold(text: str) -> str:
    """Lower case, full-width to half-width, accents off: ＡＢＣ Café -> abc cafe."""
    if text.isascii():
        return text.lower().replace("\0", "")
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in text if not unicodedata.combining(char) and char != "\0")


def digits(text: str) -> str:
    """The digits of a phone number in any format, also full-width and of other scripts."""
    return "".join(str(unicodedata.digit(char)) for char in fold(text) if char.isdigit())


def phone_tokens(text: str) -> set[str]:
    """The digits of a field of phone numbers: together, and each number where there are several."""
    numbers = {digits(part)[:LONGEST] for part in BETWEEN_PHONES.split(fold(text))}
    found = {number for number in numbers if len(number) >= WHOLE_PHONE}
    whole = digits(text)[:LONGEST]
    return found | {whole} if len(whole) >= SHORTEST_PHONE else found


def joined(text: str) -> list[str]:
    """Words with signs inside, without them: K-88 -> k88, O'Neil -> oneil, AT&T -> att."""
    found = ("".join(WORD.findall(piece)) for piece in SIGNED.findall(fold(text)))
    return [word for word in found if len(word) <= LONGEST_JOINED and not CJK.search(word)]


def domain(website: str) -> str:
    """What tells a website from others: https://www.bell.example/shop -> bell.example."""
    host = fold(website).partition("://")[2] or fold(website)
    return host.partition("/")[0].partition("?")[0].removeprefix("www.")


def name_key(name: str) -> str:
    """What a name sorts by: pinyin for Chinese, folded letters for the rest; 250 at most."""
    folded = fold(name)
    if CJK.search(folded):
        folded = " ".join(sounds(folded))
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


def sounds(text: str) -> list[str]:
    """The sound of each Chinese character, and what is between them: 华信 A -> hua, xin, " a"."""
    # Its dictionary takes a third of a second to load: only where something is Chinese.
    from pypinyin import lazy_pinyin

    return lazy_pinyin(text, errors=lambda other: [other])


def pinyin(run: str) -> str:
    """The sound of Chinese characters in one piece: 华信 -> huaxin."""
    return "".join(sounds(run))[:LONGEST]


def pinyin_tokens(text: str) -> list[str]:
    """Syllables and initials of the Chinese in a text: 华信 -> hua, xin, huaxin, hx."""
    found: list[str] = []
    for run in CJK.findall(fold(text)):
        syllables = sounds(run)
        found += syllables
        found.append("".join(syllables)[:LONGEST])
        found.append("".join(syllable[0] for syllable in syllables)[:LONGEST])
    return found


def tokens(
    texts: Iterable[str], phones: Iterable[str] = (), addresses: Iterable[str] = ()
) -> list[str]:
    """All tokens of names and numbers, phones, and addresses (e-mail, web); sorted, each once."""
    found: set[str] = set()
    for text in filter(None, texts):
        found.update(words(text), joined(text), pinyin_tokens(text))
    for phone in filter(None, phones):
        found.update(phone_tokens(phone))
    for address in filter(None, addresses):
        found.update(words(address))
    return sorted(found)


def array(found: Iterable[str]) -> str:
    """Tokens as PostgreSQL writes an array: each quoted, since a bare null means no value."""
    return "{" + ",".join(f'"{token}"' for token in found) + "}"
