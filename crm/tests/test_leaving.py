"""Users who leave, or go to another team: what rests on them, and what becomes of customers."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.tests.factories import CaseFactory
from crm import handover as services
from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    TeamFactory,
)
from customers.models import (
    Customer,
    Handover,
    HelpRequest,
    Interaction,
    Opportunity,
    Promise,
    Recurrence,
    Standing,
    Watch,
)
from customers.services.derived import refresh_derived
from customers.tests.factories import CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db
DAY = timezone.now().date()


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def gina(team):
    return AccountManagerFactory(team=team, name="Gina")


@pytest.fixture
def tom(team):
    return AccountManagerFactory(team=team, name="Tom")


def work_at(customer, owner) -> list:
    return [
        TaskFactory(customer=customer, assignee=owner),
        Recurrence.objects.create(
            customer=customer, title="Call", assignee=owner, first_on=DAY, next_on=DAY
        ),
        Promise.objects.create(customer=customer, what="A", owner=owner, due_on=DAY),
        Opportunity.objects.create(customer=customer, need="Pumps", owner=owner),
        HelpRequest.objects.create(customer=customer, what="Help", asked=owner, due_on=DAY),
        CaseFactory(customer=customer, owner=owner),
    ]


def whose(row) -> int:
    row.refresh_from_db()
    return next(
        getattr(row, name) for name in ("assignee_id", "owner_id", "asked_id") if hasattr(row, name)
    )


def test_everything_that_rests_on_a_leaving_user_moves_by_a_handover(client, gina, tom, team):
    own = CustomerFactory(account_manager=gina)
    colleagues = CustomerFactory(account_manager=tom)
    rows = work_at(own, gina) + work_at(colleagues, gina)
    Watch.objects.create(user=gina, customer=colleagues)
    Watch.objects.create(user=gina, customer=own)
    Watch.objects.create(user=tom, customer=own)
    manager = ManagerFactory(team=team)
    client.force_login(manager)
    url = reverse("user_deactivate", args=[gina.pk])
    facts = client.get(url).context["held"].facts
    assert [number for _label, number in facts] == [1, 2, 2, 2, 2, 2, 2, 2]

    assert client.post(url, {"taker": tom.pk}).status_code == 302
    assert {whose(row) for row in rows} == {tom.pk}
    assert Customer.objects.get(pk=own.pk).account_manager == tom
    assert Watch.objects.filter(user=tom).count() == 2
    handover = Handover.objects.get()
    assert (handover.taker, handover.by, handover.state) == (tom, manager, "offered")
    assert handover.moved_at
    assert Interaction.objects.filter(customer=own, kind="note").exists()
    details = AuditEntry.objects.get(action="customers.handed_over").details
    assert (details["customers"], details["tasks"], details["cases"]) == (1, 2, 2)


def test_open_offers_of_and_to_a_leaving_user_end(gina, tom):
    mine = CustomerFactory(account_manager=gina)
    other = AccountManagerFactory()
    theirs = CustomerFactory(account_manager=other)
    administrator = AdministratorFactory()
    given = services.offer(by=gina, taker=other, customer_ids=[mine.pk], note="").handover
    coming = services.offer(by=other, taker=gina, customer_ids=[theirs.pk], note="").handover
    services.deactivate(actor=administrator, user_id=gina.pk, taker=tom)
    for handover in (given, coming):
        handover.refresh_from_db()
        assert (handover.state, handover.answer) == ("withdrawn", "Gina left.")
    assert Customer.objects.get(pk=theirs.pk).account_manager == other
    assert Customer.objects.get(pk=mine.pk).account_manager == tom


class TestTeam:
    def page(self, user) -> str:
        return reverse("user_team", args=[user.pk])

    def values(self, user, team, **fields) -> dict:
        seen = json.dumps({"team": str(user.team_id), "customers": ""})
        return {"team": team.pk, "version": user.version, "seen": seen, **fields}

    @pytest.mark.parametrize(("choice", "goes"), [("go", True), ("stay", False)])
    def test_moving_a_user_asks_what_becomes_of_the_customers(
        self, client, gina, team, choice, goes
    ):
        customer = CustomerFactory(account_manager=gina)
        refresh_derived([customer.pk])
        other = TeamFactory()
        client.force_login(AdministratorFactory())
        answer = client.post(self.page(gina), self.values(gina, other))
        assert answer.context["form"].errors["customers"]
        client.post(self.page(gina), self.values(gina, other, customers=choice))
        gina.refresh_from_db()
        assert gina.team == other
        expected = other.pk if goes else team.pk
        assert Customer.objects.get().team_id == expected
        assert Standing.objects.get().team_id == expected

    def test_of_who_has_no_customers_it_asks_nothing(self, client, gina):
        other = TeamFactory()
        client.force_login(AdministratorFactory())
        client.post(self.page(gina), self.values(gina, other))
        gina.refresh_from_db()
        assert gina.team == other

    def test_the_second_of_two_is_shown_both_versions(self, client, gina):
        first, second = TeamFactory(), TeamFactory()
        values = self.values(gina, second)
        client.force_login(AdministratorFactory())
        client.post(self.page(gina), self.values(gina, first))
        answer = client.post(self.page(gina), values)
        assert answer.status_code == 409
        assert first.name in answer.text
        form = answer.context["form"]
        again = {"team": second.pk, "version": form["version"].value(), "seen": "{}"}
        assert client.post(self.page(gina), again).status_code == 302
        gina.refresh_from_db()
        assert gina.team == second
