"""Interviews: how often we tried to reach somebody, and when to try again."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from satisfaction.models.choices import Way
from satisfaction.models.waves import Invitation


class InterviewAttempt(models.Model):
    """One time that somebody was called or visited and did not answer the questions then."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="attempts")
    way = models.CharField(_("how"), max_length=5, choices=Way)
    on = models.DateField(_("on"))
    is_reached = models.BooleanField(_("reached"))
    again_on = models.DateField(_("again on"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(again_on__isnull=True) | Q(again_on__gte=F("on")),
                name="interviewattempt_again_afterwards",
            )
        ]

    def __str__(self) -> str:
        return f"{self.invitation_id} {self.on}"
