"""Lists as files: short ones at once, long ones written by a worker and fetched when ready."""

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.exports import service, xlsx_file
from crm.exports.lists import TABLES
from crm.exports.table import AS, COLUMN, Asked, Listing
from crm.platform import exports as files
from crm.platform.models import Export
from customers.querysets import Order, keyset_page

PAGE_SIZE = 40
CONTENT_TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


@require_http_methods(["GET", "HEAD", "POST"])
def export(request, key: str):
    """The list as the format that `as` names; without it, or when it is long, what to choose."""
    is_post = request.method == "POST"
    listing = _listing(request, key, request.POST if is_post else request.GET)
    rows = listing.count(service.AT_ONCE)
    wanted = listing.asked.parameters.get(AS)
    if is_post:
        return _start(request, listing, wanted)
    if wanted in Export.Format.values and rows <= service.AT_ONCE and request.method == "GET":
        return _at_once(listing, wanted, rows)
    context = {
        "listing": listing,
        "rows": rows,
        "most": service.AT_ONCE,
        "is_long": rows > service.AT_ONCE,
        "wanted": wanted,
        "hidden": _hidden(listing),
    }
    return render(request, "crm/export_form.html", context)


def _listing(request: HttpRequest, key: str, parameters) -> Listing:
    if key not in TABLES:
        raise Http404
    return Listing(TABLES[key], Asked(request.user, parameters))


def _hidden(listing: Listing) -> list[tuple[str, str]]:
    """The filters of the page, as the fields of a form."""
    query = service.query_of(listing.asked.parameters)
    return [(name, value) for name, values in query.items() if name != COLUMN for value in values]


def _start(request, listing: Listing, wanted: str | None):
    if wanted not in Export.Format.values:
        return HttpResponseBadRequest(_("Choose CSV or Excel."))
    try:
        started = service.start(listing=listing, format=wanted)
    except service.TooManyError:
        messages.warning(
            request, _("As many exports as you may have at a time are waiting already.")
        )
        return redirect("exports")
    return redirect("export_detail", started.pk)


def _at_once(listing: Listing, wanted: str, rows: int) -> HttpResponse:
    """The file; that it goes out is written down before its first byte does."""
    made = service.record(listing=listing, format=wanted, rows=rows)
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{service.file_name(made)}"'}
    if wanted == Export.Format.XLSX:
        content = xlsx_file.whole(listing.title, listing.shown, listing.values())
        return HttpResponse(content.getvalue(), content_type=CONTENT_TYPES[wanted], headers=headers)
    return StreamingHttpResponse(
        service.stream(listing), content_type=CONTENT_TYPES[wanted], headers=headers
    )


@require_safe
def exports(request):
    """What one took out, the newest first; managers see everybody's."""
    user = request.user
    whose = "all" if user.is_manager and request.GET.get("whose") == "all" else "mine"
    rows = Export.objects.visible_to(user).select_related("user")
    rows = rows if whose == "all" else rows.filter(user=user)
    page = keyset_page(
        rows, Order("created_at", descending=True), request.GET.get("page", ""), PAGE_SIZE
    )
    for row in page.rows:
        _say(row)
    context = {
        "rows": page.rows,
        "whose": whose,
        "summary": _("Exports %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?whose={whose}&page={page.newer}" if page.newer else "",
        "older_url": f"?whose={whose}&page={page.older}" if page.older else "",
    }
    return render(request, "crm/export_list.html", context)


def _say(row: Export) -> None:
    """What the list is called, and by which filters it was taken."""
    table = TABLES.get(row.table)
    title = table.title if table else row.table
    row.title = _("Records") if callable(title) else title
    filters = {name: values for name, values in row.query.items() if name != COLUMN}
    row.filters = " · ".join(f"{name}={'+'.join(values)}"[:80] for name, values in filters.items())


@require_safe
def export_detail(request, pk: int):
    """How far a long export is, and its file; the part that moves is asked for again and again."""
    found = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    _say(found)
    context = {"export": found, "is_own": found.user_id == request.user.pk}
    context["is_ready"] = context["is_own"] and _path(request.user, found) is not None
    if "HX-Request" in request.headers:
        return render(request, "crm/_export_state.html", context)
    return render(request, "crm/export_detail.html", context)


def _path(user, found: Export):
    """The file, for whom it was written and as long as they are what they were then."""
    is_same = found.rights == service.rights_of(user)
    table = TABLES.get(found.table)
    return files.path_of(found) if is_same and table and table.may(user) else None


@require_safe
def export_file(request, pk: int):
    """The file of a long export: for its owner alone; 404 when it is over or not theirs now."""
    found = get_object_or_404(Export, pk=pk, user=request.user)
    path = _path(request.user, found)
    if path is None:
        raise Http404
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=service.file_name(found),
        content_type=CONTENT_TYPES[found.format],
        headers=HEADERS,
    )


@require_POST
def export_cancel(request, pk: int):
    """Stop an export of one's own."""
    found = get_object_or_404(Export, pk=pk, user=request.user)
    if service.cancel(export=found):
        messages.success(request, _("The export is cancelled."))
    else:
        messages.info(request, _("This export was over already."))
    return redirect("exports")
