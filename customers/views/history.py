"""Who changed what about a customer, from what to what, and when."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers import history
from customers.forms.history import HistoryFilter
from customers.models import Change, Merge
from customers.querysets import Order, keyset_page
from customers.views.shared import visible_customer

PAGE_SIZE = 30  # a change may hold long texts


@require_safe
def customer_history(request, pk: int):
    """Changes of everything about the customer that the reader may see, newest first."""
    customer = visible_customer(request, pk)
    changes = Change.objects.about(Merge.objects.ids_of(customer.pk), request.user)
    form = HistoryFilter(request.GET, user=request.user, changes=changes)
    page = keyset_page(
        form.found_in(changes).select_related("actor"),
        Order("at", descending=True),
        request.GET.get("page", ""),
        PAGE_SIZE,
    )
    links = {
        f"{side}_url": f"?{urlencode(form.query | {'page': cursor})}" if cursor else ""
        for side, cursor in (("newer", page.newer), ("older", page.older))
    }
    context = {
        "customer": customer,
        "form": form,
        "entries": history.entries(page.rows, request.user),
        "summary": _("Changes %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        **links,
    }
    return render(request, "customers/customer_history.html", context)
