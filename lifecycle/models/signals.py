from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.models.signal_kinds import SignalGroup, SignalKind
from lifecycle.querysets import SignalQuerySet
from lifecycle.signal_rows import cases_of, rows_url
from lifecycle.signal_words import signal_words


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
    # How strong it was when it was dismissed: clearly stronger, it comes back.
    dismissed_strength = models.FloatField(null=True)

    objects = SignalQuerySet.as_manager()

    class Meta:
        ordering = ["-strength", "id"]
        # The page of a kind's record lists its episodes, the newest first.
        indexes = [models.Index(fields=["kind", "first_seen", "id"], name="signal_by_kind")]
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
        return signal_words(self.kind, self.evidence)

    @property
    def rows_url(self) -> str:
        """The page of the rows that the evidence rests on."""
        return rows_url(self)

    @property
    def cases(self) -> list[dict[str, str]]:
        """Each complaint, where it is about several."""
        return cases_of(self)

    @property
    def group(self) -> SignalGroup:
        return SignalKind(self.kind).group
