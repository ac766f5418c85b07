"""Assessments: weighted totals, and a new dated answer sheet about a customer."""

import datetime as dt
from collections.abc import Iterable, Mapping
from statistics import mean
from typing import TypeAlias

from django.db import connection, transaction
from django.utils import timezone

from crm.accounts.models import User
from customers.models import Customer
from customers.services.locks import DOUBLE_CLICK, lock_customer
from lifecycle.models import Assessment, Criterion
from lifecycle.portfolio import Cuts

# Criterion's id to its mark and whether the data gave it.
Answers: TypeAlias = Mapping[int, tuple[int, bool]]
Part = Criterion.Part
# More than these are not weighed anew for a look at what a change would do.
WEIGHED_ANEW = 5_000


class NewerAssessmentError(Exception):
    """Somebody assessed the customer since this person opened the page."""

    def __init__(self, newest: Assessment):
        super().__init__(f"assessment {newest.pk}")
        self.newest = newest


def totals(criteria: Iterable[Criterion], answers: Answers) -> dict[str, float | None]:
    """Weighted means of the answered criteria, by part, and what follows from them.

    `up` is the mean of attractiveness and potential, or the one that is known; `across` the
    relationship; `total` the mean of the parts that were answered.
    """
    sums = {part: [0, 0] for part in Part.values}
    for criterion in criteria:
        if criterion.pk in answers:
            sums[criterion.part][0] += criterion.weight * answers[criterion.pk][0]
            sums[criterion.part][1] += criterion.weight
    parts = {part: got / weight if weight else None for part, (got, weight) in sums.items()}
    return {
        **parts,
        "across": parts[Part.RELATIONSHIP],
        "up": _mean(parts[Part.ATTRACTIVENESS], parts[Part.POTENTIAL]),
        "total": _mean(*parts.values()),
    }


def _mean(*marks: float | None) -> float | None:
    known = [mark for mark in marks if mark is not None]
    return mean(known) if known else None


@transaction.atomic
def assess(
    *,
    customer: Customer,
    by: User,
    on: dt.date,
    answers: Answers,
    remarks: str = "",
    seen: int | None = None,
) -> Assessment:
    """A new assessment, the newest from now on; `seen` is the one that was newest to this person.

    Nothing is ever overwritten: two people's sheets are both kept, each with its date. But who
    did not see the other's is told before theirs is put on top (NewerAssessmentError).
    """
    lock_customer(customer.pk)
    stored = {str(pk): list(answer) for pk, answer in answers.items()}
    before = Assessment.objects.newest().filter(customer=customer).first()
    if before and before.pk != seen:
        if _is_the_same_click(before, by, stored, remarks):
            return before
        raise NewerAssessmentError(before)
    if before:
        before.is_newest = False
        before.save(update_fields=["is_newest"])
    figures = totals(Criterion.objects.filter(pk__in=list(answers)), answers)
    return Assessment.objects.create(
        customer=customer, by=by, on=on, answers=stored, remarks=remarks, **figures
    )


def _is_the_same_click(before: Assessment, by: User, answers: dict, remarks: str) -> bool:
    return (
        before.by_id == by.pk
        and timezone.now() - before.made_at < DOUBLE_CLICK
        and (before.answers, before.remarks) == (answers, remarks)
    )


# -- what a change of the scorecard would do

WOULD_MOVE = """
    WITH weighed AS (
        SELECT id, up, across, answers FROM lifecycle_assessment
        WHERE is_newest AND up IS NOT NULL AND across IS NOT NULL
        ORDER BY id DESC LIMIT %(most)s),
    parts AS (
        SELECT w.id, c.part, sum(weight * (a.value ->> 0)::float8) / nullif(sum(weight), 0) AS mark
        FROM weighed w CROSS JOIN LATERAL jsonb_each(w.answers) a
        JOIN (SELECT id, part, CASE WHEN id = %(criterion)s THEN %(weight)s ELSE weight END AS weight
              FROM lifecycle_criterion) c ON c.id = a.key::bigint
        GROUP BY w.id, c.part),
    places AS (
        SELECT w.up, w.across,
            (SELECT avg(mark) FROM parts p WHERE p.id = w.id
             AND part IN ('attractiveness', 'potential')) AS new_up,
            (SELECT mark FROM parts p WHERE p.id = w.id AND part = 'relationship') AS new_across
        FROM weighed w)
    SELECT count(*), count(*) FILTER (WHERE
        width_bucket(up, %(up)s) <> width_bucket(coalesce(new_up, up), %(up)s)
        OR width_bucket(across, %(across)s) <> width_bucket(coalesce(new_across, across), %(across)s))
    FROM places
"""  # noqa: E501


def would_move(*, criterion: Criterion, weight: int, cuts: Cuts) -> tuple[int, int]:
    """Of how many customers how many would stand in another cell, if this weight held.

    Of the assessments made last, so many at most.
    """
    values = {
        "criterion": criterion.pk,
        "weight": weight,
        "most": WEIGHED_ANEW,
        "up": list(cuts.up),
        "across": list(cuts.across),
    }
    with connection.cursor() as cursor:
        cursor.execute(WOULD_MOVE, values)
        return cursor.fetchone()
