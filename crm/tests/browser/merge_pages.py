"""The pages of possible doubles and of merging: who opens them, and where."""

from django.urls import reverse

from crm import merging
from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, Site
from customers.models import DuplicatePair, Merge


def of_merging(site: Site) -> list[tuple[str, str, str]]:
    """The list, two beside each other, and a merge that was made."""
    pair = DuplicatePair.objects.open().order_by("score", "pk").first()
    two = [pair.first_id, pair.second_id]
    done = _merged(site)
    return [
        ("doubles", ACCOUNT_MANAGER, reverse("doubles")),
        ("doubles", MANAGER, reverse("doubles")),
        ("doubles", MANAGER, f"{reverse('doubles')}?state=dismissed"),
        ("merge_with", MANAGER, reverse("merge_with", args=[pair.first_id])),
        ("merge_customers", MANAGER, reverse("merge_customers", args=two)),
        ("merge", MANAGER, reverse("merge", args=[done.pk])),
    ]


def _merged(site: Site) -> Merge:
    """The likeliest pair is merged when the first asks for it."""
    if done := Merge.objects.first():
        return done
    pair, by = DuplicatePair.objects.open().first(), site.user(MANAGER)
    two = merging.two_of(by=by, kept_id=pair.first_id, gone_id=pair.second_id)
    ids = {"kept_id": pair.first_id, "gone_id": pair.second_id}
    return merging.merge(by=by, seen=two.seen, data={}, **ids)
