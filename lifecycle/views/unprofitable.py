"""Customers who are happy only below our cost: listed, so that nobody chases them."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from customers.querysets import Order, keyset_page
from lifecycle.models import BaseCell, Valuation

# The margin has more decimals than the cost.
BY_SHORTFALL = Order("shortfall", descending=True, field=Valuation._meta.get_field("margin_12m"))


@require_safe
@only_with_worth
def unprofitable(request):
    """The greatest shortfall first."""
    page = keyset_page(happy_below_cost(request.user), BY_SHORTFALL, request.GET.get("page", ""))
    context = {
        "standing_date": BaseCell.objects.visible_to(request.user).latest_date(),
        "rows": page.rows,
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
    }
    return render(request, "lifecycle/unprofitable.html", context)


def happy_below_cost(user):
    """With what a row shows."""
    rows = Valuation.objects.visible_to(user).happy_below_cost()
    return rows.select_related("customer__standing", "customer__account_manager")
