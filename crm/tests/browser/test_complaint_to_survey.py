"""One complaint, from the phone call to what the customer thinks of us, through every desk."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models import F
from playwright.sync_api import Page, expect

from complaints.models import Case
from complaints.states import State
from crm.platform.models import OutboxMessage
from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, OUTSIDER, SERVICE
from crm.tests.browser.test_account_manager import panel
from customers.models import Task
from satisfaction.models import Invitation, Response
from satisfaction.services.occasions import ask_after_complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SMALL_PHONE = {"width": 360, "height": 740}
MOST_STEPS = 80
MOST_KEYS = 40  # to log a complaint, apart from what is typed
WHAT = {
    "en": "The wrench came with a cracked jaw.",
    "zh-hans": "扳手到货时钳口已经裂开。",
}
TOLD = {"en": "A new one is on its way.", "zh-hans": "新的已经寄出。"}
BETTER = {"en": "Pack it better next time.", "zh-hans": "下次请包装得更好。"}


class Keyboard:
    """Somebody who never touches the mouse."""

    def __init__(self, page: Page):
        self.page, self.type, self.pressed = page, page.keyboard.type, 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)

    def go_to(self, what: str) -> None:
        """Press Tab until the cursor is there; what has the cursor always shows it."""
        target = self.page.locator(what)
        expect(target).to_have_count(1)
        for _step in range(MOST_STEPS):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"{what} can't be reached by the keyboard on {self.page.url}")

    def fill(self, what: str, text: str) -> None:
        self.go_to(what)
        self.type(text)

    def choose_first(self, what: str) -> None:
        """The first choice after the empty one."""
        self.go_to(what)
        self.press("Home")
        self.press("ArrowDown")

    def send(self, form: str) -> None:
        self.go_to(f"{form} button[type=submit]:not([name=insert])")
        self.press("Enter")


def state_of(page: Page):
    return page.locator(".record-head .tag").first


def log_by_phone(page: Page, customer, what: str) -> Case:
    """From the home page, where the cursor waits in the search."""
    keys = Keyboard(page)
    page.goto("/")
    expect(page.locator("#find")).to_be_focused()
    keys.type(customer.phone.replace(" ", ""))
    expect(page.get_by_role("option").filter(has_text=customer.name)).to_be_visible()
    keys.press("Enter")
    expect(page.locator("#who")).to_contain_text(customer.name)
    keys.fill("[name=description]", what)
    keys.go_to(".log-actions .btn-primary")
    keys.press("Enter")
    # A sentence as a title has no full stop.
    expect(page.get_by_role("heading", level=1)).to_have_text(what[:-1])
    assert keys.pressed < MOST_KEYS
    return Case.objects.get(customer=customer)


def form_of(case: Case, action: str) -> str:
    return f"form[action='/complaints/{case.pk}/{action}/']"


def propose_by_keys(page: Page, case: Case, say) -> None:
    """Acknowledged, assessed, and a remedy proposed that costs more than one may decide."""
    keys = Keyboard(page)
    expect(state_of(page)).to_have_text(say(State.NEW.label))
    keys.send(form_of(case, "acknowledge"))
    expect(state_of(page)).to_have_text(say(State.ACKNOWLEDGED.label))
    keys.choose_first(f"{form_of(case, 'assess')} [name=category]")
    keys.send(form_of(case, "assess"))
    expect(state_of(page)).to_have_text(say(State.INVESTIGATING.label))
    propose = form_of(case, "propose")
    keys.choose_first(f"{propose} [name=root_cause]")
    keys.choose_first(f"{propose} [name=remedy]")
    keys.fill(f"{propose} [name=remedy_cost]", "1500")
    keys.send(propose)
    expect(state_of(page)).to_have_text(say(State.PROPOSED.label))
    expect(page.locator(form_of(case, "approve"))).to_have_count(0)


def approve(page: Page, case: Case) -> None:
    """The manager finds it among what waits for approval, and agrees."""
    page.goto("/complaints/?tab=approval")
    page.locator("main tbody tr").filter(has_text=case.reference).get_by_role("link").first.click()
    page.locator(f"{form_of(case, 'approve')} button[type=submit]").click()
    expect(page.locator(form_of(case, "approve"))).to_have_count(0)


def resolve_by_keys(page: Page, case: Case, told: str, say) -> None:
    """The customer is told, and content."""
    keys = Keyboard(page)
    page.reload()
    keys.fill(f"{form_of(case, 'resolve')} [name=told]", told)
    keys.send(form_of(case, "resolve"))
    expect(state_of(page)).to_have_text(say(State.RESOLVED.label))
    keys.send(form_of(case, "close"))
    expect(state_of(page)).to_have_text(say(State.CLOSED.label))


def figures_of_manager(page: Page) -> tuple[int, int]:
    """Open complaints and those resolved lately, as the home page says."""
    page.goto("/")
    complaints = page.locator("section[aria-labelledby=p-complaints] .tile")
    digits = [
        re.sub(r"\D", "", complaints.nth(place).locator(part).inner_text()[:12])
        for place, part in ((0, ".tile-value"), (2, ".tile-note"))
    ]
    return int(digits[0]), int(digits[1] or 0)


def ask_about(case: Case) -> Invitation:
    """Half an hour after its end the sweep finds it; nobody sends anything by hand."""
    with ThreadPoolExecutor(1) as worker:
        assert worker.submit(sweep, case).result() == (False, True)
    return Invitation.objects.get(case=case)


def sweep(case: Case) -> tuple[bool, bool]:
    """Whether it was asked about at once, and whether half an hour later.

    On a connection of its own, as that of a worker is: the site sees what was committed.
    """
    asked, found = Invitation.objects.filter(case=case), []
    try:
        for minutes in (0, 31):
            past = F("ended_at") - dt.timedelta(minutes=minutes)
            Case.objects.filter(pk=case.pk).update(ended_at=past)
            ask_after_complaints()
            found.append(asked.exists())
    finally:
        connection.close()
    return found[0], found[1]


def link_in_mail(invitation: Invitation) -> str:
    """The path that the customer finds in the mail."""
    mail = OutboxMessage.objects.get(recipient=invitation.email, cause__startswith="survey:")
    assert mail.cause.startswith(f"survey:{invitation.pk}:")
    found = [urlsplit(address).path for address in re.findall(r"https?://\S+", mail.body)]
    return next(path for path in found if "decline" not in path)


def look_without_telling(page: Page, link: str) -> None:
    """The page is kept nowhere, runs no scripts, and tells no file's server where it was."""
    asked = []
    page.on("request", lambda request: asked.append(request))
    headers = page.goto(link).headers
    page.wait_for_load_state("networkidle")
    assert headers["cache-control"] == "no-store, private"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert len(asked) > 1
    # A style sheet's own files may be told the sheet's address, which is no secret.
    referrers = {request.all_headers().get("referer", "") for request in asked}
    assert not [referrer for referrer in referrers if "/answer/" in referrer]


