"""The business review put into words, in the language of the paper."""

from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from complaints.models import Kind
from crm.platform.models import Installation
from crm.platform.words import day, decimal, whole
from crm.reports import figures
from crm.reports.layout import (
    PALE,
    STRONG,
    Bar,
    Chart,
    Column,
    Figure,
    Paper,
    Section,
    Table,
    Words,
    change_between,
)
from crm.reports.review import Review
from customers.models import Promise

MOST_CATEGORIES = 12
MOST_ROWS = 60


def paper(review: Review) -> Paper:
    """All of it, ready to be drawn."""
    report = review.report
    with override(report.language):
        customer, author = report.customer, report.made_by
        title = _("Business review")
        number = slugify(customer.number) or str(customer.pk)
        return Paper(
            language=report.language,
            company=str(Installation.cached()),
            title=title,
            customer=customer.name,
            customer_line=_("Prepared for"),
            period=f"{day(report.since)} – {day(report.until)}",
            made_on=report.given_on or report.made_at.date(),
            made_words=day(report.given_on or report.made_at.date()),
            author=author.name or author.username,
            figures=_figures(review),
            sections=[
                _purchases(review),
                _categories(review),
                _service(review),
                _promises(review),
                _benefits(review),
                _satisfaction(review),
                _outlook(review),
            ],
            page_words=_("Page %(page)s of %(pages)s"),
            file_name=f"{title} {customer.name} {report.until:%Y-%m}.pdf",
            ascii_name=f"review-{number}-{report.until:%Y-%m}.pdf",
        )


def _figures(review: Review) -> list[Figure]:
    currency = Installation.cached().currency
    settled = len(review.settled)
    found = [
        Figure(
            pgettext("an amount", "Purchases"),
            whole(review.net),
            currency,
            ngettext("on %(count)s day of purchase", "on %(count)s days of purchase", review.orders)
            % {"count": whole(review.orders)},
        ),
        Figure(
            _("Service and complaints"),
            _("%(settled)s of %(all)s settled")
            % {"settled": whole(settled), "all": whole(len(review.cases))}
            if review.cases
            else "0",
            note=_("%(count)s of them in time") % {"count": whole(review.in_time)}
            if settled
            else "",
        ),
    ]
    if review.gained:
        gained = whole(review.gained)
        found.append(Figure(_("What you gained"), gained, currency, _("as agreed with you")))
    if review.waves:
        latest = review.waves[-1]
        found.append(
            Figure(
                _("Your satisfaction"),
                decimal(latest.index, 0),
                _("of 100"),
                figures.month_label(latest.month),
            )
        )
    return found


def _change_words(now: float, before: float) -> str:
    change = change_between(now, before)
    if change is None:
        return ""
    if abs(change) < figures.LITTLE:
        return _("as much as a year before")
    words = _("%(share)s more than a year before") if change > 0 else ""
    return (words or _("%(share)s less than a year before")) % {
        "share": figures.percent(abs(change))
    }


def _purchases(review: Review) -> Section:
    """Bars by month, beside those of a year before where there were any."""
    amount = figures.money(review.net)
    change = _change_words(float(review.net), float(review.net_before))
    if not any(month.net for month in (*review.months, *review.months_before)):
        return Section(_("Your purchases"), [Words(_("None in this period."), quiet=True)])
    finding = _("You bought for %(amount)s.") % {"amount": amount}
    if change:
        finding = _("You bought for %(amount)s, %(change)s.") % {"amount": amount, "change": change}
    return Section(_("Your purchases"), [_chart(review)], finding)


def _chart(review: Review) -> Chart:
    with_past = any(month.net for month in review.months_before)
    now = [float(month.net) for month in review.months]
    past = [float(month.net) for month in review.months_before] if with_past else []
    bars = [Bar(slot, value, STRONG, int(with_past)) for slot, value in enumerate(now)]
    bars += [Bar(slot, value, PALE) for slot, value in enumerate(past[: len(now)])]
    labels = [figures.month_label(month.first) for month in review.months]
    rows = [[label, whole(month.net)] for label, month in zip(labels, review.months, strict=True)]
    return Chart(
        labels=labels,
        bars=bars,
        unit=Installation.cached().currency,
        places=1 + with_past,
        shown=[whole(value) if value else "" for value in now] if len(now) <= 12 else [],
        legend=[(STRONG, _("this period")), (PALE, _("a year before"))] if with_past else [],
        head=[_("Month"), pgettext("an amount", "Purchases")],
        rows=rows,
        number=figures.axis(review.report.language),
    )


def _categories(review: Review) -> Section:
    title = _("What you bought")
    bought = [row for row in review.categories if row.now > 0]
    total = sum(row.now for row in bought)
    if not total:
        return Section(title, [Words(_("None in this period."), quiet=True)])
    shown = bought[:MOST_CATEGORIES]
    rows = [
        [
            row.name or _("without category"),
            float(row.now / total),
            figures.percent(float(row.now / total)),
            whole(row.now),
            _against(change_between(float(row.now), float(row.before))),
        ]
        for row in shown
    ]
    table = Table(
        columns=[
            Column(_("Category"), 3.2),
            Column(_("Share"), 2.2, "bar"),
            Column("", 0.9, "num"),
            Column(figures.of_money(pgettext("an amount", "Purchases")), 1.8, "num"),
            Column(_("Against a year before"), 1.9, "num"),
        ],
        rows=rows,
        rest=figures.rest_words(len(bought) - len(shown)),
    )
    first = shown[0]
    finding = _("%(category)s stands first, with %(share)s of what you bought.") % {
        "category": first.name or _("without category"),
        "share": figures.percent(float(first.now / total)),
    }
    return Section(title, [table], finding if first.name else "")


