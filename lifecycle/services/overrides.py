"""Overrides of tier and stage: proposed, approved or refused, withdrawn, ended early.

A night gives what was decided by its date; nothing here touches standings, so that all figures
stay those of one night.
"""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.db import transaction

from crm.accounts.models import User
from customers.models import Customer
from customers.services.locks import lock_customer
from lifecycle.models.overrides import MOST_MONTHS, Override


class OverrideError(Exception):
    """It can't be done as things stand now."""


class AlreadyProposed(OverrideError):  # noqa: N818 -- an outcome for the person
    """Somebody's proposal for the customer waits for an answer."""


class NotOpen(OverrideError):  # noqa: N818 -- an outcome for the person
    """It was decided, withdrawn or ended meanwhile."""


class NotAllowed(OverrideError):  # noqa: N818 -- an outcome for the person
    """Not by this person: who proposes does not approve."""


class TooLate(OverrideError):  # noqa: N818 -- an outcome for the person
    """It would have ended already."""


def latest_until(day: dt.date) -> dt.date:
    """The last day until which an override proposed on the day may hold."""
    return day + relativedelta(months=MOST_MONTHS)


@transaction.atomic
def propose(
    *,
    model: type[Override],
    customer: Customer,
    by: User,
    value: str,
    reason: str,
    until: dt.date,
    on: dt.date,
) -> Override:
    """Ask a manager for another tier or stage; the same click sent twice is one proposal."""
    lock_customer(customer.pk)
    waiting = model.objects.proposed().filter(customer=customer).first()
    if waiting is not None:
        if (waiting.proposed_by_id, waiting.value, waiting.until) == (by.pk, value, until):
            return waiting
        raise AlreadyProposed
    return model.objects.create(
        customer=customer,
        reason=reason,
        until=until,
        proposed_by=by,
        proposed_on=on,
        **{model.kind: value},
    )


@transaction.atomic
def approve(*, override: Override, by: User, on: dt.date) -> Override:
    """From this day's night on it holds; one that held so far ends."""
    override = _open(override, by)
    if override.until < on:
        raise TooLate
    running = type(override).objects.filter(
        customer=override.customer_id, state=Override.State.APPROVED, ended_on=None
    )
    for former in running:
        # One that has expired is closed on the day after its last one.
        former.ended_on, former.ended_by = min(on, former.until + dt.timedelta(days=1)), by
        former.save(update_fields=["ended_on", "ended_by"])
    return _decide(override, Override.State.APPROVED, by, on)


@transaction.atomic
def refuse(*, override: Override, by: User, answer: str, on: dt.date) -> Override:
    """With the reason, for who proposed it."""
    override = _open(override, by)
    override.answer = answer
    return _decide(override, Override.State.REFUSED, by, on)


@transaction.atomic
def withdraw(*, override: Override, by: User) -> Override:
    """Taken back by who proposed it."""
    override = _locked(override)
    if not override.is_open:
        raise NotOpen
    if not override.may_be_withdrawn_by(by):
        raise NotAllowed
    override.state = Override.State.WITHDRAWN
    override.save(update_fields=["state"])
    return override


@transaction.atomic
def end(*, override: Override, by: User, reason: str, on: dt.date) -> Override:
    """From this day's night on the figures decide again."""
    override = _locked(override)
    if not override.holds_on(on):
        raise NotOpen
    if not override.may_be_ended_by(by, on):
        raise NotAllowed
    override.ended_by, override.ended_on, override.end_reason = by, on, reason
    override.save(update_fields=["ended_by", "ended_on", "end_reason"])
    return override


def _locked(override: Override) -> Override:
    lock_customer(override.customer_id)
    return type(override).objects.select_for_update(of=("self",)).get(pk=override.pk)


def _open(override: Override, by: User) -> Override:
    override = _locked(override)
    if not override.is_open:
        raise NotOpen
    if not override.may_be_decided_by(by):
        raise NotAllowed
    return override


def _decide(override: Override, state: str, by: User, on: dt.date) -> Override:
    override.state, override.decided_by, override.decided_on = state, by, on
    override.save(update_fields=["state", "decided_by", "decided_on", "answer"])
    return override
