"""Today and the menus above it, of each role: without faults, by keyboard, on a narrow phone."""

import re

import pytest
from playwright.sync_api import expect

from crm.tests.browser.site import ACCOUNT_MANAGER, ADMINISTRATOR, MANAGER, SERVICE
from crm.tests.browser.test_pages import faults
from crm.tests.browser.visitor import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
VIEWS = [(size, theme) for size in (DESK, PHONE) for theme in ("light", "dark")]


@pytest.mark.parametrize("who", [ACCOUNT_MANAGER, SERVICE, MANAGER, ADMINISTRATOR])
def test_today_has_no_fault_in_any_theme_or_size_with_its_menus_open(visitors, language, who):
    page = visitors.come(who, language)
    page.goto("/")
    found = faults(page, VIEWS)
    menus = page.locator(".mainnav details")
    for n in range(menus.count()):
        menus.nth(n).evaluate("menu => menu.open = true")
        found += faults(page, VIEWS[n % 2 :: 2])
        menus.nth(n).evaluate("menu => menu.open = false")
    assert not found, "\n".join(found)


def test_a_menu_is_opened_and_left_by_keyboard(visitors):
    page = visitors.come(ACCOUNT_MANAGER)
    page.goto("/")
    summary = page.locator(".mainnav summary", has_text="To do")
    summary.focus()
    page.keyboard.press("Enter")
    calendar = page.get_by_role("navigation", name="Main").get_by_role("link", name="Calendar")
    expect(calendar).to_be_visible()
    page.keyboard.press("Escape")
    expect(calendar).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    calendar.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/customers/calendar/$"))
    expect(page.locator(".mainnav summary[aria-current=true]")).to_contain_text("To do")


def test_on_a_phone_the_menu_stands_over_the_bar_and_leads_on(visitors):
    page = visitors.come(MANAGER, viewport=PHONE)
    page.goto("/")
    page.locator(".mainnav summary", has_text="Customers").click()
    panel = page.locator(".mainnav details[open] .menu-panel")
    box = panel.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert box["y"] >= 0
    panel.get_by_role("link", name="Promises").click()
    expect(page).to_have_url(re.compile("/customers/promises/$"))
