"""Saved filters of the list of customers, and the choice of its columns."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.platform.edits import NewerChange
from customers.forms.list_settings import ColumnsForm, SavedViewForm, plain_query
from customers.models import ListPreference, SavedView
from customers.services.list_settings import choose_columns, edit_view, save_view
from customers.views.columns import (
    ALWAYS,
    COLUMNS,
    FROM_THE_SMALLEST,
    allowed_columns,
    allowed_sorts,
    shown_columns,
)
from customers.views.listing import in_words


@require_http_methods(["GET", "HEAD", "POST"])
def view_save(request):
    """Save the filter of the list that this page was opened from."""
    query = plain_query(request.GET.get("query", ""))
    form = SavedViewForm(request.POST or None, user=request.user, initial={"query": query})
    if request.method == "POST" and form.is_valid():
        saved = save_view(user=request.user, query=form.cleaned_data["query"], values=form.values)
        messages.success(request, _("The filter is saved."))
        return _to_list(saved)
    context = {"form": form, "query": query, "kept": in_words(request.user, query)}
    return render(request, "customers/view_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def view_edit(request, pk: int):
    """Rename or share one's own filter; with `query` it takes on the filter of the list."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    name, takes_query = view.name, "query" in request.GET
    query = plain_query(request.GET.get("query", "")) if takes_query else view.query
    kwargs = {"user": request.user, "initial": {"query": query}}
    form = SavedViewForm(request.POST or None, instance=view, **kwargs)
    if request.method == "POST" and form.is_valid():
        values = {**form.values, "query": form.cleaned_data["query"]}
        try:
            saved = edit_view(user=request.user, pk=pk, version=form.opened_version, values=values)
        except NewerChange as newer:
            form = form.merged(newer.current, user=request.user)
            form.initial["query"] = values["query"]
        else:
            messages.success(request, _("Saved."))
            return _to_list(saved)
    context = {"form": form, "view": view, "name": name, "query": query}
    context["kept"] = in_words(request.user, query)
    context["is_changed"] = takes_query and query != view.query
    return render(request, "customers/view_form.html", context, status=form.status)


def _to_list(view: SavedView):
    return redirect(f"{reverse('customers:list')}?{view.query}&view={view.pk}")


@require_POST
def view_delete(request, pk: int):
    """Forget one's own filter; who shared it takes it from the others too."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    view.delete()
    messages.success(request, _("The filter “%(name)s” is deleted.") % {"name": view.name})
    return redirect("customers:list")


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request):
    """Choose the columns of the list and the sort it opens with."""
    user = request.user
    preference = ListPreference.objects.filter(user=user).first()
    choices = [(one.key, one.label) for one in allowed_columns(user) if one.key != ALWAYS]
    shown = [one.key for one in shown_columns(user, preference) if one.key != ALWAYS]
    sort = request.GET.get("sort") or (preference.sort if preference else "")
    form = ColumnsForm(
        request.POST or None,
        columns=choices,
        sorts=_sorts(user),
        initial={"columns": shown, "sort": sort},
    )
    if request.method == "POST" and form.is_valid():
        choose_columns(user=user, **form.cleaned_data)
        messages.success(request, _("The list shows what you chose."))
        return redirect("customers:list")
    return render(request, "customers/columns_form.html", {"form": form})


def _sorts(user) -> list[tuple[str, str]]:
    """Each sort in the direction that a first click takes, and the other."""
    labels = {column.sort: column.label for column in COLUMNS if column.sort}
    found = [("", _("as usual"))]
    for key in allowed_sorts(user):
        from_smallest = (key, _("%(column)s, ascending") % {"column": labels[key]})
        from_largest = (f"-{key}", _("%(column)s, descending") % {"column": labels[key]})
        pair = [from_smallest, from_largest]
        found += pair if key in FROM_THE_SMALLEST else pair[::-1]
    return found
