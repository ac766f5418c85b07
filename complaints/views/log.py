"""Log a case: in under a minute, by keyboard alone."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints.deadlines import next_deadline
from complaints.forms.log import LogForm
from complaints.models import Case
from complaints.services.actions import Refused
from complaints.services.desk import log_at_desk, submission_of
from customers.models import Customer

# Open cases of the customer that are offered as possible doubles.
DOUBLES = 6
LONGEST_KEY = 18
STARTING_VALUES = ("channel", "contact", "kind")


@require_http_methods(["GET", "HEAD", "POST"])
def log(request):
    """The empty form, with a customer chosen, or what was sent."""
    customer, earlier = _customer(request), _earlier(request)
    if request.method == "POST":
        form = LogForm(request.POST, request.FILES, user=request.user, customer=customer)
        if form.is_valid() and (case := _logged(request, form, earlier)):
            return redirect("complaints:case", case.pk)
    else:
        response = _number(request.GET.get("response", ""))
        if case := _case_of_response(request, response):
            messages.info(
                request, _("This answer was logged before, as %(case)s.") % {"case": case}
            )
            return redirect("complaints:case", case.pk)
        starting = _starting_values(request, response)
        form = LogForm(user=request.user, customer=customer, initial=starting)
    context = {
        "form": form,
        "customer": customer,
        "earlier": earlier,
        "doubles": _open_cases(request.user, customer),
        "files_lost": bool(request.FILES),
    }
    return render(request, "complaints/log.html", context)


def _customer(request) -> Customer | None:
    """The customer that was chosen; 404 where this person may not know of it."""
    chosen = request.POST.get("customer") or request.GET.get("customer", "")
    if (pk := _number(chosen)) is None:
        return None
    customers = Customer.objects.visible_to(request.user).select_related(
        "standing", "account_manager", "team"
    )
    return get_object_or_404(customers, pk=pk)


def _earlier(request) -> Case | None:
    """The earlier case that this one continues, as when it is too late to reopen it."""
    chosen = request.POST.get("continues") or request.GET.get("continues", "")
    if (pk := _number(chosen)) is None:
        return None
    return get_object_or_404(Case.objects.visible_to(request.user), pk=pk)


def _number(text: str) -> int | None:
    """The key of a row in an address; what no row can have is cut, and then found nowhere."""
    return int(text[:LONGEST_KEY]) if text.isdecimal() else None


def _starting_values(request, response: int | None) -> dict:
    """What the address brings along: from a card, or from the answer to a survey."""
    starting = {name: request.GET[name] for name in STARTING_VALUES if request.GET.get(name)}
    if what := request.GET.get("what"):
        starting["description"] = what
    if response is not None:
        starting["submission"] = submission_of(response)
    return starting


def _case_of_response(request, response: int | None) -> Case | None:
    if response is None:
        return None
    cases = Case.objects.visible_to(request.user)
    return cases.filter(submission=submission_of(response)).first()


def _open_cases(user, customer: Customer | None) -> list[Case]:
    if customer is None:
        return []
    cases = Case.objects.visible_to(user).open().filter(customer=customer).with_row()
    found = list(cases.order_by("-received_at", "-pk")[:DOUBLES])
    now = timezone.now()
    for case in found:
        case.deadline = next_deadline(case, now)
    return found


def _logged(request, form: LogForm, earlier: Case | None) -> Case | None:
    """The case; None where a rule forbids it, which the form then says."""
    acknowledged = "acknowledge" in request.POST
    try:
        case = log_at_desk(
            by=request.user,
            values=form.values,
            files=form.cleaned_data["attachments"],
            submission=form.cleaned_data["submission"],
            acknowledge=acknowledged,
            continues=earlier,
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    except ValidationError as error:  # no room for the files
        form.add_error("attachments", error)
        return None
    words = _("%(case)s is logged and acknowledged.") if acknowledged else _("%(case)s is logged.")
    messages.success(request, words % {"case": case.reference})
    return case
