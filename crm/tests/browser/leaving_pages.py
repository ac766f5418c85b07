"""The pages about customers who leave, and about what is improved."""

from django.urls import reverse

from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, Site
from lifecycle.models import Loss, LossReview, LostMark
from satisfaction.models import ImprovementAction


def of_leaving(site: Site) -> list[tuple[str, str, str]]:
    """Lists with their tabs, and the forms of one customer."""
    lists = ["value:worklist", "value:rescues", "value:lost", "value:win_back"]
    lists += ["satisfaction:improvements", "satisfaction:improvement_create"]
    found = [(name, MANAGER, reverse(name)) for name in lists]
    found += [(name, ACCOUNT_MANAGER, reverse(name)) for name in lists[:-1]]
    for show in ("working", "all"):
        found.append(("value:worklist", MANAGER, f"{reverse('value:worklist')}?show={show}"))
    found.append(("value:lost", MANAGER, reverse("value:lost") + "?show=reviewed&span=all"))
    found.append(
        ("satisfaction:improvements", MANAGER, reverse("satisfaction:improvements") + "?show=done")
    )
    best = site.customers_of(ACCOUNT_MANAGER)[0]
    reviewed, waiting = LossReview.objects.first(), Loss.objects.to_review().first()
    marked, action = LostMark.objects.open().first(), ImprovementAction.objects.first()
    found.append(("value:lost_mark", ACCOUNT_MANAGER, reverse("value:lost_mark", args=[best.pk])))
    of_one = [
        ("value:lost_mark", marked and marked.customer_id),
        ("value:loss_review", reviewed and reviewed.loss_id),
        ("value:loss_review", waiting and waiting.pk),
        ("satisfaction:improvement_edit", action and action.pk),
    ]
    found += [(name, MANAGER, reverse(name, args=[pk])) for name, pk in of_one if pk]
    return found
