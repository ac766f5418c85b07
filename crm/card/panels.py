"""The panels of a card: each function reads what its template shows, or None to leave it out."""

import datetime as dt
from decimal import Decimal
from operator import add
from urllib.parse import quote

from django.db.models import Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.card.facts import MOST_TASKS, Facts, year_before
from customers.models import DealingDay, Transaction
from customers.models.standing import Stage
from lifecycle import tier_words
from lifecycle.models import Signal, Valuation
from lifecycle.models.overrides import Override
from lifecycle.track_record import with_record, words_of
from lifecycle.words import alive_words, basis_words, pattern_words, stage_words

MONTHS = 24
INVOICES = 4
CATEGORIES = 4
SIGNALS = 4  # with what can be done about each; weaker ones in a line


def signals(facts: Facts) -> dict | None:
    """Why we fear that it leaves, in words, and what can be done about it."""
    if not facts.worth:
        return None
    found = Signal.objects.visible_to(facts.user).filter(
        customer=facts.customer, ended_on__isnull=True
    )
    found = list(with_record(found.by_weight()).select_related("dismissed_by"))
    with_task = {task.reason for task in facts.tasks if task.origin == "signal"}
    for signal in found:
        signal.has_task = signal.kind in with_task
        signal.track = words_of(signal)
    standing = [signal for signal in found if signal.dismissed_at is None]
    return {
        "open": standing[:SIGNALS],
        "weaker": standing[SIGNALS:],
        "dismissed": [signal for signal in found if signal.dismissed_at],
        "valuation": facts.valuation,
        "standing": facts.standing,
        "alive_words": facts.valuation and alive_words(facts.valuation.probability_alive),
        "horizon_days": _horizon(facts),
        "days_silent": facts.days_silent,
    }


def _horizon(facts: Facts) -> int | None:
    return facts.used.get("horizon_days") if facts.valuation else None


def dealings(facts: Facts) -> dict:
    """What it bought: by month, how often, the last invoices, the categories."""
    panel = {
        "invoices": _invoices(facts),
        "summary": facts.summary,
        "standing": facts.standing,
        "days_silent": facts.days_silent,
        "usual_gap": _usual_gap(facts),
        "worth": facts.worth,
    }
    if facts.worth:
        days = _days(facts)
        panel |= {
            "months": _months(facts, days),
            "finding": _finding(facts, days),
            "waiting": facts.customer.has_waiting,
            "shares": _shares(facts),
        }
    return panel


def _usual_gap(facts: Facts) -> int | None:
    gap = facts.valuation and facts.valuation.usual_gap
    return max(1, round(gap)) if gap else None


def _days(facts: Facts) -> list[tuple]:
    """Day, sales, returns and net of what the chart and its finding are about: two years."""
    since = min(_first_month(facts), year_before(year_before(facts.as_of)))
    days = DealingDay.objects.visible_to(facts.user).filter(customer=facts.customer)
    return list(days.after(since - dt.timedelta(days=1), facts.as_of))


def months(facts: Facts) -> list[dict]:
    """The months of the picture, for a page of their own."""
    return _months(facts, _days(facts))


def _first_month(facts: Facts) -> dt.date:
    return _months_before(facts.as_of.replace(day=1), MONTHS - 1)


def _months(facts: Facts, days: list[tuple]) -> list[dict]:
    """The last 24 calendar months up to the date of the figures, oldest first."""
    first_month, newest = _first_month(facts), facts.as_of.replace(day=1)
    firsts = [_months_before(newest, back) for back in reversed(range(MONTHS))]
    sums: dict[dt.date, list[Decimal]] = {}
    for day, *amounts in days:
        if day >= first_month:
            month = sums.setdefault(day.replace(day=1), [Decimal(0)] * 3)
            month[:] = map(add, month, amounts)
    rows_url = reverse("customers:dealings", args=[facts.customer.pk])
    # Translators: date format of a month under a chart, such as Nov 2025.
    pattern = _("M Y")
    months = []
    for first in firsts:
        sales, returned, net = sums.get(first, [Decimal(0)] * 3)
        months.append(
            {
                "label": date_format(first, pattern),
                "value": sales,
                "returns": returned,
                "net": net,
                "href": f"{rows_url}?month={first:%Y-%m}" if first in sums else "",
            }
        )
    return months


