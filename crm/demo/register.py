"""The register of the demo company: its customers, groups of companies and contacts.

Rows are made for customers and, after them, for prospects who become customers on later nights.
Everything here depends on the seed alone, not on the day.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from crm.demo import names, places, staff
from crm.demo.draws import stream

PROSPECTS = 600
FIRST_NUMBER = 10_001
GROUPS = 28
_COMPANY_MAKERS = {
    "CN": names.chinese_company,
    "GB": names.english_company,
    "IE": names.irish_company,
    "DE": names.german_company,
}
# role, Chinese titles, English titles, German titles
_TITLES = {
    "decision_maker": (
        ["总经理", "采购总监", "副总经理", "董事长"],
        ["Managing Director", "Purchasing Director", "Operations Director", "Owner"],
        ["Geschäftsführer/in", "Einkaufsleitung"],
    ),
    "buyer": (
        ["采购经理", "采购主管", "采购员", "采购工程师"],
        ["Purchasing Manager", "Buyer", "Senior Buyer", "Procurement Officer"],
        ["Einkauf", "Strategischer Einkauf"],
    ),
    "user": (
        ["设备部经理", "生产经理", "车间主任", "维修主管"],
        ["Maintenance Manager", "Production Manager", "Workshop Supervisor", "Stores Manager"],
        ["Produktionsleitung", "Instandhaltung"],
    ),
    "influencer": (
        ["质量部经理", "工艺工程师", "技术总监", "安全主管"],
        ["Quality Manager", "Process Engineer", "Technical Director", "Health & Safety Officer"],
        ["Qualitätsmanagement", "Konstruktion"],
    ),
    "gatekeeper": (
        ["总经理助理", "行政主管", "财务主管"],
        ["Office Manager", "Accounts Payable", "PA to the Managing Director"],
        ["Assistenz der Geschäftsführung", "Buchhaltung"],
    ),
}
_ROLES = list(_TITLES)
_DEPARTMENTS = {
    "decision_maker": ("管理层", "Management"),
    "buyer": ("采购部", "Purchasing"),
    "user": ("生产部", "Production"),
    "influencer": ("技术质量部", "Engineering and quality"),
    "gatekeeper": ("行政财务部", "Office and finance"),
}
_REMARKS = {
    "zh": [
        "喜欢先看样品再谈价格",
        "电话最好在下午打",
        "技术出身，重视数据",
        "每月25日前后做采购计划",
        "与我们合作多年，关系好",
        "不喜欢微信语音，发文字",
    ],
    "en": [
        "Prefers samples before prices",
        "Best reached before ten",
        "Engineer by training: bring data",
        "Plans orders in the last week of the month",
        "Has known us for years",
        "Please no calls on Fridays",
    ],
}


def register(seed: int, customers: int) -> pd.DataFrame:
    """One row a customer and prospect, the index is the ordinal; names are unique."""
    size = customers + PROSPECTS
    rng = stream(seed, "register")
    all_cities = places.cities()
    weights = np.array([city.weight for city in all_cities])
    place = rng.choice(len(all_cities), size=size, p=weights / weights.sum())
    industry = rng.choice(list(names.INDUSTRIES), size=size, p=names.INDUSTRY_WEIGHTS)
    parent = _groups(rng, [all_cities[index].country for index in place], customers)
    rows = _companies(seed, [all_cities[index] for index in place], industry, parent)
    frame = pd.DataFrame(rows)
    frame["parent"] = parent
    frame["industry"] = industry
    frame["owner"] = _owners(rng, frame)
    frame["number"] = [f"C{FIRST_NUMBER + ordinal}" for ordinal in range(size)]
    frame["main_business"] = _main_business(frame)
    return frame


def _groups(rng: np.random.Generator, countries: list[str], customers: int) -> np.ndarray:
    """The ordinal of each customer's parent, -1 for most. A group stays in one country."""
    parent = np.full(len(countries), -1)
    native = np.flatnonzero(np.isin(np.array(countries[:customers]), ["CN", "GB"]))
    heads = rng.choice(native, size=min(GROUPS, len(native) // 20), replace=False)
    taken = set(heads.tolist())
    for head in heads:
        same = [o for o in native if countries[o] == countries[head] and o not in taken]
        children = rng.choice(same, size=int(rng.integers(1, 4)), replace=False)
        taken.update(children.tolist())
        parent[children] = head
    return parent


def _companies(seed: int, where: list, industry: np.ndarray, parent: np.ndarray) -> list[dict]:
    """Names, addresses and numbers. Children bear their parent's brand."""
    rng = stream(seed, "companies")
    pools = {"CN": names.brands(rng), "GB": names.family_names(rng)}
    roots = [pools[city.country].pop() if city.country in pools else "" for city in where]
    used: set[str] = set()
    serials: dict[str, int] = {}
    heads = set(parent[parent >= 0].tolist())
    rows = []
    for ordinal, city in enumerate(where):
        root = roots[parent[ordinal]] if parent[ordinal] >= 0 else roots[ordinal]
        company = _unused(root, city, str(industry[ordinal]), rng, used, ordinal in heads)
        serial = serials[city.area_code] = serials.get(city.area_code, -1) + 1
        rows.append(
            {
                "name": company.name,
                "short_name": company.short,
                "domain": company.domain,
                "country": city.country,
                "region": city.region,
                "city": city.name,
                "team": city.team,
                "address": places.address(city, rng),
                "phone": places.landline(city, serial),
            }
        )
    return rows


def _unused(root, city, industry, rng, used: set[str], is_head: bool) -> names.CompanyName:
    """A name nobody has yet, of a group's head company if it is one."""
    while True:
        company = _COMPANY_MAKERS[city.country](root, city, industry, rng)
        if is_head:
            company = names.head_of_group(company, root, city)
        if company.name not in used:
            break
    used.add(company.name)
    domain, tries = company.domain, 1
    while domain in used:
        tries += 1
        domain = company.domain.replace(".example", f"{tries}.example")
    used.add(domain)
    return replace(company, domain=domain)


def _owners(rng: np.random.Generator, frame: pd.DataFrame) -> np.ndarray:
    """User names: each account manager has some regions whole and shares one with a colleague."""
    owner = np.full(len(frame), "", dtype=object)
    for team in staff.TEAMS:
        mine = np.flatnonzero(frame["team"] == team)
        ordered = mine[np.lexsort((rng.random(len(mine)), frame["region"].to_numpy()[mine]))]
        people = staff.account_managers(team)
        cuts = np.cumsum([person.share for person in people])
        which = np.searchsorted(cuts, (np.arange(len(mine)) + 0.5) / len(mine) * cuts[-1])
        owner[ordered] = np.array([person.username for person in people], dtype=object)[which]
    owner[rng.random(len(frame)) < 0.012] = ""  # nobody's yet: the team sees them
    return owner


def _main_business(frame: pd.DataFrame) -> list[str]:
    labels = {key: label.rsplit(" ", 1) for key, label in names.INDUSTRIES.items()}
    english = {"CN": 1}
    return [
        labels[industry][english.get(country, 0)]
        for industry, country in zip(frame["industry"], frame["country"], strict=True)
    ]


def contacts(seed: int, frame: pd.DataFrame, size: np.ndarray) -> pd.DataFrame:
    """One to five people a customer, more at the larger ones (`size`: 0 small to 1 large)."""
    rng = stream(seed, "contacts")
    count = 1 + rng.binomial(4, 0.08 + 0.55 * size)
    ordinal = np.repeat(frame.index.to_numpy(), count)
    place = np.arange(len(ordinal)) - np.repeat(np.cumsum(count) - count, count)
    later = rng.choice(_ROLES, size=len(ordinal), p=[0.18, 0.30, 0.26, 0.18, 0.08])
    first = np.where(rng.random(len(ordinal)) < 0.6, "buyer", "decision_maker")
    role = np.where(place == 0, first, later)
    serials: dict[str, int] = {}
    rows = [
        _contact(frame.loc[which], str(kind), rng, serials)
        for which, kind in zip(ordinal, role, strict=True)
    ]
    people = pd.DataFrame(rows)
    people.insert(0, "ordinal", ordinal)
    people["left"] = (rng.random(len(people)) < 0.035) & (place > 0)
    return people.drop_duplicates(["ordinal", "name"], ignore_index=True)


def _contact(company: pd.Series, role: str, rng: np.random.Generator, serials: dict) -> dict:
    country = company["country"]
    chinese = country == "CN"
    woman = rng.random() < 0.38
    if chinese:
        person = names.chinese_person(rng, woman)
    else:
        person = names.european_person(rng, woman, country)
    has_mobile = rng.random() < (0.85 if chinese else 0.45)
    serials[country] = serials.get(country, -1) + has_mobile
    remarks = _REMARKS["zh" if chinese else "en"]
    return {
        "name": person.name,
        "title": str(rng.choice(_TITLES[role][{"CN": 0, "DE": 2}.get(country, 1)])),
        "department": _DEPARTMENTS[role][0 if chinese else 1],
        "role": role,
        "phone": company["phone"] if rng.random() < 0.25 else "",
        "mobile": places.mobile(country, serials[country]) if has_mobile else "",
        "email": f"{person.mailbox}@{company['domain']}",
        "language": "zh-hans" if chinese else "en",
        "remarks": str(rng.choice(remarks)) if rng.random() < 0.12 else "",
    }
