"""The pictures of backtests: deciles, calibration, and the results from week to week."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.platform.words import day, decimal, percent, share, whole
from lifecycle.models import BacktestResult

MOST_POINTS = 26
# So far the shares may lie from what was said, on average, to be called calibrated.
CLOSE = 0.03


def deciles(result: dict) -> dict:
    """Forecast beside what came, by tenth of the customers, the highest forecast first."""
    rows = result["deciles"]
    total = sum(row["actual"] for row in rows)
    first = rows[0]["actual"] if rows else 0
    return {
        "title": _("The tenth forecast highest brought %(share)s of the later revenue")
        % {"share": percent(share(first, total) if total > 0 else 0)},
        "data": {
            "labels": [str(row["decile"]) for row in rows],
            "series": [
                {"name": _("Forecast"), "values": [round(row["forecast"], 2) for row in rows]},
                {"name": _("What came"), "values": [round(row["actual"], 2) for row in rows]},
            ],
        },
        "head": [_("Tenth"), _("Customers"), _("Forecast"), _("What came")],
        "rows": [
            [
                str(row["decile"]),
                whole(row["customers"]),
                whole(row["forecast"]),
                whole(row["actual"]),
            ]
            for row in rows
        ],
    }


def calibration(result: dict) -> dict:
    """What was said against what happened, by tenth of the customers in the order of their risk."""
    rows = result["calibration"]
    customers = sum(row["customers"] for row in rows)
    off = sum(row["customers"] * abs(row["predicted"] - row["observed"]) for row in rows)
    gap = share(off, customers)
    title = (
        _("What was said came true: on average %(gap)s points off")
        if gap <= CLOSE
        else _("What was said was %(gap)s points off on average")
    )
    return {
        "title": title % {"gap": decimal(100 * gap)},
        "data": {
            "points": [
                {
                    "x": round(row["predicted"], 4),
                    "y": round(row["observed"], 4),
                    "label": _("%(customers)s customers") % {"customers": whole(row["customers"])},
                }
                for row in rows
            ],
            "x_name": _("risk that was said"),
            "y_name": _("share that bought nothing"),
            "x_percent": True,
            "y_percent": True,
            "diagonal": True,
        },
        "head": [_("Risk that was said"), _("Customers"), _("Share that bought nothing")],
        "rows": [
            [percent(row["predicted"], 1), whole(row["customers"]), percent(row["observed"], 1)]
            for row in rows
        ],
    }


def trend(results: Sequence[BacktestResult]) -> dict | None:
    """How well risk ranked at each cut beside the RFM score; None below two."""
    if len(results) < 2:
        return None
    ours = [found.result["churn"]["auc"] for found in results]
    plain = [found.result["rfm"]["auc"] for found in results]
    better = sum(
        a is not None and b is not None and a > b for a, b in zip(ours, plain, strict=True)
    )
    labels = [day(found.as_of) for found in results]

    def shown(value: float | None) -> str:
        return "–" if value is None else percent(value, 1)

    return {
        "title": _("Risk ranked better than the RFM score in %(better)s of %(all)s backtests")
        % {"better": better, "all": len(results)},
        "data": {
            "labels": labels,
            "series": [
                {"name": _("Risk"), "values": ours},
                {"name": _("RFM score"), "values": plain, "dashed": True},
            ],
            "percent": True,
            "scale": True,
        },
        "head": [_("As of"), _("Risk"), _("RFM score")],
        "rows": [
            [label, shown(a), shown(b)] for label, a, b in zip(labels, ours, plain, strict=True)
        ],
    }