def _months_before(first: dt.date, back: int) -> dt.date:
    months = first.year * 12 + first.month - 1 - back
    return dt.date(months // 12, months % 12 + 1, 1)


def _finding(facts: Facts, days: list[tuple]) -> dict:
    """The last twelve months and, where it bought before, how they compare with the twelve before.

    To the day, as the nightly run counts its 12-month revenue; the bars are calendar months.
    """
    ago = year_before(facts.as_of)
    since = year_before(ago)
    now = sum((net for day, _sold, _back, net in days if day > ago), Decimal(0))
    before = sum((net for day, _sold, _back, net in days if since < day <= ago), Decimal(0))
    first = facts.summary and facts.summary.first_purchase
    known = first is not None and first <= since and before > 0
    change = f"{float(now / before - 1):+.0%}" if known else ""
    return {"now": now, "change": change.replace("%", "\u202f%").replace("-", "−")}


def _invoices(facts: Facts) -> list[dict]:
    """The newest invoices; only lines of the newest days are read."""
    lines = Transaction.objects.visible_to(facts.user).filter(customer=facts.customer)
    days = lines.order_by("-date").values("date").distinct()[:INVOICES]
    return list(lines.filter(date__in=Subquery(days)).invoices()[:INVOICES])


def _shares(facts: Facts) -> dict | None:
    """What the last twelve months' net consists of: categories, else products."""
    since, rows = year_before(facts.as_of), facts.categories
    kind = "category"
    if not any(row["category"] for row in rows):
        rows, kind = list(facts.year_lines.by_product()), "product"
    total = sum(row["net"] for row in rows if row["net"] > 0)
    if not total:
        return None
    for row in rows:
        row["share"] = float(row["net"] / total)
        row["asked"] = _asked(row.get("category") or "")
    rest = [row for row in rows[CATEGORIES:] if row["net"] > 0]
    return {
        "kind": kind,
        "rows": [row for row in rows[:CATEGORIES] if row["net"] > 0],
        "rest": len(rest),
        "rest_share": sum(row["share"] for row in rest),
        "span": f"start={since + dt.timedelta(days=1)}&end={facts.as_of}",
    }


def _asked(words: str) -> str:
    """Words as a part of an address: browsers write letters of other scripts in full themselves."""
    return "".join(sign if sign > "\x7f" else quote(sign, safe="") for sign in words)


def tasks(facts: Facts) -> dict:
    """What is open, and what comes again."""
    return {
        "tasks": facts.tasks[:MOST_TASKS],
        "more": len(facts.tasks) > MOST_TASKS,
        "recurrences": facts.records["recurrences"],
    }


def value(facts: Facts) -> dict:
    """What it is worth and what that rests on; the band alone for those who see no amounts."""
    valuation, standing = facts.valuation, facts.standing
    panel = {"standing": standing, "valuation": valuation}
    if valuation:
        settings = facts.used.get("settings", {})
        panel |= {
            "low": max(valuation.lifetime_low, 0),
            "dot": max(standing.lifetime_value, 0),
            "high": max(valuation.lifetime_high, 0),
            "most": max(valuation.lifetime_high, standing.lifetime_value, 1),
            "months": settings.get("horizon_months"),
            "parts": _parts(valuation),
            "indices": _indices(valuation),
            "beside": _beside_money(valuation),
        }
    return panel


def _parts(valuation: Valuation) -> list[dict]:
    """The parts of lifetime value with what each rests on."""
    rows = (
        ("transactions", _("Transaction value"), valuation.transaction_value, "computed"),
        ("growth", _("Growth value"), valuation.growth_value, valuation.growth_basis),
        ("referral", _("Referral value"), valuation.referral_value, valuation.referral_basis),
        ("knowledge", _("Knowledge value"), valuation.knowledge_value, valuation.knowledge_basis),
        ("cost", _("Cost to serve"), -valuation.cost_to_serve, valuation.cost_basis),
    )
    return [
        {"key": key, "label": label, "amount": amount, "basis": basis_words(basis)}
        for key, label, amount, basis in rows
    ]


def _indices(valuation: Valuation) -> list[tuple]:
    """Those of the potential value that are known, 0 to 100."""
    rows = (
        (_("loyalty"), valuation.loyalty),
        (_("credit"), valuation.credit),
        (_("satisfaction"), valuation.satisfaction),
    )
    return [(name, index) for name, index in rows if index is not None]


def _beside_money(valuation: Valuation) -> list[str]:
    """Word of mouth, standing and information, as far as there is any."""
    standing = valuation.showings + valuation.clubs
    found = []
    if valuation.recommended:
        words = ngettext("recommended us once", "recommended us %(n)s times", valuation.recommended)
        found.append(words % {"n": valuation.recommended})
    if standing:
        words = ngettext(
            "%(n)s reference visit or club", "%(n)s reference visits and clubs", standing
        )
        found.append(words % {"n": standing})
    if valuation.told:
        words = ngettext(
            "told us of the market once", "told us of the market %(n)s times", valuation.told
        )
        found.append(words % {"n": valuation.told})
    return found


def history(facts: Facts) -> dict | None:
    """Tier and stage, since when, and the numbers that decided."""
    valuation = facts.valuation
    tiers = facts.records["tiers"]
    panel = {
        "tier": tiers[0] if tiers else None,
        "has_changed": bool(tiers or facts.records["stages"]),
        "standing": facts.standing,
        "worth": facts.worth,
        "overrides": _overrides(facts) if facts.worth else [],
    }
    if valuation:
        found = tier_words.ways(facts.standing, facts.used)
        panel["ways"] = [tier_words.way_words(way, valuation.tier_basis) for way in found]
        panel["pattern"] = pattern_words(valuation.pattern)
        panel["reason"] = stage_words(valuation.stage_reason, valuation.stage_numbers)
        held = facts.standing.stage_by_rules or facts.standing.stage
        if valuation.stage_candidate not in ("", held):
            panel["candidate"] = valuation.stage_candidate
            panel["candidate_label"] = Stage(valuation.stage_candidate).label
            panel["candidate_since"] = valuation.stage_candidate_since
    return panel


def _overrides(facts: Facts) -> list[Override]:
    """What holds as of the figures or waits for an answer, of tier and stage."""
    rows = [*facts.records["tier_override"], *facts.records["stage_override"]]
    return [row for row in rows if row.is_open or row.until >= facts.as_of]
