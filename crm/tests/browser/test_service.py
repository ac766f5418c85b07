"""Service staff find a customer, see what is open and log the call; no figures of worth."""

import pytest
from playwright.sync_api import expect

from crm.tests.browser.site import ACCOUNT_MANAGER, SERVICE
from crm.tests.browser.test_account_manager import panel

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
# Texts that stand beside figures of worth.
OF_WORTH = ("Lifetime value", "Value at risk", "12-month revenue", "Risk", "How computed")


def test_the_cursor_waits_in_the_search_to_log_a_complaint(visitors, site, language, say):
    customer = site.customers_of(ACCOUNT_MANAGER)[0]
    page = visitors.come(SERVICE, language)
    page.goto("/")
    expect(page.locator("#find")).to_be_focused()
    page.fill("#search-box", customer.name.split()[0])
    page.press("#search-box", "Enter")
    page.locator("main").get_by_role("link", name=customer.name, exact=True).click()
    expect(page.get_by_role("heading", name=customer.name, level=1)).to_be_visible()

    words = [line.strip() for line in page.locator("body").inner_text().splitlines()]
    assert not set(words) & {say(text) for text in OF_WORTH}
    expect(panel(page, say("Value")).get_by_text(say("Value band"))).to_be_visible()

    page.get_by_role("link", name=say("Log interaction"), exact=True).click()
    page.fill("[name=subject]", f"Asked for the data sheet ({language})")
    page.get_by_role("button", name=say("Save"), exact=True).click()
    page.goto("/")
    expect(panel(page, say("My latest interactions"))).to_contain_text(customer.name)


def test_hidden_figures_can_neither_be_sorted_by_nor_opened(visitors, site, language, say):
    customer = site.customers_of(ACCOUNT_MANAGER)[0]
    page = visitors.come(SERVICE, language)
    page.goto("/customers/?sort=-value&risk=high")
    heads = {text.strip() for text in page.locator("main thead th").all_inner_texts()}
    assert not heads & {say(text) for text in OF_WORTH}
    expect(page.locator("main tbody tr")).to_have_count(50)
    for address in ("/value/tiers/", "/value/churn/", f"/value/customers/{customer.pk}/figures/"):
        assert page.goto(address).status == 403
