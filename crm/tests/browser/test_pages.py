"""Every page: for axe, in width, in Chinese."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from crm.tests.browser.chinese import TEXTS, dates_apart, english_left, texts_of, written
from crm.tests.browser.pages import declared, pages
from crm.tests.browser.reach import out_of_reach
from crm.tests.browser.tours import tour
from crm.tests.browser.visitor import DESK, PHONE

# The mark lets the database be made; tests themselves only read: what they write is rolled back.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PARTS = 4
AXE = Path(__file__).with_name("axe.min.js").read_text()
FIND = "options => axe.run(document, options).then(found => found.violations)"
OPTIONS = {"preload": False, "resultTypes": ["violations"]}
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIEWS = [(DESK, "light"), (PHONE, "dark"), (DESK, "dark"), (PHONE, "light")]
# A browser takes its time: a quarter of the addresses is opened in each language, and axe sees them
# on a desk by day or on a phone by night, turn and turn about; all pages in all views when soaked.
BY_TURNS = VIEWS[:2]
LANGUAGES = ["en", "zh-hans"]
# Tables behind pictures and the like; not menus, nor forms that are fetched when they are opened.
OPEN = """() => document.querySelectorAll("main details:not([data-menu], .action)")
    .forEach((one) => one.open = true)"""
SHARE = 4


def faults(page, for_axe) -> list[str]:
    """What axe finds in these windows, and whether something sticks out of any."""
    page.evaluate(AXE)
    found = []
    for viewport, theme in VIEWS if for_axe == VIEWS else BY_TURNS:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=theme)
        asked = (viewport, theme) in for_axe
        seen = [told(violation) for violation in page.evaluate(FIND, OPTIONS)] if asked else []
        if page.evaluate(TOO_WIDE) > 0:
            seen.append(f"wider than the window by {page.evaluate(TOO_WIDE)} px")
        found += [f"{viewport['width']} px, {theme}: {fault}" for fault in seen]
    return found


def told(violation: dict) -> str:
    nodes = [f"    {node['html'][:200]} {node['failureSummary']}" for node in violation["nodes"]]
    return f"{violation['id']}: {violation['help']}\n" + "\n".join(nodes[:4])


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_fault_for_axe_nor_is_too_wide(visitors, site, language, part):
    """Under the strict content policy: visitors note every error of the console, too."""
    found, half = [], PARTS * LANGUAGES.index(language) + part
    opened = tour(visitors, site, language, half, SHARE * PARTS, once=True)
    for number, (page, where) in enumerate(opened):
        seen = faults(page, [BY_TURNS[number % 2]])
        found += [f"{where} {fault}" for fault in seen]
    assert not found, "\n".join(found)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_fault_in_any_view_nor_is_half_translated(visitors, site, language, part):
    """Scripts write texts too: those a page brings along are read by the next test each time."""
    found, data = [], written()
    for page, where in tour(visitors, site, language, part, PARTS):
        page.evaluate(OPEN)
        seen = faults(page, VIEWS)
        if language == "zh-hans" and (left := english_left(page.evaluate(TEXTS), data)):
            seen.append(f"English: {left}")
        found += [f"{where} {fault}" for fault in seen]
    assert not found, "\n".join(found)


def test_no_page_is_half_translated_nor_has_a_table_out_of_reach(site):
    found, data = [], written()
    for name, who, address in pages(site, "zh-hans"):
        client = Client(headers={"accept-language": "zh-CN"})
        if who:
            client.force_login(site.user(who), backend=settings.AUTHENTICATION_BACKENDS[0])
        html = client.get(address).text
        texts = texts_of(html)
        if left := english_left(texts, data) + dates_apart(texts) + out_of_reach(html):
            found.append(f"{name} {address}: {left}")
    assert not found, "\n".join(found)


def test_no_page_is_left_out(site):
    assert declared() - {name for name, _, _ in pages(site)} == set()
