"""Interactions: a new one, its page, correcting it, and its files."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.platform import uploads
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.forms import FilesForm, InteractionEditForm, InteractionForm
from customers.models import Attachment, Contact, Customer, Interaction, Task
from customers.services.interactions import attach_files, edit_interaction, log_interaction
from customers.views.shared import ask_of_promise, back, undo_address, visible_customer


@require_http_methods(["GET", "HEAD", "POST"])
def interaction_create(request, pk: int):
    """What passed between us and the customer; its next step becomes a task.

    The address may name the kind, the contact, or the planned task that is fulfilled with it.
    """
    customer = visible_customer(request, pk)
    planned = _planned(request, customer)
    form = InteractionForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        customer=customer,
        everybody=request.GET.get("people") == "all",
        **_presets(request, customer, planned),
    )
    if request.method == "POST" and form.is_valid():
        try:
            interaction = log_interaction(
                customer=customer,
                by=request.user,
                next_step=form.step,
                files=form.cleaned_data["attachments"],
                planned=planned,
                **form.values,
            )
        except ValidationError as error:
            form.add_error("attachments", error)
        else:
            _tell(request, interaction, planned, has_step=form.step is not None)
            here = back(request, "card", pk)
            return (planned and ask_of_promise(request, planned, here.url)) or here
    context = {"form": form, "customer": customer, "planned": planned}
    return render(request, "customers/interaction_form.html", context)


def _planned(request, customer: Customer) -> Task | None:
    """The open task that the address names, if this person may close it."""
    number = request.GET.get("task", "")
    if not number.isdecimal() or len(number) > 18:
        return None
    tasks = Task.objects.visible_to(request.user).open().filter(customer=customer, pk=number)
    task = tasks.first()
    return task if task and task.may_be_closed_by(request.user) else None


def _presets(request, customer: Customer, planned: Task | None) -> dict:
    """What is known before anybody types, and where typing begins."""
    initial = {}
    if planned:
        initial |= {"subject": planned.title, "kind": planned.kind, "at": _planned_at(planned)}
    kind = request.GET.get("kind") or initial.get("kind", "")
    initial["kind"] = kind if kind in Interaction.LOGGED else Interaction.Kind.CALL
    number = request.GET.get("contact", "")
    if number.isdecimal() and len(number) <= 18:
        people = Contact.objects.visible_to(request.user).filter(customer=customer, pk=number)
        initial["contact"] = people.filter(erased_at=None).first()
    initial |= _ticked(request)
    initial = {name: value for name, value in initial.items() if value}
    unknown = ("kind", "contact", "subject", "notes") if kind else ("kind",)
    return {
        "initial": initial,
        "focus": next((name for name in unknown if not initial.get(name)), "kind"),
    }


def _ticked(request) -> dict[str, list[str]]:
    """Who was ticked already by who now asks for all contacts: part of the form is drawn anew."""
    if "ticked" not in request.GET:
        return {}
    numbers = request.GET.getlist("contacts")
    return {"contacts": [one for one in numbers if one.isdecimal() and len(one) <= 18]}


def _planned_at(task: Task) -> dt.datetime | None:
    """The hour for which it was planned, once that is over; else now."""
    if task.starts_at is None:
        return None
    zone = Installation.cached().zone
    at = dt.datetime.combine(task.due_on, task.starts_at, tzinfo=zone)
    return at if at <= timezone.now() else None


def _tell(request, interaction: Interaction, planned: Task | None, *, has_step: bool) -> None:
    words = _("Logged, and the next step is a task.") if has_step else _("Logged.")
    undo = ""
    if planned:
        done = _("Done: %(task)s") % {"task": planned.title}
        words = f"{words} {done}"
        page = reverse("card", args=[interaction.customer_id])
        undo = undo_address(planned, Task.State.OPEN, page)
    messages.success(request, words, extra_tags=undo)


def _visible_interaction(request, pk: int) -> Interaction:
    """The interaction, or 404 where this person may not know of its customer."""
    rows = Interaction.objects.visible_to(request.user)
    rows = rows.select_related("customer", "by", "contact", "competitor")
    return get_object_or_404(rows, pk=pk)


def _only_its_editors(request, interaction: Interaction) -> None:
    if not interaction.may_be_edited_by(request.user):
        raise PermissionDenied


@require_safe
def interaction(request, pk: int):
    """All about one of them: people, what was heard, files, and what follows from it."""
    found = _visible_interaction(request, pk)
    steps = Task.objects.visible_to(request.user).filter(
        customer=found.customer_id, origin=Task.Origin.NEXT_STEP, reason=found.step_reason
    )
    steps = list(steps.select_related("assignee"))
    for step in steps:
        step.customer = found.customer
        step.seen_by(request.user, Installation.cached().today())
    context = {
        "interaction": found,
        "customer": found.customer,
        "steps": steps,
        "open_steps": [step for step in steps if step.is_open],
        "theirs": list(found.contacts.all()),
        "ours": list(found.colleagues.all()),
        "attachments": list(found.attachments.select_related("uploaded_by")),
        "may_edit": found.may_be_edited_by(request.user),
    }
    return render(request, "customers/interaction.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def interaction_edit(request, pk: int):
    """Correct it; somebody else's newer change is shown beside what was typed."""
    found = _visible_interaction(request, pk)
    _only_its_editors(request, found)
    subject, customer = found.subject, found.customer  # the form writes into the interaction
    given = {
        "user": request.user,
        "customer": customer,
        "everybody": request.GET.get("people") == "all",
    }
    form = InteractionEditForm(
        request.POST or None, instance=found, initial=_ticked(request), **given
    )
    if request.method == "POST" and form.is_valid():
        try:
            edit_interaction(
                pk=pk, version=form.opened_version, values=form.values, by=request.user
            )
        except NewerChange as newer:
            form = form.merged(newer.current, **given)
        else:
            messages.success(request, _("Saved."))
            return redirect("customers:interaction", pk)
    return _edit_page(request, found, form=form, subject=subject, status=form.status)


