"""Customers that were lost: who, what we learned of it, and who is won back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.platform.amounts import summed
from customers.models import Competitor, Customer, Task
from lifecycle.leaving_reads import (
    LossQuerySet,
    LossReviewQuerySet,
    LostMarkQuerySet,
    OfLossesOfWorth,
)
from satisfaction.models import ImprovementAction


class LossKind(models.TextChoices):
    TOTAL = "total", pgettext_lazy("of a loss", "Total")
    PARTIAL = "partial", pgettext_lazy("of a loss", "Partial")


class LossReason(models.TextChoices):
    """Ours are the first four, theirs the others."""

    PRODUCT = "product", pgettext_lazy("loss reason", "Product")
    SERVICE = "service", pgettext_lazy("loss reason", "Service")
    STAFF = "staff", pgettext_lazy("loss reason", "Staff")
    IMAGE = "image", pgettext_lazy("loss reason", "Image")
    CUSTOMER = "customer", pgettext_lazy("loss reason", "Customer")
    COMPETITOR = "competitor", pgettext_lazy("loss reason", "Competitor")
    SOCIAL = "social", pgettext_lazy("loss reason", "Social")
    OTHER = "other", pgettext_lazy("loss reason", "Other")


OURS = (LossReason.PRODUCT, LossReason.SERVICE, LossReason.STAFF, LossReason.IMAGE)
THEIRS = tuple(reason for reason in LossReason if reason not in OURS)


class LostMark(models.Model):
    """Somebody says that a customer is lost, in whole or in part, and since when.

    A total one that was not taken back puts the customer into the stage of those that ended. The
    night takes it back where the customer bought since; then nobody stands in `taken_back_by`.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="lost_marks")
    on = models.DateField(_("lost on"))
    kind = models.CharField(_("how far"), max_length=7, choices=LossKind, default=LossKind.TOTAL)
    by_us = models.BooleanField(_("we ended it ourselves"), default=False)
    reason = models.CharField(_("reason"), max_length=10, choices=LossReason)
    why = models.TextField(_("what we know of it"), blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    marked_at = models.DateTimeField(auto_now_add=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    taken_back_at = models.DateTimeField(_("taken back"), null=True, editable=False)

    objects = LostMarkQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(taken_back_at=None), name="lost_mark_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.on}"


class Loss(models.Model):
    """A customer reached the stage of those that ended, or somebody marked it as lost.

    The night writes it, and keeps what it knows of it; what people learn stands in the review.
    It is closed when the customer buys again, or turns out not to be lost.
    """

    class Closed(models.TextChoices):
        NOT = "", _("lost")
        RETURNED = "returned", _("bought again")
        VOID = "void", _("was not lost")
        MERGED = "merged", _("merged")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="losses")
    on = models.DateField(_("lost on"))
    kind = models.CharField(_("how far"), max_length=7, choices=LossKind, default=LossKind.TOTAL)
    by_us = models.BooleanField(_("we ended it ourselves"), default=False)
    mark = models.ForeignKey(
        LostMark, null=True, on_delete=models.SET_NULL, related_name="losses", editable=False
    )
    # Had ended before the first figures: nobody is asked any more why it went.
    was_gone = models.BooleanField(default=False)
    last_purchase = models.DateField(_("last purchase"), null=True)
    # Margin of the twelve months up to the last purchase; of a partial loss, how much it fell.
    value_lost = summed(verbose_name=_("value lost"), default=0)
    # Of buying again within twelve months; null where the installation knows too few returns.
    chance = models.FloatField(_("chance of return"), null=True)
    expected = summed(verbose_name=_("value × chance"), default=0)
    is_reviewed = models.BooleanField(default=False)
    closed_on = models.DateField(null=True)
    closed_as = models.CharField(max_length=8, choices=Closed, blank=True)

    objects = LossQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [
            models.Index(
                fields=["value_lost", "id"],
                condition=Q(closed_on=None, is_reviewed=False, was_gone=False),
                name="loss_to_review",
            ),
            models.Index(
                fields=["expected", "id"],
                condition=Q(closed_on=None, kind="total", by_us=False),
                name="loss_to_win_back",
            ),
            models.Index(fields=["closed_on"], name="loss_closed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(closed_on=None), name="loss_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, closed_as="")
                | (Q(closed_on__isnull=False) & ~Q(closed_as="")),
                name="loss_closed_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.on}"


class LossReview(models.Model):
    """Why a customer left, who asked, and what we learned of it; one a loss."""

    class Asked(models.TextChoices):
        VISIT = "visit", _("Visit")
        CALL = "call", _("Call")
        LETTER = "letter", _("Letter")
        NOT = "not", _("Not asked")

    loss = models.OneToOneField(Loss, on_delete=models.CASCADE, related_name="review")
    reason = models.CharField(_("reason"), max_length=10, choices=LossReason)
    competitor = models.ForeignKey(
        Competitor,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("went to"),
    )
    how = models.CharField(_("how it was asked"), max_length=6, choices=Asked, default=Asked.NOT)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who asked"),
    )
    learned = models.TextField(_("what we learned"))
    kind = models.CharField(_("how far"), max_length=7, choices=LossKind, default=LossKind.TOTAL)
    by_us = models.BooleanField(
        _("ended by"),
        choices=[
            (False, pgettext_lazy("who ended it", "Them")),
            (True, pgettext_lazy("who ended it", "Us")),
        ],
        default=False,
    )
    on = models.DateField(_("reviewed on"))
    actions = models.ManyToManyField(
        ImprovementAction,
        blank=True,
        related_name="loss_reviews",
        verbose_name=_("improvement actions"),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = LossReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["on", "id"], name="loss_review_by_day")]
        constraints = [
            models.CheckConstraint(condition=~Q(learned=""), name="loss_review_has_words"),
            models.CheckConstraint(
                condition=Q(how="not", asked_by=None) | (~Q(how="not") & Q(asked_by__isnull=False)),
                name="loss_review_asked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loss_id} {self.reason}"


class WinBack(models.Model):
    """One attempt to win a lost customer back, judged by whether it buys again within a year."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won back")
        FAILED = "failed", _("not won back")

    loss = models.ForeignKey(Loss, on_delete=models.CASCADE, related_name="win_backs")
    on = models.DateField(_("begun on"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")
    chance = models.FloatField(null=True)  # of its return without us, when it was begun
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    settled_on = models.DateField(null=True)

    objects = OfLossesOfWorth.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["settled_on"], name="win_back_settled")]
        constraints = [
            models.UniqueConstraint(
                fields=["loss"], condition=Q(state="open"), name="win_back_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_on=None)
                | (~Q(state="open") & Q(settled_on__gte=F("on"))),
                name="win_back_settled_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loss_id} {self.on}"
