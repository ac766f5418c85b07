"""Names of invented companies and people, Chinese and European, that look real and are not.

Companies are composed from parts; brands that a well-known firm bears are left out.
"""

import itertools
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crm.demo.places import City

# Bilingual, as the item masters of firms with houses in two countries are: one industry, one word.
INDUSTRIES = {
    "machinery": "Machinery 机械制造",
    "automotive": "Automotive parts 汽车零部件",
    "electronics": "Electronics 电子电器",
    "metal": "Metal products 金属制品",
    "food": "Food and drink 食品饮料",
    "chemicals": "Chemicals and plastics 化工塑料",
    "packaging": "Packaging and printing 包装印刷",
    "textiles": "Textiles 纺织",
    "medical": "Medical devices 医疗器械",
    "energy": "Energy and water 能源环保",
    "construction": "Construction 建筑工程",
    "logistics": "Logistics 物流仓储",
}
INDUSTRY_WEIGHTS = np.array([20, 12, 12, 15, 8, 9, 5, 4, 4, 5, 3, 3]) / 100

_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


def _words(name: str) -> list[str]:
    return _WORDS[name].split()


def _one(rng: np.random.Generator, name: str) -> str:
    return str(rng.choice(_words(name)))


_WORKSHOPS = set(_words("workshops"))
_SURNAMES = _words("surnames")
_SURNAME_WEIGHTS = 1.0 / (np.arange(len(_SURNAMES)) + 6.0)


@dataclass(frozen=True)
class CompanyName:
    """A company's full name, the one it is called by, and its mail domain."""

    name: str
    short: str
    domain: str


@dataclass(frozen=True)
class PersonName:
    """A person's name and the part of the mail address before the @."""

    name: str
    mailbox: str


def pinyin(text: str) -> str:
    """Chinese in Latin letters without tones, for mail addresses."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text)).replace("ü", "v").lower()


def brands(rng: np.random.Generator) -> list[str]:
    """All Chinese brands in random order, no doubles, none of a well-known firm."""
    pairs = itertools.product(_words("brand_first"), _words("brand_second"))
    native = {first + second for first, second in pairs if first != second}
    parts = ("foreign_first", "foreign_second", "foreign_third")
    foreign = {"".join(signs) for signs in itertools.product(*map(_words, parts))}
    taken = set(_words("brands_taken"))
    keep = sorted(native - taken), sorted(foreign - taken)
    few = rng.permutation(keep[1])[: len(keep[0]) // 12]
    return rng.permutation(np.concatenate([keep[0], few])).tolist()


def family_names(rng: np.random.Generator) -> list[str]:
    """All English founders' names in random order, no doubles."""
    names = {head + tail for head in _words("uk_head") for tail in _words("uk_tail")} - set(
        _words("uk_taken")
    )
    return rng.permutation(sorted(names)).tolist()


def chinese_company(brand: str, city: City, industry: str, rng: np.random.Generator) -> CompanyName:
    """苏州 + brand + business + 有限公司, in the forms in which such names occur."""
    business = str(rng.choice(_WORDS["chinese_business"][industry]))
    place = city.region if rng.random() < 0.18 else city.name
    form = rng.random()
    if form < 0.80:
        name = f"{place}{brand}{business}有限公司"
    elif form < 0.88:
        name = f"{place}{brand}{business}股份有限公司"
    elif form < 0.94:
        name = f"{brand}{business}（{city.name}）有限公司"
    elif form < 0.98:
        ending = "厂" if business in _WORKSHOPS else "有限责任公司"
        name = f"{place}{brand}{business}{ending}"
    else:
        name = f"{place}{brand}{business}集团有限公司"
    return CompanyName(name, f"{city.name}{brand}", f"{pinyin(brand)}-{city.pinyin}.example")


def english_company(root: str, city: City, industry: str, rng: np.random.Generator) -> CompanyName:
    """A British firm: founders, sons, or a trade, with the usual endings."""
    business = str(rng.choice(_WORDS["english_business"][industry]))
    form = rng.random()
    if form < 0.56:
        short, name = f"{root} {business}", f"{root} {business} Ltd"
    elif form < 0.68:
        short = f"{root} & Sons"
        name = f"{root} & Sons {business} Ltd"
    elif form < 0.80:
        short = f"{root} & {rng.choice(_words('english_surnames'))}"
        name = f"{short} {business} Ltd"
    elif form < 0.88:
        short, name = f"{root} {business}", f"{root} {business} ({city.name}) Ltd"
    elif form < 0.90:
        short, name = f"{root} Group", f"{root} {business} Group plc"
    elif form < 0.96:
        letters = "".join(rng.choice(list("BCDFGHJKLMPRTW"), 3))
        short, name = f"{letters} {business}", f"{letters} {business} Ltd"
        root = letters
    else:
        short = f"{root} Brothers"
        name = f"{root} Brothers {business}"
    return CompanyName(name, short, f"{_slug(root + '-' + business)}.example")


def irish_company(root: str, city: City, industry: str, rng: np.random.Generator) -> CompanyName:
    """An Irish firm; `root` is only used to keep names apart."""
    head, tail = _one(rng, "irish_head"), _one(rng, "irish_tail")
    business = str(rng.choice(_WORDS["english_business"][industry]))
    stem = f"{head}{tail} {business}"
    ending = "DAC" if rng.random() < 0.15 else "Ltd"
    return CompanyName(f"{stem} {ending}", stem, f"{_slug(stem)}.example")


def german_company(root: str, city: City, industry: str, rng: np.random.Generator) -> CompanyName:
    """A German Mittelstand firm; `root` is only used to keep names apart."""
    family = f"{rng.choice(_words('german_head'))}{rng.choice(_words('german_tail'))}"
    business = str(rng.choice(_WORDS["german_business"][industry]))
    form = rng.random()
    if form < 0.6:
        short, name = f"{family} {business}", f"{family} {business} GmbH"
    elif form < 0.85:
        short, name = f"{family} & Söhne", f"{family} & Söhne {business} GmbH & Co. KG"
    else:
        short, name = f"{family} {business}", f"{family} {business} AG"
    return CompanyName(name, short, f"{_slug(family + '-' + business)}.example")


def head_of_group(company: CompanyName, root: str, city: City) -> CompanyName:
    """The name of the company that holds a group together."""
    if city.country == "CN":
        return CompanyName(f"{city.region}{root}控股集团有限公司", f"{root}集团", company.domain)
    return CompanyName(f"{root} Group plc", f"{root} Group", company.domain)


def _slug(text: str) -> str:
    plain = text.lower().replace(" & ", "-").replace(" ", "-")
    for letter, latin in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        plain = plain.replace(letter, latin)
    return plain


def chinese_person(rng: np.random.Generator, woman: bool) -> PersonName:
    """Surname and given name, common ones more often."""
    surname = str(rng.choice(_SURNAMES, p=_SURNAME_WEIGHTS / _SURNAME_WEIGHTS.sum()))
    given = _one(rng, "given_women" if woman else "given_men")
    return PersonName(surname + given, f"{pinyin(given)}.{pinyin(surname)}")


def european_person(rng: np.random.Generator, woman: bool, country: str) -> PersonName:
    """First name and surname as usual in the country."""
    if country == "DE":
        first, last = (
            _one(rng, "german_first"),
            _one(rng, "german_surnames"),
        )
    else:
        first = _one(rng, "english_women" if woman else "english_men")
        last = _one(rng, "english_surnames")
    return PersonName(f"{first} {last}", _slug(f"{first}.{last}"))
