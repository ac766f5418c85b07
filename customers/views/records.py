"""The records about a customer, of all kinds: list, new, edit, remove, bring to an end."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.forms.records import RecordForm
from customers.models import Customer
from customers.models.record import Record
from customers.querysets import keyset_page
from customers.records import KINDS, RecordKind
from customers.services.records import create_record, edit_record, set_removed
from customers.services.storing import TakenError
from customers.views.shared import back, visible_customer

MOST_CURRENT = 50
PAGE_SIZE = 30


def kind_of(request, key: str) -> RecordKind:
    """The kind of this key; 404 where there is none for this person."""
    kind = KINDS.get(key)
    if kind is None or not kind.is_for(request.user):
        raise Http404
    return kind


def back_here(request) -> str:
    """The query of a link whose page leads back to this one, where that is no record's own list."""
    return "?" + urlencode({"next": request.get_full_path()})


def table(
    kind: RecordKind, records: list[Record], user, today, *, besides: tuple[str, ...] = ()
) -> dict:
    """What the table of these records shows; `besides` names columns that say nothing here."""
    shown = [column for column in kind.columns_for(user) if column.read not in besides]
    return {
        "kind": kind,
        "columns": shown,
        "rows": [
            {
                "record": record,
                "name": kind.name(record),
                "cells": [column.cell(record, today) for column in shown],
                "details": [text for name in kind.details if (text := getattr(record, name))],
                "may_change": kind.may_change(user, record),
                "settle": kind.way_to_settle(user, record),
                "may_reopen": kind.may_reopen(user, record),
            }
            for record in records
        ],
    }


@require_safe
def record_list(request, pk: int, kind: str):
    """A customer's records of one kind: what holds now, and what was before."""
    customer, found = visible_customer(request, pk), kind_of(request, kind)
    user, today = request.user, Installation.cached().today()
    rows = found.read(user).filter(customer=customer)
    current = list(found.current(rows, today)[:MOST_CURRENT]) if found.current else []
    earlier = rows.exclude(pk__in=[record.pk for record in current])
    page = keyset_page(earlier, found.order, request.GET.get("page", ""), PAGE_SIZE)
    context = {
        "customer": customer,
        "kind": found,
        "kinds": [kind for kind in KINDS.values() if kind.is_for(user)],
        "may_write": found.may_write(user),
        "figures": found.figures(rows, today) if found.figures else [],
        "current": table(found, current, user, today),
        "earlier": table(found, page.rows, user, today),
        "splits": found.current is not None,
        "has_rows": bool(current or page.rows),
        "received": _received(user, customer) if found.key == "referral" else [],
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
        "summary": _("Rows %(first)d–%(last)d") % {"first": page.first, "last": page.last},
    }
    return render(request, "customers/record_list.html", context)


def _received(user, customer: Customer) -> list[Record]:
    """Who recommended us to this customer, of those whom this person sees."""
    return list(KINDS["referral"].read(user).filter(referred=customer))


