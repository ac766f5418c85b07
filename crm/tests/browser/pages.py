"""Every page that people look at: who opens it, and where."""

from django.urls import reverse

from crm.accounts.models import Team
from crm.tests.access_table import PAGES as DECLARED
from crm.tests.browser.site import ACCOUNT_MANAGER, ADMINISTRATOR, MANAGER, SERVICE, Site
from customers.models import Contact

NOBODY = None
# Addresses that answer with no page of their own, or only in the middle of signing in.
NO_PAGES = {
    "search_suggest",
    "healthz",
    "readyz",
    "value:nightly_progress",
    "customers:import_progress",
    "customers:import_wrong_rows",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    *(name for name in DECLARED if name.startswith("mfa_") and name != "mfa_index"),
}
FILTERED = "?owner=all&tier=A&stage=stability&risk=low&signal=any&sort=-at_risk"


# Pages that say no.
STATUSES = {"403": 403, "404": 404}


def tour(visitors, site: Site, language: str, part: int = 0, parts: int = 1):
    """Opens page after page in one window, or a part of them; yields it and where it is."""
    page = visitors.come(language=language)
    for name, who, address in sorted(pages(site)[part::parts], key=lambda found: str(found[1])):
        visitors.sign_in(page, who)
        status = page.goto(address).status
        assert status == STATUSES.get(name, 200), f"{status} from {address}"
        yield page, f"{name} {address}"


def pages(site: Site) -> list[tuple[str, str | None, str]]:
    """Name of the address, who opens it, and the address."""
    return [
        *_of_account_managers(site),
        *_of_managers(site),
        *_of_administrators(site),
        *_of_service_and_everybody(site),
    ]


def _of_account_managers(site: Site):
    best = site.customers_of(ACCOUNT_MANAGER)[0]
    contact = Contact.objects.filter(customer=best.pk).first()
    of_customer = [
        "card",
        "customers:edit",
        "customers:dealings",
        "customers:contact_create",
        "customers:interaction_create",
        "customers:task_create",
        "value:figures",
    ]
    names = ["home", "customers:list", "customers:create", "customers:tasks"]
    addresses = [(name, reverse(name)) for name in names]
    addresses += [(name, reverse(name, args=[best.pk])) for name in of_customer]
    addresses += [
        ("customers:list", reverse("customers:list") + FILTERED),
        ("customers:contact_edit", reverse("customers:contact_edit", args=[contact.pk])),
        ("search", reverse("search") + "?q=" + best.name.split()[0]),
        ("search", reverse("search") + "?q=zzzzz"),
    ]
    return [(name, ACCOUNT_MANAGER, address) for name, address in addresses]


def _of_managers(site: Site):
    names = [
        "home",
        "customers:list",
        "value:tiers",
        "value:churn",
        "value:stages",
        "value:nightly_runs",
        "customers:imports",
        "customers:import_create",
        "settings",
    ]
    addresses = [(name, reverse(name)) for name in names]
    addresses += [("customers:import_detail", address) for address in site.imports]
    return [(name, MANAGER, address) for name, address in addresses]


def _of_administrators(site: Site):
    user, team = site.user(SERVICE), Team.objects.first()
    names = ["accounts:users", "accounts:invite", "accounts:teams", "accounts:team_create"]
    addresses = [(name, reverse(name)) for name in [*names, "accounts:audit"]]
    addresses += [
        (name, reverse(name, args=[user.pk])) for name in ("accounts:user_edit", "user_deactivate")
    ]
    addresses += [("accounts:team_edit", reverse("accounts:team_edit", args=[team.pk]))]
    return [(name, ADMINISTRATOR, address) for name, address in addresses]


def _of_service_and_everybody(site: Site):
    best = site.customers_of(ACCOUNT_MANAGER)[0]
    service = [
        ("home", reverse("home")),
        ("card", reverse("card", args=[best.pk])),
        ("customers:list", reverse("customers:list")),
        ("403", reverse("value:tiers")),
        ("404", reverse("card", args=[0])),
    ]
    names = ["accounts:preferences", "mfa_index"]
    names += ["account_change_password", "account_logout", "account_reauthenticate"]
    service += [(name, reverse(name)) for name in names]
    strangers = ["account_login", "account_reset_password", "account_reset_password_done"]
    strangers += ["account_inactive"]
    invitation = reverse("accounts:invitation_accept", args=[site.token])
    return [
        *((name, SERVICE, address) for name, address in service),
        *((name, NOBODY, reverse(name)) for name in strangers),
        ("accounts:invitation_accept", NOBODY, invitation),
    ]


def declared() -> set[str]:
    """The names of all addresses that are pages, by the table of access."""
    moved = {name for name, access in DECLARED.items() if set(access.get.split()) <= {"302", "405"}}
    moved.discard("account_login")
    return set(DECLARED) - moved - NO_PAGES
