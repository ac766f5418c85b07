"""The pages that are measured: who asks, what it is called, its address."""

from django.urls import reverse

from benchmarks.fill_key_accounts import BUSIEST
from complaints.models import Case
from customers.models import Customer, Standing, Tag
from satisfaction.models import Wave

MANAGER, SERVICE, OWNER = "manager", "service", "am3-1"
DEEP = 400  # pages followed to get deep


def addresses() -> list[tuple[str, str, str]]:
    """A bare page first: the others are compared with it."""
    listing = reverse("customers:list")
    largest = Standing.objects.order_by("-lifetime_value").first()
    return [
        (MANAGER, "bare page, one 50-row table", "/bare/"),
        (MANAGER, "list, by name", listing),
        (MANAGER, "list, by lifetime value", f"{listing}?sort=-value"),
        (
            MANAGER,
            "list, tier B of a region by value at risk",
            f"{listing}?tier=B&region={largest.region}&sort=-at_risk",
        ),
        (OWNER, "list, own customers", listing),
        (MANAGER, "search, part of a name", f"{reverse('search')}?q=ab"),
        (MANAGER, "search, two Chinese characters", f"{reverse('search')}?q=机械"),
        (MANAGER, "search, phone", f"{reverse('search')}?q=0 1000 0070"),
        (MANAGER, "card of the largest", reverse("card", args=[largest.pk])),
        (MANAGER, "home, manager", reverse("home")),
        (OWNER, "home, account manager", reverse("home")),
        (SERVICE, "home, service", reverse("home")),
        (MANAGER, "dashboard, tiers", reverse("value:tiers")),
        (MANAGER, "dashboard, churn", reverse("value:churn")),
        (MANAGER, "dashboard, lifecycle", reverse("value:stages")),
        *key_accounts(),
        *service(),
    ]


def key_accounts() -> list[tuple[str, str, str]]:
    """What account managers work with, the customer with most of everything among it."""
    busiest = Customer.objects.get(number=BUSIEST).pk
    tag, listing = Tag.objects.first().pk, reverse("customers:list")
    of_busiest = {
        "card": "card",
        "timeline": "timeline",
        "contacts": "customers:contacts",
        "field history": "customers:history",
        "key account card to print": "account_card",
    }
    return [
        *(
            (MANAGER, f"{name} of the busiest", reverse(view, args=[busiest]))
            for name, view in of_busiest.items()
        ),
        (OWNER, "list, own customers with a tag", f"{listing}?tag={tag}"),
        (MANAGER, "portfolio", reverse("value:portfolio")),
        (OWNER, "portfolio", reverse("value:portfolio")),
        (MANAGER, "candidates", reverse("value:candidates")),
        (OWNER, "calendar", reverse("customers:calendar")),
        (OWNER, "care owed", reverse("customers:care_dues")),
        (OWNER, "promises", reverse("customers:promises")),
        (MANAGER, "opportunities", reverse("customers:opportunities")),
        (MANAGER, "account plans", reverse("customers:plans")),
        (MANAGER, "contacts", reverse("customers:contact_list")),
    ]


def service() -> list[tuple[str, str, str]]:
    """Complaints and satisfaction."""
    queue, one = reverse("complaints:queue"), Case.objects.open().order_by("next_due_at").first()
    wave = Wave.objects.first()
    return [
        (SERVICE, "queue, all open", f"{queue}?tab=all"),
        (MANAGER, "queue, all open", f"{queue}?tab=all"),
        (MANAGER, "queue, major complaints of tier A", f"{queue}?tab=all&severity=major&tier=A"),
        (OWNER, "queue, the team's", f"{queue}?tab=all"),
        (SERVICE, "case", reverse("complaints:case", args=[one.pk])),
        (SERVICE, "log a case", reverse("complaints:log")),
        (MANAGER, "dashboard, complaints", reverse("complaints:dashboard")),
        (MANAGER, "waves", reverse("satisfaction:waves")),
        (MANAGER, "results of a wave", reverse("satisfaction:results", args=[wave.pk])),
        (MANAGER, "dashboard, satisfaction", reverse("satisfaction:dashboard")),
        (OWNER, "dashboard, satisfaction", reverse("satisfaction:dashboard")),
    ]
