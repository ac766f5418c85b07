"""The main navigation: what each role finds where, in reading order."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.platform.models import Installation


def _item(request, label, name: str, icon: str) -> dict:
    url = reverse(name)
    active = request.resolver_match is not None and request.resolver_match.view_name == name
    return {"label": label, "url": url, "icon": icon, "active": active, "children": []}


def _group(label, icon: str, children: list[dict]) -> dict:
    """A menu; its own address is that of its first entry."""
    active = any(child["active"] for child in children)
    return {
        "label": label,
        "url": children[0]["url"],
        "icon": icon,
        "active": active,
        "children": children,
    }


def _complaints(request) -> dict:
    """The queue; for managers with the dashboard and the deadlines beside it."""
    if not request.user.is_manager:
        return _item(request, _("Complaints"), "complaints:queue", "inbox")
    children = [
        _item(request, _("Queue"), "complaints:queue", "inbox"),
        _item(request, _("Dashboard"), "complaints:dashboard", "chart-bar"),
        _item(request, _("Deadlines"), "complaints:policies", "hourglass"),
    ]
    return _group(_("Complaints"), "inbox", children)


def _satisfaction(request) -> list[dict]:
    return [
        _item(request, _("Dashboard"), "satisfaction:dashboard", "chart-line"),
        _item(request, _("Waves"), "satisfaction:waves", "send"),
        _item(request, _("Questionnaires"), "satisfaction:instruments", "checklist"),
    ]


def _value(request) -> list[dict]:
    return [
        _item(request, _("Tiers"), "value:tiers", "chart-pie"),
        _item(request, _("Churn"), "value:churn", "trending-down"),
        _item(request, _("Lifecycle"), "value:stages", "plant-2"),
    ]


def _administration(request) -> list[dict]:
    entries = [
        (_("Imports"), "customers:imports", "upload"),
        (_("Users"), "accounts:users", "users"),
        (_("Settings"), "settings", "settings"),
        (_("Business hours"), "calendar", "clock"),
        (_("Nightly runs"), "value:nightly_runs", "moon"),
    ]
    if request.user.is_administrator:
        entries.insert(2, (_("Teams"), "accounts:teams", "users-group"))
        entries.append((_("Audit log"), "accounts:audit", "history"))
    return [_item(request, *entry) for entry in entries]


def navigation(request) -> dict:
    """Context of every page: `nav` and the installation."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": []}
    return {"nav": _ways(request), "installation": Installation.cached()}


def _ways(request) -> list[dict]:
    """At most six: on a phone they stand beside each other at the bottom."""
    user = request.user
    today = _item(request, _("Today"), "home", "home")
    customers = _item(request, _("Customers"), "customers:list", "building")
    tasks = _item(request, _("Tasks"), "customers:tasks", "checkbox")
    if not user.sees_worth:
        return [today, _complaints(request), customers, tasks]
    satisfaction = _group(_("Satisfaction"), "mood-smile", _satisfaction(request))
    value = _group(_("Value"), "chart-pie", _value(request))
    if not user.is_manager:
        return [today, customers, tasks, _complaints(request), satisfaction, value]
    return [
        today,
        _group(_("Customers"), "building", [customers, tasks]),
        _complaints(request),
        satisfaction,
        value,
        _group(_("Admin"), "adjustments-horizontal", _administration(request)),
    ]