def answer_on_phone(visitors, link: str, language: str, invitation: Invitation) -> None:
    """Looked at without scripts, begun by keyboard, ended by tapping, at 360 pixels."""
    without = visitors.come(None, language, viewport=SMALL_PHONE, java_script_enabled=False)
    for _look in range(2):
        assert without.goto(f"{link}?score=2").status == 200
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.SENT
    assert not Response.objects.filter(invitation=invitation).exists()
    assert without.locator("html").get_attribute("lang") == language
    expect(without.locator("[name=q-overall][value='2']")).to_be_checked()
    keys = Keyboard(without)
    keys.go_to("[name=go][value=send]")
    keys.press("Enter")
    expect(without.locator("[role=alert]")).to_be_visible()  # how it was handled must be said
    assert not Response.objects.filter(invitation=invitation).exists()

    phone = visitors.come(None, language, viewport=SMALL_PHONE, has_touch=True, is_mobile=True)
    look_without_telling(phone, link)
    assert phone.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"]
    phone.locator("label.point").filter(has=phone.locator("[name=q-handling][value='1']")).tap()
    phone.locator("[name=q-better]").fill(BETTER[language])
    phone.locator("[name=go][value=send]").tap()
    expect(phone.locator(".survey-mark")).to_be_visible()
    phone.goto(link)
    expect(phone.locator("form")).to_have_count(0)


def account_manager_sees(page: Page, case: Case, better: str, say) -> None:
    """Case, answer and task on the card, the response behind it."""
    page.goto(f"/customers/{case.customer_id}/")
    expect(page.locator("#complaints")).to_contain_text(case.reference)
    expect(page.locator("#satisfaction")).to_contain_text(better)
    page.locator(".work").get_by_role("link", name=say(Task.Origin.SURVEY.label)).click()
    expect(page.get_by_text(better, exact=True)).to_be_visible()
    expect(panel(page, say("What came of it"))).to_contain_text(better)
    service_sees(page, case, better, say)


def service_sees(page: Page, case: Case, better: str, say) -> None:
    """On the page of the case what the customer thinks of how it was handled."""
    page.goto(f"/complaints/{case.pk}/")
    expect(state_of(page)).to_have_text(say(State.CLOSED.label))
    expect(page.locator("section[aria-labelledby=p-after]")).to_contain_text(better)
    page.locator("section[aria-labelledby=p-after] a").click()
    expect(page.get_by_text(better, exact=True)).to_be_visible()


def manager_sees_dashboards(page: Page, case: Case, wave, better: str) -> None:
    for address in ("/complaints/dashboard/", "/satisfaction/"):
        assert page.goto(address).status == 200
        expect(page.locator("[data-chart] canvas").first).to_be_visible()
    page.goto(f"/satisfaction/waves/{wave.pk}/results/")
    expect(page.get_by_text(better).first).to_be_visible()
    page.goto("/complaints/?tab=ended")
    expect(page.locator("main tbody tr").filter(has_text=case.reference)).to_be_visible()


def nobody_else_sees(page: Page, case: Case) -> None:
    """An account manager of another team: neither case nor response exist."""
    response = Response.objects.get(invitation__case=case)
    for address in (f"/complaints/{case.pk}/", f"/satisfaction/responses/{response.pk}/"):
        assert page.goto(address).status == 404
        assert case.customer.name not in page.content()


def test_a_complaint_is_logged_settled_and_asked_about(visitors, site, language, say, caplog):
    caplog.set_level("DEBUG")
    customer = site.desks.walkers[language]
    manager = visitors.come(MANAGER, language)
    before = figures_of_manager(manager)

    service = visitors.come(SERVICE, language)
    case = log_by_phone(service, customer, WHAT[language])
    assert figures_of_manager(manager) == (before[0] + 1, before[1])
    propose_by_keys(service, case, say)
    approve(manager, case)
    resolve_by_keys(service, case, TOLD[language], say)
    assert figures_of_manager(manager) == (before[0], before[1] + 1)

    invitation = ask_about(case)
    link = link_in_mail(invitation)
    answer_on_phone(visitors, link, language, invitation)
    token = link.rstrip("/").rpartition("/")[2]
    assert len(token) > 40
    assert token not in caplog.text

    service_sees(service, case, BETTER[language], say)
    account_manager_sees(visitors.come(ACCOUNT_MANAGER, language), case, BETTER[language], say)
    manager_sees_dashboards(manager, case, invitation.wave, BETTER[language])
    nobody_else_sees(visitors.come(OUTSIDER, language), case)
