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
# Each language with each theme and each size, each theme with each size; the rest is soaked.
VIEWS = {
    "en": [(DESK, "light"), (PHONE, "dark")],
    "zh-hans": [(DESK, "dark"), (PHONE, "light")],
}
SOAKED = {"en": VIEWS["zh-hans"], "zh-hans": VIEWS["en"]}


def faults(page, views) -> list[str]:
    """What axe finds in this window, and whether something sticks out of it."""
    page.evaluate(AXE)
    found = []
    for viewport, theme in views:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=theme)
        seen = [told(violation) for violation in page.evaluate(FIND, OPTIONS)]
        if page.evaluate(TOO_WIDE) > 0:
            seen.append(f"wider than the window by {page.evaluate(TOO_WIDE)} px")
        found += [f"{viewport['width']} px, {theme}: {fault}" for fault in seen]
    return found


def told(violation: dict) -> str:
    nodes = [f"    {node['html'][:200]} {node['failureSummary']}" for node in violation["nodes"]]
    return f"{violation['id']}: {violation['help']}\n" + "\n".join(nodes[:4])


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("views", [VIEWS, pytest.param(SOAKED, marks=pytest.mark.soak)])
def test_no_page_has_a_fault_for_axe_nor_is_too_wide_nor_half_translated(
    visitors, site, language, views, part
):
    """Under the strict content policy: visitors note every error of the console, too."""
    found, data = [], written()
    for page, where in tour(visitors, site, language, part, PARTS):
        seen = faults(page, views[language])
        if language == "zh-hans" and (left := english_left(page, data)):
            seen.append(f"English: {left}")
        found += [f"{where} {fault}" for fault in seen]
    assert not found, "\n".join(found)


def test_no_page_is_left_out(site):
    assert declared() - {name for name, _, _ in pages(site)} == set()
