"""Reads of news mailings."""

from collections.abc import Sequence

from django.db import models
from django.db.models import Count

from customers.querysets.access import OfVisibleCustomers


class MailingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and all for managers; service staff send none."""
        if not user.is_authenticated or not user.is_active or not user.sees_worth:
            return self.none()
        return self if user.is_manager else self.filter(made_by=user.pk)


class MailingRecipientQuerySet(OfVisibleCustomers):
    def by_outcome(self, mailing: int) -> dict[str, int]:
        """How many contacts a mailing went to (empty), and how many not, by the reason."""
        rows = self.filter(mailing=mailing).order_by().values_list("skipped")
        return dict(rows.annotate(Count("pk")))

    def reached(self, mailings: Sequence[int]) -> dict[int, tuple[int, int]]:
        """By mailing: to how many it went, and how many of them refuse further ones."""
        rows = self.filter(mailing__in=mailings, skipped="").order_by().values_list("mailing")
        counts = rows.annotate(Count("pk"), Count("refused_at"))
        return {mailing: (sent, refused) for mailing, sent, refused in counts}
