"""The portfolio: attractiveness × relationship, and growth × share of wallet."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.platform.models import Installation
from crm.platform.words import decimal, percent, whole
from customers.models import Standing
from customers.querysets import Order, keyset_page
from lifecycle import portfolio as matrix
from lifecycle.forms.key_accounts import PortfolioFilter
from lifecycle.growth_and_share import MOST_POINTS, Quadrant, growth_and_share
from lifecycle.models import Assessment
from lifecycle.pictures import Picture, Spot, draw

MOST_DOTS = 72  # a page weighs no more than 40 kB


@require_safe
@only_with_worth
def portfolio(request):
    """Nine cells with their strategies and customers; dots are the most valuable ones."""
    form = PortfolioFilter(request.GET, user=request.user)
    if request.GET.get("view") == "growth":
        return _growth(request, form)
    cuts = matrix.Cuts.of(Installation.cached())
    sheets = Assessment.objects.visible_to(request.user)
    if form.criteria:  # else the counts come from one narrow index
        sheets = sheets.with_standing(**form.criteria)
    counts = sheets.counts_by_cell(cuts)
    dots = list(sheets.dots(MOST_DOTS))
    total = sum(counts.values())
    context = {
        "form": form,
        "view": "matrix",
        "picture": _matrix_picture(dots, cuts, counts, form) if total else None,
        "rows": [_row(sheet, cuts) for sheet in dots],
        "total": total,
        "shown": len(dots),
        "finding": _finding(counts, total),
    }
    return render(request, "lifecycle/portfolio.html", context)


def _matrix_picture(dots, cuts: matrix.Cuts, counts: dict[str, int], form) -> Picture:
    query = urlencode(form.criteria)
    cells = [
        {
            "label": cell.strategy,
            "words": cell.words,
            "count": counts[cell.key],
            "tone": f"{cell.up}-{cell.across}",
            "href": _with(reverse("value:portfolio_cell", args=[cell.up, cell.across]), query),
        }
        for cell in matrix.CELLS
    ]
    spots = [
        Spot(
            across=matrix.share_along(sheet.across, cuts.across),
            up=matrix.share_along(sheet.up, cuts.up),
            size=float(sheet.customer.standing.lifetime_value),
            name=sheet.customer.name,
            href=reverse("card", args=[sheet.customer_id]),
        )
        for sheet in dots
    ]
    low, high = (decimal(cut) for cut in cuts.across)
    bottom, top = (decimal(cut) for cut in cuts.up)
    return draw(
        cells,
        spots,
        columns=[
            _("poor, below %(cut)s") % {"cut": low},
            _("average"),
            _("good, from %(cut)s") % {"cut": high},
        ],
        rows=[
            _("high, from %(cut)s") % {"cut": top},
            _("medium"),
            _("low, below %(cut)s") % {"cut": bottom},
        ],
    )


def _with(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


def _row(sheet: Assessment, cuts: matrix.Cuts) -> dict:
    return {"sheet": sheet, "cell": matrix.place(sheet, cuts)}


def _finding(counts: dict[str, int], total: int) -> str:
    """The title says where most stand."""
    if not total:
        return ""
    best = max(matrix.CELLS, key=lambda cell: counts[cell.key])
    return _("%(share)s of %(total)s assessed customers: %(strategy)s (%(cell)s)") % {
        "share": percent(counts[best.key] / total),
        "total": whole(total),
        "strategy": best.strategy,
        "cell": best.words,
    }


@require_safe
@only_with_worth
def portfolio_cell(request, up: str, across: str):
    """The customers of one cell, the most valuable first."""
    cell = matrix.BY_KEY.get(f"{up}-{across}")
    if cell is None:
        raise Http404
    form = PortfolioFilter(request.GET, user=request.user)
    cuts = matrix.Cuts.of(Installation.cached())
    sheets = Assessment.objects.visible_to(request.user).in_cell(cell, cuts)
    rows = Standing.objects.visible_to(request.user).filter(**form.criteria)
    rows = rows.filter(pk__in=sheets.order_by().values("customer"))
    page = keyset_page(rows, Order("lifetime_value", descending=True), request.GET.get("page", ""))
    by_customer = {
        sheet.customer_id: sheet
        for sheet in sheets.filter(customer__in=[row.pk for row in page.rows])
    }
    for row in page.rows:
        row.sheet = by_customer.get(row.pk)
    query = urlencode(form.criteria)
    context = {
        "cell": cell,
        "form": form,
        "rows": page.rows,
        "back_url": _with(reverse("value:portfolio"), query),
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": _page(form, page.newer),
        "older_url": _page(form, page.older),
    }
    return render(request, "lifecycle/portfolio_cell.html", context)


def _page(form: PortfolioFilter, cursor: str) -> str:
    return f"?{urlencode({**form.criteria, 'page': cursor})}" if cursor else ""


def _growth(request, form: PortfolioFilter):
    """Growth × share of wallet, of the customers whose share is known."""
    rows = Standing.objects.visible_to(request.user).filter(**form.criteria)
    found = growth_and_share(rows, high_share=float(Installation.cached().high_share))
    context = {
        "form": form,
        "view": "growth",
        "picture": _growth_picture(found.points, found.quadrants) if found.points else None,
        "points": found.points,
        "unknown": found.unknown,
        "most": MOST_POINTS,
        "finding": _("%(count)s customers whose share of wallet and growth are known")
        % {"count": whole(len(found.points))},
    }
    return render(request, "lifecycle/portfolio_growth.html", context)


def _growth_picture(points, quadrants: list[Quadrant]) -> Picture:
    cells = [
        {
            "label": quadrant.label,
            "words": "",
            "count": quadrant.count,
            "tone": quadrant.tone,
            "href": "",
        }
        for quadrant in quadrants
    ]
    spots = [
        Spot(
            across=point.across,
            up=point.up,
            size=float(point.standing.lifetime_value),
            name=point.standing.name,
            href=reverse("card", args=[point.standing.pk]),
        )
        for point in points
    ]
    return draw(
        cells,
        spots,
        columns=[_("small share of wallet"), _("large share of wallet")],
        rows=[_("grows"), _("does not grow")],
    )
