from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.models.standing import SignalKind
from lifecycle.querysets import SignalQuerySet


class Signal(models.Model):
    """One observed reason to fear that a customer leaves, with its evidence."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(_("kind"), max_length=20, choices=SignalKind)
    strength = models.FloatField(_("strength"))  # 0 to 1
    # The numbers that the words are made of, such as days_since and usual_gap.
    evidence = models.JSONField(default=dict)
    first_seen = models.DateField(_("first seen"))
    last_seen = models.DateField(_("last seen"))
    ended_on = models.DateField(_("ended on"), null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    dismissed_at = models.DateTimeField(null=True)
    dismissed_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = SignalQuerySet.as_manager()

    class Meta:
        ordering = ["-strength", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"],
                condition=Q(ended_on__isnull=True),
                name="signal_one_open_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True) | ~Q(dismissed_reason=""),
                name="signal_dismissed_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id}"

    @property
    def words(self) -> str:
        """The evidence as a sentence, in the reader's language."""
        if self.kind == SignalKind.SILENT:
            return self._silent_words()
        return self._volume_words()

    def _silent_words(self) -> str:
        days, gap = round(self.evidence["days_since"]), self.evidence.get("usual_gap")
        if not gap:
            return ngettext("No order for %d day", "No order for %d days", days) % days
        return ngettext(
            "No order for %(days)d day, usually every %(gap)d",
            "No order for %(days)d days, usually every %(gap)d",
            days,
        ) % {"days": days, "gap": max(1, round(gap))}

    def _volume_words(self) -> str:
        fall = {"percent": round(-100 * self.evidence["change"])}
        if self.evidence.get("kind") == "slowly":
            return gettext("Volume falling for four quarters, %(percent)d %% in all") % fall
        return gettext("Volume down %(percent)d %% against its own level") % fall
