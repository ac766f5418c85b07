"""What each role finds in the menus, and that everything that they may open can be reached."""

import re

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.tests.access_table import PAGES
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

WAYS = {
    ServiceFactory: ["Today", "Complaints", "Customers", "To do"],
    AccountManagerFactory: ["Today", "Customers", "To do", "Complaints", "Satisfaction", "Value"],
    ManagerFactory: ["Today", "Customers", "Complaints", "Satisfaction", "Value", "Admin"],
    AdministratorFactory: ["Today", "Customers", "Complaints", "Satisfaction", "Value", "Admin"],
}
FOR_ALL = {
    "home",
    "customers:list",
    "customers:contact_list",
    "customers:clubs",
    "customers:tasks",
    "customers:calendar",
    "customers:promises",
    "customers:help_requests",
    "customers:care_dues",
    "customers:notices",
    "complaints:queue",
    "settings_hub",
}
WITH_WORTH = FOR_ALL | {
    "customers:opportunities",
    "customers:competitors",
    "customers:mailings",
    "customers:plans",
    "handovers",
    "satisfaction:dashboard",
    "satisfaction:waves",
    "satisfaction:instruments",
    "satisfaction:improvements",
    "value:tiers",
    "value:churn",
    "value:worklist",
    "value:lost",
    "value:stages",
    "value:portfolio",
}
MANAGERS = WITH_WORTH | {
    "complaints:dashboard",
    "complaints:policies",
    "accounts:users",
    "customers:imports",
    "value:nightly_runs",
}
REACHED = {
    ServiceFactory: FOR_ALL,
    AccountManagerFactory: WITH_WORTH,
    ManagerFactory: MANAGERS,
    AdministratorFactory: MANAGERS | {"accounts:teams", "accounts:audit"},
}
# Where the role stands in the access table.
PLACES = dict(zip(REACHED, (2, 0, 3, 4), strict=True))


def topbar(client, user, address: str = "/") -> str:
    client.force_login(user)
    text = client.get(address).text
    return text[text.index('<header class="topbar') : text.index("</header>")]


def linked(text: str) -> set[str]:
    return set(re.findall(r'href="(/[^"?#]*)"', text))


@pytest.mark.parametrize("factory", WAYS)
def test_each_role_has_at_most_six_ways(client, factory):
    client.force_login(factory())
    nav = client.get("/").context["nav"]
    assert [str(way.label) for way in nav] == WAYS[factory]


@pytest.mark.parametrize("factory", REACHED)
def test_the_top_bar_leads_each_role_to_its_pages_and_to_no_other(client, factory):
    found = linked(topbar(client, factory()))
    assert {reverse(name) for name in REACHED[factory]} <= found
    for name in MANAGERS | {"accounts:teams", "accounts:audit"}:
        statuses = PAGES[name].get.split()
        allowed = statuses[PLACES[factory] if len(statuses) > 1 else 0] == "200"
        assert allowed or reverse(name) not in found, name


@pytest.mark.parametrize("factory", REACHED)
def test_the_hub_shows_what_a_role_may_open_each_with_a_line_of_help(client, factory):
    client.force_login(factory())
    response = client.get(reverse("settings_hub"))
    pages = [
        page
        for column in response.context["columns"]
        for section in column
        for page in section["pages"]
    ]
    for page in pages:
        assert client.get(reverse(page.name)).status_code == 200
        assert str(page.help) in response.text.replace("&#x27;", "'")
    names = {page.name for page in pages}
    assert {"customers:tags", "customers:custom_fields", "customers:care_rules"} <= names
    assert ("settings" in names) == (PLACES[factory] > 2)
    assert ("accounts:audit" in names) == (factory is AdministratorFactory)
    assert ("customers:competitors" in names) == (factory is not ServiceFactory)


def marked(text: str) -> list[tuple[str, str]]:
    """What carries `aria-current`, and how."""
    pattern = r'<(?:a|summary)[^>]*aria-current="(\w+)"[^>]*>(.*?)</(?:a|summary)>'
    return [(how, re.sub(r"<[^>]+>", "", words)) for how, words in re.findall(pattern, text)]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/", [("page", "Today")]),
        ("/customers/calendar/", [("true", "To do"), ("page", "Calendar")]),
        ("/value/portfolio/high/good/", [("true", "Value"), ("true", "Portfolio")]),
        ("/customers/notices/", [("page", "Notices")]),
    ],
)
def test_the_page_that_is_open_is_marked_with_the_menu_it_belongs_to(client, address, expected):
    found = marked(topbar(client, AccountManagerFactory(), address))
    assert found == expected


def test_a_card_belongs_to_the_list_of_customers(client):
    amy = AccountManagerFactory()
    customer = CustomerFactory(account_manager=amy)
    found = marked(topbar(client, amy, f"/customers/{customer.pk}/"))
    assert found == [("true", "Customers"), ("true", "List of customers")]


def test_settings_of_customers_belong_to_the_settings_of_a_manager(client):
    found = marked(topbar(client, ManagerFactory(), reverse("customers:tags")))
    assert found == [("true", "Admin"), ("true", "Settings")]


def test_the_list_of_customers_leads_to_a_mailing_with_its_filter(client):
    client.force_login(ManagerFactory())
    text = client.get("/customers/?tier=A&stage=stability&sort=-value").text
    assert 'href="/customers/mailings/new/?tier=A&amp;stage=stability"' in text
    client.force_login(ServiceFactory())
    assert "/customers/mailings/new/" not in client.get("/customers/?tier=A").text
