"""The dashboard of lifecycle stages: where relationships stand and how they move."""

import datetime as dt
from dataclasses import asdict

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from customers.models.standing import Stage
from lifecycle import stage_figures
from lifecycle.backtest_words import signed
from lifecycle.models import BaseCell, Move, StageCell, StageChange, StageOverride
from lifecycle.views.moves import cell_url
from lifecycle.views.shared import day, list_url, month, percent, share, whole
from lifecycle.words import pattern_words

FLOW_DAYS = 92


@require_safe
@only_with_worth
def stages(request):
    cells = BaseCell.objects.visible_to(request.user)
    as_of = cells.latest_date()
    if as_of is None:
        return render(request, "lifecycle/no_figures.html", {"title": _("Lifecycle")})
    counted = StageCell.objects.visible_to(request.user)
    rows = stage_rows(list(cells.at(as_of).by("stage")), stage_figures.by_stage(counted))
    move, fared = stage_figures.fared(request.user, as_of)
    since = as_of - dt.timedelta(days=FLOW_DAYS)
    changes = StageChange.objects.visible_to(request.user).since(since)
    trend = list(cells.filter(as_of__in=cells.month_ends(as_of)).by("as_of", "stage"))
    context = {
        "standing_date": as_of,
        "rows": rows,
        "value": value_chart(rows),
        "flow": flow_chart(list(changes.flows()), since),
        "trend": trend_chart(trend),
        "changes": changes.newest(12),
        "patterns": _patterns(stage_figures.by_pattern(counted)),
        "move": move,
        "fared": [_fared(row, move) for row in fared],
        "proposed": StageOverride.objects.visible_to(request.user).proposed().count(),
    }
    return render(request, "lifecycle/stages.html", context)


def _patterns(rows: list[stage_figures.OfPattern]) -> list[dict]:
    """Each with its list; empty where nobody broke off."""
    if not any(row.customers for row in rows):
        return []
    return [
        {
            **asdict(row),
            "words": pattern_words(row.letter) or _("not seen: so since the first night"),
            "url": reverse("value:pattern", args=[row.letter]) if row.letter else "",
        }
        for row in rows
    ]


def _fared(row: stage_figures.Fared, move: Move) -> dict:
    """A stage of a year ago: where its customers are, each way with its list."""
    labels = dict(Stage.choices)
    change = row.change if move.start_figures else None
    return {
        "stage": row.stage,
        "label": labels[row.stage],
        "customers": row.customers,
        "before": row.before,
        "after": row.after,
        "change": signed(change) if change is not None else "",
        "now": [
            {
                "label": labels[stage],
                "share": share(count, row.customers),
                "url": cell_url("stage", row.stage, stage, move.start, move.end),
            }
            for stage, count in row.now
        ],
    }


def stage_rows(by_stage: list[dict], counted: dict[str, stage_figures.OfStage]) -> list[dict]:
    found = {row["stage"]: row for row in by_stage}
    customers = sum(row["sum_customers"] for row in by_stage)
    value = sum(row["sum_lifetime_value"] for row in by_stage)
    rows = []
    for stage in Stage:
        row = found.get(stage.value, {})
        count, worth = row.get("sum_customers", 0), row.get("sum_lifetime_value", 0)
        rows.append(
            {
                "stage": stage.value,
                "label": stage.label,
                "customers": count,
                "customers_share": share(count, customers),
                "lifetime_value": worth,
                "value_share": share(worth, value),
                "revenue_12m": row.get("sum_revenue_12m", 0),
                "value_at_risk": row.get("sum_value_at_risk", 0),
                "counted": counted.get(stage.value),
                "url": list_url(stage=stage.value),
            }
        )
    return rows


def value_chart(rows: list[dict]) -> dict:
    """Share of customers beside share of value, stage by stage."""
    stable = next(row for row in rows if row["stage"] == Stage.STABILITY)
    hrefs = [row["url"] for row in rows]
    return {
        "title": _("Stable customers are %(customers)s of all and hold %(value)s of the value")
        % {
            "customers": percent(stable["customers_share"]),
            "value": percent(stable["value_share"]),
        },
        "data": {
            "labels": [str(row["label"]) for row in rows],
            "series": [
                {
                    "name": _("Customers"),
                    "values": [r["customers_share"] for r in rows],
                    "hrefs": hrefs,
                },
                {
                    "name": _("Lifetime value"),
                    "values": [r["value_share"] for r in rows],
                    "hrefs": hrefs,
                },
            ],
            "percent": True,
        },
        "head": [_("Stage"), _("Share of customers"), _("Share of lifetime value")],
        "rows": [
            [row["label"], percent(row["customers_share"], 1), percent(row["value_share"], 1)]
            for row in rows
        ],
    }


def flow_chart(flows: list[dict], since: dt.date) -> dict:
    """From which stage to which, as a Sankey diagram: before on the left, after on the right."""
    labels = dict(Stage.choices)
    declined = sum(f["customers"] for f in flows if f["after"] in {Stage.DECLINE, Stage.ENDED})
    nodes = [
        {"name": f"{side}:{stage}", "label": str(labels[stage]), "tone": stage}
        for side in ("before", "after")
        for stage in sorted({flow[side] for flow in flows}, key=list(labels).index)
    ]
    links = [
        {
            "source": f"before:{flow['before']}",
            "target": f"after:{flow['after']}",
            "value": flow["customers"],
            "href": list_url(stage=flow["after"]),
        }
        for flow in flows
    ]
    return {
        "title": _("Since %(date)s, %(count)s went into decline or ended")
        % {"date": day(since), "count": whole(declined)},
        "data": {"nodes": nodes, "links": links},
        "head": [_("From"), _("To"), _("Customers")],
        "rows": [
            [labels[flow["before"]], labels[flow["after"]], whole(flow["customers"])]
            for flow in flows
        ],
    }


def trend_chart(trend: list[dict]) -> dict:
    """Customers of each stage at the month-ends."""
    dates = sorted({row["as_of"] for row in trend})
    found = {(row["as_of"], row["stage"]): row["sum_customers"] for row in trend}
    return {
        "title": _trend_title(found, dates),
        "data": {
            "labels": [month(date) for date in dates],
            "series": [
                {
                    "name": str(stage.label),
                    "values": [found.get((d, stage.value), 0) for d in dates],
                }
                for stage in Stage
            ],
            "stack": True,
        },
        "head": [_("Month"), *(stage.label for stage in Stage)],
        "rows": [
            [month(d), *(whole(found.get((d, stage.value), 0)) for stage in Stage)] for d in dates
        ],
    }


def _trend_title(found: dict, dates: list[dt.date]) -> str:
    """How many more are in decline or ended than at the first month-end."""
    if len(dates) < 2:
        return _("Customers by stage at each month's end")
    first, last = (
        sum(found.get((date, stage), 0) for stage in (Stage.DECLINE, Stage.ENDED))
        for date in (dates[0], dates[-1])
    )
    values = {"count": whole(abs(last - first)), "month": month(dates[0])}
    if last == first:
        return _("As many customers are in decline or ended as in %(month)s") % values
    if last > first:
        return _("%(count)s more customers are in decline or ended than in %(month)s") % values
    return _("%(count)s fewer customers are in decline or ended than in %(month)s") % values
