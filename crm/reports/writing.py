"""Writes of business reviews: made, changed, given; and the note that a paper left the house."""

import datetime as dt
from typing import Any

from django.db import transaction

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.platform.edits import save_version
from customers.models import Customer, ReviewReport
from customers.services import care


class AlreadyGivenError(Exception):
    """What a customer holds in its hands is not written anew."""


@transaction.atomic
def create_review(*, customer: Customer, values: dict[str, Any], by: User) -> ReviewReport:
    return ReviewReport.objects.create(customer=customer, made_by=by, **values)


@transaction.atomic
def edit_review(*, pk: int, version: int, values: dict[str, Any]) -> ReviewReport:
    """Raises NewerChange, or AlreadyGivenError once it was given."""
    report = ReviewReport.objects.select_for_update().get(pk=pk)
    if report.given_on:
        raise AlreadyGivenError
    return save_version(ReviewReport.objects, pk, version, values)


@transaction.atomic
def give_review(*, pk: int, on: dt.date | None, by: User) -> ReviewReport:
    """Note the day on which the customer got it, and settle the care that this keeps.

    Without a day it was not given after all: what it kept is owed again.
    """
    report = ReviewReport.objects.select_for_update().get(pk=pk)
    if report.given_on == on:
        return report
    before, report.given_on = report.given_on, on
    report.version += 1
    report.save(update_fields=["given_on", "version"])
    details = {"customer": report.customer_id, "on": str(on) if on else None}
    audit(by, Action.REVIEW_GIVEN, f"{report.customer} {report}", **details)
    if before:
        care.doubt(report=report, given_on=before)
    care.settle(report.customer_id)
    return report


def note_export(*, by: User, kind: str, customer: Customer, size: int) -> None:
    """A paper was taken out as a file."""
    audit(by, Action.PAPER_EXPORTED, customer, kind=kind, customer=customer.pk, size=size)
