"""Reads of counts that are kept: see `models.counts`."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Q, Sum


@dataclass
class Asked:
    """How many invitations of a wave are in each state, and how many reminders were sent.

    As it is now, or as it was counted. Counts are no secret of a customer.
    """

    states: Counter[str] = field(default_factory=Counter)
    reminders: int = 0
    counted_at: dt.datetime | None = None

    @property
    def number(self) -> int:
        return self.states.total()

    def add(self, state: str, reminders: int, number: int) -> None:
        self.states[state] += number
        self.reminders += reminders * number


NOBODY = Asked()


class AskedCountQuerySet(models.QuerySet):
    def asked_in(self) -> dict[int, Asked]:
        """By wave, as it was counted."""
        found: dict[int, Asked] = {}
        for row in self:
            one = found.setdefault(row.wave_id, Asked(counted_at=row.counted_at))
            one.add(row.state, row.reminders, row.number)
        return found


class LoopCountQuerySet(models.QuerySet):
    def rates(self, since: dt.date, today: dt.date) -> dict:
        """As `LoopQuerySet.rates` has it of those that opened since and are `due_by` today."""
        due = Q(due_on__lt=today) | ~Q(outcome="")
        rows = self.filter(due, opened_on__gte=since)
        found = {"opened": 0, "acted": 0, "in_time": 0, "closed": 0, "outcomes": Counter()}
        kinds = rows.values_list("outcome", "in_time", "is_closed")
        for outcome, in_time, is_closed, number in kinds.annotate(sum=Sum("number")):
            found["opened"] += number
            found["acted"] += number * bool(outcome)
            found["in_time"] += number * in_time
            found["closed"] += number * is_closed
            found["outcomes"][outcome] += number
        return found
