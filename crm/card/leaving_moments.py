"""What happened when a customer was about to leave, in words of the timeline."""

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.platform.words import listed
from lifecycle.models import Rescue
from lifecycle.models.lost import LossKind, LossReason

Row = dict
Entry = dict


def begun(row: Row, worth: bool) -> Entry:
    return {
        "icon": "heartbeat",
        "title": _("In danger: somebody works on it"),
        "who": row["name"],
        "text": row["note"] if row["state"] == Rescue.State.OPEN else "",
    }


def settled(row: Row, worth: bool) -> Entry:
    words = {
        Rescue.State.SAVED: _("Saved: bought again, and the risk is back to normal"),
        Rescue.State.LOST: _("Lost in spite of the work on it"),
        Rescue.State.NO_DANGER: _("Called: no danger"),
    }
    good = row["state"] in (Rescue.State.SAVED, Rescue.State.NO_DANGER)
    return {
        "icon": "circle-check" if good else "circle-x",
        "title": words[row["state"]],
        "text": row["note"],
    }


def marked(row: Row, worth: bool) -> Entry:
    kind, reason = LossKind(row["kind"]).label, LossReason(row["reason"]).label
    return {
        "icon": "user-off",
        "title": _("Marked as lost"),
        "kind": listed((kind, reason)),
        "who": row["name"],
        "text": row["why"],
    }


def reviewed(row: Row, worth: bool) -> Entry:
    kind = [LossReason(row["reason"]).label]
    if row["rival"]:
        kind.append(row["rival"])
    return {
        "icon": "bulb",
        "title": _("What we learned of the loss"),
        "kind": listed(kind),
        "who": row["name"],
        "text": row["learned"],
        "url": reverse("value:loss_review", args=[row["loss"]]),
    }
