"""Reads of invitations: how far each has come, whom one could phone, who never answers."""

import datetime as dt
from collections.abc import Mapping

from django.apps import apps
from django.db import models
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.lookups import LessThanOrEqual

from crm.platform.models import Installation
from customers.querysets import Order, Page, keyset_page
from satisfaction.count_reads import Asked
from satisfaction.lookups import named
from satisfaction.querysets import OfCustomers

# Somebody who has not answered and may still.
UNFINISHED = ["planned", "sent", "bounced", "opened", "started"]
WITH_PHONE = Q(contact__phone__gt="") | Q(contact__mobile__gt="") | Q(customer__phone__gt="")
# Who was asked so often within so long and answered nothing is silent.
SILENT_AFTER, SILENT_FOR = 3, dt.timedelta(days=730)
LEAST_SILENT = 2  # waves that a page may ask for


def _due() -> Q:
    """Whoever tried last said that it be tried again, by today."""
    attempts = apps.get_model("satisfaction", "InterviewAttempt").objects
    newest = attempts.filter(invitation=OuterRef("pk")).order_by("-on", "-pk")
    last = Subquery(newest.values("again_on")[:1], output_field=models.DateField())
    return Q(LessThanOrEqual(last, Installation.cached().today()))


FILTERS = {
    "state": lambda state: Q(state=state),
    "tier": lambda tier: Q(tier=tier),
    "reminded": lambda number: Q(reminders=number),
    "call": lambda chosen: Q(state__in=UNFINISHED) & (_due() if chosen == "again" else WITH_PHONE),
    "q": named,
}


class InvitationQuerySet(OfCustomers):
    def kinds(self):
        """How many of each wave are in each state and have had so many reminders."""
        kinds = self.order_by().values_list("wave_id", "state", "reminders")
        return kinds.annotate(number=Count("*"))

    def asked_in(self) -> dict[int, Asked]:
        """By wave, as it is now."""
        found: dict[int, Asked] = {}
        for wave, *kind in self.kinds():
            found.setdefault(wave, Asked()).add(*kind)
        return found

    def named(self):
        """Those of which it may be said who has answered: not of anonymous waves."""
        return self.filter(wave__is_anonymous=False)

    def unfinished(self):
        return self.filter(state__in=UNFINISHED)

    def matching(self, criteria: Mapping):
        """The filters of the list's form; empty ones filter nothing."""
        rows = self
        for name, value in criteria.items():
            if name in FILTERS and value not in ("", None):
                rows = rows.filter(FILTERS[name](value))
        return rows

    def with_row(self):
        """With what a row of a list shows."""
        return self.select_related(
            "customer", "contact", "user", "response__entered_by", "owner", "agent"
        )

    def page(self, cursor: str) -> Page:
        """What came back is read for the rows of the page alone: joined, it would be all of it."""
        rows = self.select_related("customer", "contact", "user", "owner", "agent")
        page = keyset_page(rows, Order("id"), cursor)
        models.prefetch_related_objects(page.rows, "response__entered_by")
        return page

    def silent(self, since: dt.datetime, least: int):
        """The customers that were asked in so many waves since then and finished none."""
        asked = self.named().filter(customer__isnull=False, sent_at__gt=since)
        by_customer = asked.exclude(state="bounced").order_by().values("customer")
        return by_customer.annotate(
            waves=Count("wave", distinct=True),
            last=Max("sent_at"),
            finished=Count("pk", filter=Q(state="finished")),
            declined=Count("pk", filter=Q(state="declined")),
        ).filter(waves__gte=least, finished=0)
