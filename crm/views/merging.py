"""Merging two customers: the question, the deed, and the way back."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import merging
from crm.accounts.access import only_with_worth
from crm.accounts.services import Refused
from crm.merging.choices import SECTIONS
from crm.merging.preview import counted, same_people
from crm.platform.edits import CONFLICT
from customers.double_words import reason_words
from customers.models import Customer, DuplicatePair, Merge, Standing


class OtherForm(forms.Form):
    """By its number, with which other customer."""

    number = forms.CharField(
        label=gettext_lazy("Number of the other customer"), max_length=60, strip=True
    )

    def __init__(self, data, *, user, customer: Customer):
        super().__init__(data)
        self.user, self.customer = user, customer

    def clean_number(self) -> Customer:
        number = self.cleaned_data["number"]
        found = Customer.objects.visible_to(self.user).numbered(number).first()
        if found is None:
            raise forms.ValidationError(_("You have no customer with this number."))
        if found.pk == self.customer.pk:
            raise forms.ValidationError(_("That is this customer itself."))
        return found


@require_safe
@only_with_worth
def merge_with(request, pk: int):
    """Which other customer this one is the same as: those that may be, or by number."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    form = OtherForm(request.GET or None, user=request.user, customer=customer)
    if form.is_bound and form.is_valid():
        return redirect("merge_customers", pk, form.cleaned_data["number"].pk)
    pairs = DuplicatePair.objects.visible_to(request.user).open().with_customer(pk)
    context = {
        "customer": customer,
        "form": form,
        "pairs": [
            {
                "other": pair.second if pair.first_id == pk else pair.first,
                "why": reason_words(pair.reasons),
                "score": pair.score,
            }
            for pair in pairs.select_related("first", "second")[:10]
        ],
    }
    return render(request, "crm/merge_with.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def merge_customers(request, pk: int, other: int):
    """The two beside each other; the first is kept, the second goes into it."""
    if request.method == "POST" and (earlier := _merged_before(request, pk, other)):
        return redirect("merge", earlier.pk)
    two = merging.two_of(by=request.user, kept_id=pk, gone_id=other)
    if two is None:
        raise Http404
    error, status = "", 200
    if request.method == "POST":
        try:
            done = _merge(request, two)
        except merging.Changed:
            error = _("One of the two was changed while you looked. This is how they are now.")
            status = CONFLICT
        except Refused as refused:
            error, status = refused.message, CONFLICT
        else:
            messages.success(request, _("%(gone)s is part of %(kept)s now.") % _names(two))
            return redirect("merge", done.pk)
    return render(request, "crm/merge_form.html", _question(two, error), status=status)


def _merged_before(request, kept: int, gone: int) -> Merge | None:
    """What the same form, sent a moment ago, has done."""
    found = Merge.objects.visible_to(request.user).in_force()
    return found.filter(customer=kept, gone_id=gone).first()


def _merge(request, two: merging.Two) -> Merge:
    return merging.merge(
        by=request.user,
        kept_id=two.kept.pk,
        gone_id=two.gone.pk,
        seen=request.POST.get("seen", ""),
        data=request.POST,
    )


def _names(two: merging.Two) -> dict[str, str]:
    return {"kept": two.kept.name, "gone": two.gone.name}


def _question(two: merging.Two, error: str) -> dict:
    choices = two.choices
    sections = [
        {"title": title, "choices": [one for one in choices if one.model is model]}
        for model, title in SECTIONS.items()
    ]
    standings = Standing.objects.in_bulk([two.kept.pk, two.gone.pk])
    return {
        "two": two,
        "sides": [
            {
                "customer": customer,
                "standing": standings.get(customer.pk),
                "counts": merging.moving_with(customer.pk),
            }
            for customer in (two.kept, two.gone)
        ],
        "sections": [section for section in sections if section["choices"]],
        "people": same_people(two.kept.pk, two.gone.pk),
        "reason": merging.why_not(two),
        "error": error,
    }


def _visible(request, pk: int) -> Merge:
    rows = Merge.objects.visible_to(request.user).select_related("customer", "by", "undone_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
@only_with_worth
def merge(request, pk: int):
    """What a merge did, and the way back."""
    done = _visible(request, pk)
    context = {
        "merge": done,
        "customer": done.customer,
        "counts": counted(done.counts),
        "may_undo": _may_undo(request.user, done),
        "reasons": [] if done.is_undone else merging.why_not_undone(done),
        "people": [] if done.is_undone else same_people(done.customer_id),
    }
    return render(request, "crm/merge.html", context)


def _may_undo(user, done: Merge) -> bool:
    """Who did it, and managers."""
    return user.is_manager or done.by_id == user.pk


@require_POST
@only_with_worth
def merge_undo(request, pk: int):
    """The two are two again."""
    done = _visible(request, pk)
    if not _may_undo(request.user, done):
        raise PermissionDenied
    try:
        merging.undo(by=request.user, pk=pk)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("merge", pk)
    messages.success(
        request, _("%(name)s is a customer of its own again.") % {"name": done.gone_name}
    )
    return redirect("card", done.gone_id)
