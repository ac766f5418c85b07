"""Imports by the page: upload, match the columns, check, commit; for managers."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_managers
from customers.imports import background, preview_words, undo_words, uploads, wrong_rows
from customers.imports.fields import ORIGINAL_LINE, find_column
from customers.imports.forms import MatchForm, UploadForm, kind_choices
from customers.imports.kinds import KINDS
from customers.imports.refusals import Refused, describe
from customers.models import ImportRun, Source

PAGE_ROWS = 50
# Of these no columns are matched any more.
OVER = (ImportRun.State.DONE, ImportRun.State.UNDOING, ImportRun.State.UNDONE)
PHASES = {
    "": gettext_lazy("Waiting for a worker"),
    "reading": gettext_lazy("Reading the file"),
    "values": gettext_lazy("Reading dates and numbers"),
    "waiting": gettext_lazy("Waiting for another import"),
    "comparing": gettext_lazy("Comparing with what is here"),
    "writing": gettext_lazy("Writing"),
    "finishing": gettext_lazy("Finishing"),
}


def _find(pk: int) -> ImportRun:
    return get_object_or_404(
        ImportRun.objects.select_related("source", "job", "started_by", "undone_by"), pk=pk
    )


@require_safe
@only_managers
def import_list(request):
    """The newest first, in pages by id, so that deep ones cost no more."""
    before = request.GET.get("before", "")
    runs = ImportRun.objects.select_related("source", "job", "started_by")
    if before.isdecimal() and len(before) < 19:
        runs = runs.filter(pk__lt=int(before))
    # What only an import's own page shows can be large.
    runs = runs.defer("sample", "mapping", "first_wrong", "preview", "undo_refusal")
    found = list(runs[: PAGE_ROWS + 1])
    older = f"?before={found[PAGE_ROWS - 1].pk}" if len(found) > PAGE_ROWS else ""
    context = {"runs": found[:PAGE_ROWS], "older_url": older, "is_first": not before}
    return render(request, "customers/import_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def import_create(request):
    """Take a file; what is no table is refused at once."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            import_run = _take(form, request.user)
        except Refused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("customers:import_detail", import_run.pk)
    columns = [(label, KINDS[kind].fields) for kind, label in kind_choices()]
    return render(request, "customers/import_form.html", {"form": form, "columns": columns})


def _take(form: UploadForm, user) -> ImportRun:
    upload = form.cleaned_data["file"]
    stored = uploads.store(upload)
    try:
        sample = uploads.sample_of(stored)
    except Refused:
        uploads.discard(stored)
        raise
    return ImportRun.objects.create(
        kind=form.cleaned_data["kind"],
        source=Source.objects.get_or_create(code=form.source_code)[0],
        file_name=upload.name[:200],
        stored_name=stored,
        sample=sample,
        started_by=user,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def import_detail(request, pk: int):
    """The import where it stands: columns to match, progress, what was found, what was done."""
    import_run = _find(pk)
    is_open = not import_run.is_working and import_run.state not in OVER
    is_matching = is_open and (
        request.method == "POST"
        or import_run.state == ImportRun.State.UPLOADED
        or import_run.is_asked_for_dates
        or "columns" in request.GET
    )
    if not is_matching:
        return render(request, "customers/import_detail.html", _context(import_run))
    form = MatchForm(request.POST if request.method == "POST" else None, import_run=import_run)
    if form.is_valid():
        _check(request, import_run, form)
        return redirect("customers:import_detail", pk)
    context = {**_context(import_run), "form": form, "is_matching": True}
    return render(request, "customers/import_detail.html", context)


def _check(request, import_run: ImportRun, form: MatchForm) -> None:
    background.remember_match(
        import_run=import_run,
        mapping=form.mapping,
        create_customers=form.cleaned_data.get("create_customers", False),
        date_order=form.cleaned_data.get("date_order", ""),
        language=get_language() or "en",
    )
    background.start(import_run=import_run, step=background.CHECK, by=request.user)


def _context(import_run: ImportRun) -> dict:
    kind = KINDS[import_run.kind]
    labels = wrong_rows.labels_of(kind.fields)
    first = import_run.first_wrong
    refusal = import_run.refusal
    headers = import_run.sample.get("headers", [])
    return {
        "import_run": import_run,
        "phase": _phase(import_run),
        "refusal": describe(refusal["code"], refusal["params"]) if refusal else "",
        "matched": [
            (labels[name], column) for name, column in import_run.mapping.items() if column
        ],
        "wrong_headers": first.get("headers", []),
        "wrong_rows": [
            {**row, "reason": wrong_rows.describe(row["flaws"], labels)}
            for row in first.get("rows", [])
        ],
        "is_mended": find_column(headers, ORIGINAL_LINE) is not None,
        "preview": preview_words.shown(kind, import_run.preview),
        "undo_reasons": [
            {**reason, "text": undo_words.describe(reason)}
            for reason in import_run.undo_refusal.get("reasons", [])
        ],
    }


def _phase(import_run: ImportRun) -> str:
    is_undone = import_run.state == ImportRun.State.UNDOING and import_run.phase == "writing"
    return _("Taking it back") if is_undone else PHASES[import_run.phase]


@require_safe
@only_managers
def import_progress(request, pk: int):
    """How far a run is; polled by its page, which is loaded anew at the end."""
    import_run = _find(pk)
    response = render(request, "customers/_import_progress.html", _context(import_run))
    if not import_run.is_working:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@only_managers
def import_commit(request, pk: int):
    """Let a worker write what the check has found."""
    import_run = _find(pk)
    if not background.start(import_run=import_run, step=background.COMMIT, by=request.user):
        messages.warning(request, _("This import can't be committed now: check it first."))
    return redirect("customers:import_detail", pk)


@require_POST
@only_managers
def import_cancel(request, pk: int):
    """Stop the check, the commit or the undo that is under way."""
    if not background.cancel(import_run=_find(pk)):
        messages.warning(request, _("There is nothing to cancel: it is over."))
    return redirect("customers:import_detail", pk)


@require_POST
@only_managers
def import_undo(request, pk: int):
    """Let a worker take the whole import back."""
    import_run = _find(pk)
    is_started = import_run.can_be_undone and background.start(
        import_run=import_run, step=background.UNDO, by=request.user
    )
    if not is_started and not import_run.is_working:
        messages.warning(request, _("This import can't be undone now."))
    return redirect("customers:import_detail", pk)


@require_safe
@only_managers
def import_wrong_rows(request, pk: int):
    """The file of wrong rows, as a download only."""
    import_run = _find(pk)
    try:
        file = uploads.path_of(import_run.wrong_rows_name).open("rb")
    except OSError:
        raise Http404 from None
    stem = import_run.file_name.split(".")[0] or "import"
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{stem}-wrong-rows.csv",
        content_type="text/csv; charset=utf-8",
    )
