"""Does search find what people mean? A fixed base, and more than eighty questions to it."""

import datetime as dt

import pytest

from crm import search
from crm.accounts.tests.factories import ManagerFactory
from crm.tests.search_base import QUESTIONS, make_base
from customers.models import Standing

pytestmark = pytest.mark.django_db

ENOUGH, AMONG = 0.95, 3
KINDS = {"case": "cases", "invoice": "invoices"}


def place(user, text: str, expected: str) -> int | None:
    """At which place of all hits the expected one is, from 1."""
    numbers = dict(Standing.objects.values_list("pk", "number"))
    results = search.find(user, text)
    found = [(kind.name, numbers.get(hit.customer)) for kind in results.kinds for hit in kind.hits]
    wanted = [
        KINDS[expected] == name if expected in KINDS else expected == number
        for name, number in found
    ]
    return wanted.index(True) + 1 if any(wanted) else None


def test_nearly_all_questions_find_what_is_meant_among_the_first_three():
    assert len(QUESTIONS) >= 80
    make_base({"date": dt.date(2026, 1, 5), "quantity": 1, "amount": 10})
    user = ManagerFactory()
    places = {text: place(user, text, expected) for text, expected in QUESTIONS}
    table = "\n".join(
        f"{text:32} {expected:14} {places[text] or '-'}"
        for text, expected in QUESTIONS
        if places[text] != 1
    )
    good = sum(1 for found in places.values() if found and found <= AMONG)
    print(f"{good} of {len(places)} among the first {AMONG}; not first:\n{table}")
    assert good / len(places) >= ENOUGH, f"\nwhat was typed, expected, place\n{table}"
