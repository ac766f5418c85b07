"""Log an interaction."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers.forms import InteractionForm
from customers.models import Interaction
from customers.services.interactions import log_interaction
from customers.views.shared import visible_customer


@require_http_methods(["GET", "HEAD", "POST"])
def interaction_create(request, pk: int):
    """What passed between us and the customer; its next step becomes a task."""
    customer = visible_customer(request, pk)
    kind = request.GET.get("kind", "")
    form = InteractionForm(
        request.POST or None,
        user=request.user,
        customer=customer,
        initial={"kind": kind} if kind in Interaction.Kind.values else {},
    )
    if request.method == "POST" and form.is_valid():
        log_interaction(customer=customer, by=request.user, next_step=form.step, **form.values)
        messages.success(
            request,
            _("Logged, and the next step is a task.") if form.step else _("Logged."),
        )
        return redirect("card", pk)
    context = {"form": form, "customer": customer}
    return render(request, "customers/interaction_form.html", context)
