"""Counts that are kept beside large tables, since no page may count all their rows."""

from django.db import models

from satisfaction.count_reads import AskedCountQuerySet, LoopCountQuerySet
from satisfaction.models.loops import Outcome
from satisfaction.models.waves import Invitation, Wave


class AskedCount(models.Model):
    """How many invitations of a wave are in a state and have had so many reminders.

    Counted by `services.counting`; small waves are counted when somebody asks. No trigger keeps it:
    in anonymous waves nothing may tell in which order people answered.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=Invitation.State)
    reminders = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    objects = AskedCountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "state", "reminders"], name="askedcount_once")
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.state} {self.reminders}: {self.number}"


class LoopCount(models.Model):
    """How many loops began on a day (of UTC) and are due on another, by what came of them.

    A trigger adds rows for each statement that changes loops: how many came, or below zero went, of
    each kind. Their sum is always right, and nobody waits for anybody else; now and then
    `services.counting` adds up what is alike.
    """

    opened_on = models.DateField()
    due_on = models.DateField()
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    in_time = models.BooleanField()
    is_closed = models.BooleanField()
    number = models.BigIntegerField()

    objects = LoopCountQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["opened_on"], name="loopcount_by_day")]

    def __str__(self) -> str:
        return f"{self.opened_on} {self.due_on} {self.outcome}: {self.number}"
