"""What is kept about customers on its way into the tables: records, clubs, competitors, tasks."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from crm.accounts.models import User
from crm.demo import keeping_words as words
from crm.demo import seasons
from crm.demo.bulk import copy_models, new_ids
from crm.demo.draws import midnight
from crm.demo.keeping import Rows, kept
from customers.models import (
    Attendance,
    Benefit,
    Club,
    ClubEvent,
    ClubLevel,
    Competitor,
    CompetitorPresence,
    Contact,
    CreditRecord,
    HelpRequest,
    Idea,
    Membership,
    Opportunity,
    Promise,
    Referral,
    Task,
    TeamMember,
    YearFigure,
)
from customers.models.record import Record

# Days from today on which each club meets; two are over.
EVENT_DAYS = (-150, -24, 40)
CAME = ("came", "came", "missed", "came", "declined")
WILL_COME = ("accepted", "invited", "invited", "accepted", "declined")
MODELS: dict[str, type[Record]] = {
    "year-figure": YearFigure,
    "credit": CreditRecord,
    "promise": Promise,
    "opportunity": Opportunity,
    "competitor": CompetitorPresence,
    "benefit": Benefit,
    "referral": Referral,
    "idea": Idea,
    "team": TeamMember,
    "help": HelpRequest,
    "membership": Membership,
}
# Names in the rows, the columns that they become, and in which ids their values are looked up.
RENAMED = {
    "contact": ("contact_id", "contacts"),
    "owner": ("owner_id", "users"),
    "user": ("user_id", "users"),
    "asked": ("asked_id", "users"),
    "by": ("created_by_id", "users"),
    "competitor": ("competitor_id", "competitors"),
    "club": ("club_id", "clubs"),
    "referred": ("referred_id", "customers"),
}


@dataclass
class Ids:
    """Ids by what the rows call them."""

    customers: pd.Series
    contacts: pd.Series
    users: dict[str, int]
    owners: dict[int, int]  # by customer's id
    competitors: list[int] = field(default_factory=list)
    clubs: list[int] = field(default_factory=list)
    levels: list[list[int]] = field(default_factory=list)

    def of(self, whose: str, name) -> int | None:
        if name is None or name == -1:
            return None
        return int(getattr(self, whose)[name])


def add_kept(seed: int, made, customers: pd.Series, contacts: pd.Series, today: dt.date) -> int:
    """Everything that is kept, as it stands at the beginning of the day; says how many records."""
    users = dict(User.objects.values_list("username", "pk"))
    owners = {
        int(customers[ordinal]): users[owner]
        for ordinal, owner in made.customers["owner"].items()
        if owner in users
    }
    ids = Ids(customers, contacts, users, owners)
    rows = kept(seed, made, today)
    ids.competitors = _add_competitors()
    _add_clubs(ids)
    count = 0
    for kind, model in MODELS.items():
        records = [_record(model, row, ids, today) for row in rows[kind]]
        for record, pk in zip(records, new_ids(model, len(records)), strict=True):
            record.pk = pk
        copy_models(records)
        count += len(records)
        if model is Promise:
            copy_models([_task(promise) for promise in records])
    _add_events(rows, ids, today)
    return count


def _record(model: type[Record], row: dict, ids: Ids, today: dt.date) -> Record:
    values = dict(row)
    customer = ids.of("customers", values.pop("ordinal"))
    made = values.pop("made", None) or _written(values, today)
    if answered := values.pop("answered_on", None):
        values["answered_at"] = midnight(answered)
    if model is Membership:
        values["level_id"] = ids.levels[values["club"]][values.pop("level")]
    if model is Benefit:
        values["agreed_by_id"] = ids.of("contacts", values.pop("contact"))
    for name, (column, whose) in RENAMED.items():
        if name in values:
            values[column] = ids.of(whose, values.pop(name))
    values.setdefault("created_by_id", ids.owners[customer])
    return model(customer_id=customer, created_at=midnight(made), **values)


def _written(values: dict, today: dt.date) -> dt.date:
    """When a record was written down: on its own day, not later than yesterday."""
    own = (values.get(name) for name in ("on", "known_on", "since", "closed_on"))
    yesterday = today - dt.timedelta(days=1)
    return min(next((day for day in own if day), yesterday), yesterday)


def _task(promise: Promise) -> Task:
    """The task of a promise, closed where the promise is settled."""
    settled = promise.settled_on and midnight(promise.settled_on)
    states = {"open": Task.State.OPEN, "kept": Task.State.DONE, "broken": Task.State.DROPPED}
    return Task(
        customer_id=promise.customer_id,
        title=promise.what,
        assignee_id=promise.owner_id,
        due_on=promise.due_on,
        origin=Task.Origin.PROMISE,
        reason=promise.reason,
        state=states[promise.state],
        created_by_id=promise.created_by_id,
        created_at=promise.created_at,
        closed_at=settled,
    )


def _add_competitors() -> list[int]:
    made = Competitor.objects.bulk_create(
        Competitor(name=name, strengths=strengths, weaknesses=weaknesses)
        for name, strengths, weaknesses in words.COMPETITORS
    )
    return [competitor.pk for competitor in made]


def _add_clubs(ids: Ids) -> None:
    for names, about, levels, _events in words.CLUBS:
        club = Club.objects.create(names=names, about=about)
        made = ClubLevel.objects.bulk_create(
            ClubLevel(club=club, names=called, benefits=benefits, position=place + 1)
            for place, (called, benefits) in enumerate(levels)
        )
        ids.clubs.append(club.pk)
        ids.levels.append([level.pk for level in made])


def _add_events(rows: Rows, ids: Ids, today: dt.date) -> None:
    """What the clubs did and will do, and who came."""
    for calendar in (seasons.CHINA, seasons.EUROPE):
        events = ClubEvent.objects.bulk_create(
            ClubEvent(
                club_id=ids.clubs[calendar],
                name=name,
                place=place,
                on=today + dt.timedelta(days=days),
            )
            for (name, place), days in zip(words.CLUBS[calendar][3], EVENT_DAYS, strict=True)
        )
        members = [row for row in rows["membership"] if row["club"] == calendar]
        customers = {ids.of("customers", row["ordinal"]) for row in members if not row["until"]}
        people = Contact.objects.filter(customer__in=customers, left_on=None).order_by("pk")
        people = list(people.values_list("pk", "customer_id"))
        for event in events:
            copy_models(list(_guests(event, people, today)))


def _guests(
    event: ClubEvent, people: list[tuple[int, int]], today: dt.date
) -> Iterator[Attendance]:
    """One of two is asked; most of those come."""
    states = CAME if event.on < today else WILL_COME
    for place, (contact, customer) in enumerate(people[::2]):
        state = states[place % len(states)]
        yield Attendance(event=event, customer_id=customer, contact_id=contact, state=state)
