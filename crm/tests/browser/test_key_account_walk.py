"""The whole way with one customer: found, visited, planned, scored, printed."""

import io
import re

import pypdf
import pytest
from playwright.sync_api import Page, expect

from crm.tests.browser.site import ACCOUNT_MANAGER
from crm.tests.browser.test_account_manager import panel
from customers.models import AccountPlan, Customer, Interaction, Task
from lifecycle.models import Assessment

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
A4 = (595, 842)
WORDS = {
    "subject": "Asked about the second hall 看二号车间",
    "notes": "They build a second hall. 他们要建二号车间。",
    "step": "Send the drawings 寄图纸",
    "strengths": "They trust our fitters. 他们信任我们的技工。",
    "threats": "A new buyer who counts. 新采购员精打细算。",
    "objective": "Half of the valves of the second hall",
    "remarks": "After the visit. 拜访之后。",
}


def chosen(site, language: str) -> Customer:
    """Somebody with a place in the matrix and no plan yet; another one for each language."""
    placed = Assessment.objects.filter(
        customer__account_manager__username=ACCOUNT_MANAGER,
        customer__is_active=True,
        is_newest=True,
        up__isnull=False,
        across__isnull=False,
    )
    free = placed.exclude(customer__in=AccountPlan.objects.values("customer"))
    free = free.order_by("-customer__standing__lifetime_value").select_related("customer")
    return free[{"en": 0, "zh-hans": 1}[language]].customer


