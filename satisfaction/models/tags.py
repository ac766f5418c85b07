"""What the words of an answer are about, as people who read them say."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Touchpoint
from satisfaction.models.choices import Measure
from satisfaction.models.waves import Response


class ResponseTag(models.Model):
    """One measure or one touchpoint that a comment speaks of."""

    response = models.ForeignKey(
        Response, on_delete=models.CASCADE, related_name="tags", db_index=False
    )
    measure = models.CharField(_("measure"), max_length=20, choices=Measure, blank=True)
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["response", "measure", "touchpoint"],
                nulls_distinct=False,
                name="responsetag_once",
            ),
            models.CheckConstraint(
                condition=Q(touchpoint__isnull=True) ^ Q(measure=""),
                name="responsetag_of_measure_or_touchpoint",
            ),
        ]
        indexes = [models.Index(fields=["measure", "response"], name="responsetag_by_measure")]

    def __str__(self) -> str:
        return str(self.touchpoint or self.get_measure_display())
