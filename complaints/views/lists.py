"""Categories, root causes, ready texts and the handling guide: read by all, kept by managers."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from complaints.forms.lists import (
    CannedTextForm,
    CategoryForm,
    GuideEntryForm,
    ListedForm,
    RootCauseForm,
)
from complaints.models import CannedText, Category, GuideEntry, RootCause
from complaints.services.lists import Entry, create_entry, edit_entry
from crm.accounts.access import only_managers
from crm.platform.edits import NewerChange


@dataclass(frozen=True)
class List:
    """One of the lists: what it holds, and the words of its page."""

    key: str
    model: type[Entry]
    form: type[ListedForm]
    title: str
    purpose: str
    new: str


LISTS = {
    entry.key: entry
    for entry in (
        List(
            "categories",
            Category,
            CategoryForm,
            gettext_lazy("Categories"),
            gettext_lazy("What a complaint or request is about; chosen when it is logged."),
            gettext_lazy("New category"),
        ),
        List(
            "causes",
            RootCause,
            RootCauseForm,
            gettext_lazy("Root causes"),
            gettext_lazy("Why it happened; chosen when a complaint is resolved."),
            gettext_lazy("New root cause"),
        ),
        List(
            "texts",
            CannedText,
            CannedTextForm,
            gettext_lazy("Ready texts"),
            gettext_lazy("Words to customers that the forms of a case offer."),
            gettext_lazy("New ready text"),
        ),
        List(
            "guide",
            GuideEntry,
            GuideEntryForm,
            gettext_lazy("Handling guide"),
            gettext_lazy("How we meet people who complain; one click from each case."),
            gettext_lazy("New part of the guide"),
        ),
    )
}


@require_safe
def lists(request):
    """All lists in their order; what belongs to a category stands under it."""
    return render(
        request,
        "complaints/lists.html",
        {"lists": [(each, _in_order(each.model)) for each in LISTS.values()]},
    )


@require_safe
def guide(request):
    """The handling guide, to be read beside a case."""
    entries = list(GuideEntry.objects.filter(is_active=True))
    half = (len(entries) + 1) // 2
    context = {"entries": entries, "columns": [entries[:half], entries[half:]]}
    return render(request, "complaints/guide.html", context)


def _in_order(model: type[Entry]) -> list[Entry]:
    if model is Category:
        return list(Category.objects.in_tree())
    return list(model.objects.order_by("-is_active", "position", "pk"))


def _list(kind: str) -> List:
    if kind not in LISTS:
        raise Http404
    return LISTS[kind]


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def entry_create(request, kind: str):
    chosen = _list(kind)
    form = chosen.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entry = create_entry(actor=request.user, model=chosen.model, values=form.values)
        messages.success(request, _("%(name)s is offered from now on.") % {"name": entry})
        return redirect("complaints:lists")
    return render(request, "complaints/entry_form.html", {"form": form, "title": chosen.new})


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def entry_edit(request, kind: str, pk: int):
    """Rename an entry, move it, or take it out of use."""
    chosen = _list(kind)
    entry = get_object_or_404(chosen.model, pk=pk)
    title = _("Edit %(name)s") % {"name": entry}
    form = chosen.form(request.POST or None, instance=entry)
    if request.method == "POST" and form.is_valid():
        try:
            edit_entry(
                actor=request.user,
                model=chosen.model,
                pk=pk,
                version=form.opened_version,
                values=form.values,
            )
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("complaints:lists")
    context = {"form": form, "title": title}
    return render(request, "complaints/entry_form.html", context, status=form.status)
