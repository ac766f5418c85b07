"""What all panels of a card start from: the customer, its figures, who looks and as of when."""

import datetime as dt
from functools import cached_property

from django.shortcuts import get_object_or_404

from crm.platform.models import Installation
from customers.models import Customer, Standing, Task
from customers.models.standing import NEVER
from lifecycle.models import NightlyRun, StageChange, TierChange, Valuation

ONE_ROW = ("parent", "standing", "valuation", "dealing_summary")
MOST_CHANGES = 21
MOST_TASKS = 10


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
        customers = Customer.objects.visible_to(user).with_people().select_related(*ONE_ROW)
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

    @cached_property
    def run(self) -> NightlyRun | None:
        """The nightly run that computed the figures."""
        return NightlyRun.objects.filter(as_of=self.valuation.as_of).first()

    @cached_property
    def tasks(self) -> list[Task]:
        """The open tasks that are due first."""
        mine = Task.objects.visible_to(self.user).filter(customer=self.customer)
        tasks = list(mine.open().select_related("assignee")[: MOST_TASKS + 1])
        for task in tasks:
            task.days_late = (self.today - task.due_on).days
            task.closable = task.may_be_closed_by(self.user)
        return tasks

    @cached_property
    def tier_changes(self) -> list[TierChange]:
        changes = TierChange.objects.visible_to(self.user)
        return list(changes.filter(customer=self.customer)[:MOST_CHANGES])

    @cached_property
    def stage_changes(self) -> list[StageChange]:
        changes = StageChange.objects.visible_to(self.user)
        return list(changes.filter(customer=self.customer)[:MOST_CHANGES])
