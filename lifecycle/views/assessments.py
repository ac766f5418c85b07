"""Assess a customer by the scorecard; decide whether we pursue it."""

from itertools import pairwise

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.accounts.access import only_with_worth
from crm.platform.edits import CONFLICT
from crm.platform.models import Installation
from customers.models import Customer
from lifecycle import portfolio
from lifecycle.forms.assessments import AssessmentForm, FitForm
from lifecycle.models import Assessment, Criterion, FitDecision
from lifecycle.services.assessments import NewerAssessmentError
from lifecycle.services.assessments import assess as assess_customer
from lifecycle.services.computed_answers import computed_answers, noted_cuts
from lifecycle.services.fit import decide_fit

SHOWN = 12  # older assessments
PARTS = Criterion.Part


def _visible(request: HttpRequest, pk: int) -> Customer:
    return get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def assess(request, pk: int):
    """The answer sheet, the place in the matrix it leads to, and the assessments so far."""
    customer = _visible(request, pk)
    sheets = Assessment.objects.visible_to(request.user).filter(customer=customer)
    history = list(sheets.select_related("by")[: SHOWN + 1])
    newest = next((one for one in history if one.is_newest), None)
    sheet = {
        "criteria": list(Criterion.objects.asked()),
        "computed": computed_answers([pk]).get(pk, {}),
        "newest": newest,
    }
    data = request.POST if request.method == "POST" else None
    form, status, meanwhile = AssessmentForm(data, **sheet), 200, None
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, customer, form)
        except NewerAssessmentError as error:
            meanwhile, status = error.newest, CONFLICT
            typed = {**form.cleaned_data, "seen": meanwhile.pk}
            form = AssessmentForm(**{**sheet, "newest": meanwhile, "initial": typed})
    noted = noted_cuts()
    context = {
        "customer": customer,
        "form": form,
        "parts": form.parts(),
        "newest": newest,
        "cell": portfolio.place(newest),
        "history": history_rows(history)[:SHOWN],
        "meanwhile": _differences(form, meanwhile) if meanwhile else None,
        "other": meanwhile,
        "standing_date": noted and noted[0],
    }
    return render(request, "lifecycle/assess.html", context, status=status)


def _save(request, customer: Customer, form: AssessmentForm):
    saved = assess_customer(
        customer=customer,
        by=request.user,
        on=Installation.cached().today(),
        answers=form.answers,
        remarks=form.cleaned_data["remarks"],
        seen=form.cleaned_data["seen"],
    )
    cell = portfolio.place(saved)
    if cell:
        messages.success(request, _("Saved: %(strategy)s.") % {"strategy": cell.strategy})
    else:
        words = _("Saved. Attractiveness and relationship together give a place in the matrix.")
        messages.success(request, words)
    return redirect("value:assess", customer.pk)


def _differences(form: AssessmentForm, other: Assessment) -> list[dict]:
    """Where the two sheets differ: the question, the mark saved meanwhile, and the one here."""
    rows = [row for _label, rows in form.parts() for row in rows]
    found = []
    for row in rows:
        theirs = other.answers.get(str(row.criterion.pk), ["", False])[0]
        if str(theirs) != row.marked:
            found.append({"label": str(row.criterion), "theirs": theirs, "mine": row.marked})
    if other.remarks != (form["remarks"].value() or ""):
        label = form.fields["remarks"].label
        found.append({"label": label, "theirs": other.remarks, "mine": form["remarks"].value()})
    return found


def history_rows(history: list[Assessment]) -> list[dict]:
    """Each assessment with its change against the one before it."""
    cuts = portfolio.Cuts.of(Installation.cached())
    rows = []
    for sheet, before in pairwise([*history, None]):
        figures = [
            {"label": label, "value": getattr(sheet, name), "change": _change(sheet, before, name)}
            for name, label in _figure_words().items()
        ]
        rows.append({"sheet": sheet, "figures": figures, "cell": portfolio.place(sheet, cuts)})
    return rows


def _figure_words() -> dict[str, str]:
    return {
        "up": _("Attractiveness and potential"),
        "across": PARTS.RELATIONSHIP.label,
        "bargaining": PARTS.BARGAINING.label,
        "fit": PARTS.FIT.label,
        "total": _("Total"),
    }


def _change(sheet: Assessment, before: Assessment | None, name: str) -> float | None:
    now, then = getattr(sheet, name), before and getattr(before, name)
    return None if now is None or then is None else round(now - then, 2)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def fit(request, pk: int):
    """Decide whether we pursue a customer; earlier decisions stay and are shown."""
    customer = _visible(request, pk)
    decisions = FitDecision.objects.visible_to(request.user).filter(customer=customer)
    form = FitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        today = Installation.cached().today()
        decide_fit(customer=customer, by=request.user, on=today, **form.values)
        messages.success(request, _("The decision is kept."))
        return redirect("value:fit", pk)
    context = {
        "customer": customer,
        "form": form,
        "decisions": list(decisions.select_related("by")),
    }
    return render(request, "lifecycle/fit.html", context)
