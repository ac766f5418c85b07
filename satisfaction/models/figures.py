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
    PRODUCT = "product"  # the category that they bought most of
    COMPLAINT = "complaint"  # what they had complained of before they answered
    ATTITUDE = "attitude"  # promoter, passive, detractor


class WaveFigure(models.Model):
    """Sums over the customers of one group who answered in a wave.

    Prepared by `satisfaction.services.results`, since no page may scan all answers; account
    managers' figures are of their own customers and summed when they ask. Of an anonymous wave
    only groups that may be published are kept, so that no reader can show another one.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="figures")
    group = models.CharField(max_length=9, choices=GroupKind)
    key = models.CharField(max_length=100, blank=True)
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


class QuestionFigure(models.Model):
    """Sums over the customers of one group who answered one question of a wave, on 0 to 100."""

    wave = models.ForeignKey(
        Wave, on_delete=models.CASCADE, related_name="question_figures", db_index=False
    )
    group = models.CharField(max_length=9, choices=GroupKind)
    key = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=40)  # of the question, by which versions are compared
    customers = models.PositiveIntegerField()
    total = models.FloatField()
    squares = models.FloatField()
    top = models.FloatField()  # customers in the upper two boxes; in parts where contacts disagree

    class Meta:
        ordering = ["wave", "group", "key", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "group", "key", "code"], name="questionfigure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.group} {self.key} {self.code}: {self.customers}"
