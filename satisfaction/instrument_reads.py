"""Reads of questionnaires."""

from django.db import models


class VersionQuerySet(models.QuerySet):
    def askable(self, also: int | None = None):
        """What a new wave can ask with: the newest of each questionnaire in use; and this one."""
        active = self.filter(instrument__is_active=True)
        newest = active.order_by("instrument_id", "-number").distinct("instrument_id").values("pk")
        either = self.filter(models.Q(pk__in=newest) | models.Q(pk=also))
        return either.select_related("instrument").order_by("instrument__position", "-number")

    def newest(self):
        """That of each questionnaire, in use or not, with how much it asks and has asked."""
        newest = self.order_by("instrument_id", "-number").distinct("instrument_id").values("pk")
        return (
            self.filter(pk__in=newest)
            .select_related("instrument")
            .annotate(
                asked=models.Count("questions", distinct=True),
                waves_with_it=models.Count("instrument__versions__waves", distinct=True),
            )
            .order_by("-instrument__is_active", "instrument__position", "instrument_id")
        )
