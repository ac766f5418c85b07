"""Reads of what users keep for themselves, and of what is handed over."""

from django.db import models
from django.db.models import F, OuterRef, Q

from crm.accounts.roles import Role
from customers.querysets.access import visible


class HandoverQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of who gives it, who gets it, and all managers."""
        if user.is_manager:
            return self
        return self.filter(Q(by=user.pk) | Q(taker=user.pk))

    def waiting_for(self, user):
        """Offers to answer, and what came at once and is to be confirmed."""
        return self.filter(taker=user.pk, state="offered")

    def whose(self, whose: str, user):
        """Offered to this person (`mine`), by this person (`given`), or everybody's."""
        columns = {"mine": "taker", "given": "by"}
        return self.filter(**{columns[whose]: user}) if whose in columns else self


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, about customers that one sees still."""
        mine = self.filter(user=user.pk)
        if user.sees_all_customers and user.is_active:
            return mine
        rule = visible(user, "customer__account_manager_id", "customer__team_id")
        return mine.filter(rule | Q(customer=None))

    def unseen(self):
        return self.filter(seen_at=None)

    def unseen_of_each(self):
        """Beside a query of users: the unseen ones of each that `visible_to` lets through."""
        sees = ~Q(user__role=Role.ACCOUNT_MANAGER) | Q(customer=None)
        sees |= Q(customer__account_manager=F("user")) | Q(customer__team=F("user__team"))
        return self.unseen().filter(sees, user=OuterRef("pk"))


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own and those shared with one's team."""
        rule = Q(user=user.pk)
        return self.filter(rule | Q(team=user.team_id)) if user.team_id else self.filter(rule)
