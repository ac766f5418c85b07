"""What customers complain about and ask for: themes, and the words said on the way.

The texts are in cases.toml. Whatever is picked is picked by a number in [0, 1).
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm.demo import seasons

SEVERITIES = ("minor", "moderate", "major", "critical")
OF_GOODS = {
    *("product", "delivery", "repair"),
    *("request-question", "request-installation", "request-repair"),
}
LANGUAGES = {seasons.CHINA: "zh", seasons.EUROPE: "en"}
_READ = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Theme:
    """One thing that goes wrong, or is asked for."""

    category: str
    touchpoint: str
    weight: float
    severity: tuple[float, ...]
    texts: dict[str, dict[str, Any]]  # by language
    causes: tuple[str, ...] = ()
    rising: str = ""  # the cause of those that came more and more lately
    remedies: tuple[str, ...] = ()
    cost: tuple[float, float] = (0, 0)
    safety: bool = False
    goods: str = ""  # of which kind the product has to be: "part", "device", "" for any

    @property
    def is_of_goods(self) -> bool:
        """It concerns things that can be looked at, sent back, counted."""
        return self.category in OF_GOODS


def _theme(entry: dict[str, Any]) -> Theme:
    plain = {name: value for name, value in entry.items() if name not in ("en", "zh")}
    plain = {name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()}
    return Theme(texts={"en": entry["en"], "zh": entry["zh"]}, **plain)


COMPLAINTS = tuple(_theme(entry) for entry in _READ["complaint"])
REQUESTS = tuple(_theme(entry) for entry in _READ["request"])


def pick(choices: Sequence, uniform: float) -> Any:
    return choices[int(uniform * len(choices))]


def weighted(choices: Sequence, weights: Sequence[float], uniform: float) -> Any:
    """One of the choices, each as likely as its weight says."""
    left = uniform * sum(weights)
    for choice, weight in zip(choices, weights, strict=True):
        left -= weight
        if left < 0:
            return choice
    return choices[-1]


class Words:
    """Fills texts with what this customer, product and order are called."""

    def __init__(self, calendar: int, product: str, order: str, small: int, large: int):
        self.language = LANGUAGES[calendar]
        self.common = _READ["common"][self.language]
        self._fill = {
            "p": product,
            "o": order or self.common["order"],
            "n": str(small),
            "m": str(large),
        }

    def of(self, text: str, **more: str) -> str:
        filled = text.format(**self._fill, **more)
        # A sentence begins with a capital letter, also where it begins with an order's name.
        return re.sub(r"(^|[.?!] )([a-z])", lambda m: m[1] + m[2].upper(), filled)

    def theme(self, theme: Theme, name: str, uniform: float = 0.0) -> str:
        text = theme.texts[self.language][name]
        return self.of(text if isinstance(text, str) else pick(text, uniform))

    def said(self, name: str, uniform: float = 0.0, **more: str) -> str:
        text = self.common[name]
        return self.of(text if isinstance(text, str) else pick(text, uniform), **more)
