"""Overrides, movements between two dates, patterns and loyalty."""

from django.urls import reverse

from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, Site

MOVES = "?start=2024-01-31&end=2024-06-30"


def of_movement(site: Site):
    """As managers see them; an account manager proposes."""
    best = site.customers_of(ACCOUNT_MANAGER)[0]
    found = [
        ("value:movement", ACCOUNT_MANAGER, reverse("value:movement", args=[best.pk])),
        ("value:loyalty", MANAGER, reverse("value:loyalty")),
        ("value:loyalty", ACCOUNT_MANAGER, reverse("value:loyalty") + "?by=quarter"),
        ("value:loyalty_left", MANAGER, reverse("value:loyalty_left")),
        ("value:loyalty_cohort", MANAGER, reverse("value:loyalty_cohort", args=[2024])),
        ("value:pattern", MANAGER, reverse("value:pattern", args=["B"])),
        ("value:moved", MANAGER, reverse("value:moved", args=["tier", "A", "A"])),
    ]
    for kind in ("tier", "stage"):
        propose = reverse("value:override_propose", args=[best.pk, kind])
        page = reverse("value:moves", args=[kind])
        found += [
            ("value:override_propose", ACCOUNT_MANAGER, propose),
            ("value:overrides", MANAGER, reverse("value:overrides", args=[kind]) + "?show=all"),
            ("value:moves", MANAGER, page),
            ("value:moves", MANAGER, page + MOVES),
        ]
    return found
