"""Pages on paper: what was made for a wide screen fits a sheet, whole."""

import pytest

from crm.tests.browser.site import MANAGER

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.soak]
SHEET = 688  # pixels between the margins of A4
PAGES = ("/complaints/", "/complaints/dashboard/", "/complaints/learning/", "/satisfaction/")
# On a screen's window the paper is imitated by the width of the body: windows change charts.
BESIDE = """width => {
    document.body.style.width = `${width}px`;
    const seen = [...document.querySelectorAll("main canvas, main td, main dd, main .panel")];
    return seen.filter(one => one.getBoundingClientRect().right > width + 1)
        .map(one => one.closest("section, .panel")?.innerText.slice(0, 40) ?? one.tagName);
}"""


@pytest.mark.parametrize("address", PAGES)
def test_nothing_of_a_printed_page_is_cut(visitors, site, address):
    page = visitors.come(MANAGER, "en")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print")
    assert page.evaluate(BESIDE, SHEET) == []
