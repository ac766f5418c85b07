"""The track record: how often risk and each signal were right, and whom nobody warned of."""

import datetime as dt

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.platform.words import day, listed, month, percent, share
from customers.models.standing import SignalKind
from customers.querysets import Order, keyset_page
from lifecycle import track_reads
from lifecycle.models import MissedLeaver, Signal, TrackMonth, TrackRecord
from lifecycle.models.track_record import FlagKind
from lifecycle.track_record import BANDS, lines, replayed

BY_REVENUE = Order("revenue_12m", descending=True)
NEWEST = Order("first_seen", descending=True)
MONTHS_SHOWN = 24
# A line of the picture of signals needs room for its name and two dots.
HIGHER = ((6, "md"), (9, "lg"), (14, "xl"))
HIGHEST = "xxl"


@require_safe
@only_with_worth
def track_record(request):
    """All kinds of flags with precision, lift, lead time and weight."""
    records = TrackRecord.objects.newest()
    played, dates = replayed()
    of_backtests = {"replayed": played, "replayed_dates": listed(map(day, dates))}
    if not records:
        return render(request, "lifecycle/track_record.html", of_backtests)
    of_all = lines(SignalKind.values, records)
    signals = [line for line in of_all if line.record.flagged or line.record.waiting]
    signals.sort(key=lambda line: not line.record.is_enough)  # what tells something stands first
    months = TrackMonth.objects.by_month(FlagKind.EVERYBODY, FlagKind.HIGH)
    any_record = next(iter(records.values()))
    context = {
        "as_of": any_record.as_of,
        "horizon_days": any_record.horizon_days,
        "bands": lines(BANDS, records),
        "signals": signals,
        "unseen": listed(line.label for line in of_all if line not in signals),
        "picture": _picture([line for line in signals if line.record.is_enough]),
        "trend": _trend(months),
        "missed": records.get(FlagKind.GREEN),
        **of_backtests,
    }
    return render(request, "lifecycle/track_record.html", context)


@require_safe
@only_with_worth
def missed_leavers(request):
    """Customers without any warning at a month's end that bought nothing afterwards."""
    months = missed_months()
    chosen = month_of(request.GET.get("month", ""), months)
    page = keyset_page(leavers(request.user, chosen), BY_REVENUE, request.GET.get("page", ""))
    counted = TrackMonth.objects.filter(month=chosen).by_month(FlagKind.GREEN)
    customers, lost = counted.get((chosen, FlagKind.GREEN), (0, 0))
    horizon = TrackMonth.objects.filter(month=chosen).values_list("horizon_days", flat=True).first()
    kept = f"?month={chosen:%Y-%m-%d}&page=" if chosen else ""
    context = {
        "months": [(f"{one:%Y-%m-%d}", month(one)) for one in months],
        "chosen": chosen,
        "chosen_value": f"{chosen:%Y-%m-%d}" if chosen else "",
        "horizon_days": horizon,
        "customers": customers,
        "lost": lost,
        "rows": page.rows,
        "summary": _("Customers %(first)d–%(last)d")
        % {"first": page.first, "last": page.first + len(page.rows) - 1},
        "newer_url": f"{kept}{page.newer}" if page.newer else "",
        "older_url": f"{kept}{page.older}" if page.older else "",
    }
    return render(request, "lifecycle/missed_leavers.html", context)


@require_safe
@only_with_worth
def signal_record(request, kind: str):
    """The episodes of one kind of signal, the newest first, each with what came of it."""
    if kind not in SignalKind.values:
        raise Http404
    records = TrackRecord.objects.newest()
    found = lines([kind], records)
    horizon = records[kind].horizon_days if found else 0
    page = keyset_page(episodes(request.user, kind, horizon), NEWEST, request.GET.get("page", ""))
    until = records[kind].as_of if found else None
    for row in page.rows:
        row.outcome_on = row.first_seen + dt.timedelta(days=horizon)
        row.is_known = bool(row.bought_on) or bool(until and row.outcome_on <= until)
    context = {
        "label": SignalKind(kind).label,
        "line": found[0] if found else None,
        "horizon_days": horizon,
        "rows": page.rows,
        "summary": _("Signals %(first)d–%(last)d")
        % {"first": page.first, "last": page.first + len(page.rows) - 1},
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
    }
    return render(request, "lifecycle/signal_record.html", context)


