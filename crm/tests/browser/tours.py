"""Going from page to page in one window."""

from crm.tests.browser.pages import pages
from crm.tests.browser.site import Site

# Pages that say no.
STATUSES = {"403": 403, "404": 404, "410": 410}


def tour(visitors, site: Site, language: str, part: int = 0, parts: int = 1, once: bool = False):
    """Opens page after page in one window, or a part of them; yields it and where it is.

    `once`: each address by its first example alone.
    """
    page = visitors.come(language=language)
    found = pages(site, language)
    if once:
        found = list({name: (name, *rest) for name, *rest in reversed(found)}.values())
    found = found[part::parts]
    for name, who, address in sorted(found, key=lambda one: str(one[1])):
        visitors.sign_in(page, who)
        status = page.goto(address).status
        assert status == STATUSES.get(name, 200), f"{status} from {address}"
        yield page, f"{name} {address}"
