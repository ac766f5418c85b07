"""Pages do their work without JavaScript, too."""

import pytest
from playwright.sync_api import expect

from crm.tests.browser.site import ACCOUNT_MANAGER, SERVICE
from crm.tests.browser.visitor import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def page(visitors):
    return visitors.come(ACCOUNT_MANAGER, java_script_enabled=False)


def test_the_list_is_filtered_sorted_and_paged(page):
    page.goto("/customers/?owner=all")
    page.select_option("[name=tier]", "B")
    page.get_by_role("button", name="Show").last.click()
    expect(page.locator("main tbody tr").first).to_be_visible()
    assert set(page.locator("main tbody .tier").all_inner_texts()) == {"B"}
    page.get_by_role("link", name="Name").click()
    names = page.locator("main tbody th a").all_inner_texts()
    assert names == sorted(names, key=str.casefold)


def test_search_goes_by_its_form(page, site):
    best = site.customers_of(ACCOUNT_MANAGER)[0]
    page.goto("/")
    page.fill("#search-box", best.name.split()[0])
    page.press("#search-box", "Enter")
    page.locator("main").get_by_role("link", name=best.name, exact=True).click()
    expect(page.get_by_role("heading", name=best.name, level=1)).to_be_visible()


def test_a_customer_is_edited(page, site):
    customer = site.customers_of(ACCOUNT_MANAGER)[6]
    page.goto(f"/customers/{customer.pk}/edit/")
    page.fill("[name=short_name]", "By hand alone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=customer.name, level=1)).to_be_visible()
    page.goto(f"/customers/{customer.pk}/edit/")
    expect(page.locator("[name=short_name]")).to_have_value("By hand alone")


def test_a_task_is_added_and_done(page, site):
    customer = site.customers_of(ACCOUNT_MANAGER)[7]
    page.goto(f"/customers/{customer.pk}/tasks/new/")
    page.fill("[name=title]", "Call without scripts")
    page.fill("[name=due_on]", site.today.isoformat())  # the card shows what is due first
    page.get_by_role("button", name="Add the task").click()
    task = page.locator(".work").filter(has_text="Call without scripts")
    task.get_by_role("button", name="Done").click()
    expect(page.locator(".work").filter(has_text="Call without scripts")).to_have_count(0)


def test_menus_open(page):
    page.goto("/")
    page.locator("nav summary").filter(has_text="Value").click()
    page.get_by_role("link", name="Churn").click()
    expect(page.get_by_role("heading", name="Churn", level=1)).to_be_visible()


def test_a_case_is_logged_for_a_customer_found_by_phone(visitors, site):
    customer = site.customers_of(ACCOUNT_MANAGER)[8].customer
    page = visitors.come(SERVICE, java_script_enabled=False)
    page.goto("/")
    page.fill("#find", customer.phone.replace(" ", ""))
    page.press("#find", "Enter")
    page.locator("main").get_by_role("link", name=customer.name, exact=True).click()
    expect(page.locator("#who")).to_contain_text(customer.name)
    page.fill("[name=description]", "Half of the bolts are missing")
    page.set_input_files(
        "[name=attachments]",
        {"name": "photo.txt", "mimeType": "text/plain", "buffer": b"No photo, but a list."},
    )
    page.get_by_role("button", name="Log and acknowledge").click()
    expect(page.get_by_role("heading", name="Half of the bolts are missing")).to_be_visible()
    expect(page.get_by_role("link", name="photo.txt")).to_be_visible()
    page.locator("details.action > summary").filter(has_text="Comment inside").click()
    page.locator("details.action[open]").get_by_role("link", name="Open the form").click()
    page.locator("form[action$='/comment/'] [name=reason]").fill("Counted them with the driver")
    page.locator("form[action$='/comment/'] button").click()
    expect(page.locator("#history")).to_contain_text("Counted them with the driver")


def test_a_survey_is_answered_page_by_page_and_back(visitors, site):
    page = visitors.come(None, java_script_enabled=False, viewport=PHONE)
    page.goto(f"/satisfaction/answer/{site.desks.tokens['en']['spare']}/")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".note-error")).to_be_visible()
    page.locator("[name=q-overall][value='4']").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Back").click()
    expect(page.locator("[name=q-overall][value='4']")).to_be_checked()
    page.get_by_role("button", name="Next").click()
    page.locator("[name=q-recommend][value='9']").check()
    page.get_by_role("button", name="Send the answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
