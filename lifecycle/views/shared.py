"""What the dashboards share: links to the list behind a figure, and figures as texts."""

from urllib.parse import urlencode

from django.urls import reverse

from crm.platform.words import day, month, percent, share, whole

__all__ = ["day", "list_url", "month", "percent", "rows_url", "share", "whole"]


def list_url(**filters) -> str:
    """The customers behind a point of a chart, of everybody whom the reader sees."""
    return f"{reverse('customers:list')}?{urlencode({'owner': 'all', **filters})}"


def rows_url(dimension: str, key: str) -> str:
    """The customers of one year of first purchase, source, segment or industry."""
    return f"{reverse('value:rows', args=[dimension])}?{urlencode({'key': key})}"
