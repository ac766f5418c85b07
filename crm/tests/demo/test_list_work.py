"""The demo company has saved filters, a handover that waits, and one that is over."""

import pytest
from django.urls import reverse

from crm.accounts.models import User
from customers.models import Customer, Handover, Interaction, SavedView


@pytest.fixture
def loaded(db, demo_company):
    return demo_company


def test_filters_and_handovers_are_there_and_open(loaded, client):
    emma = User.objects.get(username="emma.whitfield")
    waiting = Handover.objects.get(taker=emma)
    assert (waiting.state, waiting.items.count()) == ("offered", 3)
    accepted = Handover.objects.exclude(pk=waiting.pk).get()
    assert accepted.state == "accepted"
    assert accepted.offered_at < accepted.moved_at
    moved = Customer.objects.filter(handover_items__handover=accepted)
    assert set(moved.values_list("account_manager", flat=True)) == {accepted.taker_id}
    assert Interaction.objects.filter(customer__in=moved, kind="note").count() == 2
    assert SavedView.objects.filter(team=None).exists()
    client.force_login(emma)
    assert client.get(reverse("handover", args=[waiting.pk])).context["to_answer"]
    views = client.get(reverse("customers:list")).context["views"]
    assert len(views) == 2
    for view in views:
        assert client.get(reverse("customers:list") + view.url).status_code == 200
