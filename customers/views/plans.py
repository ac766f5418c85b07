"""Account plans: the plan of a customer, and those that wait for their review."""

import datetime as dt
from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_with_worth
from crm.platform.edits import CONFLICT, NewerChange
from crm.platform.models import Installation
from customers.forms.plans import (
    SWOT,
    ActionForm,
    NewPlanForm,
    ObjectiveForm,
    PlanFilesForm,
    PlanForm,
    ReviewForm,
    copied,
)
from customers.models import AccountPlan, CompetitorPresence, Customer, PlanObjective, Task
from customers.querysets import Order, keyset_page
from customers.services import plans as services
from customers.views.shared import visible_customer

SHOWN = ("due", "all")
BY_REVIEW = Order("review_on")


@require_safe
@only_with_worth
def plan_list(request):
    """Current plans by their next review: those past it, or all."""
    today = Installation.cached().today()
    plans, shown = plans_of(request.user, request.GET, today)
    page = keyset_page(plans, BY_REVIEW, request.GET.get("page", ""))
    for plan in page.rows:
        plan.days_late = (today - plan.review_on).days
    context = {
        "plans": page.rows,
        "shown": shown,
        "summary": _("Plans %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?show={shown}&page={page.newer}" if page.newer else "",
        "older_url": f"?show={shown}&page={page.older}" if page.older else "",
    }
    return render(request, "customers/plan_list.html", context)


def plans_of(user, parameters: Mapping[str, str], today: dt.date) -> tuple[QuerySet, str]:
    """The plans that the address asks for: those past their review, or all current ones."""
    shown = parameters.get("show") if parameters.get("show") in SHOWN else "due"
    plans = AccountPlan.objects.visible_to(user)
    plans = plans.to_review(today) if shown == "due" else plans.current()
    return plans.with_progress(), shown


@require_safe
@only_with_worth
def plan(request, pk: int):
    """The current plan of a customer, or the older one that `plan` names."""
    return _page(request, visible_customer(request, pk), request.GET.get("plan", ""))


def _page(request, customer: Customer, asked: str, files_form: PlanFilesForm | None = None):
    plans = AccountPlan.objects.visible_to(request.user).filter(customer=customer)
    versions = list(plans.select_related("made_by"))
    chosen = _chosen(versions, asked)
    context = {
        "customer": customer,
        "plan": chosen,
        "others": [other for other in versions if other is not chosen],
        "today": Installation.cached().today(),
    }
    if chosen:
        context |= _parts(request.user, chosen)
    if files_form:
        context["files_form"] = files_form
    return render(request, "customers/plan.html", context)


def _chosen(versions: list[AccountPlan], asked: str) -> AccountPlan | None:
    """The plan asked for, else the current one, else the newest of those closed."""
    named = next((one for one in versions if str(one.pk) == asked), None)
    return named or (versions[0] if versions else None)


def _parts(user, chosen: AccountPlan) -> dict:
    actions = Task.objects.visible_to(user).filter(plan=chosen)
    actions = actions.select_related("assignee", "customer").order_by("due_on", "pk")
    today = Installation.cached().today()
    found = [task.seen_by(user, today) for task in actions]
    presences = CompetitorPresence.objects.visible_to(user).filter(customer=chosen.customer_id)
    field = AccountPlan._meta.get_field
    return {
        "swot": [(name, field(name).verbose_name, getattr(chosen, name)) for name in SWOT],
        "objectives": list(chosen.objectives.all()),
        "open_actions": [task for task in found if task.is_open],
        "closed_actions": [task for task in found if not task.is_open],
        "reviews": list(chosen.reviews.select_related("by")),
        "files": list(chosen.attachments.select_related("uploaded_by")),
        "files_form": PlanFilesForm() if chosen.is_current else None,
        "presences": list(presences.select_related("competitor")),
        "is_late": chosen.is_current and chosen.review_on <= today,
    }


def _plan_url(customer_pk: int) -> str:
    return reverse("customers:plan", args=[customer_pk])


def _current_or_404(request, pk: int) -> AccountPlan:
    """Forms open for current plans only; one sent for a plan closed meanwhile keeps its words."""
    plans = AccountPlan.objects.visible_to(request.user).select_related("customer")
    return get_object_or_404(plans if request.method == "POST" else plans.current(), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def plan_create(request, pk: int):
    """A new plan; `copy` in the address begins with the texts of the newest one."""
    customer = visible_customer(request, pk)
    older = AccountPlan.objects.visible_to(request.user).filter(customer=customer).first()
    initial = copied(older) if older and request.GET.get("copy") else {}
    form = NewPlanForm(request.POST or None, older=older, initial=initial)
    status, meanwhile = 200, None
    if request.method == "POST" and form.is_valid():
        try:
            return _create(request, customer, form)
        except services.PlanReplacedError as error:
            # What was typed stays; saving again replaces the other's plan knowingly.
            status, meanwhile = CONFLICT, error.current
            typed = {**form.cleaned_data, "replaces": meanwhile.pk}
            form = NewPlanForm(older=meanwhile, initial=typed)
    context = {"customer": customer, "form": form, "older": older, "meanwhile": meanwhile}
    return render(request, "customers/plan_form.html", context, status=status)


def _create(request, customer: Customer, form: NewPlanForm):
    services.create_plan(
        customer=customer,
        by=request.user,
        values=form.values,
        replaces=form.cleaned_data["replaces"],
        take_over=form.cleaned_data.get("take_over", False),
    )
    messages.success(request, _("The plan is made. Add objectives and actions to it."))
    return redirect("customers:plan", customer.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def plan_edit(request, pk: int):
    """Edit the current plan; somebody else's newer change is shown beside what was typed."""
    plan = _current_or_404(request, pk)
    customer = plan.customer
    form = PlanForm(request.POST or None, instance=plan)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_plan(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
            status = form.status
        except services.PlanClosedError:
            status = _say_closed(form)
        else:
            messages.success(request, _("Saved."))
            return redirect("customers:plan", customer.pk)
    context = {"customer": customer, "form": form, "plan": plan}
    return render(request, "customers/plan_form.html", context, status=status)


def _say_closed(form) -> int:
    form.add_error(
        None,
        _("This plan was closed meanwhile. What you typed is still here: copy it to the new one."),
    )
    return CONFLICT


@require_POST
@only_with_worth
def plan_close(request, pk: int):
    """Close a plan; `state=back` makes it the current one again."""
    plans = AccountPlan.objects.visible_to(request.user)
    plan = get_object_or_404(plans, pk=pk)
    if request.GET.get("state") == "back":
        try:
            services.reopen_plan(plan=plan)
        except services.PlanReplacedError:
            messages.error(request, _("There is another current plan; it stays."))
        else:
            messages.success(request, _("The plan is current again."))
    else:
        services.close_plan(plan=plan)
        undo = f"undo:{reverse('customers:plan_close', args=[pk])}?state=back"
        messages.success(request, _("The plan is closed and kept."), extra_tags=undo)
    return redirect("customers:plan", plan.customer_id)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def objective_create(request, pk: int):
    """A further objective of the current plan."""
    plan = _current_or_404(request, pk)
    form = ObjectiveForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.create_objective(plan=plan, values=form.values)
        except services.PlanClosedError:
            status = _say_closed(form)
        else:
            messages.success(request, _("The objective is added."))
            return redirect(_plan_url(plan.customer_id) + "#objectives")
    title = _("New objective")
    return _part_form(request, plan, form, title, "objectives", status)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def objective_edit(request, pk: int):
    """Edit an objective of the current plan, or say that it is reached or missed."""
    objectives = PlanObjective.objects.visible_to(request.user)
    if request.method != "POST":
        objectives = objectives.filter(plan__is_current=True)
    objective = get_object_or_404(objectives.select_related("plan__customer"), pk=pk)
    plan = objective.plan
    form = ObjectiveForm(request.POST or None, instance=objective)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_objective(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
            status = form.status
        except services.PlanClosedError:
            status = _say_closed(form)
        else:
            messages.success(request, _("Saved."))
            return redirect(_plan_url(plan.customer_id) + "#objectives")
    return _part_form(request, plan, form, _("Edit the objective"), "objectives", status)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def plan_action_create(request, pk: int):
    """A further action of the current plan: a task."""
    plan = _current_or_404(request, pk)
    data = request.POST or None
    form = ActionForm(data, user=request.user, customer=plan.customer)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.add_action(plan=plan, by=request.user, values=form.values)
        except services.PlanClosedError:
            status = _say_closed(form)
        else:
            messages.success(request, _("The action is added and stands in the tasks."))
            return redirect(_plan_url(plan.customer_id) + "#actions")
    return _part_form(request, plan, form, _("New action"), "actions", status)


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def plan_review_create(request, pk: int):
    """Write down what a look at the current plan found."""
    plan = _current_or_404(request, pk)
    form = ReviewForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.add_review(plan=plan, by=request.user, **form.values)
        except services.PlanClosedError:
            status = _say_closed(form)
        else:
            messages.success(request, _("The review is kept with the plan."))
            return redirect(_plan_url(plan.customer_id) + "#reviews")
    return _part_form(request, plan, form, _("Review the plan"), "reviews", status)


def _part_form(request, plan: AccountPlan, form, title: str, part: str, status: int):
    context = {"customer": plan.customer, "plan": plan, "form": form, "title": title, "part": part}
    return render(request, "customers/plan_part_form.html", context, status=status)


@require_POST
@only_with_worth
def plan_attach(request, pk: int):
    """Keep files with the current plan."""
    plan = _current_or_404(request, pk)
    form = PlanFilesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, plan.customer, str(plan.pk), form)
    try:
        services.attach(plan=plan, files=form.cleaned_data["files"], by=request.user)
    except services.PlanClosedError:
        messages.error(request, _("This plan was closed meanwhile; nothing was attached."))
    except ValidationError as error:  # no room on the server
        form.add_error("files", error)
        return _page(request, plan.customer, str(plan.pk), form)
    else:
        messages.success(request, _("Attached."))
    return redirect(_plan_url(plan.customer_id) + "#files")
