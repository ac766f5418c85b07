"""What complaints teach: what they are about, how long they take, what they cost, how often."""

import datetime as dt
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from complaints import learning_reads as reads
from complaints.analytics.pareto import pareto
from complaints.forms.learning import LookForm
from complaints.models import Category, Dimension, RootCause, Severity, TimeCell
from crm.accounts.access import only_managers
from crm.platform.words import decimal, month, percent, share, whole
from customers.models.standing import Tier

HOUR = 60
DAY = 24 * HOUR
# Fewer than this say little about a share.
FEW = 20
Clock = TimeCell.Clock


@require_safe
@only_managers
def learning(request):
    form = LookForm(request.GET)
    look = form.look
    totals, before, months = reads.summed(look)
    categories, causes = reads.by_kind(look)
    base = {} if look.is_of_kind else reads.customers_of(look)
    context = {
        "form": form,
        "look": look,
        "counted_on": reads.counted_on(),
        "totals": totals,
        "tiles": _tiles(totals, before, months, base),
        "categories": _ranked(form, "category", Category, categories),
        "causes": _ranked(form, "cause", RootCause, causes, "root_cause"),
        "months": _by_month(look, months, base) if totals["complaints"] else None,
        "times": [] if look.is_of_kind else _times(look),
    }
    return render(request, "complaints/learning.html", context)


def _tiles(totals: dict, before: dict, months: dict, base: dict) -> list[dict]:
    """The figures on top, each with n and what it counts."""
    rate, known = reads.rate(months, base)
    return [
        {
            "label": _("Complaints"),
            "value": whole(totals["complaints"]),
            "note": _("%(n)s in as many months before") % {"n": whole(before["complaints"])},
            "formula": _("complaints received in these months"),
            "text": _("Service requests do not count, and merged ones only once."),
        },
        {
            "label": _("Per 100 active customers and month"),
            "value": "–" if rate is None else decimal(rate, 2),
            "note": _("months counted: %(n)s") % {"n": known},
            "formula": _("100 × complaints ÷ active customers, over months that know both"),
            "text": _(
                "Active is who has bought and whose relationship has not ended, at the month's"
                " end. Months before the first nightly run have no such number and are left out."
            ),
        },
        _share_tile(
            _("Solved at the first contact"),
            totals["first_contact"],
            totals["handled"],
            _("solution was a person's first word ÷ solved"),
            _(
                "Nobody wrote to the customer or asked back before the solution, and it was never"
                " reopened. History that was imported is left out, since its words are not known."
            ),
        ),
        _share_tile(
            _("Reopened"),
            totals["reopened"],
            totals["solved"],
            _("reopened at least once ÷ solved at some time"),
            _("Of complaints received in these months; recent ones may still be reopened."),
        ),
        _cost_tile(totals),
    ]


def _share_tile(label: str, part: int, of: int, formula: str, text: str) -> dict:
    note = _("%(part)s of %(of)s") % {"part": whole(part), "of": whole(of)}
    return {
        "label": label,
        "value": percent(share(part, of), 1) if of else "–",
        "note": ", ".join([note, _("few")]) if 0 < of < FEW else note,
        "formula": formula,
        "text": text,
    }


def _cost_tile(totals: dict) -> dict:
    each = share(totals["remedy_cost"], totals["remedies"])
    return {
        "label": _("Cost of remedies"),
        "value": whole(totals["remedy_cost"]),
        "is_money": True,
        "note": _("%(each)s each of %(n)s with a known cost")
        % {"each": whole(each), "n": whole(totals["remedies"])},
        "formula": _("Σ cost of the remedy"),
        "text": _(
            "What refunds, repairs and goodwill cost, by the month the complaint was received."
            " Complaints whose remedy names no cost count in no way."
        ),
    }


