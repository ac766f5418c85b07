"""Where a churn signal opens to: the address of the rows that its evidence rests on."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from complaints.models import Case
from customers.models.signal_kinds import SignalKind
from lifecycle.analytics.periods import QUARTER


def rows_url(signal: Any) -> str:
    """The page of the signal's rows: filtered dealings, the complaint, the interaction …"""
    return ADDRESSES[SignalKind(signal.kind)](signal)


def _dealings(signal: Any) -> str:
    """All transactions, the newest first: what is missing is seen by what was there."""
    return reverse("customers:dealings", args=[signal.customer_id])


def _dealings_lately(signal: Any) -> str:
    days = round(signal.evidence.get("days") or QUARTER)
    start = signal.last_seen - dt.timedelta(days=days - 1)
    return f"{_dealings(signal)}?{urlencode({'start': start, 'end': signal.last_seen})}"


def _dealings_of_category(signal: Any) -> str:
    return f"{_dealings(signal)}?{urlencode({'category': signal.evidence['names'][0]})}"


def _volume(signal: Any) -> str:
    return (
        _dealings_lately(signal) if signal.evidence.get("kind") == "lately" else _dealings(signal)
    )


def _timeline(what: str) -> Callable[[Any], str]:
    def address(signal: Any) -> str:
        return f"{reverse('timeline', args=[signal.customer_id])}?{urlencode({'what': what})}"

    return address


def _contacts(signal: Any) -> str:
    return reverse("customers:contacts", args=[signal.customer_id])


def _missed(signal: Any) -> str:
    if signal.evidence["promises"]:
        return _timeline("promise")(signal)
    return reverse("customers:care", args=[signal.customer_id])


def _row(page: str, key: str, otherwise: Callable[[Any], str]) -> Callable[[Any], str]:
    """The page of the one row that the evidence names."""

    def address(signal: Any) -> str:
        pk = signal.evidence.get(key)
        return reverse(page, args=[pk]) if pk else otherwise(signal)

    return address


def _cases(signal: Any) -> str:
    """The one complaint that it is about; of several, all of the customer."""
    rows = signal.evidence.get("rows") or []
    return reverse("complaints:case", args=rows) if len(rows) == 1 else _timeline("case")(signal)


def cases_of(signal: Any) -> list[dict[str, str]]:
    """Reference and address of each of several complaints that it is about, the oldest first."""
    rows = signal.evidence.get("rows") or []
    if len(rows) < 2:
        return []
    return [
        {"reference": Case(pk=pk).reference, "url": reverse("complaints:case", args=[pk])}
        for pk in rows
    ]


def _records(kind: str) -> Callable[[Any], str]:
    def address(signal: Any) -> str:
        return reverse("customers:records", args=[signal.customer_id, kind])

    return address


def _peers(signal: Any) -> str:
    """The customers of the same industry or region, those at risk first."""
    which, name = signal.evidence["of"], signal.evidence["name"]
    query = urlencode({"owner": "all", which: name, "sort": "-at_risk"})
    return f"{reverse('customers:list')}?{query}"


_answers = _timeline("answer")
ADDRESSES: dict[str, Callable[[Any], str]] = {
    SignalKind.SILENT: _dealings,
    SignalKind.NO_CONTACT: _timeline("contact"),
    SignalKind.DECISION_MAKER_LEFT: _contacts,
    SignalKind.ONE_CONTACT: _contacts,
    SignalKind.CARE_MISSED: _missed,
    SignalKind.SPEAKS_OF_ENDING: _row("customers:interaction", "interaction", _timeline("contact")),
    SignalKind.COMPLAINT_OPEN: _cases,
    SignalKind.COMPLAINT_LATE: _cases,
    SignalKind.COMPLAINT_REPEATED: _cases,
    SignalKind.COMPLAINT_REOPENED: _row("complaints:case", "case", _cases),
    SignalKind.COMPLAINT_SILENCE: _row("complaints:case", "case", _cases),
    SignalKind.LOW_SCORE: _row("satisfaction:response", "response", _answers),
    SignalKind.SCORE_FALLING: _row("satisfaction:response", "response", _answers),
    SignalKind.STOPPED_ANSWERING: _answers,
    SignalKind.PEERS_FALL: _peers,
    SignalKind.VOLUME_DOWN: _volume,
    SignalKind.FEWER_CATEGORIES: _dealings_of_category,
    SignalKind.SMALLER_ORDERS: _dealings_lately,
    SignalKind.MORE_RETURNS: _dealings_lately,
    SignalKind.MARGIN_DOWN: _dealings_lately,
    SignalKind.PAYING_SLOWER: _records("credit"),
    SignalKind.COMPETITOR: _row("customers:interaction", "interaction", _records("competitor")),
    SignalKind.SHARE_DOWN: _records("year-figure"),
    SignalKind.BELOW_OTHERS: _row("satisfaction:response", "response", _answers),
}
