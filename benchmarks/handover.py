"""Many customers pass to another team, through the pages: offered, accepted, and looked for."""

import time
import uuid

from django.test import Client
from django.urls import reverse

from crm.accounts.models import User
from customers.models import Customer, Handover

MANY = 200
GIVER, TAKER = "am5-1", "am6-1"


def hand_over() -> dict[str, float]:
    """Seconds of each step, each customer with an open task."""
    giver, taker = (User.objects.get(username=name) for name in (GIVER, TAKER))
    customers = list(Customer.objects.filter(account_manager=giver)[:MANY])
    hers, his = signed_in(giver), signed_in(taker)
    count = len(customers)
    mass = {"customer": [customer.pk for customer in customers], "step": "do"}
    mass |= {"kind": "task", "title": "Call", "due_on": "2030-01-07", "submission": uuid.uuid4()}
    hers.post(reverse("customers:mass"), mass)
    sent = {"customer": mass["customer"], "taker": taker.pk, "submission": uuid.uuid4()}
    steps = {
        f"offer {count} customers": lambda: hers.post(reverse("handover_create"), sent),
        f"accept {count} customers": lambda: his.post(newest(taker), {"answer": "yes"}),
    }
    found = {}
    for name, work in steps.items():
        start = time.perf_counter()
        answer = work()
        found[name] = round(time.perf_counter() - start, 2)
        assert answer.status_code == 302, name
    moved = Customer.objects.filter(pk__in=mass["customer"], account_manager=taker)
    assert moved.count() == count
    card = reverse("card", args=[customers[0].pk])
    assert (hers.get(card).status_code, his.get(card).status_code) == (404, 200)
    return found


def newest(taker: User) -> str:
    handover = Handover.objects.filter(taker=taker).latest("pk")
    return reverse("handover_answer", args=[handover.pk])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