def _ranked(form: LookForm, name: str, model, rows: list[dict], key: str = "") -> dict | None:
    """The Pareto of categories or root causes, each leading to itself."""
    key = key or name
    known = [row for row in rows if row[key] is not None]
    unknown = sum(row["n"] for row in rows if row[key] is None)
    bars = pareto([row["n"] for row in known])
    if not bars:
        return {"unknown": unknown} if unknown else None
    names = {one.pk: str(one) for one in model.objects.all()}
    ids = [known[bar.place][key] for bar in bars]
    labels = [names[pk] for pk in ids]
    links = [f"?{urlencode(form.chosen | {name: pk})}" for pk in ids]
    vital = [label for label, bar in zip(labels, bars, strict=True) if bar.is_vital]
    total = sum(row["n"] for row in known)
    few = {"few": len(vital), "all": len(bars), "share": percent(bars[len(vital) - 1].cumulated)}
    return {
        "title": _("%(few)s of %(all)s make %(share)s of %(total)s complaints, first: %(name)s")
        % {**few, "total": whole(total), "name": labels[0]},
        "unknown": unknown,
        "data": {
            "values": [bar.count for bar in bars],
            "cumulated": [round(bar.cumulated, 4) for bar in bars],
            # Rows are named and lead where bars do; both are said once, so that the page is light.
            "rows_lead": True,
            "name": _("Complaints"),
            "line_name": _("Together"),
        },
        "head": [
            _("Category") if model is Category else _("Root cause"),
            *(_("Complaints"), _("Share"), _("Together")),
        ],
        "rows": [
            [{"text": label, "href": link}, whole(bar.count), percent(bar.share, 1),
             percent(bar.cumulated, 1)]
            for label, link, bar in zip(labels, links, bars, strict=True)
        ],
    }  # fmt: skip


def _by_month(look: reads.Look, months: dict, base: dict) -> dict:
    shown = look.months
    counts = [months[one]["n"] if one in months else 0 for one in shown]
    costs = [float(months[one]["cost"]) if one in months else 0 for one in shown]
    most = max(range(len(shown)), key=lambda place: counts[place])
    return {
        "title": _("Most complaints came in %(month)s: %(n)s")
        % {"month": month(shown[most]), "n": whole(counts[most])},
        "data": {
            "labels": [month(one) for one in shown],
            "series": [{"name": _("Complaints"), "values": counts}],
        },
        "head": [_("Month"), _("Complaints"), _("Per 100 active customers"), _("Cost of remedies")],
        "rows": [
            [
                _month(one),
                whole(count),
                decimal(100 * count / base[one], 2) if base.get(one) else "–",
                whole(cost),
            ]
            for one, count, cost in zip(shown, counts, costs, strict=True)
        ][::-1],
    }


def _month(first: dt.date) -> str:
    words = month(first)
    return words if reads.is_over(first) else _("%(month)s (not over)") % {"month": words}


def _times(look: reads.Look) -> list[dict]:
    """Rows of the table of times: each clock over all, then by severity and by tier."""
    rows, with_tiers = [], look.dimension == Dimension.ALL
    found = reads.times_of(look, with_tiers=with_tiers)
    for clock, label in (
        (Clock.FIRST_RESPONSE, _("First response")),
        (Clock.RESOLUTION, _("Resolution")),
    ):
        took = found.get(clock, {})
        rows.append(_row(label, took.get(""), HOUR, is_head=True))
        rows += [_row(str(one.label), took.get(one), HOUR) for one in reversed(Severity)]
        if with_tiers:
            rows += [_row(_("Tier %(tier)s") % {"tier": one}, took.get(one), HOUR) for one in Tier]
    elapsed = found.get(Clock.ELAPSED, {}).get("")
    rows.append(_row(_("Days by the calendar to the solution"), elapsed, DAY, is_head=True))
    return [row for row in rows if row["n"]]


def _row(label: str, took: reads.Took | None, unit: int, is_head: bool = False) -> dict:
    if took is None:
        return {"n": 0}
    return {
        "label": label,
        "is_head": is_head,
        "median": _in(took.median, unit),
        "ninetieth": _in(took.ninetieth, unit),
        "in_time": None if took.in_time is None or unit == DAY else percent(took.in_time, 1),
        "decided": whole(took.decided) if unit == HOUR else "",
        "n": whole(took.n),
        "open": whole(took.open),
        "few": took.n < FEW,
    }


def _in(minutes: float | None, unit: int) -> str:
    return _("not known yet") if minutes is None else decimal(minutes / unit)
