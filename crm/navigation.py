"""The main navigation: what each role finds where, in reading order.

At most six ways: on a phone they stand beside each other at the bottom. A way is a page, or a menu
of pages under headings. What a role may not open is not there.
"""

from dataclasses import dataclass, field
from functools import cache

from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from crm.platform.models import Installation


@dataclass
class Way:
    """An entry: a page, or a menu with the pages of its parts.

    `current` is as `aria-current` has it: "page" is this one, "true" the one that it belongs to.
    """

    label: object
    icon: str = ""
    name: str = ""
    parts: list["Part"] = field(default_factory=list)
    beside: tuple[str, ...] = ()  # beginnings of addresses that belong to it besides its own
    current: str = ""

    @property
    def url(self) -> str:
        return _address(self.name, get_script_prefix()) if self.name else ""

    @property
    def pages(self) -> list["Way"]:
        return [page for part in self.parts for page in part.pages] or [self]


@cache
def _address(name: str, _prefix: str) -> str:
    """Each page asks for some thirty of them twice, and they stay as long as this process."""
    return reverse(name)


@dataclass
class Part:
    """Pages of a menu that belong together; a menu of one part needs no heading."""

    pages: list[Way]
    label: object = ""


def _customers(user) -> Part:
    pages = [
        Way(_("List of customers"), name="customers:list", beside=("/value/customers/",)),
        Way(_("Contacts"), name="customers:contact_list"),
    ]
    if user.sees_worth:
        pages.append(Way(_("Opportunities"), name="customers:opportunities"))
    pages.append(Way(_("Clubs"), name="customers:clubs"))
    if user.sees_worth:
        pages += [
            Way(_("Competitors"), name="customers:competitors"),
            Way(_("News mailings"), name="customers:mailings"),
            Way(_("Handovers"), name="handovers"),
        ]
    return Part(pages, _("Customers"))


def _work() -> Part:
    pages = [
        Way(_("Tasks"), name="customers:tasks"),
        Way(_("Calendar"), name="customers:calendar"),
        Way(_("Promises"), name="customers:promises"),
        Way(_("Requests for help"), name="customers:help_requests"),
        Way(_("Care owed"), name="customers:care_dues"),
    ]
    return Part(pages, _("To do"))


# Its pages with values and answers.
LEARNING = ("/value/complaints/",)


def _complaints(user) -> Way:
    """The queue; for managers with the dashboard and the deadlines beside it."""
    if not user.is_manager:
        return Way(_("Complaints"), "inbox", "complaints:queue")
    pages = [
        Way(_("Queue"), name="complaints:queue"),
        Way(_("Dashboard"), name="complaints:dashboard"),
        Way(_("Learning"), name="complaints:learning", beside=LEARNING),
        Way(_("Corrective actions"), name="complaints:corrective"),
        Way(_("Deadlines"), name="complaints:policies"),
    ]
    return Way(_("Complaints"), "inbox", parts=[Part(pages)])


# Further pages are named at the dashboard's foot.
FURTHER = (
    *("/satisfaction/heard/", "/satisfaction/feedback/", "/satisfaction/touchpoints/"),
    *("/satisfaction/targets/", "/satisfaction/management/", "/satisfaction/staff/"),
    "/value/satisfaction/",
)


def _satisfaction() -> Way:
    pages = [
        Way(_("Dashboard"), name="satisfaction:dashboard", beside=FURTHER),
        Way(_("Waves"), name="satisfaction:waves"),
        Way(_("Questionnaires"), name="satisfaction:instruments"),
        Way(_("Unhappy answers"), name="satisfaction:loops"),
        Way(_("Improvement"), name="satisfaction:improvements"),
    ]
    return Way(_("Satisfaction"), "mood-smile", parts=[Part(pages)])


# Found by the tabs and buttons of the page that they belong to.
BESIDE_TIERS = ("/value/moves/tier/", "/value/overrides/tier/")
BESIDE_STAGES = ("/value/loyalty/", "/value/moves/stage/", "/value/overrides/stage/")
KEY_ACCOUNT_TABS = ("/value/candidates/", "/value/scorecard/")


def _value(user) -> Way:
    own = [Way(_("My dashboard"), name="value:dashboard")] if user.is_manager else []
    figures = [
        *own,
        Way(_("Equity"), name="value:equity", beside=("/value/winning-and-serving/",)),
        Way(_("Tiers"), name="value:tiers", beside=BESIDE_TIERS),
        Way(_("Churn"), name="value:churn"),
        Way(_("Worklist"), name="value:worklist"),
        Way(_("Lost customers"), name="value:lost"),
        Way(_("Lifecycle"), name="value:stages", beside=BESIDE_STAGES),
        Way(_("Backtest"), name="value:backtests"),
        Way(_("Track record"), name="value:track_record"),
    ]
    key_accounts = [
        Way(_("Portfolio"), name="value:portfolio", beside=KEY_ACCOUNT_TABS),
        Way(_("Account plans"), name="customers:plans"),
    ]
    parts = [Part(figures, _("Figures")), Part(key_accounts, _("Key accounts"))]
    return Way(_("Value"), "chart-pie", parts=parts)


SETTINGS = ("/settings/", "/customers/settings/", "/value/amounts/")


def _administration(user) -> Way:
    pages = [
        Way(_("Settings"), name="settings_hub", beside=SETTINGS),
        Way(_("Users"), name="accounts:users"),
        Way(_("Imports"), name="customers:imports"),
        Way(_("Nightly runs"), name="value:nightly_runs"),
    ]
    if user.is_administrator:
        pages.insert(2, Way(_("Teams"), name="accounts:teams"))
        pages.append(Way(_("Audit log"), name="accounts:audit"))
    return Way(_("Admin"), "adjustments-horizontal", parts=[Part(pages)])


def _ways(user) -> list[Way]:
    today = Way(_("Today"), "home", "home")
    customers, work = _customers(user), _work()
    menu = Way(_("Customers"), "building", parts=[customers])
    tasks = Way(_("To do"), "checkbox", parts=[work])
    if not user.sees_worth:
        return [today, _complaints(user), menu, tasks]
    if not user.is_manager:
        return [today, menu, tasks, _complaints(user), _satisfaction(), _value(user)]
    menu.parts.append(work)
    return [today, menu, _complaints(user), _satisfaction(), _value(user), _administration(user)]


def _mark(ways: list[Way], path: str) -> None:
    """The page that is open; of others the page under whose address theirs lies."""
    found, length = None, 0
    for way in ways:
        for page in way.pages:
            for start in (page.url, *page.beside):
                if path.startswith(start) and start != "/" and len(start) > length:
                    found, length = (way, page), len(start)
            if path == page.url:
                found, length = (way, page), len(path)
    if found:
        way, page = found
        way.current = "true"
        page.current = "page" if path == page.url else "true"


def navigation(request) -> dict:
    """Context of every page: `nav`, the bell with the notices, and the installation."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": []}
    ways, bell = _ways(user), Way(_("Notices"), "bell", "customers:notices")
    _mark([*ways, bell], request.path)
    return {"nav": ways, "bell": bell, "installation": Installation.cached()}
