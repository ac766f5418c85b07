"""The site that the browser visits: the demo company, smaller, with its nights computed."""

import datetime as dt
import io
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from crm.accounts.models import User
from crm.accounts.services import invite
from crm.demo.load import load
from crm.platform.models import Installation
from crm.platform.secret_links import hash_of
from crm.tests import anew
from crm.tests.browser.desks import Desks, furnish
from customers.imports import background
from customers.models import ImportRun, MailingRecipient, Standing
from lifecycle.services import backtests

CUSTOMERS = 240
# One of each role, and an account manager of another team.
ACCOUNT_MANAGER, OUTSIDER, SERVICE = "emma.whitfield", "lu.haoran", "grace.okoye"
MANAGER, ADMINISTRATOR = "helen.zhao", "martin.vogel"
SALES = """\
customer,invoice,date,amount,product
W-1,WS-1001,2026-01-31,120.50,Bolt M8
W-1,WS-1002,2026-02-14,80.00,Nut M8
W-2,WS-1003,never,35.00,Washer
"""
COLUMNS = {
    "customer": "customer",
    "reference": "invoice",
    "date": "date",
    "amount": "amount",
    "create_customers": "on",
}
PEOPLE = (ACCOUNT_MANAGER, OUTSIDER, SERVICE, MANAGER, ADMINISTRATOR)
LOCALES = {"en": "en-GB", "zh-hans": "zh-CN"}
NEWS = "n" * 43  # the secret of somebody who gets news


@dataclass
class Site:
    """Where it is, and what stands on it."""

    url: str
    today: dt.date
    token: str  # of an invitation that nobody has accepted yet
    desks: Desks
    imports: list[str] = field(default_factory=list)  # addresses, one a state
    cookies: dict[str, dict] = field(default_factory=dict)  # of those who have signed in

    def user(self, name: str) -> User:
        return User.objects.get(username=name)

    def customers_of(self, name: str):
        """What an account manager owns, the most valuable first."""
        return Standing.objects.filter(owner__username=name).order_by("-lifetime_value")


def build(url: str) -> Site:
    """Customers, three years of dealings, the last month-end's figures and yesterday's."""
    today = Installation.get().today()
    load(today=today, customers=CUSTOMERS)
    anew.analyze()
    for night in (today.replace(day=1) - dt.timedelta(days=1), today - dt.timedelta(days=1)):
        call_command("nightly", as_of=night, stdout=io.StringIO())
    backtests.run(as_of=today - dt.timedelta(days=120), horizon=91)
    desks = furnish(
        account_manager=ACCOUNT_MANAGER, outsider=OUTSIDER, service=SERVICE, manager=MANAGER
    )
    _send_news()
    made = Site(url, today, invited(url), desks, imports=imported())
    for name in PEOPLE:
        made.cookies[name] = {**signed_in(made.user(name)), "url": url}
    return made


def _send_news() -> None:
    """Somebody of a mailing holds a link that we know."""
    got = MailingRecipient.objects.filter(mailing__made_by__username=MANAGER, skipped="")
    first = got.order_by("mailing", "pk").first()
    MailingRecipient.objects.filter(pk=first.pk).update(token_hash=hash_of(NEWS))


def imported() -> list[str]:
    """A file in each state in which its page looks different."""
    client = Client()
    client.force_login(
        User.objects.get(username=MANAGER), backend=settings.AUTHENTICATION_BACKENDS[0]
    )
    addresses = []
    for state in ("uploaded", "checked", "done"):
        file = SimpleUploadedFile(f"sales-{state}.csv", SALES.encode())
        data = {"kind": "transactions", "new_source": "webshop", "file": file}
        addresses.append(client.post(reverse("customers:import_create"), data).headers["Location"])
        if state != "uploaded":
            client.post(addresses[-1], COLUMNS)
            work_on_newest()
        if state == "done":
            client.post(addresses[-1] + "commit/")
            work_on_newest()
    return addresses


def work_on_newest() -> None:
    background.work(ImportRun.objects.first().job_id)


def signed_in(user: User) -> dict:
    """The cookie of somebody who has signed in."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value}


def invited(url: str) -> str:
    """Somebody invited, who has not answered yet; returns the secret of the link."""
    tokens: list[str] = []

    def link(token: str) -> str:
        tokens.append(token)
        return f"{url}/users/invitation/{token}/"

    values = {
        "name": "Li Wen 李文",
        "email": "li.wen@fernbrook.example",
        "role": "service",
        "team": None,
    }
    invite(actor=User.objects.get(username=ADMINISTRATOR), values=values, link=link)
    return tokens[0]


def words(language: str):
    """A text of the pages in this language: what a person of that language would look for."""

    def say(text: str, **values) -> str:
        with translation.override(language):
            found = translation.gettext(text)
            return found % values if values else found

    return say
