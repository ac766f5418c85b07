"""The files of the demo company's customers: rich for the best, thin for the next, none beyond.

Pure: the company and a day in, one row a customer out.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from crm.demo import file_words as words
from crm.demo import names
from crm.demo.draws import stream
from crm.demo.keeping import BEST, Known, best_known
from customers.models import Customer

TEXTS = {
    "form": words.FORMS,
    "staff_structure": words.STAFF,
    "products": words.PRODUCTS,
    "market_area": words.MARKETS,
    "marketing": words.MARKETING,
    "finance": words.FINANCES,
    "staff_quality": words.STAFF_QUALITY,
    "technology": words.TECHNOLOGY,
    "philosophy": words.PHILOSOPHY,
    "image": words.IMAGES,
    "cooperation": words.COOPERATION,
    "problems": words.PROBLEMS,
    "strengths": words.STRENGTHS,
    "strategy": words.STRATEGIES,
    "trade_terms": words.TERMS,
    "bank": words.BANKS,
}
BUYING = {
    "who": words.WHO,
    "decides": words.DECIDES,
    "what": words.WHAT,
    "why": words.WHY,
    "how": words.HOW,
    "when": words.WHEN,
    "where": words.WHERE,
    "criteria": words.CRITERIA,
}
# Of the texts, the part that is known of the best and of the next.
RICH, THIN = 0.95, 0.35


@dataclass
class File:
    """What is known of a customer, by the columns that it goes into."""

    ordinal: int
    facts: dict[str, str | int]
    buying: dict[str, str]
    own: dict[str, str]  # by the keys of `file_words.FIELDS`
    head: dict[str, str | int]  # of the customer itself
    tags: list[int] = field(default_factory=list)  # places in `file_words.TAGS`


def files(seed: int, made, today: dt.date) -> Iterator[File]:
    """Of the customers that buy most, the first one most of all."""
    for rank, known in enumerate(best_known(seed, made, today)):
        best = rank < BEST * len(made.customers)
        row = made.customers.loc[known.ordinal]
        yield _file(known, row, best, today, stream(seed, "files", known.ordinal))


def _file(known: Known, row, best: bool, today: dt.date, rng: np.random.Generator) -> File:
    part = RICH if best else THIN
    chinese = row["country"] == "CN"
    facts: dict[str, str | int] = _said(TEXTS, known, part, rng)
    if "bank" in facts:
        facts["bank_account"] = " ".join(f"{rng.integers(10_000):04}" for _block in range(4))
    for name in ("legal_representative", "owner", "operating_manager"):
        if rng.random() < part:
            facts[name] = _person(row["country"], chinese, rng)
    facts["headcount"] = int(rng.choice([25, 60, 140, 320, 750, 1_900] if best else [8, 25, 60]))
    facts["capital"] = facts["headcount"] * int(rng.integers(8, 40)) * 1_000
    return File(
        known.ordinal,
        facts,
        _said(BUYING, known, part, rng),
        _own(known, part, today, rng),
        _head(known, row, best, chinese, rng),
        [n for n, (_name, often) in enumerate(words.TAGS) if rng.random() < often * (1 + best)],
    )


def _said(texts: dict, known: Known, part: float, rng: np.random.Generator) -> dict:
    return {name: _one(of, known, rng) for name, of in texts.items() if rng.random() < part}


def _one(texts: Sequence[tuple], known: Known, rng: np.random.Generator) -> str:
    return texts[int(rng.integers(len(texts)))][known.calendar]


def _person(country: str, chinese: bool, rng: np.random.Generator) -> str:
    woman = bool(rng.random() < 0.3)
    if chinese:
        return names.chinese_person(rng, woman).name
    return names.european_person(rng, woman, country).name


def _own(known: Known, part: float, today: dt.date, rng: np.random.Generator) -> dict[str, str]:
    systems = next(choices for key, _kind, _names, choices in words.FIELDS if key == "system")
    found = {
        "machines": str(int(rng.integers(3, 90))),
        "frame": str(today + dt.timedelta(days=int(rng.integers(-40, 500)))),
        "system": str(rng.choice(systems.splitlines())),
        "gate": _one(words.GATES, known, rng),
        "fax": f"0{rng.integers(100, 999)} {rng.integers(100_000, 999_999)}",
    }
    return {name: value for name, value in found.items() if rng.random() < part * 0.8}


def _head(known: Known, row, best: bool, chinese: bool, rng: np.random.Generator) -> dict:
    ways = [way for way in Customer.Won.values if way != "other"]
    prefix = "9132" if chinese else f"{row['country']} "
    alias = words.FORMER[known.calendar].format(name=row["short_name"] or row["name"])
    return {
        "segment": words.SEGMENTS[0 if best else int(rng.integers(1, 3))][known.calendar],
        "won_through": str(rng.choice(ways)),
        "acquisition_cost": int(rng.integers(2, 60)) * 100,
        "tax_number": f"{prefix}{rng.integers(100_000_000, 999_999_999)}",
        "aliases": alias if best and rng.random() < 0.4 else "",
    }
