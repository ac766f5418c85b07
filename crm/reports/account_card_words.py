"""The key account card put into words, in the language of who prints it."""

from django.utils.text import slugify
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from crm.platform.models import Installation
from crm.platform.words import day, listed, whole
from crm.reports import account_card_business, figures
from crm.reports.account_card import MOST_PEOPLE, AccountCard
from crm.reports.layout import (
    Column,
    Facts,
    Figure,
    Matrix,
    Paper,
    Section,
    Table,
    Words,
    change_between,
)
from customers.models import PlanObjective
from lifecycle import portfolio
from lifecycle.words import alive_words, method_words, stage_words


def paper(card: AccountCard, author) -> Paper:
    """All of it, ready to be drawn."""
    customer = card.customer
    number = slugify(customer.number) or str(customer.pk)
    title = _("Key account card")
    return Paper(
        language=get_language(),
        company=str(Installation.cached()),
        title=title,
        customer=customer.name,
        customer_line=_("Customer %(number)s") % {"number": customer.number},
        period=_("Figures of %(date)s") % {"date": day(card.as_of)},
        made_on=card.today,
        made_words=day(card.today),
        author=author.name or author.username,
        mark=_("Internal"),
        figures=_figures(card),
        sections=[
            _overview(card),
            _people(card),
            _signals(card),
            _plan(card),
            account_card_business.dealings(card),
            account_card_business.categories(card),
            account_card_business.business(card),
            account_card_business.competitors(card),
            account_card_business.credit(card),
        ],
        page_words=_("Page %(page)s of %(pages)s"),
        file_name=f"{title} {customer.name} {card.today:%Y-%m-%d}.pdf",
        ascii_name=f"account-card-{number}-{card.today:%Y-%m-%d}.pdf",
    )


def _figures(card: AccountCard) -> list[Figure]:
    standing, valuation = card.standing, card.valuation
    if standing is None or standing.computed_on is None:
        return []
    currency = Installation.cached().currency
    tier = str(standing.get_tier_display())
    found = [
        Figure(_("Tier"), tier, note=str(standing.get_stage_display())),
        Figure(_("12-month revenue"), whole(card.net), currency, _against(card)),
    ]
    interval = ""
    if valuation:
        interval = _("from %(low)s to %(high)s") % {
            "low": whole(valuation.transaction_value_low),
            "high": whole(valuation.transaction_value_high),
        }
    found.append(Figure(_("Lifetime value"), whole(standing.lifetime_value), currency, interval))
    if standing.has_purchased:
        at_risk = figures.money(standing.value_at_risk)
        risk = figures.percent(standing.risk)
        found.append(Figure(_("Risk"), risk, note=_("%(amount)s at risk") % {"amount": at_risk}))
    return found


def _against(card: AccountCard) -> str:
    change = change_between(float(card.net), float(card.net_before))
    return "" if change is None else _("%(change)s in a year") % {"change": figures.signed(change)}


def _overview(card: AccountCard) -> Section:
    customer, company, standing = card.customer, card.organisation, card.standing
    rows = [
        (_("Account manager"), customer.account_manager or ""),
        (_("Service representative"), customer.service_representative or ""),
        (_("Team"), customer.team or ""),
        (_("Industry"), customer.industry),
        (_("Segment"), customer.segment),
        (_("Region"), customer.region),
        (_("Address"), customer.address),
        (_("Phone"), customer.phone),
        (_("Website"), customer.website),
        (_("Main business"), customer.main_business),
    ]
    if company:
        headcount = company.headcount
        rows += [
            (_("Organisation form"), company.form),
            (_("Legal representative"), company.legal_representative),
            (_("Owner of the company"), company.owner),
            (_("Operating manager"), company.operating_manager),
            (_("Headcount"), whole(headcount) if headcount is not None else ""),
            (_("Products and brands"), company.products),
            (_("Market area"), company.market_area),
            (_("Willingness to cooperate"), company.cooperation),
            (_("Strengths"), company.strengths),
            (_("Problems"), company.problems),
            (_("Future strategy"), company.strategy),
        ]
    parts = [Facts(figures.known(rows))]
    if standing and standing.computed_on:
        parts.append(Facts(figures.known(_value(card)), _("What its value rests on")))
    return Section(_("Overview"), parts)


