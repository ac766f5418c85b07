"""How each picture of a dashboard is drawn: as on the page that it leads to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.services.figures import last_months
from complaints.views.dashboard import category_chart, month_chart
from crm.platform.models import Installation
from lifecycle.dashboard.layout import Picture, Place
from lifecycle.dashboard.reads import Reads
from lifecycle.views import churn, equity, stages, tiers
from satisfaction.services.comparing import comparable
from satisfaction.views import charts

# Stands for the installation's currency.
MONEY = "money"
MOST_POINTS, DECIMALS = 40, 4
CUSTOMERS = gettext_lazy("customers")


@dataclass(frozen=True)
class Drawing:
    """Its kind in static/js/charts.js, the page that says more, its unit, and what makes it.

    `draw` gives nothing where there is nothing to draw yet.
    """

    kind: str
    page: str
    draw: Callable[[Reads], dict | None]
    unit: str | Promise = ""


def _equity(reads: Reads) -> dict:
    return equity.trend_chart(reads.by("as_of"))


def _thinned(chart: dict | None) -> dict | None:
    """A curve by fewer points: over half of a page it looks the same, and weighs a fifth."""
    if chart is None:
        return None
    points = chart["data"]["points"]
    step = max(1, len(points) // MOST_POINTS)
    kept = [*points[:-1:step], points[-1]]
    kept = [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in kept]
    return {**chart, "data": {**chart["data"], "points": kept}}


def _curve(reads: Reads) -> dict | None:
    return _thinned(equity.curve_chart())


def _at_risk(reads: Reads) -> dict:
    return churn.trend_chart(reads.by("as_of"))


def _risk(reads: Reads) -> dict:
    bands = reads.by_risk
    return churn.risk_chart(bands, sum(row["sum_customers"] for row in bands))


def _tier_risk(reads: Reads) -> dict:
    rows = reads.now_by("tier")
    return churn.tier_chart(rows, sum(row["sum_value_at_risk"] for row in rows))


def _pareto(reads: Reads) -> dict:
    rows = tiers.tier_rows(reads.now_by("tier"))
    return _thinned(tiers.pareto_chart(reads.user, reads.as_of, rows))


def _migration(reads: Reads) -> dict | None:
    flows = reads.flows("tier")
    return tiers.migration_chart(flows, reads.flows_since) if flows else None


def _tier_revenue(reads: Reads) -> dict:
    return tiers.trend_chart(reads.by("as_of", "tier"))


def _stage_value(reads: Reads) -> dict:
    return stages.value_chart(stages.stage_rows(reads.now_by("stage"), {}))


def _flow(reads: Reads) -> dict | None:
    flows = reads.flows("stage")
    return stages.flow_chart(flows, reads.flows_since) if flows else None


def _stages(reads: Reads) -> dict:
    return stages.trend_chart(reads.by("as_of", "stage"))


def _complaints(reads: Reads) -> dict | None:
    months = reads.complaints.months
    return month_chart(last_months(), months) if months else None


def _categories(reads: Reads) -> dict | None:
    return category_chart(reads.complaints.categories)


def _waves(reads: Reads, measure: str, name: str) -> dict | None:
    waves, groups, questions = reads.answers
    return charts.trend(waves, groups, questions, measure, name) if waves else None


def _index(reads: Reads) -> dict | None:
    return _waves(reads, "index", _("Satisfaction index"))


def _nps(reads: Reads) -> dict | None:
    return _waves(reads, "nps", _("NPS"))


def _dimensions(reads: Reads) -> dict | None:
    waves, groups, questions = reads.answers
    if not waves:
        return None
    wave, earlier = waves[-1], waves[-2] if len(waves) > 1 else None
    before = comparable(groups.of(earlier), questions, wave, earlier) if earlier else None
    return charts.dimensions(wave, groups.of(wave), earlier.name if earlier else "", before)


POINTS = gettext_lazy("0 to 100, mean of customers")
OF_VALUE = {
    Picture.EQUITY: Drawing("bars", "value:equity", _equity, MONEY),
    Picture.CURVE: Drawing("pareto", "value:equity", _curve),
    Picture.AT_RISK: Drawing("lines", "value:churn", _at_risk, MONEY),
    Picture.RISK: Drawing("histogram", "value:churn", _risk, CUSTOMERS),
    Picture.TIER_RISK: Drawing("bars", "value:churn", _tier_risk, MONEY),
    Picture.PARETO: Drawing("pareto", "value:tiers", _pareto),
    Picture.MIGRATION: Drawing("heatmap", "value:tiers", _migration, CUSTOMERS),
    Picture.TIER_REVENUE: Drawing("bars", "value:tiers", _tier_revenue, MONEY),
    Picture.STAGE_VALUE: Drawing("bars", "value:stages", _stage_value),
    Picture.FLOW: Drawing(
        "sankey", "value:stages", _flow, gettext_lazy("customers that changed stage")
    ),
    Picture.STAGES: Drawing("bars", "value:stages", _stages, CUSTOMERS),
}
OF_VOICES = {
    Picture.COMPLAINTS: Drawing(
        "bars", "complaints:dashboard", _complaints, gettext_lazy("cases received")
    ),
    Picture.CATEGORIES: Drawing(
        "bars", "complaints:dashboard", _categories, gettext_lazy("complaints")
    ),
    Picture.INDEX: Drawing("lines", "satisfaction:dashboard", _index, POINTS),
    Picture.NPS: Drawing(
        "lines",
        "satisfaction:dashboard",
        _nps,
        gettext_lazy("promoters less detractors, -100 to 100"),
    ),
    Picture.DIMENSIONS: Drawing("dots", "satisfaction:dashboard", _dimensions, POINTS),
}


def drawn(reads: Reads, places: Sequence[Place]) -> list[dict]:
    """The pictures in their order; `chart` is nothing where there is nothing to draw yet."""
    return [_one(reads, place) for place in places]


def _one(reads: Reads, place: Place) -> dict:
    picture = Picture(place.key)
    of_value = OF_VALUE.get(picture)
    drawing = of_value or OF_VOICES[picture]
    unit = Installation.cached().currency if drawing.unit == MONEY else drawing.unit
    return {
        "key": place.key,
        "label": picture.label,
        "wide": place.wide,
        "kind": drawing.kind,
        "unit": unit,
        "url": reverse(drawing.page),
        # What the night computes is not there before the first one.
        "chart": None if of_value and reads.as_of is None else drawing.draw(reads),
    }
