"""Reads of customers who leave: rescues, losses, what was learned; for those who see worth."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum

from customers.querysets import visible
from customers.querysets.access import OfWorth

YEAR = dt.timedelta(days=365)


class RescueQuerySet(OfWorth):
    def open(self):
        return self.filter(state="open")

    def of(self, customer_ids: Iterable[int]) -> dict[int, models.Model]:
        """The open rescue of each customer."""
        rows = self.open().filter(customer__in=list(customer_ids))
        rows = rows.select_related("opened_by", "task__assignee")
        return {row.customer_id: row for row in rows}

    def calm(self, today: dt.date):
        """Found without danger so lately that nobody is asked again."""
        return self.filter(state="no_danger", calm_until__gt=today)

    def settled_within_a_year(self, today: dt.date):
        """What came of those closed in the last 365 days."""
        return self.exclude(state="open").filter(closed_on__gt=today - YEAR)

    def owned_by(self, owner: str, user):
        """As the list of customers has it: `me`, the id of a user, or everybody's."""
        if owner == "me":
            return self.filter(customer__account_manager=user.pk)
        return self.filter(customer__account_manager=int(owner)) if owner.isdecimal() else self


class LostMarkQuerySet(OfWorth):
    def open(self):
        """Not taken back."""
        return self.filter(taken_back_at=None)


class LossQuerySet(OfWorth):
    def open(self):
        """Neither came back nor turned out not to be lost."""
        return self.filter(closed_on=None)

    def whose(self, criteria: Mapping[str, int]):
        """Of customers by account manager and team."""
        return self.filter(**{f"customer__{name}": value for name, value in criteria.items()})

    def to_review(self):
        """Those of whom nobody has said yet why they went."""
        return self.open().filter(is_reviewed=False, was_gone=False)

    def to_win_back(self):
        """Those whom we would have back: not ended by us, and active in our files."""
        rows = self.open().filter(kind="total", by_us=False, customer__is_active=True)
        return rows.filter(expected__gt=0)

    def with_row(self):
        return self.select_related("customer__account_manager", "customer__standing", "mark")

    def with_attempt(self):
        """`is_tried`: an attempt to win it back runs."""
        model = self.model._meta.get_field("win_backs").related_model
        running = model.objects.filter(loss=OuterRef("pk"), state="open")
        return self.annotate(is_tried=Exists(running))


class OfLossesOfWorth(models.QuerySet):
    """Rows that hang on a loss are seen by those who see the customer and its worth."""

    def visible_to(self, user):
        if not user.sees_worth:
            return self.none()
        of_loss = "loss__customer__account_manager_id", "loss__customer__team_id"
        return self.filter(visible(user, *of_loss))

    def whose(self, criteria: Mapping[str, int]):
        """Of customers by account manager and team."""
        wanted = {f"loss__customer__{name}": value for name, value in criteria.items()}
        return self.filter(**wanted)


class LossReviewQuerySet(OfLossesOfWorth):
    def counted(self):
        """Of losses that were losses."""
        return self.exclude(loss__closed_as="void")

    def since(self, date: dt.date | None):
        return self.filter(loss__on__gt=date) if date else self

    def because_of(self, reason: str, since: dt.date | None):
        """The losses that a row of the reasons counts."""
        return self.counted().since(since).filter(reason=reason)

    def by_reason(self) -> dict[str, tuple[int, float]]:
        """By reason: how many, and the sum of the value lost."""
        rows = self.order_by().values_list("reason")
        rows = rows.annotate(number=Count("pk"), value=Sum("loss__value_lost"))
        return {reason: (number, float(value)) for reason, number, value in rows}

    def by_competitor(self):
        """To whom they went, the most first."""
        rows = self.filter(competitor__isnull=False).order_by()
        rows = rows.values("competitor", "competitor__name")
        return rows.annotate(number=Count("pk"), value=Sum("loss__value_lost")).order_by(
            "-number", "competitor__name"
        )

    def with_row(self):
        rows = self.select_related("loss__customer__standing", "competitor", "asked_by", "made_by")
        return rows.annotate(
            actions_count=Count("actions", distinct=True),
            open_actions=Count("actions", filter=Q(actions__state="open"), distinct=True),
        )
