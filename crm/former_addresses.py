"""Addresses of customers that went into others lead on: bookmarks, mails and papers keep working.

Only where a page would be missing, so that it costs nothing elsewhere, and only for those who see
the customer that was kept.
"""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from customers.models import Customer, Merge

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

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Who saves something about a customer in the moment in which it is merged is told so."""
        if not isinstance(exception, Customer.DoesNotExist):
            return None
        kept = self._kept(request)
        if kept is None:
            return None
        messages.error(request, _("The customer was merged into this one meanwhile: try again."))
        return redirect("card", kept)

    def _leading_on(self, request: HttpRequest) -> HttpResponse | None:
        kept = self._kept(request)
        if kept is None:
            return None
        rest = OF_CUSTOMER.match(request.path_info)[2]
        query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
        return HttpResponseRedirect(f"/customers/{kept}{rest}{query}")

    def _kept(self, request: HttpRequest) -> int | None:
        """Into whom the customer of the address went, if this person sees that one."""
        found = OF_CUSTOMER.match(request.path_info)
        if not found or not request.user.is_authenticated:
            return None
        merges = Merge.objects.visible_to(request.user).in_force().filter(gone_id=found[1])
        return merges.values_list("customer", flat=True).first()
