"""The card's history: interactions, closed tasks, changes of tier and stage, newest first.

Each source is read by its own index, a page's worth beyond the cursor, and merged here. Entries
are ordered by time, then by source, then by id, so that a cursor names one exact place.
"""

import base64
import datetime as dt
import json
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.card.facts import Facts
from customers.models import Interaction, Task
from lifecycle.models import StageChange, TierChange
from lifecycle.words import stage_words

PAGE_SIZE = 20
MOST_ID = 2**63 - 1
# Which stands above which at the same moment.
TIER, STAGE, TASK, INTERACTION = range(1, 5)
KIND_ICONS = {
    "visit": "walk",
    "call": "phone",
    "letter": "mail-opened",
    "email": "mail",
    "meeting": "users",
    "message": "message",
}


@dataclass(frozen=True)
class Place:
    """Where an entry stands: sorted descending, the newest comes first."""

    at: dt.datetime
    rank: int
    pk: int

    def encode(self) -> str:
        content = json.dumps([self.at.isoformat(), self.rank, self.pk])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @property
    def key(self) -> tuple:
        return self.at, self.rank, self.pk


def read_place(text: str) -> Place | None:
    """The cursor of an address; None for none, and for one that somebody made up."""
    if not text or len(text) > 200:
        return None
    try:
        content = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        at, rank, pk = json.loads(content)
        when = dt.datetime.fromisoformat(at).astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    known = isinstance(rank, int) and isinstance(pk, int) and 0 < pk <= MOST_ID
    return Place(when, rank, pk) if known else None


def first_page(facts: Facts) -> dict:
    return page(facts, None)


def page(facts: Facts, before: Place | None) -> dict:
    """The newest entries beyond a place, and the cursor to older ones."""
    entries = [
        *_interactions(facts, before),
        *_tasks(facts, before),
        *_stages(facts, before),
        *_tiers(facts, before),
    ]
    entries.sort(key=lambda entry: entry["place"].key, reverse=True)
    shown = entries[:PAGE_SIZE]
    more = len(entries) > PAGE_SIZE
    return {"entries": shown, "older": shown[-1]["place"].encode() if more else ""}


def _moment(day: dt.date) -> dt.datetime:
    """What is known by its day only stands at the day's beginning."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _beyond(before: Place | None, rank: int, column: str) -> Q:
    """What comes after the place in reading order, for the source of this rank."""
    if before is None:
        return Q()
    if rank < before.rank:
        return Q(**{f"{column}__lte": before.at})
    older = Q(**{f"{column}__lt": before.at})
    if rank == before.rank:
        older |= Q(**{column: before.at, "pk__lt": before.pk})
    return older


def _beyond_day(before: Place, rank: int) -> Q:
    """The same for sources with days: a day's entries stand at its beginning."""
    day = timezone.localtime(before.at).date()
    if before.at > _moment(day) or rank < before.rank:
        return Q(on__lte=day)
    older = Q(on__lt=day)
    return older | Q(on=day, pk__lt=before.pk) if rank == before.rank else older


def _rows(facts: Facts, model, beyond: Q, column: str):
    rows = model.objects.visible_to(facts.user).filter(beyond, customer=facts.customer)
    return rows.order_by(f"-{column}", "-pk")


def _interactions(facts: Facts, before: Place | None) -> list[dict]:
    rows = _rows(facts, Interaction, _beyond(before, INTERACTION, "at"), "at")
    return [
        {
            "place": Place(row.at, INTERACTION, row.pk),
            "icon": KIND_ICONS.get(row.kind, "circle-dot"),
            "title": row.subject,
            "when": row.at,
            "kind": row.get_kind_display(),
            "detail": row.get_direction_display(),
            "who": _people(row),
            "text": row.notes,
            "outcome": row.outcome,
        }
        for row in rows.select_related("by", "contact")[: PAGE_SIZE + 1]
    ]


def _people(row: Interaction) -> str:
    if row.contact:
        return _("%(ours)s with %(theirs)s") % {"ours": row.by, "theirs": row.contact}
    return str(row.by)


def _tasks(facts: Facts, before: Place | None) -> list[dict]:
    closed = _beyond(before, TASK, "closed_at") & ~Q(state=Task.State.OPEN)
    rows = _rows(facts, Task, closed, "closed_at")
    return [
        {
            "place": Place(row.closed_at, TASK, row.pk),
            "icon": "circle-check" if row.state == Task.State.DONE else "circle-x",
            "title": row.title,
            "when": row.closed_at,
            "kind": _("Task"),
            "detail": row.get_state_display(),
            "who": str(row.assignee),
        }
        for row in rows.select_related("assignee")[: PAGE_SIZE + 1]
    ]


def _stages(facts: Facts, before: Place | None) -> list[dict]:
    if before is None:
        rows = facts.stage_changes
    else:
        rows = _rows(facts, StageChange, _beyond_day(before, STAGE), "on")[: PAGE_SIZE + 1]
    return [
        {
            "place": Place(_moment(row.on), STAGE, row.pk),
            "icon": "plant-2",
            "title": _("Stage: %(change)s")
            % {"change": _change(row.get_before_display(), row.get_after_display())},
            "when": row.on,
            "text": stage_words(row.reason, row.numbers) if facts.worth else "",
        }
        for row in rows
    ]


def _tiers(facts: Facts, before: Place | None) -> list[dict]:
    if before is None:
        rows = facts.tier_changes
    else:
        rows = _rows(facts, TierChange, _beyond_day(before, TIER), "on")[: PAGE_SIZE + 1]
    return [
        {
            "place": Place(_moment(row.on), TIER, row.pk),
            "icon": "chart-pie",
            "title": _("Tier: %(change)s") % {"change": _change(row.before, row.after)},
            "when": row.on,
        }
        for row in rows
    ]


def _change(before: str, after: str) -> str:
    return f"{before} → {after}" if before else after
