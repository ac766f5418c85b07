"""Notices in words: what happened, and where it leads."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Notice
from customers.models.standing import Stage

# The page of the row that a cause names, by its first word; of the others, the customer's card.
PAGES = {
    "interaction": "customers:interaction",
    "mention": "customers:interaction",
    "case": "complaints:case",
    "corrective": "complaints:corrective_edit",
    "handover": "handover",
    "export": "export_detail",
}
ICONS = {
    Notice.Kind.MENTION: "quote",
    Notice.Kind.INTERACTION: "message-circle",
    Notice.Kind.TIER: "chart-pie",
    Notice.Kind.STAGE: "plant-2",
    Notice.Kind.CASE: "inbox",
    Notice.Kind.CORRECTIVE: "shield-check",
    Notice.Kind.HANDOVER: "users",
    Notice.Kind.HELP: "help-circle",
    Notice.Kind.EXPORT: "download",
    Notice.Kind.MERGE: "copy",
}
# What happened to a case or a corrective action: the third part of the cause.
HAPPENED = {
    Notice.Kind.CASE: {
        "late": gettext_lazy("Complaint past its deadline"),
        "moved": gettext_lazy("A case that you watch"),
        "given": gettext_lazy("You are in charge of a case"),
        "critical": gettext_lazy("Critical case"),
    },
    Notice.Kind.CORRECTIVE: {
        "given": gettext_lazy("A corrective action is yours"),
        "due": gettext_lazy("Corrective action due soon"),
        "late": gettext_lazy("Corrective action overdue"),
        "check": gettext_lazy("Did the corrective action help?"),
    },
}
STEP = ">"  # between the tier or stage before and the one after


@dataclass(frozen=True)
class Entry:
    """A notice, ready to be read."""

    notice: Notice
    icon: str
    what: str
    text: str
    url: str


def entries(notices: Iterable[Notice]) -> list[Entry]:
    return [
        Entry(notice, ICONS[notice.kind], what(notice), text(notice), address(notice))
        for notice in notices
    ]


def what(notice: Notice) -> str:
    """What kind of thing happened."""
    if happened := HAPPENED.get(notice.kind):
        part = (*notice.cause.split(":"), "", "")[2]
        usual = _("New complaint") if notice.kind == Notice.Kind.CASE else ""
        return str(happened.get(part) or usual or notice.get_kind_display())
    return notice.get_kind_display()


def text(notice: Notice) -> str:
    """What happened: stages are kept as codes, so that each reader has them in their language."""
    if notice.kind not in (Notice.Kind.TIER, Notice.Kind.STAGE):
        return notice.text
    names = dict(Stage.choices)
    return " → ".join(str(names.get(part, part)) for part in notice.text.split(STEP) if part)


def address(notice: Notice) -> str:
    """Where it leads; empty where there is nothing to open."""
    name, _colon, rest = notice.cause.partition(":")
    number = rest.partition(":")[0]
    if name in PAGES and number.isdecimal():
        try:
            return reverse(PAGES[name], args=[number])
        except NoReverseMatch:
            pass
    return reverse("card", args=[notice.customer_id]) if notice.customer_id else ""
