from django.conf import settings
from django.db import models
from django.db.models import Q

from complaints.figure_reads import CaseFigureQuerySet
from crm.accounts.models import Team


class CaseFigure(models.Model):
    """Figures of cases that the dashboard shows, prepared: `complaints.services.figures`.

    One row is of all cases. Each other one is of the customers of one account manager and team, as
    they are today (a cell); a customer is in one cell alone, so that those whom an account manager
    sees are cells added up.
    """

    is_of_all = models.BooleanField(default=False)
    account_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # the constraint begins with it
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    # What came in, of twelve months: by month and kind, complaints by category.
    received = models.JSONField(default=dict)
    # Deadlines met in ninety days: of cells each one's minutes, since percentiles don't add up.
    times = models.JSONField(default=list)
    # Of both, so that a row is written only where it has changed.
    digest = models.UUIDField()
    made_at = models.DateTimeField()

    objects = CaseFigureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_manager", "team"], nulls_distinct=False, name="casefigure_once"
            ),
            models.CheckConstraint(
                condition=Q(is_of_all=True, account_manager__isnull=True, team__isnull=True)
                | (Q(is_of_all=False) & (Q(account_manager__isnull=False) | Q(team__isnull=False))),
                name="casefigure_of_all_or_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_manager_id} {self.team_id}"
