import datetime as dt

from django.shortcuts import render
from django.utils.dates import WEEKDAYS as WEEKDAY_NAMES
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_administrators
from crm.accounts.audit import Action
from crm.accounts.business_hours import WEEKDAYS
from crm.accounts.models import ApiToken, AuditEntry, Scope, Team, User
from crm.accounts.roles import Role
from crm.platform.models import Installation, WebHook
from crm.platform.words import named

PAGE_ROWS = 50
LABELS = {
    "customers": _("customers"),
    "served": _("served customers"),
    "tasks": _("tasks"),
    "recurrences": _("recurring tasks"),
    "promises": _("promises"),
    "opportunities": _("opportunities"),
    "help_requests": _("requests for help"),
    "cases": _("cases"),
    "watched": _("watched customers"),
    "left": _("left alone"),
    "handover": _("handover"),
    "kind": _("kind"),
    "to": _("to"),
    "size": _("size"),
    "rows": _("Rows"),
    "filters": _("filters"),
    "columns": _("columns"),
    "format": _("format"),
    "new": _("New"),
    "changed": _("Changed"),
    "same": _("Same"),
    "wrong": _("Wrong"),
    "merge": _("merge"),
    "gone": _("merged customer"),
    "customers_created": _("customers created"),
    "asked": _("asked"),
    "skipped": _("skipped"),
    "entry": _("entry"),
    "tag": _("tag"),
    "field": _("field"),
    "care_rule": _("care rule"),
    "hours": _("hours"),
    "holidays": _("holidays"),
    "workdays": _("workdays"),
    **{name: WEEKDAY_NAMES[day] for day, name in enumerate(WEEKDAYS)},
    **{
        field.name: field.verbose_name
        for model in (ApiToken, WebHook, Installation, Team, User)
        for field in model._meta.fields
    },
}
# Of work on many customers, and of papers.
KINDS = {
    "tag": _("Add a tag"),
    "untag": _("Take a tag away"),
    "task": _("Make tasks"),
    "review": _("Business review"),
    "account_card": _("Key account card"),
    "proposal": _("Proposal of the next order"),
}


@require_safe
@only_administrators
def audit_list(request):
    """The newest first, in pages by id, so that deep ones cost no more."""
    entries = AuditEntry.objects.visible_to(request.user).select_related("actor")
    before, after = _id(request, "before"), _id(request, "after")
    if before:
        rows = list(entries.filter(pk__lt=before)[: PAGE_ROWS + 1])
        has_newer, has_older = True, len(rows) > PAGE_ROWS
        rows = rows[:PAGE_ROWS]
    elif after:
        rows = list(entries.filter(pk__gt=after).order_by("pk")[: PAGE_ROWS + 1])
        has_newer, has_older = len(rows) > PAGE_ROWS, True
        rows = rows[:PAGE_ROWS][::-1]
    else:
        rows = list(entries[: PAGE_ROWS + 1])
        has_newer, has_older = False, len(rows) > PAGE_ROWS
        rows = rows[:PAGE_ROWS]
    context = {
        "rows": [_row(entry) for entry in rows],
        "newer_url": f"?after={rows[0].pk}" if rows and has_newer else "",
        "older_url": f"?before={rows[-1].pk}" if rows and has_older else "",
    }
    return render(request, "accounts/auditentry_list.html", context)


def _row(entry: AuditEntry) -> dict:
    """As a person reads it; a detail of two values says from what to what."""
    details = []
    for name, value in entry.details.items():
        pair = value if isinstance(value, list) and len(value) == 2 else [None, value]
        before, after = (_shown(name, one) for one in pair)
        label = LABELS.get(name, name)
        details.append({"name": label, "changed": pair is value, "before": before, "after": after})
    action = dict(Action.choices).get(entry.action, entry.action)
    return {"entry": entry, "action": action, "details": details}


def told(entry: AuditEntry) -> str:
    """The details of an entry as lines of text."""
    lines = []
    for detail in _row(entry)["details"]:
        value = detail["after"]
        if detail["changed"]:
            value = f"{detail['before'] or '–'} → {detail['after'] or '–'}"
        lines.append(named(detail["name"], value))
    return "\n".join(lines)


def _shown(name: str, value):
    if name == "role":
        return dict(Role.choices).get(value, value)
    if name == "kind":
        return KINDS.get(value, value)
    if not value:
        return value
    if name == "scopes":
        labels = dict(Scope.choices)
        return ", ".join(str(labels.get(scope, scope)) for scope in value.split(", "))
    if name == "expires_at":
        return date_format(dt.datetime.fromisoformat(value), "SHORT_DATETIME_FORMAT")
    return {"True": _("yes"), "False": _("no")}.get(str(value), value)


def _id(request, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
