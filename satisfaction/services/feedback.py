"""Writing feedback down, and the plan of collecting it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from complaints.models import Case
from crm.accounts.audit import Action, audit, changes
from crm.accounts.models import User
from crm.platform.edits import save_version
from satisfaction.models import (
    WRITTEN,
    CollectionPlan,
    Feedback,
    Frequency,
    Response,
    Source,
    Wave,
)

# What is due by when; a source that is heard all the time says something each month.
DAYS = {
    Frequency.STEADILY: 31,
    Frequency.MONTHLY: 31,
    Frequency.QUARTERLY: 92,
    Frequency.HALF_YEARLY: 184,
    Frequency.YEARLY: 366,
}


@transaction.atomic
def record_feedback(*, by: User, values: Mapping[str, Any]) -> Feedback:
    """Something new that was said; the same words sent twice are one."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    same = {name: values[name] for name in ("source", "customer", "said_on", "words")}
    twin = Feedback.objects.filter(recorded_by=by, **same).first()
    return twin or Feedback.objects.create(recorded_by=by, **values)


@transaction.atomic
def edit_feedback(*, pk: int, version: int, values: Mapping[str, Any]) -> Feedback:
    """Unless somebody saved since (NewerChange)."""
    return save_version(Feedback.objects.all(), pk, version, values)


@transaction.atomic
def edit_plan(
    *, source: str, version: int, values: Mapping[str, Any], actor: User
) -> CollectionPlan:
    """Write the plan of a source, its first time too, unless somebody saved since (NewerChange)."""
    CollectionPlan.objects.bulk_create([CollectionPlan(source=source)], ignore_conflicts=True)
    before = CollectionPlan.objects.values(*values).get(pk=source)
    plan = save_version(CollectionPlan.objects.all(), source, version, values)
    after = {name: getattr(value, "pk", value) for name, value in values.items()}
    audit(actor, Action.SETTINGS_CHANGED, plan, **changes(before, after))
    return plan


def last_heard() -> dict[str, dt.date]:
    """The day that each source was last heard on."""
    found: dict[str, dt.date | None] = dict.fromkeys(Source.values)
    # Each by the index, all in one statement.
    newest = [
        Feedback.objects.filter(source=source).order_by("-said_on").values_list("source", "said_on")
        for source, _label in WRITTEN
    ]
    first, *others = (rows[:1] for rows in newest)
    found |= dict(first.union(*others, all=True))
    case = Case.objects.complaints().order_by("-received_at").only("received_at").first()
    found[Source.COMPLAINTS] = case and case.received_at.date()
    # Wave by wave, since an index has the newest answer of each.
    answers = Response.objects.finished().filter(wave=OuterRef("pk")).order_by("-finished_at")
    times = Wave.objects.annotate(newest=Subquery(answers.values("finished_at")[:1]))
    days = [at.date() for at in times.values_list("newest", flat=True) if at]
    found[Source.SURVEYS] = max(days, default=None)
    return {source: day for source, day in found.items() if day}


def days_overdue(plan: CollectionPlan, last: dt.date | None, today: dt.date) -> int | None:
    """By how many days the source is overdue; 0 on time, None where nothing is due by a date.

    A source of which nothing was ever heard is late by the days of its whole rhythm.
    """
    if not plan.version or plan.frequency not in DAYS:
        return None
    days = DAYS[plan.frequency]
    if last is None:
        return days
    return max((today - last).days - days, 0)
