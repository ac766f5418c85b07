"""The main navigation: what each role finds where, in reading order."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.platform.models import Installation


def _item(request, label, name, icon, children=()):
    url = reverse(name)
    active = request.path == url if name == "home" else request.path.startswith(url)
    return {
        "label": label,
        "url": url,
        "icon": icon,
        "active": active or any(child["active"] for child in children),
        "children": list(children),
    }


def _value(request):
    yield _item(request, _("Tiers"), "value:tiers", "chart-bar")
    yield _item(request, _("Churn"), "value:churn", "alert-triangle")
    yield _item(request, _("Lifecycle"), "value:stages", "refresh")


def _administration(request):
    yield _item(request, _("Imports"), "customers:imports", "upload")
    yield _item(request, _("Users"), "accounts:users", "users")
    if request.user.is_administrator:
        yield _item(request, _("Teams"), "accounts:teams", "users")
    yield _item(request, _("Settings"), "settings", "settings")
    yield _item(request, _("Nightly runs"), "value:nightly_runs", "moon")


def navigation(request) -> dict:
    """Context of every page: `nav` and the installation."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": []}
    nav = [
        _item(request, _("Today"), "home", "sun"),
        _item(request, _("Customers"), "customers:list", "building"),
        _item(request, _("Tasks"), "customers:tasks", "checklist"),
    ]
    if user.sees_worth:
        children = list(_value(request))
        nav.append(
            {
                **children[0],
                "label": _("Value"),
                "children": children,
                "active": any(child["active"] for child in children),
            }
        )
    if user.is_manager:
        children = list(_administration(request))
        nav.append(
            {
                **children[0],
                "label": _("Administration"),
                "icon": "settings",
                "children": children,
                "active": any(c["active"] for c in children),
            }
        )
    return {"nav": nav, "installation": Installation.cached()}
