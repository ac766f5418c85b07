"""The secret address of a user's calendar, and what calendar programs read there."""

import datetime as dt
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.platform.models import Installation
from crm.platform.secret_links import hash_of, new_token
from crm.platform.words import named
from customers.models import CalendarFeed, Task

BACK, AHEAD = dt.timedelta(days=90), dt.timedelta(days=365)
MOST = 2_000
USUAL_MINUTES = 60
# Characters that no text of a calendar may hold.
FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), " ")
# How exactly the page says when the address was last read.
NOTED_EVERY = dt.timedelta(hours=1)


@transaction.atomic
def make_address(*, user: User) -> str:
    """A new token for the user's calendar; the one of before is dead. It is told this once."""
    token = new_token()
    CalendarFeed.objects.update_or_create(
        user=user,
        defaults={"token_hash": hash_of(token), "made_at": timezone.now(), "read_at": None},
    )
    audit(user, Action.CALENDAR_ADDRESS_MADE, user)
    return token


@transaction.atomic
def withdraw_address(*, user: User) -> None:
    if CalendarFeed.objects.filter(user=user).delete()[0]:
        audit(user, Action.CALENDAR_ADDRESS_WITHDRAWN, user)


def feed_of(token: str) -> CalendarFeed | None:
    """The feed behind a token; none of a user who is deactivated, or was since it was made."""
    feeds = CalendarFeed.objects.select_related("user").filter(user__is_active=True)
    since = Q(user__deactivated_at=None) | Q(user__deactivated_at__lt=F("made_at"))
    return feeds.filter(since, token_hash=hash_of(token)).first()


def note_reading(feed: CalendarFeed) -> None:
    """When it was last read, to the hour: programs ask often."""
    now = timezone.now()
    if feed.read_at is None or now - feed.read_at > NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)


def calendar_of(user: User) -> bytes:
    """The user's open tasks and planned visits, in the user's language.

    The same tasks give the same bytes. Notes stay at home: the file lies on machines of others.
    """
    today = Installation.cached().today()
    tasks = (
        Task.objects.visible_to(user)
        .open()
        .filter(assignee=user, due_on__gte=today - BACK, due_on__lte=today + AHEAD)
    )
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Perennial//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-timezone", Installation.cached().time_zone)
    with translation.override(user.language or settings.LANGUAGE_CODE):
        calendar.add("x-wr-calname", _text(f"{Installation.cached()}: {user}"))
        for task in tasks.select_related("customer").order_by("due_on", "pk")[:MOST]:
            calendar.add_component(_event(task))
    return calendar.to_ical()


def _event(task: Task) -> icalendar.Event:
    customer = task.customer
    words = (
        task.title if task.kind == Task.Kind.TODO else named(task.get_kind_display(), task.title)
    )
    event = icalendar.Event()
    event.add("uid", f"task-{task.pk}@{urlsplit(settings.SITE_URL).hostname or 'perennial'}")
    # There is no time of the last change; the version tells programs what is newer.
    event.add("dtstamp", task.created_at.astimezone(dt.UTC))
    event.add("sequence", task.version - 1)
    event.add("summary", _text(f"{words} – {customer.name}"))
    is_out = task.kind in (Task.Kind.VISIT, Task.Kind.MEETING)
    if place := task.place or (customer.address if is_out else ""):
        event.add("location", _text(place))
    card = settings.SITE_URL + reverse("card", args=[customer.pk])
    facts = [named(_("Customer"), f"{customer.name} ({customer.number})")]
    if customer.phone:
        facts.append(named(_("Phone"), customer.phone))
    event.add("description", _text("\n".join([*facts, card])))
    event.add("url", card)
    event.add("categories", [task.get_kind_display()])
    _set_time(event, task)
    return event


def _text(words: str) -> str:
    return words.translate(FORBIDDEN)


def _set_time(event: icalendar.Event, task: Task) -> None:
    """With an hour in UTC, which needs no definition of zones; else the whole day, kept free."""
    if task.starts_at is None:
        event.add("dtstart", task.due_on)
        event.add("dtend", task.due_on + dt.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return
    zone = Installation.cached().zone
    start = dt.datetime.combine(task.due_on, task.starts_at, tzinfo=zone).astimezone(dt.UTC)
    event.add("dtstart", start)
    event.add("dtend", start + dt.timedelta(minutes=task.minutes or USUAL_MINUTES))
    event.add("transp", "OPAQUE")
