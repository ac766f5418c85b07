"""Customers whose relationship broke off, by the pattern of their lives."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from customers.models import Standing
from customers.querysets import Order, keyset_page
from lifecycle.models import BaseCell, Valuation
from lifecycle.stage_figures import PATTERNS
from lifecycle.words import pattern_words

BY_WORTH = Order("value_if_active", descending=True)


def of_pattern(user, letter: str) -> QuerySet[Valuation]:
    """404 for a letter that is none."""
    if letter not in PATTERNS:
        raise Http404
    rows = Valuation.objects.visible_to(user).filter(pattern=letter)
    return rows.select_related("customer__standing__owner")


@require_safe
@only_with_worth
def pattern(request, letter: str):
    """Those of one pattern, by what they would be worth."""
    rows = of_pattern(request.user, letter)
    page = keyset_page(rows, BY_WORTH, request.GET.get("page", ""))
    context = {
        "title": pattern_words(letter),
        "letter": letter,
        "standing_date": BaseCell.objects.visible_to(request.user).latest_date(),
        "patterns": [{"letter": one, "words": pattern_words(one)} for one in PATTERNS],
        "rows": [_with_worth(row) for row in page.rows],
        "worth_label": _("Value if active"),
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
    }
    return render(request, "lifecycle/pattern_list.html", context)


def _with_worth(row: Valuation) -> Standing:
    standing = row.customer.standing
    standing.worth = row.value_if_active
    return standing
