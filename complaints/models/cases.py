"""What stands in the service queue, and what happened to it."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models.choices import Actor, Channel, Kind, Remedy, Severity
from complaints.models.lists import Category, RootCause
from complaints.models.terms import Terms
from complaints.querysets import CaseQuerySet, EventQuerySet
from complaints.states import (
    BEGINNING,
    ENDED,
    NOTES,
    OPEN,
    SOLVED,
    TRANSITIONS,
    WAITING,
    Action,
    State,
)
from customers.models import Contact, Customer, Product
from customers.models.standing import Tier
from customers.models.touchpoints import Touchpoint

# The queue is ordered by it, so it is never null: "no deadline now" sorts last.
NEVER_DUE = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
TITLE_LENGTH = 120


class Case(models.Model):
    """A complaint or a service request.

    Its events are the truth; state, owner, times and clocks are derived from them and stored for
    lists. Change a case through `complaints.services` alone.
    """

    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.COMPLAINT)
    # Whose it is. Somebody unknown is named until a customer is found.
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
        db_index=False,  # the indexes below begin with it
        verbose_name=_("customer"),
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="cases",
        verbose_name=_("contact"),
    )
    caller_name = models.CharField(_("name of the caller"), max_length=150, blank=True)
    caller_phone = models.CharField(_("phone of the caller"), max_length=60, blank=True)
    caller_email = models.EmailField(_("e-mail of the caller"), blank=True)
    # What it is about.
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    description = models.TextField(_("what happened"))
    channel = models.CharField(_("channel"), max_length=11, choices=Channel, default=Channel.PHONE)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
        verbose_name=_("category"),
    )
    touchpoint = models.ForeignKey(
        Touchpoint,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("touchpoint"),
    )
    severity = models.CharField(
        _("severity"), max_length=8, choices=Severity, default=Severity.MODERATE
    )
    product = models.ForeignKey(
        Product,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("product"),
    )
    order_reference = models.CharField(_("order or invoice"), max_length=120, blank=True)
    remedy_sought = models.CharField(_("remedy sought"), max_length=12, choices=Remedy, blank=True)
    # What was found and done.
    scope = models.CharField(_("scope"), max_length=300, blank=True)
    is_safety = models.BooleanField(_("people or goods in danger"), default=False)
    immediate_action = models.CharField(_("immediate action"), max_length=300, blank=True)
    root_cause = models.ForeignKey(
        RootCause,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("root cause"),
    )
    root_cause_notes = models.TextField(_("how it came about"), blank=True)
    remedy = models.CharField(_("remedy"), max_length=12, choices=Remedy, blank=True)
    remedy_cost = models.DecimalField(
        _("cost of the remedy"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    # The cost that somebody with the authority for it has agreed to.
    approved_cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, editable=False)

    # Derived from the events.
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.NEW)
    last_seq = models.PositiveIntegerField(default=1, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
        db_index=False,  # the one of open cases would be passed over for it
        verbose_name=_("in charge"),
    )
    tier = models.CharField(_("tier"), max_length=1, choices=Tier, default=Tier.C)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    waiting_until = models.DateTimeField(_("waiting until"), null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="+")
    # The nearest deadline of the clocks that run; by it the queue is ordered.
    next_due_at = models.DateTimeField(default=NEVER_DUE, editable=False)
    is_breached = models.BooleanField(default=False, editable=False)
    # When the minute's sweep has something to do here: a warning, a breach, a reminder, the end of
    # waiting, closing by itself.
    wake_at = models.DateTimeField(null=True, editable=False)

    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The form that made it: sent twice, it makes one case.
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_due_at", "id"], condition=Q(state__in=OPEN), name="case_queue"
            ),
            models.Index(
                fields=["owner", "next_due_at"], condition=Q(state__in=OPEN), name="case_of_owner"
            ),
            # The queue of account managers begins with their customers, most of whose cases ended.
            models.Index(
                fields=["customer", "next_due_at"],
                condition=Q(state__in=OPEN),
                name="case_open_of_customer",
            ),
            # Those of nobody, which the one of owners does not give in order.
            models.Index(
                fields=["next_due_at", "id"],
                condition=Q(state__in=OPEN, owner__isnull=True),
                name="case_unassigned",
            ),
            # The filters that people set most; and few of all open ones: those that wait, those
            # past a deadline, and those that cost what somebody has to agree to.
            models.Index(
                fields=["severity", "tier", "next_due_at"],
                condition=Q(state__in=OPEN),
                name="case_of_severity",
            ),
            models.Index(
                fields=["next_due_at", "id"], condition=Q(state__in=WAITING), name="case_waiting"
            ),
            models.Index(
                fields=["next_due_at", "id"],
                condition=Q(state__in=OPEN, is_breached=True),
                name="case_late",
            ),
            models.Index(
                fields=["remedy_cost"], condition=Q(state=State.PROPOSED), name="case_to_agree_to"
            ),
            models.Index(
                fields=["wake_at"], condition=Q(wake_at__isnull=False), name="case_to_wake"
            ),
            models.Index(fields=["customer", "-received_at"], name="case_of_customer"),
            models.Index(fields=["received_at", "id"], name="case_received"),
            models.Index(
                fields=["ended_at"], condition=Q(ended_at__isnull=False), name="case_ended"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | ~Q(caller_name=""), name="case_is_somebodys"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(description=""), name="case_says_what_happened"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True)
                | Q(state__in=ENDED, ended_at__isnull=False),
                name="case_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SOLVED, resolved_at__isnull=False)
                | (~Q(state__in=SOLVED) & Q(resolved_at__isnull=True)),
                name="case_solved_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | (~Q(state=State.MERGED) & Q(merged_into__isnull=True)),
                name="case_merged_has_target",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="case_not_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(remedy_cost__isnull=True) | Q(remedy_cost__gte=0),
                name="case_cost_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """What people call it by, on the phone and in mails."""
        return f"C{self.pk:05d}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def state_words(self) -> str:
        """Of a request, done stands for resolved."""
        if self.kind == Kind.REQUEST and self.state == State.RESOLVED:
            return _("done")
        return str(State(self.state).label)

    @property
    def has_deadline(self) -> bool:
        return self.next_due_at != NEVER_DUE

    @property
    def who(self) -> str:
        """The customer, else the name that was given."""
        return self.customer.name if self.customer_id else self.caller_name


def _allowed_moves() -> Q:
    """The state table as a condition on an event."""
    allowed = Q(action__in=[note for note in NOTES if note != Action.APPROVE], before=F("after"))
    allowed &= ~Q(before=BEGINNING)
    for action, pairs in TRANSITIONS.items():
        if action in NOTES and action != Action.APPROVE:
            continue
        for after in sorted({end for _start, end in pairs}):
            starts = sorted(start for start, end in pairs if end == after)
            allowed |= Q(action=action, before__in=starts, after=after)
    return allowed


class CaseEvent(models.Model):
    """One thing that happened to a case: the truth. Rows are added, never changed.

    The database holds the chain together (migration 0002): an event follows the one before it in
    the state that one led to, and a case is in the state that its last event led to.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    follows = models.PositiveIntegerField(null=True)  # the seq before; null for the first
    action = models.CharField(_("action"), max_length=12, choices=Action)
    before = models.CharField(max_length=16, choices=State, blank=True)
    after = models.CharField(max_length=16, choices=State)
    at = models.DateTimeField(_("time"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.CharField(max_length=8, choices=Actor, default=Actor.USER)
    reason = models.TextField(_("reason"), blank=True)
    # What the action needs beside: fields set, for what and until when, what was told.
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["case", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="event_once"),
            # What the foreign keys of the chain point to.
            models.UniqueConstraint(fields=["case", "seq", "after"], name="event_led_to"),
            models.CheckConstraint(condition=_allowed_moves(), name="event_is_possible"),
            models.CheckConstraint(
                condition=Q(seq=1, follows__isnull=True, before=BEGINNING)
                | (Q(seq__gt=1, follows=F("seq") - 1) & ~Q(before=BEGINNING)),
                name="event_follows",
            ),
            models.CheckConstraint(
                condition=Q(actor=Actor.USER, by__isnull=False)
                | (~Q(actor=Actor.USER) & Q(by__isnull=True)),
                name="event_has_actor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.action}"