def _edit_page(request, found: Interaction, *, form=None, files_form=None, **context):
    given = {"user": request.user, "customer": found.customer}
    status = context.pop("status", 200)
    context = {
        "form": form or InteractionEditForm(instance=found, **given),
        "files_form": files_form or FilesForm(),
        "interaction": found,
        "customer": found.customer,
        "subject": found.subject,
        "attachments": list(found.attachments.select_related("uploaded_by")),
        **context,
    }
    return render(request, "customers/interaction_edit.html", context, status=status)


@require_POST
def interaction_attach(request, pk: int):
    """Hang files on it."""
    found = _visible_interaction(request, pk)
    _only_its_editors(request, found)
    form = FilesForm(request.POST, request.FILES)
    if form.is_valid():
        files = form.cleaned_data["attachments"]
        try:
            attach_files(interaction=found, files=files, by=request.user)
        except ValidationError as error:
            form.add_error("attachments", error)
        else:
            words = ngettext("%(n)d file is attached.", "%(n)d files are attached.", len(files))
            messages.success(request, words % {"n": len(files)})
            return redirect("customers:interaction_edit", pk)
    return _edit_page(request, found, files_form=form)


@require_safe
def attachment(request, pk: int):
    """A file, as a download, for those who see its customer."""
    files = Attachment.objects.visible_to(request.user)
    return uploads.serve(get_object_or_404(files, pk=pk))


@require_POST
def attachment_remove(request, pk: int):
    """Take a file off an interaction."""
    files = Attachment.objects.visible_to(request.user).select_related("interaction__customer")
    file = get_object_or_404(files, pk=pk, interaction__isnull=False)
    _only_its_editors(request, file.interaction)
    file.delete()
    messages.success(request, _("%(name)s is removed.") % {"name": file.name})
    return redirect("customers:interaction_edit", file.interaction_id)
