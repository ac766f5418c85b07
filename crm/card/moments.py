"""What happened, in words: each function makes an entry of the timeline from the values of a row.

The second argument says whether the reader may see amounts.
"""

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from complaints.models import Case
from complaints.models import Kind as CaseKind
from complaints.states import Action
from crm.platform.models.texts import in_language
from crm.platform.words import listed
from customers import models as c
from customers.models.standing import Stage
from lifecycle import models as value
from lifecycle import portfolio
from lifecycle.words import stage_words

Row = dict
Entry = dict

KIND_ICONS = {
    "visit": "walk",
    "call": "phone",
    "letter": "mail-opened",
    "email": "mail",
    "meeting": "users",
    "message": "message",
    "news": "send",
    "note": "note",
}
# What happens to a case between these stands on its own page.
CASE_ICONS = {
    Action.LOG: "alert-circle",
    Action.RESOLVE: "circle-check",
    Action.REOPEN: "refresh",
    Action.WITHDRAW: "circle-x",
    Action.REJECT: "ban",
}
LONGEST = 300


def _label(choices, value: str | None) -> str:
    return str(choices(value).label) if value else ""


def _short(text: str | None) -> str:
    return Truncator(text or "").chars(LONGEST)


def _day(text: str) -> str:
    return date_format(parse_date(text), "SHORT_DATE_FORMAT")


def _change(before: str, after: str) -> str:
    return f"{before} → {after}" if before else after


def interaction(row: Row, worth: bool) -> Entry:
    who = row["by_name"] or row["by_username"]
    if row["contact_name"]:
        who = _("%(ours)s with %(theirs)s") % {"ours": who, "theirs": row["contact_name"]}
    kind = _label(c.Interaction.Kind, row["kind"])
    if row["kind"] not in c.Interaction.NO_CONTACT:
        kind = listed((kind, _label(c.Interaction.Direction, row["direction"])))
    heard = [str(word.label) for word in c.Interaction.Heard if word in row["heard"]]
    return {
        "icon": KIND_ICONS.get(row["kind"], "circle-dot"),
        "title": row["subject"],
        "url": reverse("customers:interaction", args=[row["pk"]]),
        "kind": kind,
        "who": who,
        "text": _short(row["notes"]),
        "outcome": row["outcome"],
        "heard": heard,
    }


def task(row: Row, worth: bool) -> Entry:
    return {
        "icon": "circle-check" if row["state"] == c.Task.State.DONE else "circle-x",
        "title": row["title"],
        "kind": listed((_("Task"), _label(c.Task.State, row["state"]))),
        "who": row["name"] or row["username"],
    }


def case(row: Row, worth: bool) -> Entry:
    return {
        "icon": CASE_ICONS[row["action"]],
        "title": f"{Case(pk=row['case']).reference} {row['title']}",
        "url": reverse("complaints:case", args=[row["case"]]),
        "kind": listed((_label(CaseKind, row["kind"]), _label(Action, row["action"]))),
        "who": row["name"] or row["username"],
        "text": _short(row["data"].get("told") or row["reason"]),
    }


def answer(row: Row, worth: bool) -> Entry:
    kind = _("Satisfaction")
    if row["index"] is not None:
        index = _("index %(index)s of 100") % {"index": number_format(round(row["index"]))}
        kind = listed((kind, index))
    return {
        "icon": "mood-smile",
        "title": _("Answered: %(wave)s") % {"wave": row["wave_name"]},
        "url": reverse("satisfaction:response", args=[row["pk"]]),
        "kind": kind,
        "who": row["contact_name"] or "",
        "text": _short(row["comment"]),
    }


def stage(row: Row, worth: bool) -> Entry:
    names = (_label(Stage, row[name]) for name in ("before", "after"))
    return {
        "icon": "plant-2",
        "title": _("Stage: %(change)s") % {"change": _change(*names)},
        "text": stage_words(row["reason"], row["numbers"]) if worth else "",
    }


def tier(row: Row, worth: bool) -> Entry:
    change = _change(row["before"], row["after"])
    basis = number_format(round(row["basis"])) if worth and row["basis"] is not None else ""
    return {
        "icon": "chart-pie",
        "title": _("Tier: %(change)s") % {"change": change},
        "kind": _("decided by %(basis)s") % {"basis": basis} if basis else "",
    }


def promised(row: Row, worth: bool) -> Entry:
    return {
        "icon": "clock",
        "title": _("Promised: %(what)s") % {"what": row["what"]},
        "kind": _("due %(day)s") % {"day": _day(row["due_on"])},
        "who": row["name"],
    }


