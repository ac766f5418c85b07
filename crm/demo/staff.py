"""The people of the demo company: 12 users in 3 teams."""

from dataclasses import dataclass

from crm.demo.places import EAST, EUROPE, SOUTH

COMPANY = "Fernbrook Industrial Supply 蕨溪工业品"
# What its managers say that interactions cost and knowledge is worth.
AMOUNTS = {
    **{"visit": 180, "meeting": 150, "call": 12, "letter": 8, "email": 5, "message": 2},
    **{"news": "0.50", "improvement": 1_500, "product": 4_000, "reference": 2_500},
    "development": 12_000,
}
TEAMS = {EAST: "East China 华东", SOUTH: "South & West China 华南西部", EUROPE: "Europe 欧洲"}
# Shared by all users of the demo company and printed at each start: it protects nothing.
DEMO_PASSWORD = "evergreen-2-try"  # noqa: S105  # pragma: allowlist secret

ACCOUNT_MANAGER, SERVICE = "account_manager", "service"
MANAGER, ADMINISTRATOR = "manager", "administrator"


@dataclass(frozen=True)
class Person:
    """A user of the demo company; `share` is the part of the team's customers."""

    username: str
    name: str
    role: str
    team: str | None
    is_lead: bool = False
    share: float = 0.0


PEOPLE = (
    Person("gu.yifan", "顾一凡", ACCOUNT_MANAGER, EAST, is_lead=True, share=0.28),
    Person("shen.jiayi", "沈佳怡", ACCOUNT_MANAGER, EAST, share=0.37),
    Person("lu.haoran", "陆浩然", ACCOUNT_MANAGER, EAST, share=0.35),
    Person("liang.zhihao", "梁志豪", ACCOUNT_MANAGER, SOUTH, is_lead=True, share=0.29),
    Person("huang.wenjing", "黄文静", ACCOUNT_MANAGER, SOUTH, share=0.37),
    Person("deng.kai", "邓凯", ACCOUNT_MANAGER, SOUTH, share=0.34),
    Person("emma.whitfield", "Emma Whitfield", ACCOUNT_MANAGER, EUROPE, is_lead=True, share=0.48),
    Person("rory.mcallen", "Rory McAllen", ACCOUNT_MANAGER, EUROPE, share=0.52),
    Person("xu.min", "许敏", SERVICE, None),
    Person("grace.okoye", "Grace Okoye", SERVICE, None),
    Person("helen.zhao", "Helen Zhao 赵海伦", MANAGER, EUROPE),
    Person("martin.vogel", "Martin Vogel", ADMINISTRATOR, None),
)
# Whom a newcomer is told to sign in as, one a role.
SHOWN = ("emma.whitfield", "grace.okoye", "helen.zhao", "martin.vogel")


def email(person: Person) -> str:
    return f"{person.username}@fernbrook.example"


def language(person: Person) -> str:
    """Those with a Chinese name alone work in Chinese; the others as their browser asks."""
    return "" if person.name.isascii() or " " in person.name else "zh-hans"


def account_managers(team: str) -> list[Person]:
    """The account managers among whom the customers of a team are shared."""
    return [person for person in PEOPLE if person.team == team and person.share > 0]
