"""The list under the search box: its keys, its roles, and answers that come late."""

import json
import threading

import pytest
from playwright.sync_api import expect

from crm.tests.browser.site import ACCOUNT_MANAGER

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SUGGESTIONS = "**/search/suggest/**"


def hit(kind: str, label: str) -> dict:
    marks = [[0, 2]]
    reasons = [{"label": "name", "value": "", "marks": []}]
    return {
        **{"kind": kind, "group": kind.title(), "id": 1, "contact": None, "label": label},
        **{"marks": marks, "detail": "", "reasons": reasons, "url": f"/?{label}"},
    }


def answer(route, *hits: dict) -> None:
    route.fulfill(body=json.dumps({"results": hits}), content_type="application/json")


def typed(page, text: str):
    page.keyboard.press("/")
    page.keyboard.type(text)
    return page.get_by_role("combobox").first


def test_the_keys_go_through_all_kinds_and_escape_closes(visitors, site):
    page = visitors.come(ACCOUNT_MANAGER)
    page.goto("/")
    hits = [hit("customers", "Acorn <b>"), hit("customers", "Acme"), hit("contacts", "Acton")]
    page.route(SUGGESTIONS, lambda route: answer(route, *hits))
    box = typed(page, "ac")
    options = page.get_by_role("option")
    expect(options).to_have_count(3)
    expect(page.get_by_role("group", name="Contacts").get_by_role("option")).to_have_count(1)
    expect(options.first.locator("mark")).to_have_text("Ac")
    expect(options.first).to_contain_text("Acorn <b>")
    expect(box).to_have_attribute("aria-expanded", "true")
    for key, place in (("ArrowDown", 0), ("End", 2), ("ArrowDown", 0), ("ArrowUp", 2), ("Home", 0)):
        page.keyboard.press(key)
        expect(options.nth(place)).to_have_attribute("aria-selected", "true")
        chosen = options.nth(place).get_attribute("id")
        expect(box).to_have_attribute("aria-activedescendant", chosen)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("ac")
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(3)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?Acton")


def test_a_late_answer_never_takes_the_place_of_a_newer_one(visitors, site):
    page = visitors.come(ACCOUNT_MANAGER)
    page.goto("/")
    waiting = []
    came = threading.Event()

    def slow_at_first(route) -> None:
        if "q=ac&" in f"{route.request.url}&":
            waiting.append(route)
            came.set()
        else:
            answer(route, hit("customers", "Newer"))

    page.route(SUGGESTIONS, slow_at_first)
    box = typed(page, "ac")
    page.wait_for_timeout(400)
    assert came.is_set()
    page.keyboard.type("orn")
    expect(page.get_by_role("option")).to_have_text(["Newername"])
    for route in waiting:
        answer(route, hit("customers", "Older"))
    page.wait_for_timeout(300)
    expect(page.get_by_role("option")).to_have_text(["Newername"])
    expect(box).to_have_value("acorn")


def test_a_slash_is_a_slash_inside_a_field(visitors, site):
    page = visitors.come(ACCOUNT_MANAGER)
    page.goto("/customers/new/")
    page.fill("[name=name]", "A")
    page.focus("[name=name]")
    page.keyboard.press("End")
    page.keyboard.type("/B")
    expect(page.locator("[name=name]")).to_have_value("A/B")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#search-box")).to_be_focused()
    expect(page.locator("#search-box")).to_have_value("")
