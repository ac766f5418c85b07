"""Every page in both languages, both themes, on a desk and on a phone."""

from pathlib import Path

import pytest

from crm.tests.browser.chinese import english_left, written
from crm.tests.browser.pages import declared, pages, tour
from crm.tests.browser.visitor import DESK, PHONE

# The mark lets the database be made; tests themselves only read: what they write is rolled back.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PARTS = 4
AXE = Path(__file__).with_name("axe.min.js").read_text()
FIND = "options => axe.run(document, options).then(found => found.violations)"
OPTIONS = {"preload": False, "resultTypes": ["violations"]}
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIEWS = [(DESK, "light"), (PHONE, "dark"), (DESK, "dark"), (PHONE, "light")]
# axe takes its time: a page goes through it once, in a language, theme and size that pages take by
# turns; through all of them when it is soaked.
BY_TURNS = VIEWS[:2]
LANGUAGES = ["en", "zh-hans"]


def turn(number: int, language: str) -> list:
    """In which windows axe looks at this page."""
    is_mine = LANGUAGES[number % 2] == language
    return [BY_TURNS[number // 2 % 2]] if is_mine else []


def faults(page, for_axe) -> list[str]:
    """What axe finds in these windows, and whether something sticks out of any."""
    if for_axe:
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
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_no_page_has_a_fault_for_axe_nor_is_too_wide_nor_half_translated(
    visitors, site, language, whole, part
):
    """Under the strict content policy: visitors note every error of the console, too."""
    found, data = [], written()
    for number, (page, where) in enumerate(tour(visitors, site, language, part, PARTS)):
        seen = faults(page, VIEWS if whole else turn(number, language))
        if language == "zh-hans" and (left := english_left(page, data)):
            seen.append(f"English: {left}")
        found += [f"{where} {fault}" for fault in seen]
    assert not found, "\n".join(found)


def test_no_page_is_left_out(site):
    assert declared() - {name for name, _, _ in pages(site)} == set()
