"""A customer of whom everything that service staff may not see stands out, and how to look for it.

Texts hold WORD, amounts NUMBER: neither occurs anywhere else.
"""

import io
import re
import zipfile
from decimal import Decimal

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.http import HttpResponse
from pypdf import PdfReader

from crm.accounts.models import User
from crm.tests.worth import AS_OF, dealings, nightly_run, silent_signal, valued_customer
from customers.models import (
    Customer,
    DealingDay,
    DealingSummary,
    Organisation,
    PlanReview,
    Standing,
    Task,
)
from customers.querysets.changes import WORTH_COLUMNS, WORTH_TABLES
from customers.services.plans import attach
from customers.tests import record_factories as records
from customers.tests.factories import AccountPlanFactory, PlanObjectiveFactory, TaskFactory
from lifecycle.models import (
    FitDecision,
    Loss,
    LossReview,
    LostMark,
    NominationReview,
    Signal,
    Valuation,
)
from lifecycle.tests.factories import (
    AssessmentFactory,
    NominationFactory,
    StageOverrideFactory,
    TierOverrideFactory,
)
from satisfaction.models import Answer
from satisfaction.tests.factories import ResponseFactory

WORD, NUMBER = "Quittenbaum", 7_654_321
# What stands between groups of digits.
BETWEEN = re.compile(r"(?<=\d)(?:[,.'\s\u00a0\u202f]|&nbsp;)(?=\d{3})")
OF_WORTH = ("signal", "survey", "plan")
FIGURES = {
    Standing: ("lifetime_value", "value_at_risk", "revenue_12m"),
    DealingDay: ("gross", "net"),
    DealingSummary: ("gross", "net"),
    Signal: ("dismissed_reason",),
    NominationReview: ("findings",),
    Answer: ("text",),
}


def marked_customer(owner: User) -> Customer:
    """With at least one row of everything that is hidden."""
    customer = valued_customer(owner, name="Marked Ltd")
    Organisation.objects.create(customer=customer)
    dealings(customer)
    silent_signal(customer, dismissed_by=owner, dismissed_at=None)
    nightly_run()
    for factory in (
        *(records.YearFigureFactory, records.CreditRecordFactory, records.IdeaFactory),
        *(records.OpportunityFactory, records.BenefitFactory, records.CompetitorPresenceFactory),
        *(AssessmentFactory, TierOverrideFactory, StageOverrideFactory),
    ):
        factory(customer=customer)
    nomination = NominationFactory(customer=customer)
    NominationReview.objects.create(nomination=nomination, by=owner, on=AS_OF)
    FitDecision.objects.create(customer=customer, pursue=True, why="?", on=AS_OF, by=owner)
    LostMark.objects.create(customer=customer, on=AS_OF, reason="staff", marked_by=owner)
    loss = Loss.objects.create(customer=customer, on=AS_OF)
    LossReview.objects.create(loss=loss, reason="staff", learned="?", on=AS_OF, made_by=owner)
    plan = AccountPlanFactory(customer=customer)
    PlanObjectiveFactory(plan=plan)
    PlanReview.objects.create(plan=plan, by=owner, on=AS_OF, findings="?")
    attach(plan=plan, files=[SimpleUploadedFile(f"{WORD}.txt", b"Of the plan.")], by=owner)
    for origin in OF_WORTH:
        TaskFactory(customer=customer, title=WORD, origin=origin, plan=_plan_of(origin, plan))
    ResponseFactory(invitation__customer=customer, answers={"overall": 2, "better": WORD})
    _mark_all(customer)
    return customer


def _plan_of(origin: str, plan):
    return plan if origin == "plan" else None


def _mark_all(customer: Customer) -> None:
    tables = {model._meta.db_table: model for model in apps.get_models()}
    hidden = {tables[name]: _telling(tables[name]) for name in WORTH_TABLES}
    hidden |= {tables[name]: columns for name, columns in WORTH_COLUMNS.items()}
    hidden |= FIGURES | {Valuation: _telling(Valuation)}
    hidden.pop(Task)  # of which only some are hidden
    for model, names in hidden.items():
        rows = list(model._base_manager.filter(**{_way_to_customer(model): customer.pk}))
        assert rows, model
        for row in rows:
            for name in names:
                setattr(row, name, _mark(model._meta.get_field(name)))
            row.save()


def _telling(model: type[models.Model]) -> list[str]:
    """The texts that people write, and the amounts, but for percentages."""
    return [
        field.name
        for field in model._meta.fields
        if (isinstance(field, models.DecimalField) and field.max_digits > 9)
        or (isinstance(field, models.CharField | models.TextField) and not _is_chosen(field))
    ]


def _is_chosen(field: models.Field) -> bool:
    return bool(field.choices) or (field.max_length or 99) < 50


def _way_to_customer(model: type[models.Model]) -> str:
    if model is Customer:
        return "pk"
    names = {field.name for field in model._meta.fields}
    ways = {"customer": "customer", "plan": "plan__customer", "nomination": "nomination__customer"}
    ways["loss"] = "loss__customer"
    return next((way for name, way in ways.items() if name in names), "response__customer")


def _mark(field: models.Field) -> str | Decimal:
    if isinstance(field, models.DecimalField):
        return Decimal(NUMBER)
    return f"{WORD} {NUMBER}"[: field.max_length]


def text_of(response: HttpResponse) -> str:
    """What one can read of an answer: also of workbooks and of PDFs."""
    content = response.getvalue()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(
                archive.read(name).decode(errors="ignore") for name in archive.namelist()
            )
    if content[:4] == b"%PDF":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode(errors="ignore")


def tells(response: HttpResponse) -> bool:
    text = text_of(response)
    return WORD in text or str(NUMBER) in BETWEEN.sub("", text)
