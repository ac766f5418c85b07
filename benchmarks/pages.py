"""The pages that are measured: who asks, what it is called, its address."""

from django.urls import reverse

from complaints.models import Case
from customers.models import Standing
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
        *service(),
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
