"""Tasks: the own list, a new one, editing, closing and opening again."""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.forms import TaskForm
from customers.models import Task
from customers.querysets import Order, keyset_page
from customers.services.tasks import (
    TaskClosedError,
    TaskExistsError,
    create_task,
    edit_task,
    set_task_state,
)
from customers.views.shared import ask_of_promise, back, undo_address, visible_customer

PAGE_SIZE = 30
BY_DAY = Order("due_on")


@require_safe
def task_list(request):
    """Open tasks by when they are due: mine, or all of the team for leads and managers."""
    user = request.user
    tasks, whose, kind = tasks_of(user, request.GET)
    page = keyset_page(tasks, BY_DAY, request.GET.get("page", ""), PAGE_SIZE)
    today = Installation.cached().today()
    for task in page.rows:
        task.seen_by(user, today)
    chosen = urlencode({"whose": whose, "kind": kind})
    context = {
        "groups": _groups(page.rows, today),
        "summary": _("Tasks %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{chosen}&page={page.newer}" if page.newer else "",
        "older_url": f"?{chosen}&page={page.older}" if page.older else "",
        "whose": whose,
        "kind": kind,
        "kinds": Task.Kind.choices,
        "sees_team": _sees_team(user),
    }
    return render(request, "customers/task_list.html", context)


def tasks_of(user, parameters: Mapping[str, str]) -> tuple[QuerySet, str, str]:
    """The open tasks that the address asks for, whose they are and of which kind."""
    whose = "team" if _sees_team(user) and parameters.get("whose") == "team" else "mine"
    kind = parameters.get("kind", "")
    kind = kind if kind in Task.Kind.values else ""
    tasks = Task.objects.visible_to(user).open().select_related("customer", "assignee")
    if whose == "mine":
        tasks = tasks.filter(assignee=user)
    elif not user.is_manager:
        tasks = tasks.of_team(user.team_id)
    return (tasks.filter(kind=kind) if kind else tasks), whose, kind


def _sees_team(user) -> bool:
    return user.is_manager or user.is_team_lead


def _groups(tasks: list[Task], today: dt.date) -> list[dict]:
    """The tasks under overdue, today, this week, later; empty groups are left out."""
    week_ends = today + dt.timedelta(days=6 - today.weekday())
    bounds = [
        ("overdue", _("Overdue"), dt.date.min, today),
        ("today", _("Today"), today, today + dt.timedelta(days=1)),
        ("week", _("This week"), today + dt.timedelta(days=1), week_ends + dt.timedelta(days=1)),
        ("later", _("Later"), max(week_ends, today) + dt.timedelta(days=1), dt.date.max),
    ]
    groups = [
        {"key": key, "label": label, "tasks": [t for t in tasks if start <= t.due_on < end]}
        for key, label, start, end in bounds
    ]
    return [group for group in groups if group["tasks"]]


@require_http_methods(["GET", "HEAD", "POST"])
def task_create(request, pk: int):
    """A new task about the customer; the address may name its kind and day."""
    customer = visible_customer(request, pk)
    asked = {"kind": request.GET.get("kind", ""), "due_on": request.GET.get("on", "")}
    form = TaskForm(
        request.POST or None,
        user=request.user,
        customer=customer,
        initial={name: value for name, value in asked.items() if value},
    )
    if request.method == "POST" and form.is_valid():
        task = create_task(customer=customer, by=request.user, **form.values)
        undo = undo_address(task, Task.State.DROPPED, reverse("card", args=[pk]))
        messages.success(request, _("The task is added."), extra_tags=undo)
        return back(request, "card", pk)
    context = {"form": form, "customer": customer, "cancel_url": back(request, "card", pk).url}
    return render(request, "customers/task_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def task_edit(request, pk: int):
    """Edit an open task; somebody else's newer change is shown beside what was typed."""
    tasks = Task.objects.visible_to(request.user).select_related("customer")
    task = get_object_or_404(tasks, pk=pk)
    if not task.may_be_edited_by(request.user):
        raise PermissionDenied
    customer, title = task.customer, task.title  # the form writes into the task
    who = {"user": request.user, "customer": customer}
    form = TaskForm(request.POST or None, instance=task, **who)
    if not task.is_open:
        return _closed(request)
    if request.method == "POST" and form.is_valid():
        try:
            edit_task(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current, **who)
        except TaskExistsError:
            form.add_error(None, _("The same task is open already."))
        except TaskClosedError:
            return _closed(request)
        else:
            messages.success(request, _("Saved."))
            return back(request, "customers:tasks")
    context = {"form": form, "customer": customer, "task": task, "name": title}
    context["cancel_url"] = back(request, "customers:tasks").url
    return render(request, "customers/task_form.html", context, status=form.status)


def _closed(request):
    messages.error(request, _("The task is closed. Open it again to change it."))
    return back(request, "customers:tasks")


@require_POST
def task_close(request, pk: int):
    """Close a task as done or dropped; `state=open` takes that back.

    Who did what was promised is asked whether the promise is kept with it.
    """
    tasks = Task.objects.visible_to(request.user).select_related("customer")
    task = get_object_or_404(tasks, pk=pk)
    if not task.may_be_closed_by(request.user):
        raise PermissionDenied
    state = request.POST.get("state") or request.GET.get("state") or Task.State.DONE
    if state not in Task.State.values:
        return HttpResponseBadRequest(_("A task is done, dropped or open."))
    before = task.state
    try:
        set_task_state(task=task, state=state)
    except TaskExistsError:
        messages.error(request, _("Another task for the same reason is open already."))
        return back(request, "customers:tasks")
    _tell(request, task, state, before)
    here = back(request, "customers:tasks")
    asked = state == Task.State.DONE and ask_of_promise(request, task, here.url)
    return asked or here


def _tell(request, task: Task, state: str, before: str) -> None:
    words = {
        Task.State.DONE: _("Done: %(task)s"),
        Task.State.DROPPED: _("Dropped: %(task)s"),
        Task.State.OPEN: _("Open again: %(task)s"),
    }[state] % {"task": task.title}
    undo = undo_address(task, before, request.POST.get("next", ""))
    messages.success(request, words, extra_tags="" if state == Task.State.OPEN else undo)
