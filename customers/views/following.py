"""Watching a customer, and the page of notices."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers import notices
from customers.models import Notice
from customers.querysets import Order, keyset_page
from customers.services import following
from customers.views.shared import back, visible_customer

PAGE_SIZE = 40


@require_POST
def watch(request, pk: int):
    """Begin or end to watch: as `watch` says, else the other of what holds."""
    customer = visible_customer(request, pk)
    wanted = request.POST.get("watch", "")
    is_on = wanted == "on" if wanted else not following.is_watching(request.user, customer)
    following.watch(user=request.user, customer=customer, on=is_on)
    words = _("You watch %(name)s now.") if is_on else _("You no longer watch %(name)s.")
    messages.success(request, words % {"name": customer.name})
    return back(request, "card", pk)


@require_safe
def notice_list(request):
    """My notices: those not seen yet, or all; the newest first."""
    mine = Notice.objects.visible_to(request.user)
    waiting = following.unseen(request.user)
    shown = request.GET.get("show", "")
    shown = shown if shown in ("new", "all") else "new" if waiting else "all"
    page = keyset_page(
        (mine.unseen() if shown == "new" else mine).select_related("customer", "by"),
        Order("at", descending=True),
        request.GET.get("page", ""),
        PAGE_SIZE,
    )
    context = {
        "entries": notices.entries(page.rows),
        "waiting": waiting,
        "many": following.SHOWN_AT_MOST,
        "last": max((notice.pk for notice in page.rows), default=0),
        "shown": shown,
        "summary": _("Notices %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?show={shown}&page={page.newer}" if page.newer else "",
        "older_url": f"?show={shown}&page={page.older}" if page.older else "",
    }
    return render(request, "customers/notice_list.html", context)


@require_POST
def notices_seen(request):
    """Mark as seen what stood on the page and is older; what came meanwhile stays new."""
    until = request.POST.get("until", "")
    if until.isdecimal() and len(until) < 19:
        following.see(request.user, until=int(until))
        messages.success(request, _("All marked as seen."))
    return redirect("customers:notices")