def _against(change: float | None) -> str:
    return pgettext("not bought a year before", "new") if change is None else figures.signed(change)


def _service(review: Review) -> Section:
    title = _("Service and complaints")
    if not review.cases:
        return Section(title, [Words(_("You had no reason to complain in this period."))])
    rows = [
        [
            case.reference,
            case.title,
            str(Kind(case.kind).label),
            figures.short_day(case.received_on),
            figures.short_day(case.settled_on) if case.settled_on else _("open"),
            {True: _("yes"), False: _("no"), None: "–"}[case.in_time],
        ]
        for case in review.cases[:MOST_ROWS]
    ]
    table = Table(
        columns=[
            Column(_("Number"), 1.1),
            Column(_("What it was about"), 3.6),
            Column(_("Kind"), 1.6),
            Column(_("Received"), 1.5),
            Column(_("Settled"), 1.5),
            Column(_("In time"), 1.0),
        ],
        rows=rows,
        rest=figures.rest_words(len(review.cases) - len(rows)),
    )
    settled = len(review.settled)
    finding = _("Nothing of it is settled yet.")
    if settled:
        finding = _("Settled in time: %(in_time)s of %(settled)s.") % {
            "in_time": whole(review.in_time),
            "settled": whole(settled),
        }
    return Section(title, [table], finding)


def _promises(review: Review) -> Section:
    title = _("What we promised you")
    if not review.promises:
        return Section(title, [Words(_("None in this period."), quiet=True)])
    kept = len(review.promises_in(Promise.State.KEPT))
    broken = len(review.promises_in(Promise.State.BROKEN))
    rows = [
        [
            promise.what,
            figures.short_day(promise.due_on),
            str(promise.get_state_display()),
            figures.short_day(promise.settled_on),
        ]
        for promise in review.promises[:MOST_ROWS]
    ]
    table = Table(
        columns=[
            Column(_("What we promised"), 5),
            Column(_("By"), 1.5),
            Column(_("State"), 1.2),
            Column(_("On"), 1.5),
        ],
        rows=rows,
        rest=figures.rest_words(len(review.promises) - len(rows)),
    )
    count = {"kept": whole(kept), "all": whole(kept + broken), "open": whole(_open(review))}
    finding = _("Open: %(open)s.")
    if kept + broken:
        finding = _("Kept: %(kept)s of %(all)s that were due. Open: %(open)s.")
    return Section(title, [table], finding % count)


def _open(review: Review) -> int:
    return len(review.promises_in(Promise.State.OPEN))


def _benefits(review: Review) -> Section:
    title = _("What you gained from working with us")
    if not review.benefits:
        return Section(title, [Words(_("Nothing was agreed on yet."), quiet=True)])
    rows = [
        [row.what, figures.short_day(row.on), whole(row.amount)]
        for row in review.benefits[:MOST_ROWS]
    ]
    lines = Table(
        columns=[
            Column(_("Saving or gain"), 5),
            Column(_("Date"), 1.5),
            Column(figures.of_money(_("Amount")), 1.8, "num"),
        ],
        rows=rows,
        rest=figures.rest_words(len(review.benefits) - len(rows)),
    )
    years = Table(
        columns=[Column(_("Year"), 6.5), Column(figures.of_money(_("Sum")), 1.8, "num")],
        rows=[[str(year), whole(total)] for year, total in review.benefit_years],
    )
    year, total = review.benefit_years[0]
    finding = _("In %(year)s you gained %(amount)s.") % {
        "year": year,
        "amount": figures.money(total),
    }
    return Section(title, [years, lines], finding)


def _satisfaction(review: Review) -> Section:
    title = _("How satisfied you are with us")
    if not review.waves:
        return Section(title, [Words(_("Nobody of yours has answered a survey yet."), quiet=True)])
    table = Table(
        columns=[
            Column(_("Survey"), 2.2),
            Column(_("Your satisfaction index (0 to 100)"), 4.5, "bar"),
            Column("", 1.0, "num"),
            Column(_("Answers"), 1.2, "num"),
        ],
        rows=[
            [
                date_format(wave.month, "YEAR_MONTH_FORMAT"),
                wave.index / 100,
                decimal(wave.index, 0),
                whole(wave.answers),
            ]
            for wave in review.waves
        ],
    )
    latest = review.waves[-1]
    values = {"index": decimal(latest.index, 0), "points": ""}
    finding = _("Your people gave us %(index)s of 100.")
    if len(review.waves) > 1:
        points = round(latest.index) - round(review.waves[-2].index)
        values["points"] = whole(abs(points))
        if points > 0:
            finding = _("Your people gave us %(index)s of 100, %(points)s more than before.")
        elif points < 0:
            finding = _("Your people gave us %(index)s of 100, %(points)s fewer than before.")
    return Section(title, [table], finding % values)


def _outlook(review: Review) -> Section:
    text = review.report.outlook.strip()
    words = Words(text) if text else Words(_("To be agreed when we meet."), quiet=True)
    return Section(_("What comes next"), [words])
