"""Customers that pass to another account manager: offer, answer, take back."""

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import handover as services
from crm.accounts.access import only_with_worth
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform.words import whole
from customers.models import Customer, Handover, Standing
from customers.querysets import Order, keyset_page
from customers.services.handover import Left, possible_takers
from customers.views.selection import selection_of

NAMED = 12
PAGE_SIZE = 40


class HandoverForm(forms.Form):
    """To whom, with which words; managers may move the customers at once."""

    taker = forms.ModelChoiceField(
        label=gettext_lazy("Who takes over"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose a colleague"),
    )
    note = forms.CharField(
        label=gettext_lazy("What the new account manager should know"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    at_once = forms.BooleanField(
        label=gettext_lazy("At once"),
        required=False,
        help_text=gettext_lazy("They move now, and the new account manager confirms."),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data, *, user: User, present: int | None = None):
        super().__init__(data, initial={"submission": uuid.uuid4()})
        taker = self.fields["taker"]
        taker.queryset = possible_takers()
        # Who has all of them takes none over; sent twice, the same form is no mistake.
        others = taker.queryset.exclude(pk=present)
        taker.choices = [("", taker.empty_label), *((one.pk, str(one)) for one in others)]
        if not user.is_manager:
            del self.fields["at_once"]


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def handover_create(request):
    """Shows what goes with the chosen customers, and offers or moves them."""
    selection = selection_of(request)
    if not selection:
        messages.info(request, _("Choose the customers to hand over first."))
        return redirect("customers:list")
    seen = Customer.objects.visible_to(request.user).filter(pk__in=selection.ids)
    ids = list(seen.values_list("pk", flat=True))
    if not ids:
        raise Http404
    is_sent = request.method == "POST" and "submission" in request.POST
    form = HandoverForm(
        request.POST if is_sent else None, user=request.user, present=_only_owner(seen)
    )
    if is_sent and form.is_valid() and (made := _hand_over(request, form, selection.ids)):
        return redirect("handover", made.pk)
    standings, load = Standing.objects.filter(pk__in=ids), services.Load.of(ids)
    context = {
        "form": form,
        "selection": selection,
        "count": len(ids),
        "unseen": len(selection.ids) - len(ids),
        "load": load,
        "facts": _facts(load.counts),
        "named": list(standings.order_by("-value_at_risk", "name_key")[:NAMED]),
    }
    context["more"] = len(ids) - len(context["named"])
    return render(request, "crm/handover_form.html", context)


def _only_owner(customers) -> int | None:
    """The account manager of all of them, where it is one."""
    owners = customers.order_by().values_list("account_manager", flat=True).distinct()[:2]
    found = list(owners)
    return found[0] if len(found) == 1 else None


def _hand_over(request, form: HandoverForm, ids: list[int]) -> Handover | None:
    """Offer or move; a refusal stands in the form."""
    values = form.cleaned_data
    chosen = {"taker": values["taker"], "customer_ids": ids, "note": values["note"]}
    try:
        if values.get("at_once"):
            done = services.move_at_once(by=request.user, submission=values["submission"], **chosen)
            messages.success(request, _("The customers are handed over."))
        else:
            done = services.offer(by=request.user, **chosen)
            messages.success(request, _("The customers are offered."))
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return None
    if done.left:
        messages.warning(request, _left_words(done.left))
    return done.handover


def _left_words(left: Left) -> str:
    """Which of the chosen customers are not in the handover, and why."""
    reasons = [
        (left.offered, _("offered to somebody already: %(count)s")),
        (left.same, _("with this account manager already: %(count)s")),
        (left.unseen, _("out of your sight: %(count)s")),
    ]
    words = "; ".join(text % {"count": whole(count)} for count, text in reasons if count)
    return _("Left out: %(reasons)s.") % {"reasons": words}


def _facts(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(label, counts[name]) for name, label in services.LABELS.items() if counts.get(name)]


@require_safe
@only_with_worth
def handovers(request):
    """Those that wait for an answer of this person's, those that the person made, or all."""
    user = request.user
    tabs = {"mine": _("To me"), "given": _("From me")}
    if user.is_manager:
        tabs["all"] = _("Everybody's")
    whose = request.GET.get("whose") if request.GET.get("whose") in tabs else "mine"
    rows = Handover.objects.visible_to(user).whose(whose, user).select_related("by", "taker")
    page = keyset_page(rows, Order("offered_at", True), request.GET.get("page", ""), PAGE_SIZE)
    for row in page.rows:
        row.facts = _facts(row.counts)
    context = {
        "rows": page.rows,
        "tabs": tabs,
        "whose": whose,
        "summary": _("Handovers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?whose={whose}&page={page.newer}" if page.newer else "",
        "older_url": f"?whose={whose}&page={page.older}" if page.older else "",
    }
    return render(request, "crm/handover_list.html", context)


@require_safe
@only_with_worth
def handover(request, pk: int):
    """What comes or came: to the taker before accepting only names, tier and what is open."""
    found = _visible(request, pk)
    return _page(request, found)


def _visible(request, pk: int) -> Handover:
    rows = Handover.objects.visible_to(request.user).select_related("by", "taker")
    return get_object_or_404(rows, pk=pk)


def _page(request, found: Handover, form: forms.Form | None = None):
    user = request.user
    rows = Standing.objects.filter(customer__handover_items__handover=found)
    page = keyset_page(rows, Order("name_key"), request.GET.get("page", ""))
    pks = [row.pk for row in page.rows]
    seen = set(Customer.objects.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True))
    is_open = services.open_by_customer(pks)
    for row in page.rows:
        row.is_seen = row.pk in seen
        row.work = [
            (services.LABELS[name], by[row.pk]) for name, by in is_open.items() if row.pk in by
        ]
    is_waiting = found.state == Handover.State.OFFERED
    context = {
        "handover": found,
        "rows": page.rows,
        "facts": _facts(found.counts),
        "form": form or DeclineForm(),
        "to_answer": is_waiting and found.taker_id == user.pk,
        "may_withdraw": may_take_back(user, found) and services.can_be_taken_back(found),
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
    }
    status = 400 if form is not None and form.errors else 200
    return render(request, "crm/handover.html", context, status=status)


def may_take_back(user: User, found: Handover) -> bool:
    return user.is_manager or found.by_id == user.pk


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why not"),
        max_length=300,
        error_messages={"required": gettext_lazy("Say why, so that somebody else can be found.")},
    )


@require_POST
@only_with_worth
def handover_answer(request, pk: int):
    """The taker accepts (or confirms what came at once), or declines with a reason."""
    found = _visible(request, pk)
    if found.taker_id != request.user.pk:
        raise PermissionDenied
    try:
        if request.POST.get("answer") == "no":
            form = DeclineForm(request.POST)
            if not form.is_valid():
                return _page(request, found, form)
            services.decline(by=request.user, pk=pk, reason=form.cleaned_data["reason"])
            messages.success(request, _("Declined: they stay where they are."))
        elif request.POST.get("answer") == "yes":
            accepted = services.accept(by=request.user, pk=pk)
            messages.success(request, _accepted_words(accepted))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("handover", pk)


def _accepted_words(found: Handover) -> str:
    count = found.counts.get("customers", 0)
    words = ngettext("%(count)s customer is yours.", "%(count)s customers are yours.", count)
    words %= {"count": whole(count)}
    if left := found.counts.get("left"):
        words += " " + _("%(left)s stayed: they got another account manager meanwhile.") % {
            "left": whole(left)
        }
    return words


@require_POST
@only_with_worth
def handover_withdraw(request, pk: int):
    """Withdraw an offer, or take back what moved at once."""
    found = _visible(request, pk)
    if not may_take_back(request.user, found):
        raise PermissionDenied
    try:
        done = services.take_back(by=request.user, pk=pk)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("handover", pk)
    if not done.had_moved:
        messages.success(request, _("The offer is withdrawn."))
    else:
        messages.success(request, _("Put back: %(count)s customers.") % {"count": whole(done.back)})
    if done.left:
        words = _("Left alone, since they were changed since: %(count)s.")
        messages.warning(request, words % {"count": whole(done.left)})
    return redirect("handover", pk)