def settled(row: Row, worth: bool) -> Entry:
    kept = row["state"] == c.Promise.State.KEPT
    words = _("Promise kept: %(what)s") if kept else _("Promise broken: %(what)s")
    return {
        "icon": "circle-check" if kept else "circle-x",
        "title": words % {"what": row["what"]},
        "who": row["name"],
        "text": _short(row["proof"]),
    }


def opportunity(row: Row, worth: bool) -> Entry:
    return {
        "icon": "flag",
        "title": _("Opportunity: %(need)s") % {"need": row["need"]},
        "who": row["name"],
    }


def decided(row: Row, worth: bool) -> Entry:
    won = row["stage"] == c.Opportunity.Stage.WON
    words = _("Won: %(need)s") if won else _("Lost: %(need)s")
    return {
        "icon": "circle-check" if won else "circle-x",
        "title": words % {"need": row["need"]},
        "who": row["name"],
        "text": _short(row["reason"]),
    }


def plan(row: Row, worth: bool) -> Entry:
    return {"icon": "checklist", "title": _("Account plan written"), "who": row["name"]}


def review(row: Row, worth: bool) -> Entry:
    return {
        "icon": "checklist",
        "title": _("Account plan reviewed"),
        "who": row["name"],
        "text": _short(row["findings"]),
    }


def assessed(row: Row, worth: bool) -> Entry:
    cell = portfolio.place(value.Assessment(up=row["up"], across=row["across"]))
    return {
        "icon": "scale",
        "title": _("Assessed: %(place)s") % {"place": cell.words} if cell else _("Assessed"),
        "kind": cell.strategy if cell else "",
        "who": row["name"],
        "text": _short(row["remarks"]),
    }


def fit(row: Row, worth: bool) -> Entry:
    title = _("Decided to pursue it") if row["pursue"] else _("Decided not to pursue it")
    return {"icon": "help-circle", "title": title, "who": row["name"], "text": _short(row["why"])}


def nominated(row: Row, worth: bool) -> Entry:
    return {
        "icon": "star",
        "title": _("Nominated as a key account"),
        "who": row["name"],
        "text": _short(row["reason"]),
    }


def dropped(row: Row, worth: bool) -> Entry:
    title = _("No longer a key account")
    return {"icon": "star", "title": title, "text": _short(row["end_reason"])}


def benefit(row: Row, worth: bool) -> Entry:
    title = _("Benefit delivered: %(what)s") % {"what": row["what"]}
    return {"icon": "coin", "title": title, "text": _short(row["proof"])}


def idea(row: Row, worth: bool) -> Entry:
    return {
        "icon": "bulb",
        "title": row["what"],
        "kind": listed((_label(c.Idea.Kind, row["kind"]), _label(c.Idea.State, row["state"]))),
        "who": row["contact_name"] or "",
        "text": _short(row["answer"]),
    }


def referral(row: Row, worth: bool) -> Entry:
    return {
        "icon": "user-plus",
        "title": _("Recommended us to %(name)s")
        % {"name": row["name"] or _("one of our customers")},
        "kind": _label(c.Referral.State, row["state"]),
        "who": row["contact_name"] or "",
    }


def merged(row: Row, worth: bool) -> Entry:
    names = {"name": row["gone_name"], "number": row["gone_number"]}
    return {
        "icon": "git-merge",
        "title": _("Merged with %(name)s (%(number)s)") % names,
        "who": row["name"] or "",
        "url": reverse("merge", args=[row["pk"]]) if worth else "",
    }


def joined(row: Row, worth: bool) -> Entry:
    club = in_language(row["club_names"])
    return {"icon": "users-group", "title": _("Joined: %(club)s") % {"club": club}}


def came(row: Row, worth: bool) -> Entry:
    return {
        "icon": "calendar-event",
        "title": _("Came to: %(event)s") % {"event": row["event_name"]},
        "who": row["contact_name"] or "",
    }


def left(row: Row, worth: bool) -> Entry:
    return {
        "icon": "user-off",
        "title": _("%(name)s left") % {"name": row["name"]},
        "url": reverse("customers:contact_edit", args=[row["pk"]]),
        "kind": _label(c.Contact.Role, row["role"]),
    }


def report(row: Row, worth: bool) -> Entry:
    days = {"since": _day(row["since"]), "until": _day(row["until"])}
    return {
        "icon": "report-analytics",
        "title": _("Business review report given"),
        "kind": _("%(since)s to %(until)s") % days,
        "who": row["name"],
    }


def purchase(row: Row, worth: bool) -> Entry:
    """A day with returns only is one on which goods came back."""
    title = _("Goods came back") if row["net"] < 0 else _("Bought")
    return {"icon": "coins", "title": title, "money": row["net"] if worth else None}