def missed_months() -> list[dt.date]:
    """The month-ends whose outcome is known, the newest first."""
    months = TrackMonth.objects.filter(kind=FlagKind.EVERYBODY)
    return list(months.order_by("-month").values_list("month", flat=True).distinct()[:MONTHS_SHOWN])


def month_of(text: str, months: list[dt.date]) -> dt.date | None:
    """The month-end that an address asks for, else the newest."""
    return next((one for one in months if f"{one:%Y-%m-%d}" == text), months[0] if months else None)


def leavers(user, chosen: dt.date | None):
    """Those in sight that were missed at a month's end."""
    rows = MissedLeaver.objects.visible_to(user).filter(month=chosen)
    return track_reads.with_return(rows.select_related("customer__standing"))


def episodes(user, kind: str, horizon: int):
    """The signals of a kind on customers in sight, with `bought_on`."""
    rows = Signal.objects.visible_to(user).filter(kind=kind).select_related("customer")
    return track_reads.with_outcome(rows, "first_seen", horizon)


def _picture(shown) -> dict | None:
    """The share that left after each signal beside that of comparable customers."""
    if not shown:
        return None
    shown = sorted(shown, key=lambda line: -line.record.shares.lift)
    found = [line.record.shares for line in shown]
    bases = [one.base_rate for one in found]
    earning = sum(line.record.earns_its_weight for line in shown)
    return {
        "title": _("%(earning)s of %(all)s signals are clearly better than chance")
        % {"earning": earning, "all": len(shown)},
        "data": {
            "labels": [line.label for line in shown],
            "series": [
                {
                    "name": _("Bought nothing after the signal"),
                    "values": [one.precision for one in found],
                    "low": [one.precision_low for one in found],
                    "high": [one.precision_high for one in found],
                    "hrefs": [line.url for line in shown],
                },
                {
                    "name": _("Comparable customers"),
                    "values": bases,
                    "low": bases,
                    "high": bases,
                },
            ],
            "percent": True,
            "least": 0,
        },
        "size": next((size for most, size in HIGHER if len(shown) <= most), HIGHEST),
        "head": [_("Signal"), _("Bought nothing"), _("Comparable customers"), _("Lift")],
        "rows": [[line.label, line.precision, line.base_rate, line.lift] for line in shown],
    }


def _trend(months: dict) -> dict | None:
    """Of those of high risk at each month's end, the share that bought nothing; None below two."""
    ends = sorted({one for one, _kind in months})[-MONTHS_SHOWN:]
    if len(ends) < 2:
        return None

    def shares(kind: str) -> list[float | None]:
        found = [months.get((one, kind), (0, 0)) for one in ends]
        return [share(lost, customers) if customers else None for customers, lost in found]

    high, all_of_them = shares(FlagKind.HIGH), shares(FlagKind.EVERYBODY)
    labels = [month(one) for one in ends]
    title = _("Of those of high risk most bought nothing afterwards")
    if high[-1] is not None and all_of_them[-1] is not None:
        text = _("Of 100 of high risk in %(month)s %(high)d bought nothing; of all %(all)d")
        title = text % {
            "month": labels[-1],
            "high": round(100 * high[-1]),
            "all": round(100 * all_of_them[-1]),
        }
    return {
        "title": title,
        "data": {
            "labels": labels,
            "series": [
                {"name": _("High risk"), "values": high},
                {"name": _("All customers"), "values": all_of_them, "dashed": True},
            ],
            "percent": True,
        },
        "head": [_("Month's end"), _("High risk"), _("All customers")],
        "rows": [
            [label, _shown(a), _shown(b)]
            for label, a, b in zip(labels, high, all_of_them, strict=True)
        ],
    }


def _shown(value: float | None) -> str:
    return "–" if value is None else percent(value)
