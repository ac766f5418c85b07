"""Figures of value by customer: who is at risk, who changed tier or stage, key accounts."""

import datetime as dt
from functools import partial

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import of_customer
from crm.exports.table import Asked, Table, with_worth
from crm.platform.models import Installation
from customers.models import Standing
from customers.models.standing import Stage, Tier
from lifecycle import portfolio
from lifecycle.forms.key_accounts import PortfolioFilter
from lifecycle.growth_and_share import growth_and_share
from lifecycle.models import Assessment, BaseCell, Signal, StageChange, TierChange, TrackRecord
from lifecycle.views import portfolio as pages
from lifecycle.views import track_record as records
from lifecycle.views.key_accounts import nominated, ranked
from lifecycle.views.stages import FLOW_DAYS as STAGE_DAYS
from lifecycle.views.tiers import FLOW_DAYS as TIER_DAYS

OF_STANDING = (
    Column("number", _("Customer number")),
    Column("customer", _("Customer name"), "name"),
)
PARTS = ("attractiveness", "potential", "relationship", "bargaining", "fit")


def _mark(name: str, label, way: str = "") -> Column:
    """A total of a part of an assessment, 1 to 5."""
    return Column(name, label, f"{way}{name}", Type.NUMBER)


def _marks(way: str = "") -> tuple[Column, ...]:
    field = Assessment._meta.get_field
    labels = {
        "attractiveness": _("attractiveness"),
        "potential": _("potential"),
        "relationship": _("relationship"),
        "bargaining": _("bargaining power"),
        "fit": _("fit"),
    }
    found = [_mark(name, labels[name], way) for name in PARTS if field(name)]
    return (*found, _mark("total", _("total"), way))


def _at_risk(asked: Asked) -> QuerySet:
    return Standing.objects.visible_to(asked.user).at_risk().select_related("owner")


def _add_signals(asked: Asked, rows: list[Standing]) -> None:
    signals = Signal.objects.visible_to(asked.user).strongest_of([row.pk for row in rows])
    for row in rows:
        row.strongest = signals.get(row.pk)


def _changes(model, days: int, asked: Asked) -> QuerySet:
    """Of the span that the page looks back, from the newest figures on."""
    as_of = BaseCell.objects.visible_to(asked.user).latest_date()
    since = (as_of or Installation.cached().today()) - dt.timedelta(days=days)
    rows = model.objects.visible_to(asked.user).since(since)
    return rows.select_related("customer").order_by("-on", "-pk")


def _candidates(asked: Asked) -> QuerySet:
    """The ranking, or those nominated, as the tab says."""
    shown = asked.parameters.get("show", "")
    if shown == "nominated":
        return nominated(asked.user).order_by("review_on", "pk")
    cuts = portfolio.Cuts.of(Installation.cached())
    rows = ranked(asked.user, "all" if shown == "all" else "open", cuts)
    return rows.order_by("-total", "-pk")


def _columns_of_candidates(asked: Asked) -> tuple[Column, ...]:
    return OF_NOMINATIONS if asked.parameters.get("show") == "nominated" else OF_CANDIDATES


def _strategy(row: Assessment) -> str | None:
    cell = portfolio.place(row)
    return cell and cell.strategy


OF_CANDIDATES = (
    *of_customer(),
    Column("tier", _("tier"), "customer.standing.tier"),
    *_marks(),
    Column("strategy", _("strategy"), _strategy),
    Column("value", _("Lifetime value"), "customer.standing.lifetime_value", Type.MONEY, True),
    Column("on", _("assessed on"), type=Type.DATE),
)
OF_NOMINATIONS = (
    *of_customer(),
    Column("tier", _("tier"), "customer.standing.tier"),
    Column("review_on", _("to be confirmed by"), type=Type.DATE),
    Column("reason", _("reason")),
    Column("by", _("nominated by"), "by.name"),
)


def _placed(asked: Asked) -> QuerySet:
    """All that have a place in the matrix, not only the dots that the page has room for."""
    form = PortfolioFilter(asked.parameters, user=asked.user)
    rows = Assessment.objects.visible_to(asked.user).placed().with_standing(**form.criteria)
    rows = rows.select_related("customer__standing")
    return rows.order_by("-customer__standing__lifetime_value", "-pk")


def _portfolio(asked: Asked):
    """By the view that is open: the matrix, or growth and share."""
    return _growth(asked) if _is_growth(asked) else _placed(asked)


def _is_growth(asked: Asked) -> bool:
    return asked.parameters.get("view") == "growth"


def _growth(asked: Asked) -> list:
    form = PortfolioFilter(asked.parameters, user=asked.user)
    rows = Standing.objects.visible_to(asked.user).filter(**form.criteria)
    return growth_and_share(rows, high_share=float(Installation.cached().high_share)).points


def _columns_of_portfolio(asked: Asked) -> tuple[Column, ...]:
    return OF_GROWTH if _is_growth(asked) else OF_CANDIDATES


OF_GROWTH = (
    Column("number", _("Customer number"), "standing.number"),
    Column("customer", _("Customer name"), "standing.name"),
    Column("tier", _("tier"), "standing.tier"),
    Column("growth", _("Growth of its purchases from us"), type=Type.SHARE),
    Column("share", _("Share of wallet"), type=Type.SHARE),
    Column("value", _("Lifetime value"), "standing.lifetime_value", Type.MONEY, True),
)


