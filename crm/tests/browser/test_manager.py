"""The ways of a manager: figures down to the list behind them, a file in, the night, a new user."""

import re

import pytest
from playwright.sync_api import expect

from crm.platform.models import OutboxMessage
from crm.tests.browser.site import MANAGER
from customers.models import Customer, Standing, Transaction

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
# A worker has to start, and a night to be computed, on a machine that does other things too.
LONG = 60_000


def test_a_tier_leads_to_its_customers(visitors, language, say):
    page = visitors.come(MANAGER, language)
    page.goto("/")
    page.locator(".tile").filter(has_text=say("Customer equity")).get_by_role("link").click()
    expect(page.get_by_role("heading", name=say("Tiers"), level=1)).to_be_visible()
    # Drawn, not only fetched.
    expect(page.locator("[data-chart] canvas, [data-chart] svg").first).to_be_visible()

    link = page.locator(".tile a[href*='tier=A']").first
    shown = int(re.sub(r"\D", "", link.inner_text()))
    assert shown == Standing.objects.filter(tier="A").count()
    link.click()
    rows = page.locator("main tbody tr")
    expect(rows.first).to_be_visible()
    assert set(page.locator("main tbody .tier").all_inner_texts()) == {"A"}
    assert rows.count() == min(shown, 50)
    expect(page.locator(".chip")).to_have_count(1)
    page.locator(".chip").click()
    expect(page.locator(".chip")).to_have_count(0)


def test_a_point_of_a_chart_leads_to_the_list_behind_it(visitors):
    page = visitors.come(MANAGER)
    page.goto("/value/churn/")
    panel = page.locator("section", has=page.get_by_role("heading", name="Risk", exact=True))
    chart = panel.locator("[data-chart]")
    expect(chart.locator("canvas, svg").first).to_be_visible()
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    # The bar of the highest risks is the rightmost one.
    page.mouse.click(box["x"] + box["width"] * 0.93, box["y"] + box["height"] * 0.75)
    page.wait_for_url("**/customers/?*")
    expect(page.locator("main tbody tr").first).to_be_visible()


def sales(language: str) -> str:
    known = Customer.objects.filter(number__startswith="C").order_by("number")[0].number
    return (
        "Customer,Invoice,Date,Amount,Product\n"
        f"{known},PAGE-{language}-1,2026-01-31,120.50,Bolt M8\n"
        f"{known},PAGE-{language}-2,2026-02-14,80.00,Nut M8\n"
        f"{known},PAGE-{language}-3,never,35.00,Washer\n"
    )


def test_a_file_goes_in_by_the_page_and_the_night_counts_it(
    visitors, worker, tmp_path, language, say
):
    path = tmp_path / f"sales-{language}.csv"
    path.write_text(sales(language))
    page = visitors.come(MANAGER, language)
    page.goto("/customers/imports/")
    page.get_by_role("link", name=say("Import a file")).click()
    page.select_option("[name=kind]", "transactions")
    page.set_input_files("[name=file]", path)
    page.get_by_role("button", name=say("Upload")).click()

    for field, column in (("customer", "Customer"), ("reference", "Invoice"), ("date", "Date")):
        expect(page.locator(f"[name={field}]")).to_have_value(column)  # matched by their names
    page.get_by_role("button", name=say("Check")).click()
    expect(page.get_by_role("heading", name=say("Wrong rows"))).to_be_visible(timeout=LONG)
    assert figures(page) == ["2", "0", "0", "1"]
    assert not Transaction.objects.filter(reference__startswith=f"PAGE-{language}").exists()

    page.get_by_role("button", name=say("Commit")).click()
    expect(page.locator(".note-success")).to_be_visible(timeout=LONG)
    assert figures(page) == ["2", "0", "0", "1"]
    assert Transaction.objects.filter(reference__startswith=f"PAGE-{language}").count() == 2
    with page.expect_download() as download:
        page.get_by_role("link", name=say("Download all")).click()
    assert "Washer" in download.value.path().read_text("utf-8-sig")

    page.goto("/value/nightly/")
    page.get_by_role("button", name=say("Compute now")).click()
    newest = page.locator(".panel").last.locator("tbody tr").first
    expect(newest.locator(".tag-good")).to_be_visible(timeout=LONG)
    expect(newest).to_contain_text("Helen Zhao", timeout=LONG)


def figures(page) -> list[str]:
    return page.locator(".tile-value").all_inner_texts()


def test_an_invited_person_comes_in_by_the_link_of_the_mail(visitors, language, say):
    address = f"wang.{language}@fernbrook.example"
    page = visitors.come(MANAGER, language)
    page.goto("/users/")
    page.get_by_role("link", name=say("Invite a user")).first.click()
    page.fill("[name=name]", "Wang Fang 王芳")
    page.fill("[name=email]", address)
    page.select_option("[name=role]", "service")
    page.get_by_role("button", name=say("Send the invitation")).click()
    told = say("The invitation is on its way to %(address)s.", address=address)
    expect(page.get_by_text(told)).to_be_visible()
    mail = OutboxMessage.objects.get(recipient=address)
    link = re.search(r"http\S+/users/invitation/\S+", mail.body).group()

    guest = visitors.come(language=language)
    guest.goto(link)
    guest.fill("[name=username]", f"wang.{language}")
    for field in ("password", "again"):
        guest.fill(f"[name={field}]", "four quiet green trees")
    guest.get_by_role("button", name=say("Start")).click()
    expect(guest.get_by_role("heading", name=say("Today"), level=1)).to_be_visible()
    # The link has done its work.
    assert visitors.come(language=language).goto(link).status == 410
