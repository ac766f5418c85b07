"""People with browsers, who notice everything that goes wrong on the way."""

from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from crm.tests.browser.site import LOCALES, Site

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
PATIENCE = 15_000


class Visitors:
    """Opens windows for one test, and checks in the end that none of them met with trouble."""

    def __init__(self, browser: Browser, site: Site):
        self.browser, self.site = browser, site
        self.contexts: list[BrowserContext] = []
        self.troubles: list[str] = []

    def come(self, name: str | None = None, language: str = "en", **options) -> Page:
        """A new window of somebody: signed in already, or a stranger's."""
        context = self.browser.new_context(
            base_url=self.site.url,
            locale=LOCALES[language],
            reduced_motion="reduce",
            **{"viewport": DESK, **options},
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        self._watch(page)
        self.sign_in(page, name)
        return page

    def sign_in(self, page: Page, name: str | None) -> None:
        """Be somebody else in the same window, or nobody."""
        page.context.clear_cookies()
        if name:
            page.context.add_cookies([self.site.cookies[name]])

    def leave(self) -> None:
        for context in self.contexts:
            context.close()
        assert not self.troubles, "\n".join(self.troubles)

    def _watch(self, page: Page) -> None:
        """Errors of scripts and of the content policy, failed requests, other hosts."""
        host = urlsplit(self.site.url).netloc
        note = self.troubles.append

        def console(message):
            # A page that is meant to be missing says so here too; `answer` knows which.
            if message.type in {"error", "warning"} and "status of 4" not in message.text:
                note(f"{page.url}: console: {message.text}")

        def request(asked):
            address = urlsplit(asked.url)
            if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != host:
                note(f"{page.url}: asked another host: {asked.url}")

        def answer(response):
            is_page = response.request.is_navigation_request()
            if response.status >= 500 or (response.status >= 400 and not is_page):
                note(f"{page.url}: {response.status} from {response.url}")

        def failed(asked):
            # Leaving a page breaks off what it was still asking for.
            if asked.failure != "net::ERR_ABORTED":
                note(f"{page.url}: {asked.failure} for {asked.url}")

        page.on("console", console)
        page.on("pageerror", lambda error: note(f"{page.url}: {error}"))
        page.on("request", request)
        page.on("response", answer)
        page.on("requestfailed", failed)