def _in_cell(asked: Asked) -> QuerySet:
    path = asked.parameters.get("up", ""), asked.parameters.get("across", "")
    form = PortfolioFilter(asked.parameters, user=asked.user)
    rows = pages.standings_in(pages.cell_of(*path), asked.user, form)
    return rows.order_by("-lifetime_value", "-pk")


def _add_sheets(asked: Asked, rows: list[Standing]) -> None:
    pages.add_sheets(rows, asked.user)


def _before(names, change) -> str:
    return str(dict(names).get(change.before, change.before))


def _after(names, change) -> str:
    return str(dict(names).get(change.after, change.after))


def _change_table(key: str, page: str, title, model, days: int, names, *more: Column) -> Table:
    return Table(
        key=key,
        page=page,
        title=title,
        rows=partial(_changes, model, days),
        may=with_worth,
        columns=(
            Column("on", _("date"), type=Type.DATE),
            *of_customer(),
            Column("before", _("from"), partial(_before, names)),
            Column("after", _("to"), partial(_after, names)),
            *more,
        ),
    )


def _missed(asked: Asked) -> QuerySet:
    """Of the month's end that the page shows."""
    chosen = records.month_of(asked.parameters.get("month", ""), records.missed_months())
    return records.leavers(asked.user, chosen).order_by("-revenue_12m", "-pk")


def _episodes(asked: Asked) -> QuerySet:
    """Of the kind of signal that the page is about, with what came of each."""
    kind = asked.parameters.get("kind", "")
    record = TrackRecord.objects.newest().get(kind)
    rows = records.episodes(asked.user, kind, record.horizon_days if record else 0)
    return rows.order_by("-first_seen", "-pk")


TABLES = (
    Table(
        key="missed-leavers",
        page="value:missed_leavers",
        title=_("Left without a warning"),
        rows=_missed,
        may=with_worth,
        columns=(
            Column("month", _("Month's end"), type=Type.DATE),
            *of_customer(),
            Column("tier", _("Tier then")),
            Column("risk", _("Risk then"), type=Type.SHARE, worth=True),
            Column("revenue", _("12-month revenue then"), "revenue_12m", Type.MONEY, True),
            Column("back", _("Came back"), "came_back_on", Type.DATE),
        ),
    ),
    Table(
        key="signal-record",
        page="value:signal_record",
        title=_("Signals and what came of them"),
        rows=_episodes,
        may=with_worth,
        columns=(
            *of_customer(),
            Column("kind", _("signal"), worth=True),
            Column("words", _("evidence"), worth=True),
            Column("strength", _("strength"), type=Type.SHARE, worth=True),
            Column("since", _("First seen"), "first_seen", Type.DATE, True),
            Column("ended", _("Ended"), "ended_on", Type.DATE, True),
            Column("reason", _("dismissed because"), "dismissed_reason", worth=True),
            Column("bought", _("bought within the horizon on"), "bought_on", Type.DATE),
        ),
    ),
    Table(
        key="at-risk",
        page="value:churn",
        title=_("Value at risk"),
        rows=_at_risk,
        may=with_worth,
        prepare=_add_signals,
        columns=(
            *OF_STANDING,
            Column("tier", _("tier")),
            Column("stage", _("stage")),
            Column("owner", _("account manager"), "owner.name"),
            Column("risk", _("risk"), type=Type.SHARE, worth=True),
            Column("at_risk", _("Value at risk"), "value_at_risk", Type.MONEY, True),
            Column("value", _("Lifetime value"), "lifetime_value", Type.MONEY, True),
            Column("signal", _("signal"), "strongest.kind", worth=True),
            Column("since", _("signal since"), "strongest.first_seen", Type.DATE, True),
            Column("region", _("region"), usual=False),
            Column("industry", _("industry"), usual=False),
        ),
    ),
    _change_table(
        "tier-changes", "value:tiers", _("Changes of tier"), TierChange, TIER_DAYS, Tier.choices
    ),
    _change_table(
        "stage-changes",
        "value:stages",
        _("Changes of stage"),
        StageChange,
        STAGE_DAYS,
        Stage.choices,
    ),
    Table(
        key="candidates",
        page="value:candidates",
        title=_("Candidates"),
        rows=_candidates,
        may=with_worth,
        columns=_columns_of_candidates,
    ),
    Table(
        key="portfolio",
        page="value:portfolio",
        title=_("Portfolio"),
        rows=_portfolio,
        may=with_worth,
        columns=_columns_of_portfolio,
    ),
    Table(
        key="portfolio-cell",
        page="value:portfolio_cell",
        title=_("Portfolio"),
        rows=_in_cell,
        may=with_worth,
        prepare=_add_sheets,
        columns=(
            *OF_STANDING,
            Column("tier", _("tier")),
            *_marks("sheet."),
            Column("value", _("Lifetime value"), "lifetime_value", Type.MONEY, True),
            Column("at_risk", _("Value at risk"), "value_at_risk", Type.MONEY, True),
        ),
    ),
)
