"""The second half of a key account card in words: dealings, business situation, credit."""

from django.utils.formats import number_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from crm.platform.models import Installation
from crm.platform.words import whole
from crm.reports import figures
from crm.reports.account_card import AccountCard
from crm.reports.layout import (
    PALE,
    STRONG,
    Bar,
    Chart,
    Column,
    Facts,
    Section,
    Table,
    Words,
    change_between,
)

MOST_CATEGORIES = 10


def dealings(card: AccountCard) -> Section:
    title = _("Change of dealings")
    values = [float(month.net) for month in card.months]
    if not any(values):
        return Section(title, [Words(_("Nothing was bought in two years."), quiet=True)])
    half = len(values) // 2
    labels = [figures.month_label(month.first) for month in card.months]
    chart = Chart(
        labels=labels,
        bars=[
            Bar(slot, value, STRONG if slot >= half else PALE) for slot, value in enumerate(values)
        ],
        unit=Installation.cached().currency,
        legend=[(PALE, _("the year before")), (STRONG, _("the last twelve months"))],
        head=[_("Month"), _("Net sales")],
        rows=[[label, whole(value)] for label, value in zip(labels, values, strict=True)],
        number=figures.axis(get_language()),
    )
    counts = {
        "now": figures.money(card.net),
        "before": figures.money(card.net_before),
        "change": figures.signed(change_between(float(card.net), float(card.net_before))),
        "orders": whole(card.orders),
        "orders_before": whole(card.orders_before),
    }
    finding = _("%(now)s in twelve months on %(orders)s days of purchase.")
    if card.net_before > 0:
        finding = _(
            "%(now)s in twelve months, %(change)s against %(before)s in the twelve before; "
            "%(orders)s days of purchase after %(orders_before)s."
        )
    return Section(title, [chart], finding % counts)


def categories(card: AccountCard) -> Section:
    title = _("Categories of twelve months")
    bought = [row for row in card.categories if row.now > 0 or row.before > 0]
    total = sum(max(row.now, 0) for row in bought)
    if not total:
        return Section(title, [Words(_("None."), quiet=True)])
    shown = bought[:MOST_CATEGORIES]
    table = Table(
        columns=[
            Column(_("Category"), 3.2),
            Column(_("Share"), 2.0, "bar"),
            Column("", 0.9, "num"),
            Column(figures.of_money(_("Net sales")), 1.7, "num"),
            Column(_("The year before"), 1.7, "num"),
            Column(pgettext("of a figure", "Change"), 1.2, "num"),
        ],
        rows=[
            [
                row.name or _("without category"),
                max(float(row.now / total), 0.0),
                figures.percent(max(float(row.now / total), 0.0)),
                whole(row.now),
                whole(row.before),
                figures.signed(change_between(float(row.now), float(row.before))),
            ]
            for row in shown
        ],
        rest=figures.rest_words(len(bought) - len(shown)),
    )
    return Section(title, [table])


def business(card: AccountCard) -> Section:
    title = _("Business situation")
    if not card.years:
        return Section(
            title, [Words(_("Share not known: none of its own figures is."), quiet=True)]
        )
    table = Table(
        columns=[
            Column(_("Year"), 0.9),
            Column(figures.of_money(_("Turnover")), 1.8, "num"),
            Column(figures.of_money(_("Profit")), 1.6, "num"),
            Column(_("Its purchases in our categories"), 1.8, "num"),
            Column(pgettext("purchases", "From us"), 1.4, "num"),
            Column(_("Share of wallet"), 2.6),
        ],
        rows=[
            [
                str(year.year),
                figures.amount(year.turnover),
                figures.amount(year.profit),
                figures.amount(year.purchases),
                figures.amount(year.ours) if year.purchases else "–",
                year.words,
            ]
            for year in card.years
        ],
    )
    return Section(title, [table])


def competitors(card: AccountCard) -> Section:
    title = _("Competitors")
    if not card.competitors:
        return Section(title, [Words(_("None is known here."), quiet=True)])
    rows = [
        [
            str(row.competitor),
            str(row.get_strength_display()) or "–",
            "–" if row.share is None else figures.percent(float(row.share) / 100),
            str(row.get_trend_display()) or "–",
            row.remarks,
        ]
        for row in card.competitors
    ]
    columns = [
        Column(_("Competitor"), 2.2),
        Column(_("Strength here"), 1.8),
        Column(_("Its share"), 1.0, "num"),
        Column(_("Trend"), 1.2),
        Column(_("Remarks"), 3.2),
    ]
    return Section(title, [Table(columns, rows)])


def credit(card: AccountCard) -> Section:
    title = _("Credit")
    company = card.organisation
    parts = []
    if card.credit:
        rows = [
            [
                figures.short_day(row.on),
                row.bank_rating or "–",
                figures.amount(row.limit),
                "–" if row.term_days is None else number_format(row.term_days),
                str(row.get_payment_display()) or "–",
                row.cash_flow,
            ]
            for row in card.credit
        ]
        columns = [
            Column(_("Date"), 1.3),
            Column(_("Bank rating"), 1.3),
            Column(figures.of_money(_("Limit")), 1.5, "num"),
            Column(_("Term in days"), 1.1, "num"),
            Column(_("Payment"), 1.3),
            Column(_("Remark on cash flow"), 3.4),
        ]
        parts.append(Table(columns, rows))
    if company:
        known = figures.known(
            [
                (_("Financial situation"), company.finance),
                (_("Trade terms"), company.trade_terms),
                (_("Bank"), company.bank),
                (_("Registered capital or assets"), figures.amount(company.capital).strip("–")),
            ]
        )
        parts += [Facts(known)] if known else []
    return Section(title, parts or [Words(_("Nothing is known."), quiet=True)])
