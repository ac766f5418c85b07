"""What is to be done about a customer, and what comes again."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.querysets import RecurrenceQuerySet, TaskQuerySet
from customers.recurring import Rhythm


class Task(models.Model):
    """Something a user has to do about a customer by a date."""

    class Origin(models.TextChoices):
        HAND = "hand", _("by hand")
        NEXT_STEP = "next_step", _("next step")
        SIGNAL = "signal", _("churn signal")
        COMPLAINT = "complaint", _("complaint")
        SURVEY = "survey", _("satisfaction survey")
        CARE = "care", _("care programme")
        PLAN = "plan", _("account plan")
        PROMISE = "promise", _("promise")
        HANDOVER = "handover", _("handover")
        RECURRING = "recurring", _("comes again")
        MASS = "mass", _("for many customers")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    class Kind(models.TextChoices):
        TODO = "todo", _("To do")
        VISIT = "visit", _("Visit")
        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(_("title"), max_length=200)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="tasks",
        verbose_name=_("assignee"),
    )
    kind = models.CharField(
        _("kind"), max_length=7, choices=Kind, default=Kind.TODO, db_default=Kind.TODO
    )
    due_on = models.DateField(_("due on"))
    # A visit, call or meeting may have its hour; without one it fills no place in the calendar.
    starts_at = models.TimeField(_("at"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True, default="", db_default="")
    remind_on = models.DateField(_("remind by mail on"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, editable=False)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.HAND)
    # What made it, such as the signal's kind: one open task for the same customer and reason.
    reason = models.CharField(max_length=60, blank=True)
    plan = models.ForeignKey(
        "customers.AccountPlan",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="actions",
    )
    recurrence = models.ForeignKey(
        "customers.Recurrence",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="tasks",
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    notes = models.TextField(_("notes"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["assignee", "due_on", "id"], condition=Q(state="open"), name="task_due"
            ),
            models.Index(fields=["customer", "due_on"], name="task_of_customer"),
            # Of unhappy answers there may be thousands.
            models.Index(
                fields=["due_on", "id"],
                include=["customer"],
                condition=Q(state="open", origin="survey"),
                name="task_of_survey",
            ),
            models.Index(
                fields=["remind_on"],
                condition=Q(state="open", reminded_at=None, remind_on__isnull=False),
                name="task_to_remind",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "origin", "reason"],
                condition=Q(state="open") & ~Q(reason=""),
                name="task_one_open_a_reason",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="task_has_title"),
            models.UniqueConstraint(
                fields=["recurrence", "due_on"], name="task_once_a_recurrence_and_day"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state__in=["done", "dropped"], closed_at__isnull=False),
                name="task_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def source_id(self) -> int | None:
        """The row that made it, where its reason names one: 12 of "response:12"."""
        number = self.reason.rpartition(":")[2]
        return int(number) if number.isdecimal() else None

    def may_be_closed_by(self, user) -> bool:
        """By those who work on the customer; service staff close what is theirs."""
        return user.sees_worth or user.pk in (self.assignee_id, self.created_by_id)

    def may_be_edited_by(self, user) -> bool:
        return is_in_charge(user, self)

    def seen_by(self, user, today: dt.date) -> "Task":
        """Notes for lists how late it is, and what this person may do with it."""
        self.days_late = (today - self.due_on).days if self.is_open else 0
        self.closable = self.may_be_closed_by(user)
        self.editable = self.is_open and self.may_be_edited_by(user)
        return self


def is_in_charge(user, work: "Task | Recurrence") -> bool:
    """Who has it to do, who made it, the lead of the customer's team, and managers."""
    leads = user.is_team_lead and user.team_id and user.team_id == work.customer.team_id
    return bool(user.is_manager or user.pk in (work.assignee_id, work.created_by_id) or leads)


class Recurrence(models.Model):
    """A task that comes again: the next one is made ahead of its day, once."""

    class Unit(models.TextChoices):
        WEEK = "week", _("weeks")
        MONTH = "month", _("months")
        YEAR = "year", _("years")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="recurrences")
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=7, choices=Task.Kind, default=Task.Kind.TODO)
    notes = models.TextField(_("notes"), blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("assignee"),
    )
    every = models.PositiveSmallIntegerField(_("every"), default=1)
    unit = models.CharField(_("unit"), max_length=5, choices=Unit, default=Unit.MONTH)
    # The first day, from which all others are counted: the 31st stays the 31st.
    first_on = models.DateField(_("first due on"))
    next_on = models.DateField(editable=False)
    until = models.DateField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RecurrenceQuerySet.as_manager()

    class Meta:
        ordering = ["next_on", "id"]
        indexes = [
            models.Index(fields=["next_on"], condition=Q(is_active=True), name="recurrence_next"),
            models.Index(
                fields=["assignee", "next_on"], condition=Q(is_active=True), name="recurrence_of"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="recurrence_has_title"),
            models.CheckConstraint(condition=Q(every__gt=0), name="recurrence_goes_on"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.first_on, self.every, self.unit, self.until)

    @property
    def task_reason(self) -> str:
        """Of the tasks it makes: while one is open, no other comes."""
        return f"recurrence:{self.pk}"

    def may_be_edited_by(self, user) -> bool:
        return is_in_charge(user, self)


class CalendarFeed(models.Model):
    """The secret address at which a user's calendar program reads visits and tasks.

    Only the hash is kept; a new address makes the old one dead.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return str(self.user)
