"""What a browser does with a page, where tests have none."""

from typing import Any

from django.http import HttpResponse


def sent(response: HttpResponse) -> dict[str, Any]:
    """What a browser would send back of the form on a page."""
    data = {}
    for field in response.context["form"]:
        value = field.value()
        if isinstance(value, list | tuple):
            value = [getattr(one, "pk", one) for one in value]
        if value is not None and value is not False and value != []:
            data[field.html_name] = value
    return data
