"""Takes the pictures of the pages: both languages, both themes, a desk and a phone.

    make up                                   (in another terminal)
    .venv/bin/python docs/pictures.py --out FOLDER
    .venv/bin/python docs/pictures.py --guide

`--guide` takes the English light ones of a desk into docs/guide/, which the documents show.
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
ACCOUNT_MANAGER, MANAGER, SERVICE = "emma.whitfield", "helen.zhao", "grace.okoye"
UPLOAD = "customer,reference,date,quantity,unit_price,product\nX1,INV-1,2026-01-31,2,9.50,Bolt M8\n"

# name -> (who, address); the card is the first of the account manager's worklist.
PAGES = {
    "home-account-manager": (ACCOUNT_MANAGER, "/"),
    "list": (ACCOUNT_MANAGER, "/customers/?sort=-value"),
    "card": (ACCOUNT_MANAGER, "card"),
    "edit": (ACCOUNT_MANAGER, "edit"),
    "tasks": (ACCOUNT_MANAGER, "/customers/tasks/"),
    "search": (ACCOUNT_MANAGER, "/search/?q=lt"),
    "home-manager": (MANAGER, "/"),
    "tiers": (MANAGER, "/value/tiers/"),
    "churn": (MANAGER, "/value/churn/"),
    "lifecycle": (MANAGER, "/value/lifecycle/"),
    "nightly": (MANAGER, "/value/nightly/"),
    "imports": (MANAGER, "/customers/imports/"),
    "import": (MANAGER, "import"),
    "settings": (MANAGER, "/settings/"),
    "users": (MANAGER, "/users/"),
    "home-service": (SERVICE, "/"),
    "card-service": (SERVICE, "card"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--out", type=Path, default=PROJECT / ".data" / "pictures")
    parser.add_argument("--guide", action="store_true")
    parser.add_argument("--only", nargs="*", choices=PAGES, default=list(PAGES))
    arguments = parser.parse_args()
    if arguments.guide:
        variants, out = [("en", "light", "desk")], PROJECT / "docs" / "guide"
    else:
        variants, out = list(itertools.product(LANGUAGES, THEMES, SIZES)), arguments.out
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language, theme, size in variants:
            for who in (ACCOUNT_MANAGER, MANAGER, SERVICE):
                context = browser.new_context(
                    locale=LANGUAGES[language],
                    color_scheme=theme,
                    viewport=SIZES[size],
                    reduced_motion="reduce",
                )
                page = context.new_page()
                page.on("console", lambda message: print("console:", message.text))
                page.on("pageerror", lambda error: print("error:", error))
                sign_in(page, arguments.url, who)
                for name in arguments.only:
                    if PAGES[name][0] == who:
                        open_page(page, arguments.url, PAGES[name][1])
                        tail = "" if arguments.guide else f"-{language}-{theme}-{size}"
                        page.screenshot(path=out / f"{name}{tail}.png", full_page=True)
                context.close()
        browser.close()


def sign_in(page: Page, url: str, who: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{url}/")


def open_page(page: Page, url: str, address: str) -> None:
    if address in {"card", "edit"}:
        page.goto(f"{url}/customers/?owner=all")
        page.locator("tbody tr th a").first.click()
        if address == "edit":
            page.goto(f"{page.url}edit/")
    elif address == "import":
        upload(page, url)
    else:
        page.goto(f"{url}{address}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)  # charts are drawn


def upload(page: Page, url: str) -> None:
    """A small file, up to the page that matches its columns."""
    page.goto(f"{url}/customers/imports/new/")
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(UPLOAD)
        file.flush()
        page.set_input_files("input[type=file]", file.name)
        page.locator("main form button").last.click()
        page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
