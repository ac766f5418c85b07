"""Every page as each role gets it, asked for once by a process: several tests look at the same."""

from copy import copy
from dataclasses import dataclass

from django.db import transaction
from django.test import Client
from django.urls import reverse

from crm.tests.access_table import PAGES
from crm.tests.world import World, make_world

_walked: dict[str, dict[str, "Page"]] = {}


@dataclass(frozen=True)
class Page:
    """An answer. Of a page that was walked, links may lead to rows that are gone by now."""

    url: str
    status: str  # its number, or "login" for the way to the sign-in page
    headers: dict[str, str]
    html: str  # empty where it is none


def pages(role: str, world: World | None = None) -> dict[str, Page]:
    """What GET brings at each address of the table, by its name; of this world or an earlier."""
    if role not in _walked:
        world = world or make_world()
        client, found = world.client(role), {}
        signed_in = client.cookies
        for name in PAGES:
            client.cookies = copy(signed_in)  # whatever the page before made of it
            found[name] = ask(client, "GET", world.url(name))
        _walked[role] = found
    return _walked[role]


def ask(client: Client, method: str, url: str) -> Page:
    """The answer; what was done is undone."""
    with transaction.atomic():
        answer = client.generic(method, url)
        body = answer.getvalue() if answer.streaming else answer.content  # closes a file
        transaction.set_rollback(True)
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    html = body.decode() if is_html else ""
    return Page(url, _status(answer), dict(answer.headers.items()), html)


def _status(answer) -> str:
    location = answer.headers.get("Location", "")
    if answer.status_code == 302 and location.startswith(reverse("account_login") + "?next="):
        return "login"
    return str(answer.status_code)
