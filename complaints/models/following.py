"""Who follows a case, and which cases belong together."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.models.cases import Case
from complaints.querysets import CaseLinkQuerySet, CaseWatchQuerySet


class CaseWatch(models.Model):
    """A user wants to know what happens to a case."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="case_watches"
    )
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="watches")
    since = models.DateTimeField(auto_now_add=True)

    objects = CaseWatchQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "case"], name="case_watch_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.case_id}"


class CaseLink(models.Model):
    """Two cases that belong together, kept once: the earlier one is `one`.

    Both have an event that says so; the row is what pages look up.
    """

    one = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_on")
    other = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_back")

    objects = CaseLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="case_link_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="case_link_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id}"
