"""The figures above a customer's records of one kind, and the splits into now and earlier."""

import datetime as dt

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.platform.models import Installation
from crm.platform.words import percent, share, whole

YEARS = 4


def promise_figures(rows: QuerySet, today: dt.date) -> list[dict]:
    kept, settled = rows.kept_rate()
    late = rows.overdue(today).count()
    figures = []
    if settled:
        words = _("%(kept)d of %(settled)d") % {"kept": kept, "settled": settled}
        figures.append({"label": _("Kept"), "value": percent(share(kept, settled)), "note": words})
    if late:
        figures.append({"label": _("Overdue"), "value": whole(late), "note": ""})
    return figures


def opportunity_figures(rows: QuerySet, today: dt.date) -> list[dict]:
    totals = rows.open().totals()
    if not totals["count"]:
        return []
    words = ngettext("%(count)d open", "%(count)d open", totals["count"])
    return [
        {
            "label": _("They may buy"),
            "value": whole(totals["amount"] or 0),
            "unit": Installation.cached().currency,
            "note": words % {"count": totals["count"]},
        }
    ]


def benefit_figures(rows: QuerySet, today: dt.date) -> list[dict]:
    """What we are worth to the customer, year by year."""
    years = (
        rows.order_by()
        .values(year=ExtractYear("on"))
        .annotate(sum=Sum("amount"))
        .order_by("-year")[:YEARS]
    )
    currency = Installation.cached().currency
    return [
        {"label": str(row["year"]), "value": whole(row["sum"]), "unit": currency, "note": ""}
        for row in years
    ]


def newest(rows: QuerySet, today: dt.date) -> QuerySet:
    return rows.filter(pk__in=list(rows.order_by("-on", "-pk").values_list("pk", flat=True)[:1]))


def open_ones(rows: QuerySet, today: dt.date) -> QuerySet:
    return rows.open()


def new_ones(rows: QuerySet, today: dt.date) -> QuerySet:
    return rows.filter(state="new")


def members_now(rows: QuerySet, today: dt.date) -> QuerySet:
    return rows.filter(Q(until=None) | Q(until__gte=today))
