"""Reads of customers themselves."""

from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower

from customers.querysets.access import visible


class CustomerQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible(user, "account_manager_id", "team_id"))

    def with_people(self):
        """With owner, team and service representative: what heads and forms show."""
        return self.select_related("account_manager", "team", "service_representative")

    def numbered(self, number: str):
        """By number, or by one that went with a merge; as the unique indexes compare them."""
        folded = Lower(Value(number))
        every = self.model._base_manager
        now = every.alias(folded=Lower("number")).filter(folded=folded)
        former = every.alias(folded=Lower("former_numbers__number")).filter(folded=folded)
        return self.filter(pk__in=now.values("pk").union(former.values("pk")))
