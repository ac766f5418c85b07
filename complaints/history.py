"""The events of a case in words: what happened, who did it, why."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.forms.rows import Lists
from complaints.models import Actor, Case, CaseEvent, Kind
from complaints.states import Action
from crm.accounts.models import User

ICONS = {
    Action.LOG: "flag",
    Action.ACKNOWLEDGE: "check",
    Action.ASSESS: "search",
    Action.ASK_CUSTOMER: "hourglass",
    Action.ASK_THIRD: "hourglass",
    Action.GO_ON: "player-play",
    Action.PROPOSE: "bulb",
    Action.SEND_BACK: "refresh",
    Action.RESOLVE: "circle-check",
    Action.CLOSE: "lock",
    Action.REOPEN: "refresh",
    Action.WITHDRAW: "circle-x",
    Action.REJECT: "ban",
    Action.MERGE: "git-merge",
    Action.UNMERGE: "git-merge",
    Action.ASSIGN: "user-check",
    Action.CHANGE: "edit",
    Action.APPROVE: "shield-check",
    Action.REPLY: "send",
    Action.COMMENT: "note",
    Action.ATTACH: "file-text",
    Action.LINK: "link",
    Action.UNLINK: "link",
}
# For whom words are: colleagues alone, or the customer; and where they come from.
INSIDE, OUTWARD, CAME = "inside", "outward", "came"
TONES = {
    INSIDE: gettext_lazy("inside"),
    OUTWARD: gettext_lazy("to the customer"),
    CAME: gettext_lazy("from the customer"),
}
WRAPPED = "winmail.dat"
# What a change of these would say is written elsewhere, or of no interest to people.
UNTOLD = {"approved_cost", "terms"}
# Said of a new case by the rest of the page.
UNTOLD_AT_FIRST = {"customer", "severity", "category", "tier"}
DATA_LABELS = {
    "told": gettext_lazy("Told to the customer"),
    "waiting_for": gettext_lazy("For"),
    "until": gettext_lazy("Until"),
    "recourse": gettext_lazy("The customer can"),
    "target": gettext_lazy("Into"),
    "linked": gettext_lazy("Case"),
    "behind": gettext_lazy("About"),
    "corrective": gettext_lazy("Changed on our side"),
    "files": gettext_lazy("Files"),
    "left_out": gettext_lazy("Files that were not kept"),
}


@dataclass(frozen=True)
class Line:
    label: str
    words: str


@dataclass(frozen=True)
class Entry:
    """An event as people read it."""

    icon: str
    title: str
    at: dt.datetime
    who: str
    lines: list[Line]  # words
    facts: list[Line]  # fields that were set
    tone: str = ""  # a key of TONES; empty for what is no word to anybody
    mail: int | None = None  # the mail of which only the new words are shown

    @property
    def tone_words(self) -> str:
        return str(TONES.get(self.tone, ""))


class Names:
    """The names behind the numbers in events, few queries for all of them."""

    def __init__(self, events: Iterable[CaseEvent], lists: Lists):
        self.lists = lists
        known = {person.pk: person for person in (event.by for event in events) if person}
        if lists.case.owner:
            known[lists.case.owner_id] = lists.case.owner
        asked = {number for event in events for number in _people(event)}
        missing = asked.difference(known)
        found = User.objects.in_bulk(missing) if missing else {}
        self.people = known | found

    def of(self, name: str, value: Any) -> str:
        """A stored value of a field, as people read it."""
        if value in (None, ""):
            return "–"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if name == "owner":
            return str(self.people.get(value, "–"))
        if name in ("category", "root_cause"):
            rows = self.lists.all_categories if name == "category" else self.lists.all_causes
            return next((str(row) for row in rows if row.pk == value), "–")
        if name == "remedy_cost":
            return number_format(value, use_l10n=True, force_grouping=True)
        field = Case._meta.get_field(name)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        current = getattr(self.lists.case, name, None)
        if isinstance(current, Model):
            return str(current) if current.pk == value else ""
        return str(value)


def _people(event: CaseEvent) -> set[int]:
    """Numbers of those who were or became in charge."""
    parts = (event.data.get("values", {}), event.data.get("was", {}))
    return {part["owner"] for part in parts if part.get("owner")}


def entries(events: list[CaseEvent], lists: Lists) -> list[Entry]:
    """In the order of the events."""
    names = Names(events, lists)
    return [_entry(event, names) for event in events]


def _entry(event: CaseEvent, names: Names) -> Entry:
    lines = _data_lines(event)
    if event.reason:
        lines.append(Line("", event.reason))
    return Entry(
        icon=ICONS[Action(event.action)],
        title=_title(event, names.lists.case),
        at=event.at,
        who=str(event.by or event.get_actor_display()),
        lines=lines,
        facts=_facts(event, names),
        tone=_tone(event),
        mail=event.data.get("mail_read"),
    )


def _title(event: CaseEvent, case: Case) -> str:
    """Done stands for resolved where something was asked for."""
    if event.action == Action.RESOLVE and case.kind == Kind.REQUEST:
        return capfirst(_("done"))
    if event.action == Action.REPLY and event.actor == Actor.CUSTOMER:
        return capfirst(_("wrote to us"))
    if event.action == Action.REPLY:
        return _("Replied")  # the mark beside it says to whom
    return capfirst(event.get_action_display())


def _tone(event: CaseEvent) -> str:
    if event.action == Action.COMMENT:
        return INSIDE
    if event.actor == Actor.CUSTOMER:
        return CAME
    return OUTWARD if event.data.get("told") or event.data.get("mail") else ""


def _data_lines(event: CaseEvent) -> list[Line]:
    data, is_customers = event.data, event.actor == Actor.CUSTOMER
    lines = [
        # What the customer says has its words alone.
        Line("" if is_customers and name == "told" else str(label), _data_words(name, data[name]))
        for name, label in DATA_LABELS.items()
        if data.get(name)
    ]
    if "terms" in data.get("values", {}):
        lines.append(Line("", _("Got the deadlines and business hours of this day.")))
    if data.get("imported"):
        lines.append(Line("", _("Came by an import.")))
    if data.get("mail"):
        lines.append(Line("", _("Sent by mail.")))
    return lines


def _data_words(name: str, value: Any) -> str:
    if name == "until":
        return date_format(localtime(parse_datetime(value)), "SHORT_DATETIME_FORMAT")
    if name in ("target", "linked", "behind"):
        return Case(pk=value).reference
    if name == "corrective":
        return str(value.get("what", ""))
    if name == "left_out":
        return ", ".join(_left_out(file) for file in value)
    return ", ".join(value) if isinstance(value, list) else str(value)


def _left_out(file: str) -> str:
    """Outlook packs files of some mails into one that nobody else opens."""
    if file.lower() != WRAPPED:
        return file
    return _("%(file)s: packed by Outlook for Outlook; ask for its files one by one") % {
        "file": file
    }


def _facts(event: CaseEvent, names: Names) -> list[Line]:
    """Fields that were set; with what stood there before, where that is known."""
    was = event.data.get("was", {})
    untold = UNTOLD | (UNTOLD_AT_FIRST if event.action == Action.LOG else set())
    return [
        Line(capfirst(Case._meta.get_field(name).verbose_name), words)
        for name, value in event.data.get("values", {}).items()
        if name not in untold and (words := _change(name, value, was, names))
    ]


def _change(name: str, value: Any, was: Mapping[str, Any], names: Names) -> str:
    now = names.of(name, value)
    if name not in was:
        # An empty field that was left empty is no news.
        return "" if value in (None, "", False) else now
    before = names.of(name, was[name])
    return f"{before} → {now}" if before else now
