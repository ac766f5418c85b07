"""Addresses of customers that went into others lead on: bookmarks, mails and papers keep working.

Only where a page would be missing, so that it costs nothing elsewhere, and only for those who see
the customer that was kept.
"""

import re

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from customers.models import Merge

OF_CUSTOMER = re.compile(r"^/customers/(\d{1,18})(/.*)$")
READS = ("GET", "HEAD")


class FormerAddresses:
    """Instead of "not found", to the same page of the customer that was kept."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 404 and request.method in READS:
            return self._leading_on(request) or response
        return response

    def _leading_on(self, request: HttpRequest) -> HttpResponse | None:
        found = OF_CUSTOMER.match(request.path_info)
        if not found or not request.user.is_authenticated:
            return None
        merges = Merge.objects.visible_to(request.user).in_force().filter(gone_id=found[1])
        kept = merges.values_list("customer", flat=True).first()
        if kept is None:
            return None
        query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
        return HttpResponseRedirect(f"/customers/{kept}{found[2]}{query}")
