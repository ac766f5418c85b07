"""What all panels of a card start from: the customer, its figures, who looks and as of when."""

import datetime as dt
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404
from django.utils import timezone

from crm.card import records
from crm.platform.models import Installation
from customers import care, completeness, coverage
from customers.models import (
    Customer,
    CustomerIdentity,
    Standing,
    Task,
    TouchedCustomer,
    Transaction,
)
from customers.models.standing import NEVER
from lifecycle.expected_orders import expected_on
from lifecycle.models import NightlyRun, Valuation
from lifecycle.services import peer_categories
from satisfaction.models import Response
from satisfaction.score_reads import with_scores

ONE_ROW = (
    *("parent", "standing", "valuation", "dealing_summary"),
    *("organisation", "buying_profile"),
)
MOST_TASKS = 4
MOST_KEYS = 10
MOST_ANSWERS = 20


class Facts:
    """One customer for one person; figures that the person may not see are None."""

    def __init__(self, customer: Customer, user):
        self.customer, self.user = customer, user
        self.today = Installation.cached().today()
        self.standing = getattr(customer, "standing", None) or Standing(
            customer=customer, number=customer.number, name=customer.name
        )
        self.worth = user.sees_worth
        known = getattr(customer, "valuation", None)
        self.valuation: Valuation | None = known if self.worth else None
        self.summary = getattr(customer, "dealing_summary", None)

    @classmethod
    def load(cls, user, pk: int) -> "Facts":
        """The customer with everything that is one row of it; 404 if it is out of sight."""
        run = NightlyRun.objects.filter(as_of=OuterRef("valuation__as_of"))
        waiting = TouchedCustomer.objects.filter(customer=OuterRef("pk"))
        customers = Customer.objects.visible_to(user).with_people().select_related(*ONE_ROW)
        keys = CustomerIdentity.objects.filter(customer=OuterRef("pk"))
        keys = keys.order_by("source__code", "key").values(
            json=JSONObject(key="key", source="source__code")
        )
        customers = customers.annotate(
            models_used=Subquery(run.values("models_used")[:1]),
            has_waiting=Exists(waiting),
            known_as=ArraySubquery(keys[:MOST_KEYS]),
        )
        return cls(get_object_or_404(customers, pk=pk), user)

    @property
    def as_of(self) -> dt.date:
        """The date of the figures; today where none are computed yet."""
        return self.standing.computed_on or self.today

    @property
    def days_silent(self) -> int | None:
        """Days from the last purchase to the date of the figures."""
        last = self.standing.last_purchase
        return None if last == NEVER else (self.as_of - last).days

    @property
    def parent(self) -> Customer | None:
        """The customer above it, if this person may see that one."""
        parent, user = self.customer.parent, self.user
        if parent is None or user.sees_all_customers:
            return parent
        mine = parent.account_manager_id == user.pk
        ours = user.team_id is not None and parent.team_id == user.team_id
        return parent if mine or ours else None

    @property
    def used(self) -> dict:
        """What the nightly run that computed the figures worked with."""
        return self.customer.models_used or {}

    @cached_property
    def records(self) -> dict:
        """The small records, by kind."""
        return records.read(self.customer.pk, self.user)

    @cached_property
    def file(self) -> completeness.File:
        """How complete what we know about it is."""
        return completeness.of(self.customer)

    @cached_property
    def coverage(self) -> coverage.Coverage:
        return coverage.of(self.customer, self.user)

    @cached_property
    def care(self) -> dict:
        """What its tier is owed, and what of it was kept."""
        return care.summary(self.customer, self.today)

    @property
    def expected_order(self) -> dt.date | None:
        return expected_on(self.valuation, self.standing, self.today) if self.worth else None

    @property
    def year_lines(self):
        """The lines of the twelve months up to the date of the figures."""
        return Transaction.objects.visible_to(self.user).filter(
            customer=self.customer, date__gt=year_before(self.as_of), date__lte=self.as_of
        )

    @cached_property
    def categories(self) -> list[dict]:
        """What it bought in twelve months, net by category; hidden from who sees no amounts."""
        return list(self.year_lines.by_category()) if self.worth else []

    @cached_property
    def proposals(self) -> list[peer_categories.Proposal]:
        """Categories that customers like it buy and it does not."""
        industry = self.customer.industry
        if not self.worth or not industry or not self.categories:
            return []
        bought = [row["category"] for row in self.categories if row["category"]]
        return peer_categories.proposals(industry, bought)

    @cached_property
    def answers(self) -> list[Response]:
        """The newest finished answers; all there are, where it is fewer than the most."""
        answers = Response.objects.visible_to(self.user).filter(customer=self.customer).finished()
        answers = with_scores(answers.select_related("wave", "contact"))
        return list(answers.order_by("-finished_at", "-pk")[:MOST_ANSWERS])

    @cached_property
    def tasks(self) -> list[Task]:
        """The open tasks that are due first."""
        mine = Task.objects.visible_to(self.user).filter(customer=self.customer)
        mine = mine.open().select_related("assignee", "customer")
        return [task.seen_by(self.user, self.today) for task in mine[: MOST_TASKS + 1]]


def year_before(date: dt.date) -> dt.date:
    """The same day a year ago, as the nightly run counts twelve months."""
    try:
        return date.replace(year=date.year - 1)
    except ValueError:
        return date.replace(year=date.year - 1, day=28)


def beginning_of(day: dt.date) -> dt.datetime:
    """The moment at which a day began in the installation's time zone."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
