"""Lost customers: who went, why, what we learned of it, and who may come back."""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_with_worth
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.models import DealingSummary
from customers.querysets import Order, keyset_page
from customers.views.shared import back, visible_customer
from lifecycle import loss_reasons, outcomes
from lifecycle.forms.leaving import AskLeaverForm, LossesFilter, LossReviewForm, LostMarkForm
from lifecycle.models import BaseCell, Loss, LossReview, LostMark, NightlyRun, WinBack
from lifecycle.models.lost import LossReason
from lifecycle.services import losses as services
from satisfaction.models import Invitation, Wave
from satisfaction.services import occasions
from satisfaction.services.interviews import can_be_entered

YEAR = dt.timedelta(days=365)
PAGE_SIZE = 20  # on a phone each is a card
SHOWN = {
    "waiting": gettext_lazy("To be reviewed"),
    "reviewed": gettext_lazy("Reviewed"),
}
SPANS = {"year": gettext_lazy("Last 12 months"), "all": gettext_lazy("All")}
ORDERS = {
    "waiting": Order("value_lost", descending=True),
    "reviewed": Order("on", descending=True),
}
BY_EXPECTED = Order("expected", descending=True)


@require_safe
@only_with_worth
def lost(request):
    """Losses that wait for a review by value lost, and reasons in numbers beside them."""
    user = request.user
    shown = shown_of(request.GET)
    span = span_of(request.GET)
    form = LossesFilter(request.GET, user=user, show=shown, span=span)
    rows = losses_of(user, shown, form.criteria)
    if reason := reason_of(request.GET):
        rows = rows.because_of(reason, since_of(span))
    page = keyset_page(rows, ORDERS[shown], request.GET.get("page", ""), PAGE_SIZE)
    since = since_of(span)
    reviews = LossReview.objects.visible_to(user).whose(form.criteria).counted().since(since)
    kept = {"show": shown, "span": span, **form.query}
    pages = {**kept, "reason": reason} if reason else kept
    context = {
        "rows": page.rows,
        "form": form,
        "shown": shown,
        "standing_date": BaseCell.objects.visible_to(user).latest_date(),
        "tabs": [
            (f"?{urlencode({**kept, 'show': key})}", words, key == shown)
            for key, words in SHOWN.items()
        ],
        "spans": [
            (f"?{urlencode({**kept, 'span': key})}", words, key == span)
            for key, words in SPANS.items()
        ],
        "reason": reason and LossReason(reason).label,
        "all_url": f"?{urlencode({**kept, 'show': 'reviewed'})}",
        "reasons": loss_reasons.split(reviews.by_reason()),
        "competitors": list(reviews.by_competitor()[:5]),
        "summary": _("Losses %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{urlencode({**pages, 'page': page.newer})}" if page.newer else "",
        "older_url": f"?{urlencode({**pages, 'page': page.older})}" if page.older else "",
    }
    return render(request, "lifecycle/lost.html", context)


def shown_of(parameters: Mapping[str, str]) -> str:
    return parameters.get("show") if parameters.get("show") in SHOWN else "waiting"


def span_of(parameters: Mapping[str, str]) -> str:
    return parameters.get("span") if parameters.get("span") in SPANS else "year"


def since_of(span: str) -> dt.date | None:
    """The day after which losses count; None: all of them."""
    return Installation.cached().today() - YEAR if span == "year" else None


def reason_of(parameters: Mapping[str, str]) -> str:
    """Of the reviewed ones those of one reason, if the address names it."""
    reason = parameters.get("reason", "")
    return reason if shown_of(parameters) == "reviewed" and reason in LossReason.values else ""


def losses_of(user, shown: str, criteria: Mapping[str, int]) -> QuerySet:
    """The losses that wait for their review, or the reviews there are."""
    if shown == "waiting":
        return Loss.objects.visible_to(user).whose(criteria).to_review().with_row()
    return LossReview.objects.visible_to(user).whose(criteria).with_row()


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def lost_mark(request, pk: int):
    """Mark a customer as lost; its review is asked for next."""
    customer = visible_customer(request, pk)
    summary = DealingSummary.objects.filter(customer=customer).first()
    last = summary and summary.last_purchase
    form = LostMarkForm(request.POST or None, last_purchase=last)
    if request.method == "POST" and form.is_valid():
        mark, is_new = services.mark_lost(customer=customer, by=request.user, values=form.values)
        if is_new:
            words = _("%(name)s is marked as lost. What did we learn?")
        else:
            words = _("%(name)s was marked as lost already; that mark stands.")
        messages.success(request, words % {"name": customer.name})
        loss = mark.losses.order_by("pk").last()
        return redirect("value:loss_review", loss.pk) if loss else redirect("card", pk)
    standing = LostMark.objects.visible_to(request.user).open().filter(customer=customer).first()
    context = {"customer": customer, "form": form, "mark": standing, "last_purchase": last}
    return render(request, "lifecycle/lost_mark.html", context)


@require_POST
@only_with_worth
def lost_take_back(request, pk: int):
    """The customer is not lost after all."""
    marks = LostMark.objects.visible_to(request.user).select_related("customer")
    mark = get_object_or_404(marks, pk=pk)
    services.take_mark_back(mark=mark, by=request.user)
    words = _("%(name)s is not marked as lost any more; the next night gives its stage.")
    messages.success(request, words % {"name": mark.customer.name})
    return back(request, "card", mark.customer_id)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def loss_review(request, pk: int):
    """The one review of a loss: written, or corrected."""
    losses = Loss.objects.visible_to(request.user).with_row()
    loss = get_object_or_404(losses, pk=pk)
    review = LossReview.objects.filter(loss=loss).first()
    form = LossReviewForm(
        request.POST or None,
        instance=review,
        user=request.user,
        initial=None if review else _first_guess(loss, request.user),
    )
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, loss, review, form)
        except NewerChange as newer:
            form = form.merged(newer.current, user=request.user)
        else:
            messages.success(request, _("Saved. Thank you: this is how we get better."))
            return redirect("value:lost")
    context = {"customer": loss.customer, "loss": loss, "review": review, "form": form}
    context |= _leavers_words(request.user, loss)
    return render(request, "lifecycle/loss_review.html", context, status=form.status)


