"""What we change so that fewer customers have a reason to leave."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from satisfaction.improvement_reads import ImprovementActionQuerySet


class ImprovementAction(models.Model):
    """A change that somebody brings about by a day, of one of the eight long-term measures."""

    class Measure(models.TextChoices):
        IDEA = "idea", pgettext_lazy("long-term measure", "Idea")
        PRODUCT = "product", pgettext_lazy("long-term measure", "Product")
        SERVICE = "service", pgettext_lazy("long-term measure", "Service")
        STAFF = "staff", pgettext_lazy("long-term measure", "Staff")
        IMAGE = "image", pgettext_lazy("long-term measure", "Image")
        MANAGEMENT = "management", pgettext_lazy("long-term measure", "Management")
        INNOVATION = "innovation", pgettext_lazy("long-term measure", "Innovation")
        ALLIANCE = "alliance", pgettext_lazy("long-term measure", "Customer alliance")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    what = models.CharField(_("what is done"), max_length=300)
    measure = models.CharField(_("long-term measure"), max_length=10, choices=Measure)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="improvement_actions",
        verbose_name=_("who does it"),
    )
    due_on = models.DateField(_("due on"))
    aim = models.TextField(_("what it should change"), blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    result = models.TextField(_("result"), blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ImprovementActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["state", "due_on", "id"], name="improvement_by_day")]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="improvement_has_words"),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(result=""), name="improvement_done_has_result"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="improvement_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
