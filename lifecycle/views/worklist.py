"""The worklist of customers at risk, what is done with one click, and what came of it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.accounts.access import only_with_worth
from crm.platform.models import Installation
from customers.models import Standing
from customers.models.standing import SignalKind
from customers.querysets import Order, keyset_page
from customers.views.shared import back, visible_customer
from lifecycle import outcomes, worklist
from lifecycle.forms.leaving import WhoseFilter
from lifecycle.models import BaseCell, Rescue
from lifecycle.services import rescues as services

BY_END = Order("closed_on", descending=True)
OUTCOMES = 20  # on a phone each is a card


@require_safe
@only_with_worth
def work(request):
    """Whom to call, about what, in the order of what is at stake."""
    rows, shown, owner = worklist.standings(request.user, request.GET)
    page = keyset_page(rows, worklist.BY_VALUE, request.GET.get("page", ""), worklist.PAGE_SIZE)
    kept = {"show": shown, "owner": owner}
    as_of = BaseCell.objects.visible_to(request.user).latest_date()
    mine = Rescue.objects.visible_to(request.user).owned_by(owner, request.user)
    context = {
        "rows": worklist.rows_of(request.user, page.rows),
        "form": WhoseFilter(owner, user=request.user, show=shown),
        "tabs": _tabs(kept, shown),
        "rate": outcomes.save_rate(mine, as_of) if as_of else None,
        "rescues_url": f"{reverse('value:rescues')}?{urlencode({'owner': owner})}",
        "standing_date": as_of,
        "here": request.get_full_path(),
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": _address(kept, page.newer),
        "older_url": _address(kept, page.older),
    }
    return render(request, "lifecycle/worklist.html", context)


def _tabs(kept: dict, shown: str) -> list[dict]:
    return [
        {"url": f"?{urlencode({**kept, 'show': key})}", "label": label, "is_chosen": key == shown}
        for key, label in worklist.SHOWN.items()
    ]


def _address(kept: dict, cursor: str) -> str:
    return f"?{urlencode({**kept, 'page': cursor})}" if cursor else ""


@require_safe
@only_with_worth
def rescues(request):
    """What came of those worked on, held against those on whom nobody worked."""
    owner = request.GET.get("owner", "")
    rows = settled(request.user, owner)
    page = keyset_page(rows, BY_END, request.GET.get("page", ""), OUTCOMES)
    kept = {"owner": owner}
    for row in page.rows:
        row.words = [SignalKind(kind).label for kind in row.reasons if kind in SignalKind.values]
    as_of = BaseCell.objects.visible_to(request.user).latest_date()
    whose = Rescue.objects.visible_to(request.user).owned_by(owner, request.user)
    context = {
        "rows": page.rows,
        "form": WhoseFilter(owner or "all", user=request.user),
        "rate": outcomes.save_rate(whose, as_of) if as_of else None,
        "unworked": outcomes.unworked(whose, as_of) if as_of else None,
        "standing_date": as_of,
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": _address(kept, page.newer),
        "older_url": _address(kept, page.older),
    }
    return render(request, "lifecycle/rescues.html", context)


def settled(user, owner: str) -> QuerySet:
    """Closed rescues of a year, of everybody whom the reader sees or of one account manager."""
    rows = Rescue.objects.visible_to(user).owned_by(owner[:18], user)
    rows = rows.settled_within_a_year(Installation.cached().today())
    return rows.select_related("customer", "opened_by", "closed_by")


@require_POST
@only_with_worth
def worklist_task(request, pk: int):
    """A task with the suggested step; from now on somebody works on the customer."""
    customer = visible_customer(request, pk)
    standing = get_object_or_404(Standing.objects.visible_to(request.user), pk=pk)
    step = worklist.step_for(request.user, standing)
    worked = services.make_task(customer=customer, by=request.user, step=step)
    words = _("%(who)s has a task: %(task)s")
    words %= {"who": worked.task.assignee, "task": worked.task.title}
    messages.success(request, words, extra_tags=_undo(request, worked))
    return back(request, "value:worklist")


@require_POST
@only_with_worth
def worklist_work(request, pk: int):
    """In danger, and somebody works on it."""
    customer = visible_customer(request, pk)
    worked = services.work_on(customer=customer, by=request.user)
    if worked.is_new:
        words = _("%(name)s is being worked on; the night says what comes of it.")
        tags = _undo(request, worked)
        messages.success(request, words % {"name": customer.name}, extra_tags=tags)
    else:
        words = _("%(name)s is being worked on already.")
        messages.info(request, words % {"name": customer.name})
    return back(request, "value:worklist")


@require_POST
@only_with_worth
def worklist_calm(request, pk: int):
    """Called, and there is no danger: needs a reason, so that the next reader knows."""
    customer = visible_customer(request, pk)
    reason = " ".join(request.POST.get("reason", "").replace("\0", "").split())
    if not reason:
        messages.error(request, _("Say why there is no danger."))
        return back(request, "value:worklist")
    rescue = services.find_no_danger(customer=customer, by=request.user, reason=reason)
    words = _("%(name)s is off the list for %(days)s days.")
    words %= {"name": customer.name, "days": rescue.horizon_days}
    tags = _undo(request, services.Worked(rescue, rescue.opened_on == rescue.closed_on))
    messages.success(request, words, extra_tags=tags)
    return back(request, "value:worklist")


def _undo(request, worked: services.Worked) -> str:
    """The tag of a message that offers to take back what began with this click."""
    if not worked.is_new:
        return ""
    page = urlencode({"next": request.POST.get("next", "")})
    return f"undo:{reverse('value:rescue_undo', args=[worked.rescue.pk])}?{page}"


@require_POST
@only_with_worth
def rescue_undo(request, pk: int):
    """Take a click of today back."""
    rescue = get_object_or_404(Rescue.objects.visible_to(request.user), pk=pk)
    try:
        services.take_back(rescue=rescue, by=request.user)
    except services.RescueOverError:
        messages.error(request, _("Only what was begun today can be taken back."))
    else:
        messages.success(request, _("Taken back."))
    return back(request, "value:worklist")
