"""A day of an account manager: who is at risk, what was said, what is to be done."""

import pytest
from django.db.models import Exists, OuterRef
from playwright.sync_api import expect

from crm.demo.staff import DEMO_PASSWORD
from crm.tests.browser.site import ACCOUNT_MANAGER, OUTSIDER
from customers.models import Contact, Customer, DuplicatePair

# The mark lets the database be made; tests themselves only read: what they write is rolled back.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def panel(page, heading: str):
    """The panel under a heading."""
    return page.locator(".panel").filter(has=page.get_by_role("heading", name=heading, exact=True))


def test_from_signing_in_to_a_task_that_is_done(visitors, site, language, say):
    page = visitors.come(language=language)
    page.goto("/")
    page.fill("[name=login]", ACCOUNT_MANAGER)
    page.fill("[name=password]", DEMO_PASSWORD)
    page.get_by_role("button", name=say("Sign in")).click()

    assert page.locator("html").get_attribute("lang") == language
    worst = panel(page, say("Customers at risk")).locator(".work-name").first
    name = worst.inner_text()
    worst.click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()

    page.get_by_role("link", name=say("Log interaction"), exact=True).click()
    page.fill("[name=subject]", f"Asked why they are silent ({language})")
    page.fill("[name=notes]", "Their buyer is new. 新采购员。")
    page.get_by_role("button", name=say("Save"), exact=True).click()
    timeline = panel(page, say("Timeline"))
    expect(timeline.get_by_text(f"Asked why they are silent ({language})")).to_be_visible()

    page.locator(".page-actions").get_by_role("link", name=say("Add task")).click()
    page.fill("[name=title]", f"Meet the new buyer ({language})")
    page.fill("[name=due_on]", site.today.isoformat())
    page.get_by_role("button", name=say("Add the task")).click()
    page.goto("/")
    due = panel(page, say("To do"))
    task = due.locator(".work").filter(has_text=f"Meet the new buyer ({language})")
    task.get_by_role("button", name=say("Done")).click()
    expect(page.locator(".toast, .note, [role=status]").first).to_be_visible()
    expect(task).to_have_count(0)


def typed_and_found(site) -> dict[str, tuple[str, str, str]]:
    """What -> who searches, what they type, whom they find."""
    english = Customer.objects.get(pk=site.customers_of(ACCOUNT_MANAGER)[0].pk)
    chinese = next(
        row for row in site.customers_of(OUTSIDER) if row.name.endswith(("有限公司", "股份公司"))
    )
    # Nobody else of that name: links are found by it.
    alone = ~Exists(Contact.objects.filter(name=OuterRef("name")).exclude(pk=OuterRef("pk")))
    own = Contact.objects.filter(customer__account_manager__username=ACCOUNT_MANAGER)
    contact = own.filter(alone).first()
    return {
        "part of a name": (ACCOUNT_MANAGER, english.name.split()[0][:-1], english.name),
        "phone": (ACCOUNT_MANAGER, english.phone.replace(" ", ""), english.name),
        "contact": (ACCOUNT_MANAGER, contact.name, contact.customer.name),
        "two characters": (OUTSIDER, chinese.name[2:4], chinese.name),
    }


@pytest.mark.parametrize("what", ["part of a name", "phone", "contact", "two characters"])
def test_the_search_box_finds_by(visitors, site, what):
    who, typed, name = typed_and_found(site)[what]
    page = visitors.come(who, "zh-hans")
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(typed)
    expect(page.get_by_role("option").filter(has_text=name)).to_be_visible()
    page.keyboard.press("Enter")
    named = typed if what == "contact" else name
    page.locator("main").get_by_role("link", name=named, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_a_whole_number_opens_its_card(visitors, site):
    best = site.customers_of(ACCOUNT_MANAGER)[1]
    page = visitors.come(ACCOUNT_MANAGER)
    page.goto(f"/search/?q={best.number}")
    expect(page.get_by_role("heading", name=best.name, level=1)).to_be_visible()


def test_a_suggestion_is_chosen_by_the_keyboard(visitors, site):
    best = site.customers_of(ACCOUNT_MANAGER)[0]
    page = visitors.come(ACCOUNT_MANAGER)
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(best.number)
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=best.name, level=1)).to_be_visible()


def test_a_wrong_entry_is_named_beside_its_field_and_nothing_typed_is_lost(
    visitors, site, language, say
):
    alike = DuplicatePair.objects.values_list("first", "second")
    own = site.customers_of(ACCOUNT_MANAGER).exclude(pk__in={pk for two in alike for pk in two})
    customer = own[{"en": 3, "zh-hans": 4}[language]]
    page = visitors.come(ACCOUNT_MANAGER, language)
    page.goto(f"/customers/{customer.pk}/")
    page.locator("summary").filter(has=page.get_by_label(say("More"), exact=True)).click()
    page.get_by_role("link", name=say("Edit"), exact=True).click()
    page.fill("[name=short_name]", "Kept 保留")
    page.fill("[name=email]", "nobody at all")
    page.get_by_role("button", name=say("Save"), exact=True).click()

    email = page.locator("[name=email]")
    expect(email).to_have_attribute("aria-invalid", "true")
    beside = page.locator("#div_id_email .invalid-feedback")
    expect(beside).to_be_visible()
    expect(email).to_have_value("nobody at all")
    expect(page.locator("[name=short_name]")).to_have_value("Kept 保留")

    kept = f"office@{language}-kept.example"  # whose domain nobody else has
    email.fill(kept)
    page.get_by_role("button", name=say("Save"), exact=True).click()
    expect(page.get_by_role("heading", name=customer.name, level=1)).to_be_visible()
    expect(page.get_by_role("link", name=kept)).to_be_visible()


def test_another_teams_customer_does_not_exist(visitors, site, language, say):
    customer = site.customers_of(OUTSIDER)[0]
    page = visitors.come(ACCOUNT_MANAGER, language)
    for address in (f"/customers/{customer.pk}/", f"/customers/{customer.pk}/edit/"):
        assert page.goto(address).status == 404
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert customer.name not in page.content()
