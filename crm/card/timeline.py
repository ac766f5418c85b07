"""The history of a customer: everything that happened, newest first, in one query.

Each source (crm/card/sources.py) gives a page's worth beyond the cursor by its own index, and the
database merges them. Entries are ordered by time, then by source, then by id, so that a cursor
names one exact place.
"""

import base64
import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import DateTimeField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils import timezone

from crm.accounts.models import User
from crm.card.facts import Facts, beginning_of
from crm.card.sources import GROUPS, ON_REQUEST, SOURCES, Source
from crm.card.worded import ask

ON_CARD, PAGE_SIZE = 4, 30
MOST_ID = 2**63 - 1


class StartOfDay(Func):
    """Midnight of a date in a time zone."""

    template = "(%(expressions)s)"
    arg_joiner = "::timestamp AT TIME ZONE "
    output_field = DateTimeField()


@dataclass(frozen=True)
class Place:
    """Where an entry stands: sorted descending, the newest comes first."""

    at: dt.datetime
    rank: int
    pk: int

    def encode(self) -> str:
        content = json.dumps([self.at.isoformat(), self.rank, self.pk])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Choice:
    """What a reader wants to see: groups of sources (none: all but those on request), a period."""

    groups: Collection[str] = field(default_factory=tuple)
    since: dt.date | None = None
    until: dt.date | None = None

    def takes(self, group: str) -> bool:
        return group in self.groups if self.groups else group not in ON_REQUEST


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


def on_card(facts: Facts) -> dict:
    """The newest entries; all of them stand on a page of their own."""
    zone = timezone.get_current_timezone_name()
    return _shown(facts, ask(_newest_of, facts.user, facts.customer.pk, zone), ON_CARD)


def _newest_of(user: User, customer: int, zone: str) -> QuerySet:
    """One more than the card shows of what everybody sees without asking for it."""
    return _newest(_parts(user, customer, Choice(), None, zone), ON_CARD + 1)


def page(facts: Facts, choice: Choice, before: Place | None, size: int = PAGE_SIZE) -> dict:
    """The newest `entries` beyond a place, and the cursor to `older` ones."""
    zone = timezone.get_current_timezone_name()
    parts = _parts(facts.user, facts.customer.pk, choice, before, zone)
    return _shown(facts, list(_newest(parts, size + 1)), size)


def _shown(facts: Facts, rows: list[dict], size: int) -> dict:
    shown = rows[:size]
    last = shown[-1] if len(rows) > size else None
    return {
        "entries": [_entry(facts, row) for row in shown],
        "older": Place(last["moment"], last["rank"], last["ordinal"]).encode() if last else "",
    }


def _parts(
    user: User, customer: int, choice: Choice, before: Place | None, zone: str
) -> list[QuerySet]:
    """What each source has to tell that the reader wants to see, in order."""
    return [
        _rows(user, customer, source, rank, zone).filter(
            _within(source, choice), _beyond(source, rank, before)
        )
        for rank, source in enumerate(SOURCES)
        if choice.takes(source.group)
    ]


def _newest(parts: list[QuerySet], most: int) -> QuerySet:
    """The first of all parts together, each of which is in order."""
    cut = [part[:most] for part in parts]
    if len(cut) == 1:
        return cut[0]
    return cut[0].union(*cut[1:], all=True).order_by("-moment", "-rank", "-ordinal")[:most]


def _entry(facts: Facts, row: dict) -> dict:
    source = SOURCES[row["rank"]]
    values = row["content"] | {"pk": row["ordinal"]}
    when = timezone.localtime(row["moment"])
    return {
        "when": when.date() if source.is_day else when,
        "group": GROUPS[source.group],
        **source.entry(values, facts.worth),
    }


def _rows(user: User, customer: int, source: Source, rank: int, zone: str) -> QuerySet:
    rows = source.rows(source.model.objects.visible_to(user))
    rows = rows.filter(**{source.customer: customer, f"{source.at}__isnull": False})
    return rows.order_by(f"-{source.at}", f"-{source.ordinal}").values(
        moment=_moment(source, zone),
        rank=Value(rank, output_field=IntegerField()),
        ordinal=F(source.ordinal),
        content=JSONObject(**source.content()),
    )


def _moment(source: Source, zone: str):
    """When it happened; a day's entries stand at its beginning, where the installation is."""
    return StartOfDay(F(source.at), Value(zone)) if source.is_day else F(source.at)


def _within(source: Source, choice: Choice) -> Q:
    rule = Q()
    if choice.since:
        first = choice.since if source.is_day else beginning_of(choice.since)
        rule &= Q(**{f"{source.at}__gte": first})
    if choice.until:
        next_day = choice.until + dt.timedelta(days=1)
        end = next_day if source.is_day else beginning_of(next_day)
        rule &= Q(**{f"{source.at}__lt": end})
    return rule


def _beyond(source: Source, rank: int, before: Place | None) -> Q:
    """What comes after the place in reading order, for the source of this rank."""
    if before is None:
        return Q()
    place = before.at
    if source.is_day:
        place = timezone.localtime(before.at).date()
        if before.at > beginning_of(place):
            return Q(**{f"{source.at}__lte": place})
    if rank < before.rank:
        return Q(**{f"{source.at}__lte": place})
    older = Q(**{f"{source.at}__lt": place})
    if rank == before.rank:
        older |= Q(**{source.at: place, f"{source.ordinal}__lt": before.pk})
    return older
