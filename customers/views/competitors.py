"""The register of competitors: where each of them is, how strong, and who named it lately."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.forms.registers import CompetitorForm
from customers.models import Competitor, CompetitorPresence, Interaction, Opportunity
from customers.querysets import Order, keyset_page
from customers.records import KINDS
from customers.services.storing import TakenError, create_entry, edit_entry
from customers.views.records import PAGE_SIZE, back_here, table

NAMED_LATELY = 8
DECIDED_LATELY = 8


@require_safe
@only_with_worth
def competitor_list(request):
    """Competitors, and at how many of the customers that one sees they are."""
    page = keyset_page(Competitor.objects.all(), Order("name"), request.GET.get("page", ""))
    seen = CompetitorPresence.objects.visible_to(request.user)
    counts = seen.filter(competitor__in=[row.pk for row in page.rows]).by_competitor()
    counts = {row["competitor"]: row for row in counts}
    context = {
        "rows": [(row, counts.get(row.pk)) for row in page.rows],
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
        "summary": _("Rows %(first)d–%(last)d") % {"first": page.first, "last": page.last},
    }
    return render(request, "customers/competitor_list.html", context)


@require_safe
@only_with_worth
def competitor(request, pk: int):
    """One competitor: its customers of those that one sees, and what was heard and decided."""
    found = get_object_or_404(Competitor, pk=pk)
    user, today = request.user, Installation.cached().today()
    kind = KINDS["competitor"]
    rows = kind.read(user).filter(competitor=found)
    page = keyset_page(rows, kind.order, request.GET.get("page", ""), PAGE_SIZE)
    decided = Opportunity.objects.visible_to(user).filter(competitor=found).closed()
    named = Interaction.objects.visible_to(user).filter(competitor=found)
    context = {
        "competitor": found,
        "counts": next(iter(rows.by_competitor()), None),
        "table": table(kind, page.rows, user, today, besides=("competitor",)),
        "next_query": back_here(request),
        "named": named.select_related("customer", "by").order_by("-at", "-pk")[:NAMED_LATELY],
        "decided": decided.select_related("customer").order_by("-closed_on")[:DECIDED_LATELY],
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
    }
    return render(request, "customers/competitor.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def competitor_create(request):
    """A new entry of the register."""
    form = CompetitorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_entry(model=Competitor, values=form.values)
        except TakenError as taken:
            form.say_taken(taken.constraint)
        else:
            messages.success(request, _("%(name)s is in the register.") % {"name": made.name})
            return redirect("customers:competitors")
    return _form_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def competitor_edit(request, pk: int):
    """Edit an entry; somebody else's newer change is shown beside what was typed."""
    found = get_object_or_404(Competitor, pk=pk)
    name = found.name  # the form writes into it
    form = CompetitorForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            edit_entry(model=Competitor, pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        except TakenError as taken:
            form.say_taken(taken.constraint)
        else:
            messages.success(request, _("Saved."))
            return redirect("customers:competitor", pk)
    return _form_page(request, form, name)


def _form_page(request, form: CompetitorForm, name: str | None):
    context = {"form": form, "name": name}
    return render(request, "customers/competitor_form.html", context, status=form.status)
