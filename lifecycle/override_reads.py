"""Reads of overrides; `visible_to(user)` first."""

import datetime as dt

from django.db.models import Q

from customers.querysets import OfWorth

# The overrides that the night of a date gives: customer and value. `{kind}` is "tier" or "stage".
HOLDING = """
    SELECT customer_id, {kind} AS value FROM lifecycle_{kind}override
    WHERE state = 'approved' AND decided_on <= %(as_of)s AND until >= %(as_of)s
        AND (ended_on IS NULL OR ended_on > %(as_of)s)
"""


class OverrideQuerySet(OfWorth):
    def proposed(self):
        return self.filter(state="proposed")

    def holding(self, day: dt.date):
        """Those that the night of the day gives."""
        running = Q(ended_on=None) | Q(ended_on__gt=day)
        return self.filter(running, state="approved", decided_on__lte=day, until__gte=day)

    def with_people(self):
        people = ("proposed_by", "decided_by", "ended_by")
        return self.select_related("customer__standing", *people)
