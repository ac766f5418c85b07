"""Service staff find no figure of worth: on no page, by no sort, filter, search or address."""

import pytest
from django.urls import reverse, reverse_lazy

from crm.tests.access_table import PAGES
from crm.tests.hidden import NUMBER, WORD, marked_customer, tells
from crm.tests.world import World
from customers.models import ListPreference, SavedView
from customers.querysets.changes import WORTH_COLUMNS, WORTH_TABLES
from customers.querysets.standing import SORTS, WORTH_FILTERS
from customers.records import KINDS
from customers.services.calendar_feed import make_address

pytestmark = pytest.mark.django_db
LIST = reverse_lazy("customers:list")
# Pages of a customer: asked about the marked one too.
OF_CUSTOMER = (
    *("card", "group", "customers:dealings", "customers:contacts", "customers:history"),
    *("customers:organisation", "customers:buying_profile", "customers:care"),
    *("customers:interaction_create", "customers:task_create", "customers:contact_create"),
)


@pytest.fixture
def marked(world):
    return marked_customer(world.users["owner"])


def addresses(world: World, marked) -> list[str]:
    """Every page that service staff may open, and the crafted ways into them."""
    open_to_service = [name for name, page in PAGES.items() if page.of("GET", "service") == "200"]
    urls = [world.url(name) for name in open_to_service]
    urls += [reverse(name, args=[marked.pk]) for name in OF_CUSTOMER]
    urls += [reverse("customers:records", args=[marked.pk, kind]) for kind in KINDS]
    history = reverse("customers:history", args=[marked.pk])
    urls += [f"{history}?thing={table}" for table in (*WORTH_TABLES, *WORTH_COLUMNS)]
    urls += [f"{reverse(name)}?q=Marked" for name in ("search", "search_suggest")]
    return urls + [f"{LIST}?{query}" for query in crafted()]


def crafted() -> list[str]:
    """Questions to the list that would tell a figure by who is found, or in which order."""
    sorts = [f"{sign}{name}" for name, sort in SORTS.items() if sort.worth for sign in ("", "-")]
    values = {"risk": "high", "signal": "any", "risk_from": "50", "risk_to": "50"}
    filters = [f"{name}={values.get(name, 100)}" for name in WORTH_FILTERS]
    return [*filters, *(f"sort={sort}" for sort in sorts)]


def rows(client, query: str = "") -> list[int]:
    return [row.pk for row in client.get(f"{LIST}?{query}").context["rows"]]


def test_no_page_tells_service_staff_what_a_customer_is_worth(world, marked):
    client = world.client("service")
    assert [url for url in addresses(world, marked) if tells(client.get(url))] == []


def test_managers_see_on_these_pages_what_is_marked(world, marked):
    """Else the test above would prove nothing."""
    client = world.client("manager")
    told = [url for url in addresses(world, marked) if tells(client.get(url))]
    wanted = ("card", "customers:history", "customers:organisation", "group")
    assert {reverse(name, args=[marked.pk]) for name in wanted} <= set(told)
    for kind in ("year-figure", "credit", "opportunity", "competitor", "benefit", "idea"):
        assert reverse("customers:records", args=[marked.pk, kind]) in told


def test_the_list_filters_and_sorts_by_nothing_that_service_staff_may_not_see(world, marked):
    service, manager = world.client("service"), world.client("manager")
    plain = {client: rows(client) for client in (service, manager)}
    for query in crafted():
        assert rows(service, query) == plain[service], query
        if not query.startswith("sort=-"):
            assert rows(manager, query) != plain[manager], query


def test_neither_a_shared_filter_nor_an_earlier_choice_of_columns_tells_more(world, marked):
    user, client = world.users["service"], world.client("service")
    plain = rows(client)
    view = SavedView.objects.create(
        user=world.users["manager"], team=user.team, name="Rich", query="value_from=100"
    )
    assert rows(client, f"{view.query}&view={view.pk}") == plain
    worth = ["value", "at_risk", "risk", "revenue"]
    ListPreference.objects.create(user=user, columns=worth, sort="-value")
    assert rows(client) == plain
    assert not tells(client.get(LIST))


def test_what_only_worth_knows_finds_nobody(world, marked):
    for role, is_found in (("service", False), ("manager", False)):
        for word in (WORD, str(NUMBER)):
            answer = world.client(role).get(reverse("search"), {"q": word})
            assert ("Marked Ltd" in answer.text) is is_found


def test_the_calendar_that_service_staff_subscribe_to_has_no_task_of_a_plan(world, marked, client):
    address = make_address(user=world.users["service"])
    assert not tells(client.get(reverse("customers:calendar_feed", args=[address])))
