"""The control chart: which weeks and months differ by more than chance."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from complaints import learning_reads as reads
from complaints.analytics import control as charts
from complaints.forms.learning import LookForm
from crm.accounts.access import only_managers
from crm.platform.words import day, decimal, month, whole

WEEKS, NEWEST_WEEKS = 52, 13
MONTHS, NEWEST_MONTHS = 24, 6
PER = 100
RULES = {
    1: gettext_lazy("Rule 1: one point beyond three standard deviations"),
    2: gettext_lazy("Rule 2: two of three points beyond two standard deviations on one side"),
    3: gettext_lazy("Rule 3: four of five points beyond one standard deviation on one side"),
    4: gettext_lazy("Rule 4: eight points in a row on one side of the centre"),
}


@require_safe
@only_managers
def control(request):
    """By month (of any choice, per 100 customers where known), or by week of everybody."""
    by_week = request.GET.get("by") == "week"
    form = LookForm(request.GET, usual=MONTHS)
    look = form.look
    if by_week:
        periods, newest, name = reads.weeks(look, WEEKS), NEWEST_WEEKS, day
    else:
        periods, newest, name = reads.months(look), NEWEST_MONTHS, month
    baseline = max(len(periods.starts) - newest, charts.FEWEST_POINTS)
    sizes = periods.sizes
    found = charts.chart(periods.counts, sizes, baseline=baseline, per=PER if sizes else 1)
    labels = [name(start) for start in periods.starts]
    context = {
        "form": form,
        "by_week": by_week,
        "kept": {"by": "week"} if by_week else {},
        "counted_on": reads.counted_on(),
        "chart": _drawn(found, periods, labels) if found else None,
        "fired": _fired(found, labels) if found else [],
        "rules": RULES.values(),
        "baseline": min(baseline, len(periods.starts)),
        "is_rate": bool(sizes),
        "widening": decimal(found.widening, 2) if found and found.is_widened else "",
    }
    return render(request, "complaints/control.html", context)


def _drawn(found: charts.Chart, periods: reads.Periods, labels: list[str]) -> dict:
    fired = sorted({one.point for one in found.firings})
    values = {"n": len(fired), "all": len(labels)}
    title = (
        _("%(n)s of %(all)s points are more than chance explains") % values
        if fired
        else _("All %(all)s points are what chance explains") % values
    )
    return {
        "title": title,
        "data": {
            "labels": labels,
            "values": found.rates,
            "centre": found.centre,
            "low": found.low,
            "high": found.high,
            "fired": fired,
            "names": {
                "value": _("Complaints"),
                "centre": _("Centre"),
                "low": _("Lower limit"),
                "high": _("Upper limit"),
            },
        },
        "head": [
            *(_("Period"), _("Complaints"), _("Active customers"), _("Point")),
            *(_("Centre"), _("Lower limit"), _("Upper limit")),
        ],
        "rows": _rows(found, periods, labels)[::-1],
    }


def _rows(found: charts.Chart, periods: reads.Periods, labels: list[str]) -> list[list[str]]:
    """The table behind the chart: a row a period, in the order of time."""
    sizes = periods.sizes or [None] * len(labels)
    return [
        [
            label,
            whole(count),
            "–" if size is None else whole(size),
            decimal(found.rates[place], 2),
            decimal(found.centre, 2),
            decimal(found.low[place], 2),
            decimal(found.high[place], 2),
        ]
        for place, (label, count, size) in enumerate(
            zip(labels, periods.counts, sizes, strict=True)
        )
    ]


def _fired(found: charts.Chart, labels: list[str]) -> list[dict]:
    """A line for each rule that fired, with where; the newest first."""
    return [
        {
            "period": labels[one.point],
            "rule": RULES[one.rule],
            "is_high": one.side > 0,
            "distance": decimal(abs(found.z[one.point]), 1),
        }
        for one in reversed(found.firings)
    ]
