"""The figures above a customer's records of one kind, and the splits into now and earlier."""

import datetime as dt

from django.db.models import QuerySet, Sum
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.platform.models import Installation
from crm.platform.words import percent, share, whole

YEARS = 4


def promise_figures(rows: QuerySet, today: dt.date) -> list[dict]:
    kept, settled = rows.kept_rate()
    figures = []
    if settled:
        words = _("%(kept)d of %(settled)d") % {"kept": kept, "settled": settled}
        figures.append({"label": _("Kept"), "value": percent(share(kept, settled)), "note": words})
    return figures + overdue_figures(rows, today)


def overdue_figures(rows: QuerySet, today: dt.date) -> list[dict]:
    late = rows.overdue(today).count()
    return [{"label": _("Overdue"), "value": whole(late), "note": ""}] if late else []


def opportunity_figures(rows: QuerySet, today: dt.date) -> list[dict]:
    """What is open; of decided ones what they come to."""
    totals = rows.totals()
    if not totals["count"]:
        return []
    words = ngettext("%(count)d opportunity", "%(count)d opportunities", totals["count"])
    return [
        {
            "label": _("Sum of the amounts"),
            "value": whole(totals["amount"] or 0),
            "unit": Installation.cached().currency,
            "note": words % {"count": totals["count"]},
        }
    ]


def open_opportunity_figures(rows: QuerySet, today: dt.date) -> list[dict]:
    return opportunity_figures(rows.open(), today)


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
    return rows.ending_after(today)
