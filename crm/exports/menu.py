"""`{% export_menu %}`: takes the list of the page out, with the filters that it shows now."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from crm.exports.lists import BY_PAGE
from crm.exports.service import NO_FILTERS

register = template.Library()


@register.inclusion_tag("includes/_export_menu.html", takes_context=True)
def export_menu(context) -> dict:
    """The button of the page's list; empty where the page has none for this person."""
    request = context.get("request")  # pages of errors have none
    return {"url": address_of(request) if request else ""}


def address_of(request) -> str:
    """The export of the page that is open; what stands in its path goes along."""
    place = request.resolver_match
    table = BY_PAGE.get(place.view_name) if place else None
    if table is None or not request.user.is_authenticated or not table.may(request.user):
        return ""
    kept = [
        (name, value)
        for name, values in request.GET.lists()
        if name not in NO_FILTERS and name not in place.kwargs
        for value in values
        if value
    ]
    # Always with a question mark, so that the format can follow.
    query = urlencode([*place.kwargs.items(), *kept])
    return f"{reverse('export', args=[table.key])}?{query}"
