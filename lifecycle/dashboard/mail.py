"""The dashboard by mail: each Monday, to managers who want it, as words and tables."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from crm.platform import outbox
from crm.platform.models import Installation
from crm.platform.words import day
from lifecycle.dashboard import layout
from lifecycle.dashboard.pictures import drawn
from lifecycle.dashboard.reads import Reads
from lifecycle.models import Dashboard

MONDAY, MORNING = 0, 7  # on the clocks of the installation, after the night's figures
# Of a picture with more rows the first: such are ranked, the largest in front.
ROWS = 24


def mail_due(now: dt.datetime) -> int:
    """Put the dashboards of this Monday into the outbox; returns how many.

    Each is a transaction of its own that locks its row, and its cause names the day: a killed
    worker, or two at once, send it once.
    """
    now = now.astimezone(Installation.cached().zone)
    if now.weekday() != MONDAY or now.hour < MORNING:
        return 0
    today = now.date()
    due = list(Dashboard.objects.mailed(today).order_by("pk").values_list("pk", flat=True))
    return sum(_mail(pk, today) for pk in due)


@transaction.atomic
def _mail(pk: int, today: dt.date) -> bool:
    """One manager's, unless another worker has it or there is nothing to tell."""
    rows = Dashboard.objects.mailed(today).select_for_update(skip_locked=True, of=("self",))
    board = rows.select_related("user").filter(pk=pk).first()
    if board is None:
        return False
    with translation.override(board.user.language or settings.LANGUAGE_CODE):
        context = _context(board, today)
        is_new = bool(context["pictures"]) and outbox.enqueue(
            cause=f"dashboard:{pk}:{today}",
            recipient=board.user.email,
            subject=_("Your dashboard of %(date)s") % {"date": day(today)},
            body=render_to_string("lifecycle/dashboard_mail.txt", context),
            html=render_to_string("lifecycle/dashboard_mail.html", context),
        )
    board.mailed_on = today
    board.save(update_fields=["mailed_on"])
    return is_new


def _context(board: Dashboard, today: dt.date) -> dict:
    reads = Reads(board.user)
    pictures = drawn(reads, layout.places(board.pictures))
    as_of = reads.as_of
    return {
        "language": translation.get_language(),
        "name": board.user.name,
        "today": today,
        "as_of": as_of,
        "is_old": as_of is not None and today - as_of > dt.timedelta(days=1),
        "pictures": [_told(picture) for picture in pictures if picture["chart"]],
        "url": _address("value:dashboard"),
        "settings_url": _address("value:dashboard_arrange") + "#mail",
    }


def _told(picture: dict) -> dict:
    """A picture as its finding and the newest rows of its table."""
    chart = picture["chart"]
    rows = [[_text(cell) for cell in row] for row in chart["rows"]]
    return {
        "label": picture["label"],
        "unit": picture["unit"],
        "finding": chart["title"],
        "head": [str(cell) for cell in chart["head"]],
        "rows": rows[:ROWS],
        "url": settings.SITE_URL + picture["url"],
    }


def _text(cell: object) -> str:
    return str(cell["text"] if isinstance(cell, dict) else cell)


def _address(name: str) -> str:
    return settings.SITE_URL + reverse(name)