def _value(card: AccountCard) -> list[tuple]:
    standing, valuation = card.standing, card.valuation
    rows = [(_("Stage"), standing.get_stage_display())]
    if valuation:
        reason = stage_words(valuation.stage_reason, valuation.stage_numbers)
        alive = valuation.probability_alive
        rows += [
            (_("Why this stage"), reason),
            (_("Probability alive"), listed((figures.percent(alive), alive_words(alive)))),
            (_("Method"), method_words(valuation.method)),
        ]
        if valuation.margin_is_assumed:
            rows.append((_("Margin"), _("assumed: costs are not known")))
    if card.summary and card.summary.first_purchase:
        rows.append((_("Customer since"), figures.short_day(card.summary.first_purchase)))
    return rows


def _people(card: AccountCard) -> Section:
    title = _("People")
    if not card.people:
        return Section(title, [Words(_("Nobody is known there."), quiet=True)])
    rows = [
        [
            person.name,
            " · ".join(filter(None, (person.title, person.department))),
            str(person.get_role_display()),
            str(person.get_attitude_display()),
            person.mobile or person.phone or person.email,
        ]
        for person in card.people
    ]
    table = Table(
        columns=[
            Column(_("Name"), 2.2),
            Column(_("Job title"), 2.6),
            Column(_("Role in buying"), 1.6),
            Column(_("Attitude to us"), 1.4),
            Column(_("Reached by"), 2.4),
        ],
        rows=rows,
        rest=figures.rest_words(card.people_count - min(len(rows), MOST_PEOPLE)),
    )
    return Section(title, [table])


def _signals(card: AccountCard) -> Section:
    title = _("Signals")
    if not card.signals:
        return Section(title, [Words(_("None is open."), quiet=True)])
    rows = [
        [signal.words, str(signal.get_kind_display()), figures.short_day(signal.first_seen)]
        for signal in card.signals
    ]
    columns = [Column(_("Evidence"), 4.5), Column(_("Kind"), 2.5), Column(_("Since"), 1.3)]
    return Section(title, [Table(columns, rows)])


def _plan(card: AccountCard) -> Section:
    parts = []
    if card.cell:
        parts.append(_matrix(card.cell))
    if card.plan:
        parts.append(Facts(figures.known(_plan_rows(card))))
    if card.objectives:
        rows = [
            [one.what, one.measure, figures.short_day(one.due_on), str(one.get_state_display())]
            for one in card.objectives
        ]
        columns = [
            Column(_("Objective"), 3.6),
            Column(_("Measured by"), 2.6),
            Column(_("By"), 1.3),
            Column(_("State"), 1.1),
        ]
        parts.append(Table(columns, rows))
    return Section(
        _("Plan"),
        parts or [Words(_("There is no account plan, and it was not assessed yet."), quiet=True)],
        _plan_finding(card),
    )


def _plan_rows(card: AccountCard) -> list[tuple]:
    plan = card.plan
    return [
        (_("Relationship we aim at"), plan.get_target_display()),
        (_("Next review on"), figures.short_day(plan.review_on)),
        (_("Strengths"), plan.strengths),
        (_("Weaknesses"), plan.weaknesses),
        (pgettext("of a SWOT analysis", "Opportunities"), plan.opportunities),
        (_("Threats"), plan.threats),
        (_("Our own position"), plan.position),
        (_("Competitors here"), plan.competition),
    ]


def _plan_finding(card: AccountCard) -> str:
    if not card.objectives:
        return ""
    reached = sum(one.state == PlanObjective.State.REACHED for one in card.objectives)
    return _("%(reached)s of %(all)s objectives are reached.") % {
        "reached": whole(reached),
        "all": whole(len(card.objectives)),
    }


def _matrix(cell: portfolio.Cell) -> Matrix:
    ups = list(reversed(portfolio.UP))
    words = _("Its place: %(place)s. What we do: %(strategy)s.")
    return Matrix(
        rows=[[portfolio.Cell(up, across).strategy for across in portfolio.ACROSS] for up in ups],
        at=(ups.index(cell.up), portfolio.ACROSS.index(cell.across)),
        up=_("Upwards: attractiveness"),
        across=_("To the right: relationship"),
        words=words % {"place": cell.words, "strategy": cell.strategy},
    )
