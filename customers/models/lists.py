"""How people look at the list of customers, and what they do with many at once."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team
from customers.models.customer import Customer
from customers.querysets import SavedViewQuerySet


class SavedView(models.Model):
    """A filter of the list under a name, with its sort; shared with the team or one's own."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(pgettext_lazy("of a saved filter", "name"), max_length=60)
    query = models.CharField(max_length=1_000, blank=True)  # as in the address
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("shared with"),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_view_once_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ListPreference(models.Model):
    """The columns a user wants in the list, and the sort it opens with."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="list_preference",
    )
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    sort = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}"


class MassAction(models.Model):
    """One thing done to many customers at once, kept so that it can be undone."""

    class Kind(models.TextChoices):
        ASSIGN = "assign", _("Assign")
        TAG = "tag", _("Add a tag")
        UNTAG = "untag", _("Take a tag away")
        TASK = "task", _("Make tasks")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mass_actions"
    )
    kind = models.CharField(max_length=6, choices=Kind)
    what = models.CharField(max_length=300)  # in words: the tag, the new owner, the task
    values = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=0)  # customers it changed
    # The form's: the same one sent twice acts once.
    submission = models.UUIDField(unique=True, null=True)
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"


class MassActionRow(models.Model):
    """What a mass action changed at one customer: enough to put it back."""

    action = models.ForeignKey(MassAction, on_delete=models.CASCADE, related_name="rows")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    # The task it made, or owner and team before and the version after.
    before = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "customer"], name="mass_action_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.action_id} {self.customer_id}"