@require_http_methods(["GET", "HEAD", "POST"])
def record_create(request, pk: int, kind: str):
    """A new record about the customer."""
    customer, found = visible_customer(request, pk), kind_of(request, kind)
    if not found.may_write(request.user):
        raise PermissionDenied
    form = found.form(request.POST or None, user=request.user, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            create_record(model=found.model, customer=customer, by=request.user, values=form.values)
        except TakenError as taken:
            form.say_taken(taken.constraint)
        else:
            messages.success(request, _("Added."))
            return back(request, "customers:records", pk, kind)
    context = {
        "form": form,
        "customer": customer,
        "kind": found,
        "title": _("New %(kind)s") % {"kind": _in_words(found)},
    }
    return _form_page(request, context)


@require_http_methods(["GET", "HEAD", "POST"])
def record_edit(request, kind: str, pk: int):
    """Edit a record; somebody else's newer change is shown beside what was typed."""
    found, record = _record(request, kind, pk)
    if not found.may_change(request.user, record):
        raise PermissionDenied
    title = _("Edit %(kind)s") % {"kind": _in_words(found)}
    return _edit(request, found, record, found.form, title)


@require_http_methods(["GET", "HEAD", "POST"])
def record_settle(request, kind: str, pk: int):
    """Bring a record to its end by its form, or open it again (POST with `state=back`)."""
    found, record = _record(request, kind, pk)
    if request.method == "POST" and request.GET.get("state") == "back":
        return _reopen(request, found, record)
    way = found.way_to_settle(request.user, record)
    if way is None:
        raise PermissionDenied
    form_class = way.opened(request.POST.get("form", ""))
    return _edit(request, found, record, form_class, way.label, settles=True)


@require_POST
def record_remove(request, kind: str, pk: int):
    """Take a record out of sight; `state=back` brings it back."""
    found, record = _record(request, kind, pk, removed=True)
    if not found.may_change(request.user, record):
        raise PermissionDenied
    removed = request.GET.get("state") != "back"
    try:
        set_removed(model=found.model, pk=pk, by=request.user, removed=removed)
    except TakenError:
        messages.error(request, _("It can't come back: another one took its place."))
        return back(request, "customers:records", record.customer_id, found.key)
    words = _("Removed: %(name)s") if removed else _("Back again: %(name)s")
    undo = _undo(request, "customers:record_remove", found, pk) if removed else ""
    messages.success(request, words % {"name": found.name(record)}, extra_tags=undo)
    return back(request, "customers:records", record.customer_id, found.key)


def _in_words(kind: RecordKind) -> str:
    """The name of a kind within a sentence."""
    name = str(kind.label)
    return name[:1].lower() + name[1:]


def _record(request, key: str, pk: int, *, removed: bool = False) -> tuple[RecordKind, Record]:
    kind = kind_of(request, key)
    return kind, get_object_or_404(kind.read(request.user, removed=removed), pk=pk)


def _undo(request, address: str, kind: RecordKind, pk: int, **more: str) -> str:
    """The tag of a message that offers to take something back, and to stay on the page."""
    page = request.POST.get("next") or request.GET.get("next", "")
    query = urlencode({"state": "back", "next": page, **more})
    return f"undo:{reverse(address, args=[kind.key, pk])}?{query}"


def _edit(
    request,
    kind: RecordKind,
    record: Record,
    form_class: type[RecordForm],
    title: str,
    *,
    settles: bool = False,
):
    """The page of a form over a record that is there; after it back to where one came from."""
    customer, name, before = record.customer, kind.name(record), kind.state_of(record)
    whose = {"user": request.user, "customer": customer}
    form = form_class(request.POST or None, instance=record, **whose)
    if request.method == "POST" and form.is_valid():
        try:
            written = edit_record(
                model=kind.model,
                pk=record.pk,
                version=form.opened_version,
                by=request.user,
                values=form.values,
            )
        except NewerChange as newer:
            form = form.merged(newer.current, **whose)
        except TakenError as taken:
            form.say_taken(taken.constraint)
        else:
            return _saved(request, kind, written, before)
    context = {"form": form, "customer": customer, "kind": kind, "title": title, "name": name}
    context["settles"] = settles and form_class.__name__
    return _form_page(request, context)


def _form_page(request, context: dict):
    context["next"] = request.POST.get("next") or request.GET.get("next", "")
    whose = context["customer"].pk, context["kind"].key
    context["cancel_url"] = back(request, "customers:records", *whose).url
    return render(request, "customers/record_form.html", context, status=context["form"].status)


def _saved(request, kind: RecordKind, record: Record, before: str):
    """Says so; what was brought to its end can be opened again."""
    after = kind.state_of(record)
    undo = ""
    if after != before and not record.is_open:
        undo = _undo(request, "customers:record_settle", kind, record.pk, to=before)
    messages.success(request, _("Saved."), extra_tags=undo)
    return back(request, "customers:records", record.customer_id, kind.key)


def _reopen(request, kind: RecordKind, record: Record):
    """What was settled is open again, in the state that the address names if it was an open one."""
    if not kind.may_reopen(request.user, record):
        raise PermissionDenied
    values = kind.values_to_reopen(request.GET.get("to", ""))
    edit_record(
        model=kind.model, pk=record.pk, version=record.version, by=request.user, values=values
    )
    messages.success(request, _("Open again: %(name)s") % {"name": kind.name(record)})
    return back(request, "customers:records", record.customer_id, kind.key)
