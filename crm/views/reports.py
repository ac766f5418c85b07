"""Pages and files of printed papers: business reviews, key account cards, proposals of an order."""

from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_with_worth
from crm.platform.edits import NewerChange
from crm.reports import account_card as account
from crm.reports import account_card_words, languages, pdf, proposal_words, review, review_words
from crm.reports import proposal as next_order
from crm.reports.forms import GivenForm, ReviewForm
from crm.reports.layout import Paper
from crm.reports.writing import (
    AlreadyGivenError,
    create_review,
    edit_review,
    give_review,
    note_export,
)
from customers.models import Customer, ReviewReport
from customers.views.shared import visible_customer

MOST_REPORTS = 100


def _report(request: HttpRequest, pk: int) -> ReviewReport:
    reports = ReviewReport.objects.visible_to(request.user)
    return get_object_or_404(reports.select_related("customer", "made_by"), pk=pk)


def _file(request: HttpRequest, *, paper: Paper, kind: str, customer: Customer) -> HttpResponse:
    """The paper as a PDF to save, and a line about it in the audit log."""
    content = pdf.draw(paper)
    if request.method == "GET":
        note_export(by=request.user, kind=kind, customer=customer, size=len(content))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = (
        f"attachment; filename=\"{paper.ascii_name}\"; filename*=UTF-8''{quote(paper.file_name)}"
    )
    return response


def _languages(path: str, current: str) -> list[dict]:
    """Where the paper stands in each language."""
    return [
        {"code": code, "name": name, "url": f"{path}?language={code}", "current": code == current}
        for code, name in settings.LANGUAGES
    ]


@require_safe
@only_with_worth
def review_reports(request, pk: int):
    """The business reviews of a customer, the newest first."""
    customer = visible_customer(request, pk)
    reports = ReviewReport.objects.visible_to(request.user).filter(customer=customer)
    rows = list(reports.select_related("made_by")[:MOST_REPORTS])
    context = {"customer": customer, "reports": rows}
    return render(request, "reports/review_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def review_report_create(request, pk: int):
    """A new one: its period, its language and what comes next."""
    customer = visible_customer(request, pk)
    known = {"language": languages.preferred(customer, request.user)}
    form = ReviewForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        report = create_review(customer=customer, values=form.values, by=request.user)
        words = _("The business review is written. Look at it before you give it.")
        messages.success(request, words)
        return redirect("review_report", report.pk)
    return render(request, "reports/review_form.html", {"form": form, "customer": customer})


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def review_report_edit(request, pk: int):
    """Changed until it is given; somebody else's newer change is shown beside."""
    report = _report(request, pk)
    if report.given_on:
        return _given_before(request, report)
    form = ReviewForm(request.POST or None, instance=report)
    if request.method == "POST" and form.is_valid():
        try:
            edit_review(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        except AlreadyGivenError:
            return _given_before(request, report)
        else:
            messages.success(request, _("Saved."))
            return redirect("review_report", pk)
    context = {"form": form, "customer": report.customer, "report": report}
    return render(request, "reports/review_form.html", context, status=form.status)


def _given_before(request: HttpRequest, report: ReviewReport) -> HttpResponse:
    words = _("It was given to the customer and is not changed any more. Write a new one.")
    messages.warning(request, words)
    return redirect("review_report", report.pk)


def _review_page(request, report: ReviewReport, form: GivenForm, status: int = 200):
    paper = review_words.paper(review.read(report, request.user))
    context = {
        "paper": paper,
        "customer": report.customer,
        "report": report,
        "form": form,
        "pdf_url": reverse("review_report_pdf", args=[report.pk]),
    }
    return render(request, "reports/review.html", context, status=status)


@require_safe
@only_with_worth
def review_report(request, pk: int):
    """The paper as it is printed, with what can be done with it above."""
    report = _report(request, pk)
    return _review_page(request, report, GivenForm(report=report))


@require_safe
@never_cache
@only_with_worth
def review_report_pdf(request, pk: int):
    report = _report(request, pk)
    paper = review_words.paper(review.read(report, request.user))
    return _file(request, paper=paper, kind="review", customer=report.customer)


@require_POST
@only_with_worth
def review_report_given(request, pk: int):
    """The day on which the customer got it; `state=back` takes that back."""
    report = _report(request, pk)
    if request.GET.get("state") == "back":
        give_review(pk=pk, on=None, by=request.user)
        messages.success(request, _("It counts as not given."))
        return redirect("review_report", pk)
    form = GivenForm(request.POST, report=report)
    if not form.is_valid():
        return _review_page(request, report, form)
    day = form.cleaned_data["given_on"]
    give_review(pk=pk, on=day, by=request.user)
    back = f"undo:{reverse('review_report_given', args=[pk])}?state=back"
    words = _("Noted: given to the customer on %(day)s.") % {
        "day": date_format(day, "SHORT_DATE_FORMAT")
    }
    messages.success(request, words, extra_tags=back)
    return redirect("review_report", pk)


@require_safe
@only_with_worth
def account_card(request, pk: int):
    """The key account card as it is printed, for ourselves alone."""
    customer = account.load(request.user, pk)
    paper = account_card_words.paper(account.read(customer, request.user), request.user)
    context = {
        "paper": paper,
        "customer": customer,
        "pdf_url": reverse("account_card_pdf", args=[pk]),
    }
    return render(request, "reports/paper.html", context)


@require_safe
@never_cache
@only_with_worth
def account_card_pdf(request, pk: int):
    customer = account.load(request.user, pk)
    paper = account_card_words.paper(account.read(customer, request.user), request.user)
    return _file(request, paper=paper, kind="account_card", customer=customer)


def _proposal(request: HttpRequest, pk: int) -> tuple[next_order.NextOrder, Paper]:
    customer = account.load(request.user, pk)
    order = next_order.read(customer, request.user)
    language = languages.chosen(request.GET.get("language", ""), customer, request.user)
    return order, proposal_words.paper(order, language, request.user)


@require_safe
@only_with_worth
def proposal(request, pk: int):
    """What to offer for the expected next order, in the customer's language."""
    order, paper = _proposal(request, pk)
    address = reverse("proposal", args=[pk])
    context = {
        "paper": paper,
        "customer": order.customer,
        "order": order,
        "languages": _languages(address, paper.language),
        "mail_to": _mail(order, paper),
        "pdf_url": f"{reverse('proposal_pdf', args=[pk])}?language={paper.language}",
    }
    return render(request, "reports/proposal.html", context)


def _mail(order: next_order.NextOrder, paper: Paper) -> str:
    """The address of a mail to who orders there, for the person's own mail program."""
    if not order.buyers:
        return ""
    people = ",".join(quote(person.email) for person in order.buyers)
    return f"mailto:{people}?subject={quote(f'{paper.title} – {paper.company}')}"


@require_safe
@never_cache
@only_with_worth
def proposal_pdf(request, pk: int):
    order, paper = _proposal(request, pk)
    if order.gap is None:
        return redirect("proposal", pk)  # which says why there is none
    return _file(request, paper=paper, kind="proposal", customer=order.customer)