def find(page: Page, customer: Customer) -> None:
    """By a part of its name, from the keyboard, and the first suggestion that bears it."""
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(customer.name[: max(4, len(customer.name) * 2 // 3)])
    page.get_by_role("option").filter(has_text=customer.name).first.click()
    expect(page.get_by_role("heading", name=customer.name, level=1)).to_be_visible()


def read(page: Page, customer: Customer, say) -> None:
    """Who it is, what it is worth, what is open: without a click."""
    head = page.locator(".record-head")
    expect(head).to_contain_text(customer.number)
    expect(head.locator(".tier")).to_have_text(customer.standing.tier)
    expect(head).to_contain_text(str(customer.account_manager))
    for name in ("Contacts", "Plan", "Timeline"):
        expect(page.get_by_role("heading", name=say(name), exact=True, level=2)).to_be_visible()


def log_visit(page: Page, site, say) -> None:
    page.get_by_role("link", name=say("Log interaction"), exact=True).click()
    page.select_option("[name=kind]", "visit")
    page.fill("[name=subject]", WORDS["subject"])
    page.fill("[name=notes]", WORDS["notes"])
    page.fill("[name=next_step]", WORDS["step"])
    page.fill("[name=next_due_on]", site.today.isoformat())
    page.get_by_role("button", name=say("Save"), exact=True).click()
    expect(page.get_by_text(say("Logged, and the next step is a task."))).to_be_visible()
    expect(panel(page, say("Timeline")).get_by_text(WORDS["subject"]).first).to_be_visible()


def do_the_next_step(page: Page, customer: Customer, say) -> None:
    """Home by the sign of the house; the task stands there, and is gone when it is done."""
    page.get_by_role("link", name=say("Today"), exact=True).click()
    expect(page.get_by_role("heading", name=say("Today"), level=1)).to_be_visible()
    # The same words stand there twice when the walk in the other language broke off.
    task = page.locator(".work").filter(has_text=WORDS["step"]).filter(has_text=customer.name)
    expect(task).to_have_count(1)
    task.get_by_role("button", name=say("Done")).click()
    expect(page.locator(".note-success")).to_be_visible()
    expect(task).to_have_count(0)
    task = Task.objects.get(customer=customer, title=WORDS["step"])
    assert (task.state, task.origin) == ("done", "next_step")
    visit = Interaction.objects.get(customer=customer, subject=WORDS["subject"])
    assert (visit.kind, visit.notes) == ("visit", WORDS["notes"])


def write_plan(page: Page, customer: Customer, site, say) -> None:
    panel(page, say("Plan")).get_by_role("link", name=say("Write a plan")).click()
    page.fill("[name=strengths]", WORDS["strengths"])
    page.fill("[name=threats]", WORDS["threats"])
    page.select_option("[name=target]", "partner")
    page.get_by_role("button", name=say("Save the plan"), exact=True).click()
    expect(page.get_by_role("heading", name=say("Account plan"), level=1)).to_be_visible()
    expect(page.get_by_text(WORDS["strengths"])).to_be_visible()

    page.get_by_role("link", name=say("Objective"), exact=True).click()
    page.fill("[name=what]", WORDS["objective"])
    page.fill("[name=due_on]", site.today.replace(year=site.today.year + 1, day=1).isoformat())
    page.get_by_role("button", name=say("Save"), exact=True).click()
    row = page.get_by_role("rowheader", name=WORDS["objective"], exact=True)
    expect(row).to_be_visible()
    assert AccountPlan.objects.current().get(customer=customer).objectives.count() == 1


def place(page: Page, customer: Customer) -> tuple[float, float, str]:
    """Where the dot stands in the picture, and the address of the cell that lies under it."""
    picture = page.locator("svg.matrix-plot")
    dot = picture.get_by_role("link", name=customer.name, exact=True).locator("circle")
    box = dot.bounding_box()
    across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for cell in picture.locator("a.matrix-cell").all():
        lies = cell.locator("rect").bounding_box()
        if (
            lies["x"] <= across <= lies["x"] + lies["width"]
            and lies["y"] <= down <= lies["y"] + lies["height"]
        ):
            frame = picture.bounding_box()
            return across - frame["x"], down - frame["y"], cell.get_attribute("href")
    raise AssertionError("the dot lies in no cell")


def count_of(page: Page, cell: str) -> int:
    """The customers of a cell, as it is read aloud: "Develop, high …: 12; 3,456 GBP"."""
    label = page.locator(f'a.matrix-cell[href="{cell}"]').get_attribute("aria-label")
    return int(re.sub(r"\D", "", label.partition(":")[2].partition(";")[0]))


def open_portfolio(page: Page, say) -> None:
    page.get_by_role("link", name=say("Portfolio"), exact=True).first.click()
    expect(page.get_by_role("heading", name=say("Portfolio"), level=1)).to_be_visible()
    expect(page.locator("svg.matrix-plot circle").first).to_be_visible()


def open_assessment(page: Page, customer: Customer, say) -> None:
    """From the card, by the menu of what is done less often."""
    find(page, customer)
    page.locator("summary").filter(has=page.get_by_label(say("More"), exact=True)).click()
    page.get_by_role("link", name=say("Assess"), exact=True).click()
    expect(page.get_by_role("heading", name=say("Assessment"), level=1)).to_be_visible()


def score(page: Page, mark: str, say) -> None:
    """The same mark for every question."""
    rows = page.locator("fieldset.sheet-row")
    for row in rows.all():
        row.get_by_role("radio", name=mark, exact=True).check()
    page.fill("[name=remarks]", WORDS["remarks"])
    page.get_by_role("button", name=say("Save the assessment"), exact=True).click()
    expect(panel(page, say("Assessments so far")).get_by_text(WORDS["remarks"])).to_be_visible()


def see_the_dot_move(page: Page, customer: Customer, say) -> None:
    open_assessment(page, customer, say)
    open_portfolio(page, say)
    *before, left = place(page, customer)
    were = {cell: count_of(page, cell) for cell in cells(page)}
    page.go_back()
    score(page, "1" if left.endswith("/high/good/") else "5", say)

    open_portfolio(page, say)
    *after, entered = place(page, customer)
    assert after != before
    assert entered != left
    assert entered.endswith(("/high/good/", "/low/poor/"))
    assert count_of(page, left) == were[left] - 1
    assert count_of(page, entered) == were[entered] + 1
    page.locator(f'a.matrix-cell[href="{entered}"]').click(position={"x": 4, "y": 4})
    row = page.locator("main tbody tr").filter(has_text=customer.name)
    expect(row).to_have_count(1)


def cells(page: Page) -> list[str]:
    return [cell.get_attribute("href") for cell in page.locator("a.matrix-cell").all()]


def print_card(page: Page, customer: Customer, say) -> None:
    """On paper stands the card alone; the file opens and is of A4."""
    find(page, customer)
    page.locator("summary").filter(has=page.get_by_label(say("More"), exact=True)).click()
    page.locator("a[href$='/account-card/']").click()
    sheet = page.locator(".sheet")
    expect(sheet).to_contain_text(customer.number)
    menu = page.get_by_role("navigation", name=say("Main"))
    expect(menu).to_be_visible()
    page.emulate_media(media="print")
    expect(sheet).to_be_visible()
    expect(menu).to_be_hidden()
    expect(page.get_by_role("link", name="PDF")).to_be_hidden()
    expect(page.get_by_role("button", name=say("Print"))).to_be_hidden()
    page.emulate_media(media="screen")

    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    paper = pypdf.PdfReader(io.BytesIO(download.value.path().read_bytes()))
    assert download.value.suggested_filename.endswith(".pdf")
    assert len(paper.pages) >= 1
    assert all((round(one.mediabox.width), round(one.mediabox.height)) == A4 for one in paper.pages)
    text = "".join(one.extract_text() for one in paper.pages)
    assert customer.number in text
    assert customer.name.replace(" ", "") in text.replace(" ", "").replace("\n", "")


def test_an_account_manager_finds_visits_plans_scores_and_prints(visitors, site, language, say):
    customer = chosen(site, language)
    page = visitors.come(ACCOUNT_MANAGER, language)
    find(page, customer)
    read(page, customer, say)
    log_visit(page, site, say)
    do_the_next_step(page, customer, say)
    find(page, customer)
    write_plan(page, customer, site, say)
    see_the_dot_move(page, customer, say)
    print_card(page, customer, say)
