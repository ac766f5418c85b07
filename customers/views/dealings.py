"""The transaction rows behind a customer's figures."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.forms import DealingsFilter
from customers.models import Transaction
from customers.querysets import Order, keyset_page
from customers.views.shared import visible_customer


@require_safe
def dealings(request, pk: int):
    """A customer's transactions by span, invoice, product and category; newest first."""
    customer = visible_customer(request, pk)
    form = DealingsFilter(request.GET)
    if form.errors:
        messages.warning(request, _("A filter was not understood and is left out."))
    rows = Transaction.objects.visible_to(request.user).filter(customer=customer)
    rows = rows.matching(form.criteria)
    page = keyset_page(
        rows.select_related("product"),
        Order("date", descending=True),
        request.GET.get("page", ""),
    )
    kept = {name: value for name, value in request.GET.items() if value and name != "page"}
    by_product = "product" in form.criteria
    context = {
        "customer": customer,
        "form": form,
        "rows": page.rows,
        "product": page.rows[0].product if by_product and page.rows else None,
        "is_filtered": bool(form.criteria),
        # Who may not see a customer's worth sees the orders, not what they come to.
        "totals": rows.totals() if request.user.sees_worth else None,
        "page": page,
        "first_url": _address(kept) if page.newer else "",
        "newer_url": _address(kept, page.newer),
        "older_url": _address(kept, page.older),
    }
    return render(request, "customers/customer_dealings.html", context)


def _address(kept: dict, cursor: str | None = None) -> str:
    if cursor is None:
        return "?" + urlencode(kept)
    return "?" + urlencode({**kept, "page": cursor}) if cursor else ""
