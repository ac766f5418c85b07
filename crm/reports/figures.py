"""Figures of papers in words, and the dealings that several papers show."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from crm.platform.models import Installation
from crm.platform.words import whole
from crm.reports.layout import months_between
from customers.models import Customer, Transaction

NARROW_SPACE = "\u202f"
NO_BREAK = "\N{NO-BREAK SPACE}"
NOTHING = Decimal(0)
# Less than this is neither more nor less.
LITTLE = 0.005


def money(value: Decimal | float) -> str:
    """An amount without decimals, with the currency."""
    return f"{whole(value)}{NO_BREAK}{Installation.cached().currency}"


def of_money(label: str) -> str:
    """The head of a column of amounts."""
    return f"{label} ({Installation.cached().currency})"


def percent(share: float) -> str:
    return f"{whole(100 * share)}{NARROW_SPACE}%"


def signed(change: float | None) -> str:
    """A relative change with its sign; nothing to compare with: a dash."""
    if change is None:
        return "–"
    sign = "" if abs(change) < LITTLE else "+" if change > 0 else "−"
    return f"{sign}{percent(abs(change))}"


def amount(value: Decimal | None) -> str:
    """An amount without decimals; not known: a dash."""
    return "–" if value is None else whole(value)


def known(rows: Iterable[tuple]) -> list[tuple[str, str]]:
    """Labels and values as texts, without those that are empty."""
    return [(str(label), str(value)) for label, value in rows if value not in (None, "")]


def short_day(day: dt.date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else "–"


def month_label(first: dt.date) -> str:
    # Translators: date format of a month under a chart, such as Nov 2025.
    return date_format(first, pgettext("under a chart", "M Y"))


def axis(language: str) -> Callable[[float], str]:
    """Numbers of an axis in the paper's language, whoever draws it."""

    def words(value: float) -> str:
        with override(language):
            return whole(value)

    return words


def rest_words(left_out: int) -> str:
    """What to say below a table of which rows were left out; nothing where none were."""
    return _("and %(count)s more") % {"count": whole(left_out)} if left_out > 0 else ""


@dataclass(frozen=True)
class Month:
    """Net purchases of a calendar month, or of the part of it that belongs to the period."""

    first: dt.date
    net: Decimal


@dataclass(frozen=True)
class CategoryRow:
    """Net purchases of a category in the period and in the one that it is compared with."""

    name: str
    now: Decimal
    before: Decimal


def days_between(customer: Customer, user, since: dt.date, until: dt.date) -> list[tuple]:
    """Day, sales, returns and net from one day to another, both included.

    From the lines themselves, as the categories are: a paper must agree with itself, also before
    the night has summed what came in today.
    """
    lines = Transaction.objects.visible_to(user).filter(customer=customer)
    days = lines.filter(date__range=(since, until)).order_by().values("date")
    sums = days.annotate(
        sales=Sum("amount", filter=Q(amount__gt=0), default=NOTHING),
        returned=Sum("amount", filter=Q(amount__lt=0), default=NOTHING),
        net=Sum("amount"),
    )
    return list(sums.values_list("date", "sales", "returned", "net"))


def by_month(days: Sequence[tuple], since: dt.date, until: dt.date) -> list[Month]:
    sums = dict.fromkeys(months_between(since, until), NOTHING)
    for day, _sales, _returns, net in days:
        if since <= day <= until:
            sums[day.replace(day=1)] += net
    return [Month(first, net) for first, net in sums.items()]


def net_of(days: Sequence[tuple], since: dt.date, until: dt.date) -> Decimal:
    return sum((net for day, _s, _r, net in days if since <= day <= until), NOTHING)


def purchase_days_of(days: Sequence[tuple], since: dt.date, until: dt.date) -> int:
    return sum(1 for day, sales, _r, _n in days if since <= day <= until and sales > 0)


def by_category(
    customer: Customer, user, now: tuple[dt.date, dt.date], before: tuple[dt.date, dt.date]
) -> list[CategoryRow]:
    """Net by category of two spans of days, the largest of the first one first; one query."""
    lines = Transaction.objects.visible_to(user).filter(customer=customer)
    rows = (
        lines.filter(Q(date__range=now) | Q(date__range=before))
        .order_by()
        .values(category=F("product__category"))
        .annotate(
            now=Sum("amount", filter=Q(date__range=now), default=NOTHING),
            before=Sum("amount", filter=Q(date__range=before), default=NOTHING),
        )
        .order_by("-now", "category")
    )
    return [CategoryRow(row["category"] or "", row["now"], row["before"]) for row in rows]


def year_earlier(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - 1, day=28)
