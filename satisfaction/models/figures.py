"""Figures of a wave as pages show them to those who see all customers."""

from django.db import models

from satisfaction.models.waves import Wave


class GroupKind(models.TextChoices):
    """By what the customers of a wave are grouped."""

    ALL = "all"
    TIER = "tier"
    STAGE = "stage"
    REGION = "region"
    TEAM = "team"
    OWNER = "owner"
    COMPLAINT = "complaint"  # what they had complained of before they answered
    ATTITUDE = "attitude"  # promoter, passive, detractor


class WaveFigure(models.Model):
    """Sums over the customers of one group who answered in a wave.

    Prepared by `satisfaction.services.results`, since no page may scan all answers; account
    managers' figures are of their own customers and summed when they ask.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="figures")
    group = models.CharField(max_length=9, choices=GroupKind)
    key = models.CharField(max_length=60, blank=True)
    customers = models.PositiveIntegerField()
    responses = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()  # invitations
    sums = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

    class Meta:
        ordering = ["wave", "group", "key"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "group", "key"], name="wavefigure_once")
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.group} {self.key}: {self.customers}"
