"""What an account manager should have in mind before the next word with the customer."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.card.facts import Facts
from crm.platform.words import percent
from customers.models import Idea

SOON = dt.timedelta(days=30)
MOST = 8
BIRTHDAY_DAYS = 14
# Risks of the relationship that hold of most customers: the page of contacts tells them.
NO_NEWS = ("roles_open", "no_contact")


@dataclass(frozen=True)
class Point:
    """One thing to know or to do, with where it is done."""

    icon: str
    words: str
    url: str = ""
    tone: str = ""  # bad, warn, good or nothing


def brief(facts: Facts) -> dict | None:
    """The points, most pressing first; nothing where there is nothing to say."""
    found = [
        *_promises(facts),
        *_asked(facts),
        *_plan(facts),
        *_people(facts),
        *_double(facts),
        *_ideas(facts),
        *_order(facts),
        *_proposals(facts),
    ]
    return {"points": found[:MOST]} if found else None


def _day(day: dt.date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _promises(facts: Facts) -> list[Point]:
    """Those that are late, and those that are due before long."""
    found = []
    for promise in facts.records["promises"]:
        url = reverse("customers:record_settle", args=["promise", promise.pk])
        late = (facts.today - promise.due_on).days
        if late > 0:
            words = ngettext(
                "Promised and %(days)d day late: %(what)s",
                "Promised and %(days)d days late: %(what)s",
                late,
            )
            found.append(
                Point("clock", words % {"days": late, "what": promise.what}, url, tone="bad")
            )
        elif promise.due_on <= facts.today + SOON:
            words = _("Promised by %(day)s: %(what)s")
            found.append(
                Point("clock", words % {"day": _day(promise.due_on), "what": promise.what}, url)
            )
    return found


def _asked(facts: Facts) -> list[Point]:
    """Decisions that are expected soon."""
    return [
        Point(
            "flag",
            _("Decision expected by %(day)s: %(need)s")
            % {"day": _day(row.expected_on), "need": row.need},
            reverse("customers:record_edit", args=["opportunity", row.pk]),
            tone="warn" if row.expected_on < facts.today else "",
        )
        for row in facts.records["opportunities"]
        if row.expected_on and row.expected_on <= facts.today + SOON
    ]


def _plan(facts: Facts) -> list[Point]:
    """Reviews that are due, decisions that are missing."""
    if not facts.worth:
        return []
    found, pk = [], facts.customer.pk
    records = facts.records
    if records["plan"] and records["plan"][0].review_on < facts.today:
        words = _("The plan was to be reviewed on %(day)s")
        day = _day(records["plan"][0].review_on)
        found.append(
            Point("checklist", words % {"day": day}, reverse("customers:plan", args=[pk]), "warn")
        )
    if facts.standing.stage == "exploration" and not records["fit"]:
        words = _("Nobody has decided yet whether to pursue it")
        found.append(Point("help-circle", words, reverse("value:fit", args=[pk])))
    return found


def _people(facts: Facts) -> list[Point]:
    """Risks of the relationship, such as all of it through one person."""
    url = reverse("customers:contacts", args=[facts.customer.pk])
    risks = [words for code, words in facts.coverage.risks if code not in NO_NEWS]
    return [*(Point("users", words, url, "warn") for words in risks), *_birthdays(facts, url)]


def _double(facts: Facts) -> list[Point]:
    """Whom it may be the same as: half of what we know may stand there."""
    other = facts.records["double"]
    if not other:
        return []
    url = reverse("merge_customers", args=[facts.customer.pk, other["pk"]])
    words = _("May be the same customer as %(name)s")
    return [Point("copy", words % {"name": other["name"]}, url)]


def _birthdays(facts: Facts, url: str) -> list[Point]:
    """Whose birthday is within the next two weeks."""
    found = []
    for person in facts.coverage.people:
        if person.birthday and person.left_on is None and person.erased_at is None:
            days = (_next(person.birthday, facts.today) - facts.today).days
            if days <= BIRTHDAY_DAYS:
                day = date_format(person.birthday, "MONTH_DAY_FORMAT")
                words = _("Birthday of %(name)s on %(day)s") % {"name": person.name, "day": day}
                found.append(Point("calendar-event", words, url, "good"))
    return found


def _next(birthday: dt.date, today: dt.date) -> dt.date:
    """The next day on which it comes round; that of a leap day on 1 March."""
    for year in (today.year, today.year + 1):
        try:
            day = birthday.replace(year=year)
        except ValueError:
            day = dt.date(year, 3, 1)
        if day >= today:
            return day
    raise AssertionError("One of two years has it.")


def _ideas(facts: Facts) -> list[Point]:
    return [
        Point(
            "seedling",
            _("Not answered yet: %(idea)s") % {"idea": row.what},
            reverse("customers:record_settle", args=["idea", row.pk]),
        )
        for row in facts.records["ideas"]
        if row.state == Idea.State.NEW
    ]


def _order(facts: Facts) -> list[Point]:
    """When it would buy next by its own rhythm, while it keeps to it."""
    expected = facts.expected_order
    if expected is None:
        return []
    words = _("Next order expected about %(day)s") % {"day": _day(expected)}
    return [Point("calendar-due", words, reverse("proposal", args=[facts.customer.pk]))]


def _proposals(facts: Facts) -> list[Point]:
    """The first category that most customers like it buy and it does not."""
    return [
        Point(
            "plant-2",
            _("%(share)s of similar customers buy %(category)s; it does not yet")
            % {"share": percent(row.share), "category": row.category},
        )
        for row in facts.proposals[:1]
    ]
