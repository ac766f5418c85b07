"""The portfolio: attractiveness × relationship, and growth × share of wallet."""

from urllib.parse import urlencode

from django.db.models import QuerySet
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
from lifecycle.pictures import Axis, Picture, Spot, draw

MOST_DOTS = 60  # a page weighs no more than 40 kB, and more dots show less
BY_VALUE = Order("lifetime_value", descending=True)
MOST_SUMMED = 10_000  # beyond it the cells show their counts alone, so that the page is quick


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
    values = sheets.values_by_cell(cuts) if 0 < total <= MOST_SUMMED else {}
    context = {
        **_views(form, "matrix"),
        "picture": _matrix_picture(dots, cuts, counts, values, form) if total else None,
        "rows": [_row(sheet, cuts) for sheet in dots],
        "total": total,
        "shown": len(dots),
        "finding": _finding(counts, total),
    }
    return render(request, "lifecycle/portfolio.html", context)


def _views(form: PortfolioFilter, view: str) -> dict:
    """The two views lead to each other with the filter that is set."""
    here = reverse("value:portfolio")
    return {
        "form": form,
        "view": view,
        "matrix_url": _with(here, urlencode(form.criteria)),
        "growth_url": _with(here, urlencode({"view": "growth", **form.criteria})),
    }


def _matrix_picture(dots, cuts: matrix.Cuts, counts: dict, values: dict, form) -> Picture:
    query = urlencode(form.criteria)
    cells = [
        {
            "label": cell.strategy,
            "words": cell.words,
            "count": counts[cell.key],
            "value": values.get(cell.key),
            "tone": f"{cell.up}-{cell.across}",
            "href": _with(reverse("value:portfolio_cell", args=[cell.up, cell.across]), query),
        }
        for cell in matrix.CELLS
    ]
    spots = [
        _spot(
            sheet.customer.standing,
            across=matrix.share_along(sheet.across, cuts.across),
            up=matrix.share_along(sheet.up, cuts.up),
        )
        for sheet in dots
    ]
    return draw(cells, spots, across=_relationship(cuts), up=_attractiveness(cuts))


def _spot(standing: Standing, *, across: float, up: float) -> Spot:
    return Spot(
        across=across,
        up=up,
        size=float(standing.lifetime_value),
        name=standing.name,
        worth=whole(standing.lifetime_value),
        href=reverse("card", args=[standing.pk]),
    )


def _relationship(cuts: matrix.Cuts) -> Axis:
    low, high = (decimal(cut) for cut in cuts.across)
    parts = [
        _("poor, below %(cut)s") % {"cut": low},
        _("average"),
        _("good, from %(cut)s") % {"cut": high},
    ]
    return Axis(_("Relationship"), parts)


def _attractiveness(cuts: matrix.Cuts) -> Axis:
    low, high = (decimal(cut) for cut in cuts.up)
    parts = [
        _("high, from %(cut)s") % {"cut": high},
        _("medium"),
        _("low, below %(cut)s") % {"cut": low},
    ]
    return Axis(_("Attractiveness and potential"), parts)


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
    cell = cell_of(up, across)
    form = PortfolioFilter(request.GET, user=request.user)
    rows = standings_in(cell, request.user, form)
    page = keyset_page(rows, BY_VALUE, request.GET.get("page", ""))
    add_sheets(page.rows, request.user)
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


def cell_of(up: str, across: str) -> matrix.Cell:
    """The cell of an address; 404 where there is none."""
    cell = matrix.BY_KEY.get(f"{up}-{across}")
    if cell is None:
        raise Http404
    return cell


def standings_in(cell: matrix.Cell, user, form: PortfolioFilter) -> QuerySet:
    """The customers of the cell whom this person sees and the filter keeps."""
    cuts = matrix.Cuts.of(Installation.cached())
    sheets = Assessment.objects.visible_to(user).in_cell(cell, cuts)
    rows = Standing.objects.visible_to(user).filter(**form.criteria)
    return rows.filter(pk__in=sheets.order_by().values("customer"))


def add_sheets(rows: list[Standing], user) -> None:
    """Each row's newest assessment, as `sheet`."""
    sheets = Assessment.objects.visible_to(user).placed()
    sheets = sheets.filter(customer__in=[row.pk for row in rows])
    by_customer = {sheet.customer_id: sheet for sheet in sheets}
    for row in rows:
        row.sheet = by_customer.get(row.pk)


def _page(form: PortfolioFilter, cursor: str) -> str:
    return f"?{urlencode({**form.criteria, 'page': cursor})}" if cursor else ""


def _growth(request, form: PortfolioFilter):
    """Growth × share of wallet, of the customers whose share is known."""
    rows = Standing.objects.visible_to(request.user).filter(**form.criteria)
    high_share = float(Installation.cached().high_share)
    found = growth_and_share(rows, high_share=high_share)
    picture = _growth_picture(found.points, found.quadrants, high_share) if found.points else None
    context = {
        **_views(form, "growth"),
        "picture": picture,
        "points": found.points,
        "unknown": found.unknown,
        "most": MOST_POINTS,
        "finding": _growth_finding(found.quadrants, len(found.points)),
    }
    return render(request, "lifecycle/portfolio_growth.html", context)


def _growth_finding(quadrants: list[Quadrant], total: int) -> str:
    """Where there is share to win: of those that grow, with whom we have a small one."""
    words = _("%(count)s of %(total)s customers grow while our share of what they buy is small")
    return words % {"count": whole(quadrants[0].count if quadrants else 0), "total": whole(total)}


def _growth_picture(points, quadrants: list[Quadrant], high_share: float) -> Picture:
    cells = [
        {
            "label": quadrant.label,
            "words": "",
            "count": quadrant.count,
            "value": quadrant.value,
            "tone": quadrant.tone,
            "href": "",
        }
        for quadrant in quadrants
    ]
    spots = [_spot(point.standing, across=point.across, up=point.up) for point in points]
    cut = percent(high_share)
    shares = [
        _("small, below %(cut)s") % {"cut": cut},
        _("large, from %(cut)s") % {"cut": cut},
    ]
    return draw(
        cells,
        spots,
        across=Axis(_("Share of wallet"), shares),
        up=Axis(_("Growth of its purchases from us"), [_("grows"), _("does not grow")]),
    )