def _leavers_words(user, loss: Loss) -> dict:
    """Whom we asked since the loss why they left, what they answered, and who can be asked."""
    since = Q(sent_at__date__gte=loss.on) | Q(sent_at=None)
    asked = Invitation.objects.visible_to(user).filter(
        since, customer=loss.customer_id, wave__occasion=Wave.Occasion.LOSS
    )
    with_all = ("contact", "customer", "wave", "response__entered_by")
    asked = list(asked.select_related(*with_all).order_by("-sent_at"))
    for invitation in asked:
        invitation.can_be_entered = can_be_entered(invitation)
    return {"asked": asked, "ask_form": None if asked else AskLeaverForm(customer=loss.customer)}


@require_POST
@only_with_worth
def loss_ask(request, pk: int):
    """Send the leavers' questionnaire, or read it out: to a contact, or the customer itself."""
    losses = Loss.objects.visible_to(request.user).select_related("customer")
    loss = get_object_or_404(losses, pk=pk)
    form = AskLeaverForm(request.POST, customer=loss.customer)
    if not form.is_valid():
        messages.error(request, _("Choose whom to ask."))
        return redirect("value:loss_review", pk)
    is_mailed = "interview" not in request.POST
    try:
        invitation, is_new = occasions.invite_leaver(
            customer=loss.customer,
            contact=form.cleaned_data["contact"],
            by=request.user,
            is_mailed=is_mailed,
        )
    except occasions.CannotAsk as refused:
        messages.error(request, str(refused))
    else:
        if not is_mailed and can_be_entered(invitation):
            return redirect("satisfaction:interview", invitation.pk)
        words = _("%(who)s is asked why they left.")
        if not is_new:
            words = _("%(who)s was asked already, and is not asked again.")
        who = invitation.contact or invitation.email or invitation.customer
        messages.success(request, words % {"who": who})
    return redirect("value:loss_review", pk)


def _first_guess(loss: Loss, user) -> dict:
    """What the mark said of it already."""
    known = {"kind": loss.kind, "by_us": loss.by_us}
    if loss.mark:
        known |= {"reason": loss.mark.reason, "learned": loss.mark.why}
    return known


def _save(request, loss: Loss, review: LossReview | None, form: LossReviewForm) -> None:
    common = {"by": request.user, "values": form.values, "new_action": form.new}
    if review is None:
        services.create_review(loss=loss, **common)
    else:
        services.edit_review(pk=review.pk, version=form.opened_version, **common)


@require_safe
@only_with_worth
def win_back(request):
    """Who is worth asking again: value before it ended × chance of return."""
    user = request.user
    form = LossesFilter(request.GET, user=user)
    rows = to_win_back(user, form.criteria)
    page = keyset_page(rows, BY_EXPECTED, request.GET.get("page", ""), PAGE_SIZE)
    attempts = WinBack.objects.visible_to(user).whose(form.criteria)
    today = Installation.cached().today()
    latest = NightlyRun.objects.done().first()
    context = {
        "rows": page.rows,
        "form": form,
        "standing_date": latest and latest.as_of,
        "rate": outcomes.win_back_rate(attempts, today),
        "known": latest.models_used.get("win_back", {}) if latest else {},
        "here": request.get_full_path(),
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{urlencode({**form.query, 'page': page.newer})}" if page.newer else "",
        "older_url": f"?{urlencode({**form.query, 'page': page.older})}" if page.older else "",
    }
    return render(request, "lifecycle/win_back.html", context)


def to_win_back(user, criteria: Mapping[str, int]) -> QuerySet:
    """Those worth asking again, by account manager and team."""
    losses = Loss.objects.visible_to(user).whose(criteria).to_win_back()
    return losses.with_row().with_attempt()


@require_POST
@only_with_worth
def win_back_try(request, pk: int):
    """A task to win the customer back, for its account manager."""
    loss = get_object_or_404(Loss.objects.visible_to(request.user), pk=pk)
    try:
        attempt, is_new = services.try_to_win_back(loss=loss, by=request.user)
    except services.LossOverError:
        messages.error(request, _("There is nothing to win back any more."))
        return back(request, "value:win_back")
    words = _("%(who)s has a task: %(task)s") if is_new else _("An attempt runs already.")
    if attempt.task:
        words %= {"who": attempt.task.assignee, "task": attempt.task.title}
    messages.success(request, words)
    return back(request, "value:win_back")
