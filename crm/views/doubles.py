"""Customers that may be one: the list of pairs, and what people say of them."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from crm.accounts.access import only_with_worth
from customers.double_words import REASONS, reason_words
from customers.models import DuplicatePair
from customers.querysets import Order, keyset_page
from customers.services import doubles

PAGE_SIZE = 25
OPEN, DISMISSED = "", "dismissed"


class DoublesFilter(forms.Form):
    """Read from the address; what is not valid there filters nothing."""

    use_required_attribute = False

    reason = forms.ChoiceField(
        label=gettext_lazy("They share"),
        choices=[("", gettext_lazy("anything")), *REASONS.items()],
        required=False,
    )
    whose = forms.ChoiceField(
        label=gettext_lazy("Account manager"),
        choices=[("", gettext_lazy("anybody")), ("mine", gettext_lazy("me"))],
        required=False,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[
            (OPEN, gettext_lazy("not decided")),
            (DISMISSED, gettext_lazy("known to be others")),
        ],
        required=False,
    )

    def pairs(self, user):
        """The pairs that the user may see and asked for."""
        self.is_valid()
        asked = self.cleaned_data
        rows = DuplicatePair.objects.visible_to(user)
        rows = rows.exclude(dismissed_at=None) if asked.get("state") else rows.open()
        if reason := asked.get("reason"):
            rows = rows.filter(reasons__contains=[reason])
        if asked.get("whose"):
            rows = rows.filter(
                Q(first__account_manager=user.pk) | Q(second__account_manager=user.pk)
            )
        return rows

    @property
    def query(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}


@require_safe
@only_with_worth
def double_list(request):
    """Pairs of customers that may be one, the likeliest first."""
    form = DoublesFilter(request.GET)
    rows = form.pairs(request.user).select_related(
        "first__account_manager", "second__account_manager", "dismissed_by"
    )
    order = Order("score", descending=True)
    page = keyset_page(rows, order, request.GET.get("page", ""), PAGE_SIZE)
    query = form.query
    links = {
        f"{side}_url": f"?{urlencode(query | {'page': cursor})}" if cursor else ""
        for side, cursor in (("newer", page.newer), ("older", page.older))
    }
    context = {
        "form": form,
        "pairs": [
            {"row": pair, "sides": sides(pair), "why": reason_words(pair.reasons)}
            for pair in page.rows
        ],
        "is_filtered": bool(query),
        "here": f"{request.path}?{urlencode(query)}" if query else request.path,
        "summary": _("Pairs %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        **links,
    }
    return render(request, "crm/double_list.html", context)


def sides(pair: DuplicatePair) -> list[dict]:
    """The two, and of each what the reasons are about."""
    both = (pair.first, pair.second)
    shared = {reason for reason in pair.reasons if reason != "name"}
    found = []
    for customer in both:
        facts = {
            "tax": customer.tax_number,
            "phone": customer.phone,
            "domain": customer.website.partition("//")[2].strip("/") or customer.email,
        }
        shown = [facts[kind] for kind in facts if kind in shared]
        found.append({"customer": customer, "facts": [fact for fact in shown if fact]})
    return found


def _pair(request, pk: int):
    """Of those that this person sees, as a queryset of one."""
    rows = DuplicatePair.objects.visible_to(request.user)
    get_object_or_404(rows, pk=pk)
    return DuplicatePair.objects.filter(pk=pk)


@require_POST
@only_with_worth
def double_dismiss(request, pk: int):
    """They are two: the pair is not shown again."""
    doubles.dismiss(pair=_pair(request, pk), by=request.user)
    undo = f"undo:{reverse('double_restore', args=[pk])}"
    messages.success(request, _("Noted that these are two customers."), extra_tags=undo)
    return redirect("doubles")


@require_POST
@only_with_worth
def double_restore(request, pk: int):
    """They may be one after all."""
    doubles.restore(pair=_pair(request, pk))
    messages.success(request, _("The pair is back in the list."))
    return redirect("doubles")
