"""The site's addresses and, beside them, a bare page to compare with."""

from django.http import HttpResponse
from django.template import Context, Engine
from django.urls import path

from crm.urls import urlpatterns as site
from customers.models import Standing

PAGE = Engine().from_string(
    "<!doctype html><title>Bare</title><table>{% for row in rows %}<tr><td>{{ row.number }}</td>"
    "<td>{{ row.name }}</td><td>{{ row.tier }}</td><td>{{ row.lifetime_value }}</td></tr>"
    "{% endfor %}</table>"
)


def bare(request):
    """One table of 50 rows, behind the same sign-in."""
    rows = Standing.objects.order_by("pk")[:50]
    return HttpResponse(PAGE.render(Context({"rows": rows})))


urlpatterns = [path("bare/", bare), *site]
