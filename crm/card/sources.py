"""What can have happened with a customer: one source of moments a kind, as a table.

A source says which rows, when they happened, which of their columns its words need, and which
function of crm/card/moments.py makes an entry of them. crm/card/timeline.py reads all of them by
one query.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from complaints.models import CaseEvent
from crm.card import leaving_moments, moments
from customers import models as c
from lifecycle import models as value
from satisfaction.models import Response

# What a reader can choose, in the order of the filter.
GROUPS = {
    "contact": _("Visits, calls, messages"),
    "task": _("Closed tasks"),
    "case": _("Complaints and requests"),
    "answer": _("Satisfaction"),
    "promise": _("Promises"),
    "business": _("Opportunities and plan"),
    "exchange": _("Give and take"),
    "people": _("People and papers"),
    "standing": _("Tier and stage"),
    "purchase": _("Purchases"),
}
# A customer may buy on every day: shown when asked for, so that the rest can be seen.
ON_REQUEST = ("purchase",)
# Groups without a source that service staff may see.
OF_WORTH = ("business",)


@dataclass(frozen=True)
class Source:
    """Rows of a model that happened `at` a moment, or on a day.

    `columns` are read under their own name, `extra` are values of related rows; `ordinal` tells
    rows of one moment apart. `entry` gets these values and whether amounts may be shown.
    """

    group: str
    model: type[Model]
    at: str
    entry: Callable[[dict, bool], dict]
    columns: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)
    rows: Callable[[QuerySet], QuerySet] = lambda rows: rows
    is_day: bool = False
    customer: str = "customer"
    ordinal: str = "pk"

    def content(self) -> dict:
        return {name: F(name) for name in self.columns} | {
            name: F(path) for name, path in self.extra.items()
        }


def _not_removed(**conditions) -> Callable[[QuerySet], QuerySet]:
    return lambda rows: rows.filter(removed_at=None, **conditions)


BY = {"name": "by__name"}
PERSON = {"name": "assignee__name", "username": "assignee__username"}
STATES = ("before", "after")

# The place in this table tells kinds of one moment apart: what stands later is shown first.
SOURCES = (
    Source(
        "purchase", c.DealingDay, "day", moments.purchase, ("net",), is_day=True, ordinal="lines"
    ),
    Source("standing", value.TierChange, "on", moments.tier, (*STATES, "basis"), is_day=True),
    Source(
        "standing",
        value.StageChange,
        "on",
        moments.stage,
        (*STATES, "reason", "numbers"),
        is_day=True,
    ),
    Source("business", c.AccountPlan, "made_at", moments.plan, extra={"name": "made_by__name"}),
    Source(
        *("business", c.PlanReview, "on", moments.review, ("findings",), BY),
        is_day=True,
        customer="plan__customer",
    ),
    Source(
        *("business", value.Assessment, "on", moments.assessed, ("up", "across", "remarks"), BY),
        is_day=True,
    ),
    Source("business", value.FitDecision, "on", moments.fit, ("pursue", "why"), BY, is_day=True),
    Source("business", value.Nomination, "on", moments.nominated, ("reason",), BY, is_day=True),
    Source(
        *("business", value.Nomination, "ended_on", moments.dropped, ("end_reason",)),
        rows=lambda rows: rows.filter(ended_on__isnull=False),
        is_day=True,
    ),
    Source(
        *("business", value.Rescue, "opened_on", leaving_moments.begun, ("state", "note")),
        extra={"name": "opened_by__name"},
        rows=lambda rows: rows.exclude(state=value.Rescue.State.NO_DANGER),
        is_day=True,
    ),
    Source(
        *("business", value.Rescue, "closed_on", leaving_moments.settled, ("state", "note")),
        rows=lambda rows: rows.filter(closed_on__isnull=False),
        is_day=True,
    ),
    Source(
        *("business", value.LostMark, "on", leaving_moments.marked, ("kind", "reason", "why")),
        extra={"name": "marked_by__name"},
        rows=lambda rows: rows.open(),
        is_day=True,
    ),
    Source(
        "business",
        value.LossReview,
        "on",
        leaving_moments.reviewed,
        ("reason", "learned", "loss"),
        {"name": "made_by__name", "rival": "competitor__name"},
        is_day=True,
        customer="loss__customer",
    ),
    Source(
        *("business", c.Opportunity, "created_at", moments.opportunity, ("need",)),
        extra={"name": "owner__name"},
        rows=_not_removed(),
    ),
    Source(
        *("business", c.Opportunity, "closed_on", moments.decided, ("need", "stage", "reason")),
        extra={"name": "owner__name"},
        rows=_not_removed(closed_on__isnull=False),
        is_day=True,
    ),
    Source(
        *("promise", c.Promise, "created_at", moments.promised, ("what", "due_on")),
        extra={"name": "owner__name"},
        rows=_not_removed(),
    ),
    Source(
        *("promise", c.Promise, "settled_on", moments.settled, ("what", "state", "proof")),
        extra={"name": "owner__name"},
        rows=_not_removed(settled_on__isnull=False),
        is_day=True,
    ),
    Source(
        *("exchange", c.Benefit, "on", moments.benefit, ("what", "proof")),
        rows=_not_removed(),
        is_day=True,
    ),
    Source(
        *("exchange", c.Idea, "on", moments.idea, ("what", "kind", "state", "answer")),
        extra={"contact_name": "contact__name"},
        rows=_not_removed(),
        is_day=True,
    ),
    Source(
        *("exchange", c.Referral, "on", moments.referral, ("name", "state")),
        extra={"contact_name": "contact__name"},
        rows=_not_removed(),
        is_day=True,
    ),
    Source(
        *("exchange", c.Membership, "since", moments.joined),
        extra={"club_names": "club__names"},
        rows=_not_removed(),
        is_day=True,
    ),
    Source(
        *("exchange", c.Attendance, "event__on", moments.came),
        extra={"event_name": "event__name", "contact_name": "contact__name"},
        rows=lambda rows: rows.filter(state=c.Attendance.State.CAME),
        is_day=True,
    ),
    Source(
        *("people", c.Contact, "left_on", moments.left, ("name", "role")),
        rows=lambda rows: rows.filter(left_on__isnull=False, erased_at=None),
        is_day=True,
    ),
    Source(
        *("people", c.Merge, "at", moments.merged, ("gone_number", "gone_name"), BY),
        rows=lambda rows: rows.in_force(),
    ),
    Source(
        *("people", c.ReviewReport, "given_on", moments.report, ("since", "until")),
        extra={"name": "made_by__name"},
        rows=lambda rows: rows.filter(given_on__isnull=False),
        is_day=True,
    ),
    Source(
        *("task", c.Task, "closed_at", moments.task, ("title", "state"), PERSON),
        rows=lambda rows: rows.exclude(state=c.Task.State.OPEN),
    ),
    Source(
        *("contact", c.Interaction, "at", moments.interaction),
        ("kind", "direction", "subject", "notes", "heard", "outcome"),
        {"by_name": "by__name", "by_username": "by__username", "contact_name": "contact__name"},
    ),
    Source(
        *("case", CaseEvent, "at", moments.case, ("action", "reason", "data", "case")),
        extra={
            "title": "case__title",
            "kind": "case__kind",
            "name": "by__name",
            "username": "by__username",
        },
        rows=lambda rows: rows.filter(action__in=moments.CASE_ICONS),
        customer="case__customer",
    ),
    Source(
        *("answer", Response, "finished_at", moments.answer, ("index", "comment")),
        extra={"wave_name": "wave__name", "contact_name": "contact__name"},
        rows=lambda rows: rows.finished(),
    ),
)
