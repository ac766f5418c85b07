"""The card's history: interactions, complaints, answers, closed tasks, changes; newest first.

Each source is read by its own index, a page's worth beyond the cursor, and merged here. Entries
are ordered by time, then by source, then by id, so that a cursor names one exact place.
"""

import base64
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from complaints.models import CaseEvent, Kind
from complaints.states import Action
from crm.card.facts import MOST_ANSWERS, MOST_CHANGES, Facts, beginning_of
from customers.models import Interaction, Task
from lifecycle.models import StageChange, TierChange
from lifecycle.words import stage_words
from satisfaction.models import Response

PAGE_SIZE = 12
MOST_ID = 2**63 - 1
# Which stands above which at the same moment.
TIER, STAGE, TASK, INTERACTION, CASE, ANSWER = range(1, 7)
# What happens to a case between these stands on its own page.
CASE_ICONS = {
    Action.LOG: "alert-circle",
    Action.RESOLVE: "circle-check",
    Action.REOPEN: "refresh",
    Action.WITHDRAW: "circle-x",
    Action.REJECT: "ban",
}
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
        *_cases(facts, before),
        *_answers(facts, before),
        *_stages(facts, before),
        *_tiers(facts, before),
    ]
    entries.sort(key=lambda entry: entry["place"].key, reverse=True)
    shown = entries[:PAGE_SIZE]
    more = len(entries) > PAGE_SIZE
    return {"entries": shown, "older": shown[-1]["place"].encode() if more else ""}


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
    if before.at > beginning_of(day) or rank < before.rank:
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


def _cases(facts: Facts, before: Place | None) -> list[dict]:
    rows = CaseEvent.objects.visible_to(facts.user).filter(
        _beyond(before, CASE, "at"), case__customer=facts.customer, action__in=CASE_ICONS
    )
    rows = rows.select_related("case", "by").order_by("-at", "-pk")
    return [
        {
            "place": Place(row.at, CASE, row.pk),
            "icon": CASE_ICONS[row.action],
            "title": f"{row.case.reference} {row.case.title}",
            "url": reverse("complaints:case", args=[row.case_id]),
            "when": row.at,
            "kind": Kind(row.case.kind).label,
            "detail": row.get_action_display(),
            "who": str(row.by or ""),
            "text": row.data.get("told") or row.reason,
        }
        for row in rows[: PAGE_SIZE + 1]
    ]


def _answers(facts: Facts, before: Place | None) -> list[dict]:
    rows = facts.answers
    if before is not None and len(rows) < MOST_ANSWERS:
        rows = [row for row in rows if (row.finished_at, ANSWER, row.pk) < before.key]
    elif before is not None:
        beyond = _beyond(before, ANSWER, "finished_at") & Q(finished_at__isnull=False)
        rows = _rows(facts, Response, beyond, "finished_at").select_related("wave", "contact")
    return [
        {
            "place": Place(row.finished_at, ANSWER, row.pk),
            "icon": "mood-smile",
            "title": _("Answered: %(wave)s") % {"wave": row.wave},
            "url": reverse("satisfaction:response", args=[row.pk]),
            "when": row.finished_at,
            "kind": _("Satisfaction"),
            "detail": "" if row.index is None else _index_words(row.index),
            "who": str(row.contact or ""),
            "text": row.comment,
        }
        for row in rows[: PAGE_SIZE + 1]
    ]


def _index_words(index: float) -> str:
    return _("index %(index)s of 100") % {"index": number_format(round(index))}


def _changes(facts: Facts, newest: list, rank: int, before: Place | None) -> Sequence:
    """Changes of tier or stage beyond a place; of those that the card knows, if it knows all."""
    if before is None:
        return newest[: PAGE_SIZE + 1]
    if len(newest) < MOST_CHANGES:
        older = [row for row in newest if (beginning_of(row.on), rank, row.pk) < before.key]
        return older[: PAGE_SIZE + 1]
    model = {TIER: TierChange, STAGE: StageChange}[rank]
    return _rows(facts, model, _beyond_day(before, rank), "on")[: PAGE_SIZE + 1]


def _stages(facts: Facts, before: Place | None) -> list[dict]:
    rows = _changes(facts, facts.stage_changes, STAGE, before)
    return [
        {
            "place": Place(beginning_of(row.on), STAGE, row.pk),
            "icon": "plant-2",
            "title": _("Stage: %(change)s")
            % {"change": _change(row.get_before_display(), row.get_after_display())},
            "when": row.on,
            "text": stage_words(row.reason, row.numbers) if facts.worth else "",
        }
        for row in rows
    ]


def _tiers(facts: Facts, before: Place | None) -> list[dict]:
    rows = _changes(facts, facts.tier_changes, TIER, before)
    return [
        {
            "place": Place(beginning_of(row.on), TIER, row.pk),
            "icon": "chart-pie",
            "title": _("Tier: %(change)s") % {"change": _change(row.before, row.after)},
            "when": row.on,
        }
        for row in rows
    ]


def _change(before: str, after: str) -> str:
    return f"{before} → {after}" if before else after
