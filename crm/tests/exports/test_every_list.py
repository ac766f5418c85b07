"""Every page with a list can be taken out, or a line says why not."""

import re

import pytest
from django.urls import reverse

from crm.exports.lists import BY_PAGE
from crm.exports.without import WITHOUT
from crm.tests import walked
from crm.tests.access_table import PAGES
from crm.tests.exports.taken import take
from crm.tests.world import World

pytestmark = pytest.mark.django_db
# Rows of any kind: tables, worklists, timelines, pages of rows.
ROWS = re.compile(r'<table|class="worklist|class="timeline-list|class="pager')
BUTTON = re.compile(r'href="(/exports/lists/[^"]+)"')


def pages(world: World, role: str):
    """Name and HTML of each page that this role may open."""
    for name, page in walked.pages(role, world).items():
        may = PAGES[name].of("GET", role) == "200"
        if may and page.html and not name.startswith(("mfa", "account_", "readyz")):
            yield name, page.html


def test_every_page_with_rows_has_an_export_or_says_why_not(world):
    missing = set()
    for role in ("owner", "service", "administrator"):
        for name, html in pages(world, role):
            main = html.partition("<main")[2]
            if ROWS.search(main) and name not in WITHOUT and not BUTTON.search(html):
                missing.add(name)
    assert not missing, " ".join(sorted(missing))


def test_every_list_of_the_register_stands_in_the_head_of_its_page_and_can_be_followed(
    world,
):
    found = set()
    client = world.client("administrator")
    for name, html in pages(world, "administrator"):
        if BUTTON.search(html):
            found.add(name)
            # Of this world's rows.
            link = BUTTON.search(client.get(world.url(name)).text)
            answer = client.get(link[1].replace("&amp;", "&") + "&as=csv")
            assert answer.status_code == 200, name
            assert answer.getvalue() if answer.streaming else answer.content
    assert found == set(BY_PAGE)


def test_no_page_both_has_an_export_and_says_why_not():
    assert not set(WITHOUT) & set(BY_PAGE)
    assert set(WITHOUT) <= set(PAGES)
    assert all(len(reason) > 10 for reason in WITHOUT.values())


def test_the_menu_keeps_the_filters_of_the_page_and_not_its_place_in_it(world):
    client = world.client("owner")
    address = reverse("customers:list") + "?tier=A&sort=name&page=abc&owner=all"
    html = client.get(address).content.decode()
    assert "/exports/lists/customers/?tier=A&amp;sort=name&amp;owner=all" in html
    assert "page=abc&amp;as" not in html


def test_who_may_not_take_a_list_out_sees_no_menu(world):
    assert take(world.client("service"), "competitors").status_code == 403
    html = world.client("service").get(reverse("customers:list")).content.decode()
    assert "/exports/lists/customers/" in html
