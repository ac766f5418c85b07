"""Two dates side by side: who went from which tier or stage to which, and the customers behind."""

import datetime as dt
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.accounts.access import only_with_worth
from crm.platform.models import Installation
from customers.models.standing import Stage, Tier
from customers.querysets import Order, keyset_page
from lifecycle.forms.overrides import SpanForm
from lifecycle.models import BaseCell, Move, MoveCell, StageChange, TierChange
from lifecycle.movement_reads import moved
from lifecycle.services.movement import compare, year_back
from lifecycle.views.shared import day, share, whole

CHOICES = {"tier": Tier, "stage": Stage}
CHANGES = {"tier": TierChange, "stage": StageChange}
NONE = "none"  # in addresses, of customers that had no tier or stage yet
SUMS = ("customers", "revenue_before", "revenue_after", "value_after")
BY_VALUE = Order("lifetime_value", descending=True)


def kind_or_404(kind: str) -> str:
    if kind not in CHOICES:
        raise Http404
    return kind


def span_of(data, newest: dt.date) -> SpanForm:
    """The dates that the address names; the last year of nights where it names none."""
    asked = {name: data.get(name, "") for name in ("start", "end")}
    if not any(asked.values()):
        asked = {"start": year_back(newest).isoformat(), "end": newest.isoformat()}
    return SpanForm(asked, newest=newest)


@require_safe
@only_with_worth
def moves(request, kind: str):
    """The matrix of two dates, if it is counted; else the button that counts it."""
    cells = BaseCell.objects.visible_to(request.user)
    newest = cells.latest_date()
    context = {"kind": kind_or_404(kind), "title": _title(kind)}
    if newest is None:
        return render(request, "lifecycle/no_figures.html", context)
    form = span_of(request.GET, newest)
    context |= {"form": form, "standing_date": newest}
    if form.is_valid():
        span = form.cleaned_data["start"], form.cleaned_data["end"]
        move = Move.objects.of(kind, *span)
        context |= {"move": move, "start": span[0], "end": span[1]}
        if move is not None:
            context |= _matrix(request.user, move)
    return render(request, "lifecycle/moves.html", context)


def _title(kind: str) -> str:
    return _("Migration between tiers") if kind == "tier" else _("Transitions between stages")


@require_POST
@only_with_worth
def moves_count(request, kind: str):
    """Compare the two dates: counts over the whole base, which takes seconds for a large one."""
    newest = BaseCell.objects.visible_to(request.user).latest_date()
    page = reverse("value:moves", args=[kind_or_404(kind)])
    if newest is None:
        return redirect(page)
    form = span_of(request.POST, newest)
    if form.is_valid():
        compare(kind=kind, **form.cleaned_data)
    return redirect(f"{page}?{urlencode(form.data)}")


def _matrix(user, move: Move) -> dict:
    """Rows by what was held at the start, with a cell for each that is held at the end."""
    found = {
        (cell["before"], cell["after"]): cell
        for cell in MoveCell.objects.filter(move=move)
        .visible_to(user)
        .by("before", "after", sums=SUMS)
    }
    names = CHOICES[move.kind].values
    labels = dict(CHOICES[move.kind].choices)
    rows = [_row(move, before, labels, names, found) for before in names]
    if any(before == "" for before, _after in found):
        rows.append(_row(move, "", labels, names, found))
    return {
        "columns": [{"value": name, "label": labels[name]} for name in names],
        "rows": [row for row in rows if row["customers"]],
        "finding": _finding(move, names, found),
        "has_revenue_then": move.start_figures is not None,
        "has_figures_later": move.end_figures is not None,
    }


def _row(move: Move, before: str, labels: dict, names: list[str], found: dict) -> dict:
    cells = [found.get((before, after)) or dict.fromkeys(_sums(), 0) for after in names]
    total = sum(cell["sum_customers"] for cell in cells)
    return {
        "value": before,
        "label": labels.get(before, ""),
        "customers": total,
        "revenue_before": sum(cell["sum_revenue_before"] for cell in cells),
        "revenue_after": sum(cell["sum_revenue_after"] for cell in cells),
        "value_after": sum(cell["sum_value_after"] for cell in cells),
        "cells": [
            {
                "customers": cell["sum_customers"],
                "share": share(cell["sum_customers"], total),
                "value": cell["sum_value_after"],
                "stayed": before == after,
                "url": cell_url(move.kind, before, after, move.start, move.end),
            }
            for after, cell in zip(names, cells, strict=True)
        ],
    }


def _sums() -> list[str]:
    return [f"sum_{name}" for name in SUMS]


def cell_url(kind: str, before: str, after: str, start: dt.date, end: dt.date) -> str:
    """The customers behind a cell."""
    page = reverse("value:moved", args=[kind, before or NONE, after])
    return f"{page}?{urlencode({'start': start, 'end': end})}"


def _finding(move: Move, names: list[str], found: dict) -> str:
    moved_up = _sum(found, lambda a, b: a and names.index(b) < names.index(a))
    moved_down = _sum(found, lambda a, b: a and names.index(b) > names.index(a))
    stayed = _sum(found, lambda a, b: a == b)
    dates = {"start": day(move.start), "end": day(move.end)}
    if move.kind == "tier":
        words = _(
            "From %(start)s to %(end)s: %(up)s moved up, %(down)s moved down, %(same)s stayed"
        )
        return words % {
            **dates, "up": whole(moved_up), "down": whole(moved_down), "same": whole(stayed)
        }  # fmt: skip
    fallen = (Stage.DECLINE, Stage.ENDED)
    left = _sum(found, lambda a, b: a and a not in fallen and b in fallen)
    words = _("From %(start)s to %(end)s: %(left)s went into decline or ended, %(same)s stayed")
    return words % {**dates, "left": whole(left), "same": whole(stayed)}


def _sum(found: dict, chosen) -> int:
    return sum(cell["sum_customers"] for pair, cell in found.items() if chosen(*pair))


def moved_customers(user, kind: str, before: str, after: str, data) -> tuple[SpanForm, QuerySet]:
    """The span of the address and the customers of a cell; 404 for words that are no tier."""
    values = [*CHOICES[kind_or_404(kind)].values]
    if before not in (*values, NONE) or after not in values:
        raise Http404
    newest = BaseCell.objects.visible_to(user).latest_date() or Installation.cached().today()
    form = span_of(data, newest)
    if not form.is_valid():
        raise Http404
    span = form.cleaned_data["start"], form.cleaned_data["end"]
    was = "" if before == NONE else before
    return form, moved(user, kind, CHANGES[kind].objects.all(), *span, was, after)


@require_safe
@only_with_worth
def moved_list(request, kind: str, before: str, after: str):
    """The customers behind a cell of the matrix, the most valuable first."""
    form, rows = moved_customers(request.user, kind, before, after, request.GET)
    page = keyset_page(rows, BY_VALUE, request.GET.get("page", ""))
    span = {name: form.cleaned_data[name].isoformat() for name in ("start", "end")}
    labels = dict(CHOICES[kind].choices)
    context = {
        "kind": kind,
        "title": _title(kind),
        "start": form.cleaned_data["start"],
        "end": form.cleaned_data["end"],
        "before": labels.get(before, ""),
        "after": labels[after],
        "matrix_url": f"{reverse('value:moves', args=[kind])}?{urlencode(span)}",
        "rows": page.rows,
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{urlencode({**span, 'page': page.newer})}" if page.newer else "",
        "older_url": f"?{urlencode({**span, 'page': page.older})}" if page.older else "",
    }
    return render(request, "lifecycle/moved_list.html", context)
