"""Satisfaction with touchpoints as pages show it to those who see all customers."""

from django.db import models

from customers.models import Touchpoint
from satisfaction.models.waves import Wave


class TouchpointFigure(models.Model):
    """Sums over the customers who were asked about a touchpoint in a wave, on 0 to 100.

    Prepared with the wave's other figures, since no page may scan all answers.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="touchpoint_figures")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.CASCADE, related_name="+")
    customers = models.PositiveIntegerField()
    total = models.FloatField()
    squares = models.FloatField()

    class Meta:
        ordering = ["wave", "touchpoint"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "touchpoint"], name="touchpointfigure_once")
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.touchpoint_id}: {self.customers}"
