"""Takes the pictures of the pages: both languages, both themes, a desk and a phone.

make up                                   (in another terminal)
make pictures                             all of them, into .data/pictures
make pictures ARGS="--only list card"     some of them
make pictures ARGS=--guide                those of the documents, into docs/guide
"""

import argparse
import itertools
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
from crm.demo.staff import DEMO_PASSWORD  # noqa: E402

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}
THEMES = ("light", "dark")
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
# Charts are drawn and fonts are there.
SETTLE_MS = 400
# A worker has to answer.
LONGEST_MS = 60_000
# Pictures in the documents are cut where nothing new comes any more.
TALLEST = 1300

NOBODY, ACCOUNT_MANAGER, SERVICE = "", "emma.whitfield", "grace.okoye"
MANAGER, ADMINISTRATOR = "helen.zhao", "martin.vogel"
PEOPLE = (NOBODY, ACCOUNT_MANAGER, SERVICE, MANAGER, ADMINISTRATOR)

# name -> who, and the address or the way there
PAGES = {
    "sign-in": (NOBODY, "/accounts/login/"),
    "home-account-manager": (ACCOUNT_MANAGER, "/"),
    "list": (ACCOUNT_MANAGER, "/customers/?owner=all&sort=-value"),
    "card": (ACCOUNT_MANAGER, "card"),
    "figures": (ACCOUNT_MANAGER, "figures"),
    "dealings": (ACCOUNT_MANAGER, "dealings"),
    "edit": (ACCOUNT_MANAGER, "edit"),
    "interaction": (ACCOUNT_MANAGER, "interactions/new"),
    "tasks": (ACCOUNT_MANAGER, "/customers/tasks/"),
    "search": (ACCOUNT_MANAGER, "/search/?q=steel"),
    "timeline": (ACCOUNT_MANAGER, "timeline"),
    "plan": (ACCOUNT_MANAGER, "plan"),
    "account-card": (ACCOUNT_MANAGER, "account-card"),
    "calendar": (ACCOUNT_MANAGER, "/customers/calendar/"),
    "care-owed": (ACCOUNT_MANAGER, "/customers/care/"),
    "portfolio": (MANAGER, "/value/portfolio/"),
    "home-manager": (MANAGER, "/"),
    "tiers": (MANAGER, "/value/tiers/"),
    "churn": (MANAGER, "/value/churn/"),
    "lifecycle": (MANAGER, "/value/lifecycle/"),
    "nightly": (MANAGER, "/value/nightly/"),
    "import": (MANAGER, "import"),
    "import-checked": (MANAGER, "import-checked"),
    "imports": (MANAGER, "/customers/imports/"),
    "complaints": (MANAGER, "/complaints/dashboard/"),
    "satisfaction": (MANAGER, "/satisfaction/"),
    "waves": (MANAGER, "/satisfaction/waves/"),
    "wave": (MANAGER, "wave"),
    "results": (MANAGER, "results"),
    "questionnaire": (MANAGER, "questionnaire"),
    "users": (MANAGER, "/users/"),
    "business-hours": (MANAGER, "/settings/calendar/"),
    "deadlines": (MANAGER, "/complaints/deadlines/"),
    "settings": (ADMINISTRATOR, "/settings/installation/"),
    "home-service": (SERVICE, "/"),
    "card-service": (SERVICE, "card"),
    "queue": (SERVICE, "/complaints/?tab=all"),
    "log": (SERVICE, "/complaints/log/"),
    "case": (SERVICE, "case"),
}
# Pages that are the first of a list.
LISTS = {
    "case": "/complaints/?tab=all",
    "wave": "/satisfaction/waves/",
    "questionnaire": "/satisfaction/questionnaires/",
}
GUIDE = (
    *("home-account-manager", "list", "card", "home-manager", "tiers", "churn", "lifecycle"),
    *("portfolio", "import", "import-checked", "home-service", "queue", "case"),
    *("complaints", "satisfaction"),
)
# What a web shop might send: one row is wrong.
SALES = """\
Customer,Customer name,Invoice,Date,Product,Quantity,Unit price
W-1001,Ashgrove Marine Ltd,WS-20311,2026-10-02,Bolt M8,400,0.42
W-1001,Ashgrove Marine Ltd,WS-20311,2026-10-02,Nut M8,400,0.18
W-1002,Pellworm Yachtbau GmbH,WS-20312,2026-10-02,Bearing 6204,24,6.90
W-1003,Kilbride Joinery,WS-20313,2026-10-05,Wood screw 5 x 80,1000,0.06
W-1002,Pellworm Yachtbau GmbH,WS-20314,soon,Bearing 6206,12,8.40
W-1004,Tarland Brewing Co,WS-20315,2026-10-06,Hose clamp 32,60,1.15
"""


