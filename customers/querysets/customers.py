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
        """By number, as the unique index compares it."""
        return self.alias(folded=Lower("number")).filter(folded=Lower(Value(number)))

    def alike(self, *, name_key: str, phones: list[str]):
        """Possible doubles: the same name but for case, accents and spaces, or a same phone."""
        by_name = self.filter(standing__name_key=name_key).values("pk")
        by_phone = self.filter(tokens__tokens__overlap=phones).values("pk")
        return self.filter(pk__in=by_name.union(by_phone) if phones else by_name)
