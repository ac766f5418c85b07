"""Care programmes: their rules, what is owed to whom, and what of it a customer got."""

import datetime as dt
from collections.abc import Mapping

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.care_words import DEMANDS, LOGGED_AS, next_step, when
from customers.forms.care import CareRuleForm
from customers.models import CareDue, CareRule, Standing
from customers.models.standing import Stage, Tier
from customers.querysets import Order, keyset_page
from customers.querysets.standing import COUNTED_UP_TO
from customers.services.care_rules import create_care_rule, edit_care_rule
from customers.views.shared import visible_customer

PAGE_SIZE = 40
BY_DAY = Order("due_on")


def _concerned(tier: str) -> str:
    """How many customers of the tier are owed care now, counted no further than the cap."""
    alive = Standing.objects.filter(tier=tier, is_active=True).exclude(stage=Stage.ENDED)
    number = alive.count_capped()
    if number > COUNTED_UP_TO:
        return _("more than %(number)s customers") % {"number": number_format(COUNTED_UP_TO)}
    words = ngettext("%(number)s customer", "%(number)s customers", number)
    return words % {"number": number_format(number)}


@require_safe
def care_rules(request):
    """What each tier is owed: everybody reads it, managers change it."""
    rules = list(CareRule.objects.all())
    for rule in rules:
        rule.when = when(rule)
    programmes = [
        {
            "tier": tier,
            "rules": [rule for rule in rules if rule.tier == tier and rule.is_active],
            "concerned": _concerned(tier),
        }
        for tier in Tier.values
    ]
    retired = [rule for rule in rules if not rule.is_active]
    context = {"programmes": programmes, "retired": retired, "demands": DEMANDS}
    return render(request, "customers/care_rule_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def care_rule_create(request):
    tier = request.GET.get("tier")
    initial = {"tier": tier if tier in Tier.values else Tier.A, "ahead_days": 14}
    form = CareRuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        rule = create_care_rule(actor=request.user, values=form.values)
        messages.success(request, _("%(rule)s is owed from tonight on.") % {"rule": rule})
        return redirect("customers:care_rules")
    concerned = [(tier, _concerned(tier)) for tier in Tier.values]
    context = {"form": form, "concerned": concerned}
    return render(request, "customers/care_rule_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def care_rule_edit(request, pk: int):
    """Change a rule or take it out of use; it shows beforehand how many it concerns."""
    rule = get_object_or_404(CareRule, pk=pk)
    name, words = str(rule), when(rule)  # the form writes what was typed into the rule
    form = CareRuleForm(request.POST or None, instance=rule)
    if request.method == "POST" and form.is_valid():
        try:
            edit_care_rule(
                actor=request.user, pk=pk, version=form.opened_version, values=form.values
            )
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved. The next night follows it."))
            return redirect("customers:care_rules")
    owed = CareDue.objects.filter(rule=pk).owed().order_by()[: COUNTED_UP_TO + 1].count()
    context = {
        "form": form,
        "rule": rule,
        "name": name,
        "when": words,
        "concerned": [(rule.tier, _concerned(rule.tier))],
        "owed": min(owed, COUNTED_UP_TO),
        "owed_more": owed > COUNTED_UP_TO,
    }
    return render(request, "customers/care_rule_form.html", context, status=form.status)


@require_safe
def care(request, pk: int):
    """What one customer is owed by each rule of its tier, and what of it was kept or missed."""
    customer = visible_customer(request, pk)
    today = Installation.cached().today()
    dues = CareDue.objects.visible_to(request.user).filter(customer=customer)
    settled = dues.exclude(state=CareDue.State.OWED).select_related("rule", "interaction")
    order = Order("starts_on", descending=True)
    page = keyset_page(settled, order, request.GET.get("page", ""), PAGE_SIZE)
    tier = getattr(getattr(customer, "standing", None), "tier", Tier.C)
    kept, missed = dues.kept_and_missed(today)
    context = {
        "customer": customer,
        "tier": tier,
        "rows": _by_rule(request.user, dues, tier, today),
        "kept": kept,
        "missed": missed,
        "rate": kept / (kept + missed) if kept + missed else None,
        "page": page,
        "ticked": list(LOGGED_AS),  # kept without an interaction: somebody ticked the task off
        "demands": DEMANDS,
        "summary": _("%(first)s–%(last)s, newest first")
        % {"first": number_format(page.first), "last": number_format(page.last)},
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
    }
    return render(request, "customers/care.html", context)


def _by_rule(user, dues, tier: str, today: dt.date) -> list[dict]:
    """One row a rule of the tier: what is owed now, and the last twelve months."""
    owed = {due.rule_id: due for due in dues.owed().select_related("task__assignee")}
    year = dues.within_a_year_by_rule(today)
    rows = []
    for rule in CareRule.objects.filter(tier=tier, is_active=True):
        due = owed.get(rule.pk)
        counts = year.get(rule.pk, {})
        kept, missed = counts.get("kept", 0), counts.get("missed", 0)
        if due:
            due.days_left = (due.due_on - today).days
            due.step = next_step(user, rule, due)
        rows.append(
            {
                "rule": rule,
                "when": when(rule),
                "due": due,
                "kept": kept,
                "missed": missed,
                "last": counts.get("last"),
                "rate": kept / (kept + missed) if kept + missed else None,
            }
        )
    return rows


@require_safe
def care_dues(request):
    """What is owed to customers, by when it is due: to mine, or to all of the team's."""
    user, today = request.user, Installation.cached().today()
    dues, whose, action = dues_of(user, request.GET)
    page = keyset_page(dues, BY_DAY, request.GET.get("page", ""), PAGE_SIZE)
    for due in page.rows:
        due.days_left = (due.due_on - today).days
        due.step = next_step(user, due.rule, due)
    here = f"?whose={whose}&action={action}"
    context = {
        "rows": page.rows,
        "whose": whose,
        "sees_team": _sees_team(user),
        "action": action,
        "actions": CareRule.Action.choices,
        "summary": _("%(first)s–%(last)s, the next due first")
        % {"first": number_format(page.first), "last": number_format(page.last)},
        "newer_url": f"{here}&page={page.newer}" if page.newer else "",
        "older_url": f"{here}&page={page.older}" if page.older else "",
    }
    return render(request, "customers/care_due_list.html", context)


def dues_of(user, parameters: Mapping[str, str]) -> tuple[QuerySet, str, str]:
    """What is owed as the address asks, to whose customers, and which kind of care."""
    whose = "team" if _sees_team(user) and parameters.get("whose") == "team" else "mine"
    action = parameters.get("action", "")
    dues = CareDue.objects.visible_to(user).owed()
    dues = dues.select_related("rule", "customer__standing", "task__assignee")
    if whose == "mine":
        dues = dues.looked_after_by(user)
    if action in CareRule.Action.values:
        dues = dues.filter(rule__action=action)
    return dues, whose, action


def _sees_team(user) -> bool:
    return user.is_manager or user.is_team_lead