def main() -> None:
    arguments = read_arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for (language, theme, size), who in itertools.product(arguments.variants, PEOPLE):
            names = [name for name in arguments.only if PAGES[name][0] == who]
            if not names:
                continue
            context = browser.new_context(
                base_url=arguments.url,
                locale=LANGUAGES[language],
                color_scheme=theme,
                viewport=SIZES[size],
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.on("console", lambda message: print("console:", message.text))
            page.on("pageerror", lambda error: print("error:", error))
            if who:
                sign_in(page, who)
            for name in names:
                open_page(page, PAGES[name][1])
                tail = "" if arguments.guide else f"-{language}-{theme}-{size}"
                take(page, arguments.out / f"{name}{tail}.png", TALLEST if arguments.guide else 0)
            context.close()
        browser.close()


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--out", type=Path, default=PROJECT / ".data" / "pictures")
    parser.add_argument("--guide", action="store_true", help="for the documents")
    parser.add_argument("--only", nargs="*", choices=PAGES)
    parser.add_argument("--languages", nargs="*", choices=LANGUAGES, default=list(LANGUAGES))
    arguments = parser.parse_args()
    if arguments.guide:
        arguments.variants, arguments.out = [("en", "light", "desk")], PROJECT / "docs" / "guide"
    else:
        arguments.variants = list(itertools.product(arguments.languages, THEMES, SIZES))
    arguments.only = arguments.only or (GUIDE if arguments.guide else list(PAGES))
    return arguments


def sign_in(page: Page, who: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(".topbar")


def open_page(page: Page, way: str) -> None:
    if way.startswith("/"):
        page.goto(way)
    elif way.startswith("import"):
        upload(page)
        if way == "import-checked":
            page.locator("main form button").last.click()
            page.wait_for_selector(".tiles", timeout=LONGEST_MS)
    elif way in LISTS:
        page.goto(LISTS[way])
        page.locator("main tbody th a").first.click()
    elif way == "results":
        page.goto(LISTS["wave"])
        page.locator("main tbody th a").nth(1).click()
        page.locator("a[href$='/results/']").first.click()
    else:
        open_customer(page, way)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLE_MS)


def open_customer(page: Page, part: str) -> None:
    """The first one of the list of those at risk, or a page of it."""
    page.goto("/customers/?owner=all&sort=-at_risk")
    page.locator("main tbody th a").first.click()
    page.wait_for_selector(".record-head")
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    if part == "figures":
        page.goto(f"/value/customers/{number}/figures/")
    elif part != "card":
        page.goto(f"/customers/{number}/{part}/")


def upload(page: Page) -> None:
    """A small file of sales, up to the page that matches its columns."""
    page.goto("/customers/imports/new/")
    page.select_option("[name=kind]", "transactions")
    page.fill("[name=new_source]", "webshop")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "webshop-sales.csv"
        file.write_text(SALES)
        page.set_input_files("input[type=file]", file)
        page.locator("main form button").last.click()
        page.wait_for_selector("[name=create_customers]")
    page.check("[name=create_customers]")


def take(page: Page, path: Path, tallest: int) -> None:
    """The whole page in one window, so that bars at its bottom stand at its bottom."""
    window = page.viewport_size
    height = page.evaluate("() => document.documentElement.scrollHeight")
    if tallest:
        height = min(height, tallest)
    page.set_viewport_size({"width": window["width"], "height": max(height, window["height"])})
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=path)
    page.set_viewport_size(window)


if __name__ == "__main__":
    main()
