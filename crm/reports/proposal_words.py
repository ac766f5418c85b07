"""The proposal of the expected next order put into words, in the language of the paper."""

from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from crm.platform.models import Installation
from crm.platform.words import day, whole
from crm.reports import figures
from crm.reports.layout import Column, Figure, Paper, Section, Table, Words
from crm.reports.proposal import Line, NextOrder


def paper(order: NextOrder, language: str, author) -> Paper:
    """All of it, ready to be drawn."""
    customer = order.customer
    number = slugify(customer.number) or str(customer.pk)
    with override(language):
        title = _("Proposal for your next order")
        return Paper(
            language=language,
            company=str(Installation.cached()),
            title=title,
            customer=customer.name,
            customer_line=_("Prepared for"),
            period=day(order.today),
            made_on=order.today,
            made_words=_("No offer: prices are those of your last orders."),
            author=author.name or author.username,
            figures=_figures(order),
            sections=[*_sections(order), _contact(order, author)],
            page_words=_("Page %(page)s of %(pages)s"),
            file_name=f"{title} {customer.name} {order.today:%Y-%m-%d}.pdf",
            ascii_name=f"proposal-{number}-{order.today:%Y-%m-%d}.pdf",
        )


def _figures(order: NextOrder) -> list[Figure]:
    found = []
    if order.due_on:
        every = ngettext("you order every %(days)d day", "you order every %(days)d days", order.gap)
        late = _("by your usual rhythm")
        found += [
            Figure(_("Your next order, about"), figures.short_day(order.due_on), note=late),
            Figure(
                _("Your last order"),
                figures.short_day(order.last_on),
                note=every % {"days": order.gap},
            ),
        ]
    if order.total:
        currency = Installation.cached().currency
        found.append(
            Figure(_("Usual items"), whole(order.total), currency, _("at your last prices"))
        )
    return found


def _sections(order: NextOrder) -> list[Section]:
    found = []
    if order.usual:
        finding = _("These items are in at least one of three of your orders.")
        table = _table(order.usual, with_total=order.total)
        found.append(Section(_("What you usually order"), [table], finding))
    if order.sometimes:
        again, now_and_then = _("What you order again and again"), _("What you order now and then")
        title = now_and_then if order.usual else again
        found.append(Section(title, [_table(order.sometimes)]))
    if not found:
        words = _("No item has come back in your orders of the last year yet.")
        found.append(Section(_("What you usually order"), [Words(words, quiet=True)]))
    if order.more:
        table = Table([Column(_("Category"))], [[category] for category in order.more])
        finding = _("Businesses like yours also buy these from us.")
        found.append(Section(_("Worth a look"), [table], finding))
    return found


def _table(lines: list[Line], with_total=None) -> Table:
    rows = [
        [
            line.name or line.code,
            line.category,
            _quantity(line.quantity),
            "–" if line.price is None else number_format(line.price, 2, force_grouping=True),
            "–" if line.amount is None else whole(line.amount),
            figures.short_day(line.last_on),
        ]
        for line in lines
    ]
    total = [_("Total"), "", "", "", whole(with_total), ""] if with_total else ()
    return Table(
        columns=[
            Column(_("Item"), 3.9),
            Column(_("Category"), 2.5),
            Column(_("Usual quantity"), 1.1, "num"),
            Column(figures.of_money(_("Last price")), 1.4, "num"),
            Column(figures.of_money(_("Amount")), 1.4, "num"),
            Column(_("Last ordered"), 1.5),
        ],
        rows=rows,
        total=total,
    )


def _quantity(value) -> str:
    """Without zeros behind the point."""
    whole_number = value == value.to_integral_value()
    return number_format(value.normalize() if not whole_number else int(value), force_grouping=True)


def _contact(order: NextOrder, author) -> Section:
    person = order.customer.account_manager or author
    words = _("Tell %(name)s what you need, or what you need no longer: %(email)s")
    text = words % {"name": person.name or person.username, "email": person.email}
    return Section(_("How to order"), [Words(text)])
