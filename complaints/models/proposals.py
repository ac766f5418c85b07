"""What recurring complaints propose to change."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.models.cases import Case
from complaints.models.lists import RootCause
from complaints.proposal_reads import ProposalQuerySet
from customers.models import Customer


class ImprovementProposal(models.Model):
    """Raised where the same root cause comes again; people decide what becomes of it.

    Of one cause and customer, or of one cause that rises, there is never a second one while the
    first is open or accepted.
    """

    class Kind(models.TextChoices):
        AGAIN = "again", _("again at the same customer")
        RISING = "rising", _("rising across customers")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "to be decided")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
        REJECTED = "rejected", pgettext_lazy("proposal", "rejected")
        DONE = "done", pgettext_lazy("proposal", "done")

    LIVE = (State.OPEN, State.ACCEPTED)

    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    root_cause = models.ForeignKey(
        RootCause, on_delete=models.PROTECT, related_name="+", verbose_name=_("root cause")
    )
    customer = models.ForeignKey(
        Customer,
        null=True,
        on_delete=models.PROTECT,
        related_name="proposals",
        verbose_name=_("customer"),
    )
    cases = models.ManyToManyField(Case, related_name="proposals", verbose_name=_("complaints"))
    raised_on = models.DateField(_("raised on"))
    # Why: {"complaints", "days"} of one customer; {"week", "count", "centre", "high", "rules"}.
    evidence = models.JSONField(default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="proposals",
        verbose_name=_("who does it"),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    reason = models.TextField(_("reason"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_on", "-id"]
        indexes = [
            models.Index(fields=["state", "-raised_on", "-id"], name="proposal_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "root_cause", "customer"],
                condition=Q(state__in=["open", "accepted"]),
                nulls_distinct=False,
                name="proposal_one_live",
            ),
            models.CheckConstraint(
                condition=Q(kind="again", customer__isnull=False)
                | Q(kind="rising", customer__isnull=True),
                name="proposal_of_customer",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="proposal_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["rejected", "done"]) | ~Q(reason=""),
                name="proposal_ended_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(owner__isnull=False, due_on__isnull=False),
                name="proposal_accepted_has_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.root_cause_id} {self.customer_id or ''}"

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE
