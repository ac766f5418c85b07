import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import Installation
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.models import StageOverride, TierOverride
from lifecycle.services import overrides

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
UNTIL = dt.date(2026, 12, 31)


@pytest.fixture
def customer(amy):
    customer = CustomerFactory(account_manager=amy)
    StandingFactory(customer=customer)
    return customer


@pytest.fixture
def manager():
    return ManagerFactory()


@pytest.fixture
def today():
    return Installation.cached().today()


def propose(customer, by, tier="A", until=UNTIL, on=DAY):
    return overrides.propose(
        model=TierOverride,
        customer=customer,
        by=by,
        value=tier,
        reason="Opens its group to us",
        until=until,
        on=on,
    )


class TestDeciding:
    def test_it_holds_from_the_decision_to_its_last_day(self, customer, amy, manager):
        override = propose(customer, amy)
        assert not override.holds_on(DAY)
        decided = DAY + dt.timedelta(days=3)
        override = overrides.approve(override=override, by=manager, on=decided)
        held = [DAY, decided, UNTIL, UNTIL + dt.timedelta(days=1)]
        assert [override.holds_on(day) for day in held] == [False, True, True, False]
        for day in held:
            assert TierOverride.objects.holding(day).exists() is override.holds_on(day)

    def test_who_proposes_does_not_approve(self, customer, manager):
        override = propose(customer, manager)
        with pytest.raises(overrides.NotAllowed):
            overrides.approve(override=override, by=manager, on=DAY)
        assert overrides.approve(override=override, by=ManagerFactory(), on=DAY).decided_by

    def test_an_administrator_approves_an_own_proposal(self, customer):
        administrator = AdministratorFactory()
        override = propose(customer, administrator)
        assert overrides.approve(override=override, by=administrator, on=DAY).holds_on(DAY)

    def test_account_managers_decide_nothing(self, customer, amy):
        with pytest.raises(overrides.NotAllowed):
            overrides.approve(override=propose(customer, amy), by=AccountManagerFactory(), on=DAY)

    def test_the_second_of_two_decisions_comes_too_late(self, customer, amy, manager):
        override = propose(customer, amy)
        overrides.refuse(override=override, by=manager, answer="No", on=DAY)
        with pytest.raises(overrides.NotOpen):
            overrides.approve(override=override, by=ManagerFactory(), on=DAY)
        override.refresh_from_db()
        assert (override.state, override.answer) == ("refused", "No")

    def test_one_whose_last_day_is_over_is_not_approved(self, customer, amy, manager):
        with pytest.raises(overrides.TooLate):
            overrides.approve(
                override=propose(customer, amy), by=manager, on=UNTIL + dt.timedelta(days=1)
            )

    def test_the_next_one_takes_the_place_of_the_one_that_holds(self, customer, amy, manager):
        first = overrides.approve(override=propose(customer, amy), by=manager, on=DAY)
        later = DAY + dt.timedelta(days=30)
        second = propose(customer, amy, tier="B", on=later)
        second = overrides.approve(override=second, by=manager, on=later)
        first.refresh_from_db()
        assert (first.holds_on(later - dt.timedelta(days=1)), first.holds_on(later)) == (
            True,
            False,
        )
        assert list(TierOverride.objects.holding(later)) == [second]

    def test_an_expired_one_makes_room_for_another(self, customer, amy, manager):
        first = overrides.approve(override=propose(customer, amy), by=manager, on=DAY)
        later = UNTIL + dt.timedelta(days=40)
        second = propose(customer, amy, until=later, on=later)
        overrides.approve(override=second, by=manager, on=later)
        first.refresh_from_db()
        assert first.holds_on(UNTIL)

    def test_a_manager_ends_it_early(self, customer, amy, manager):
        override = overrides.approve(override=propose(customer, amy), by=manager, on=DAY)
        later = DAY + dt.timedelta(days=9)
        override = overrides.end(override=override, by=manager, reason="Sold", on=later)
        assert (override.holds_on(later - dt.timedelta(days=1)), override.holds_on(later)) == (
            True,
            False,
        )
        with pytest.raises(overrides.NotOpen):
            overrides.end(override=override, by=manager, reason="Again", on=later)

    def test_who_proposed_it_takes_it_back(self, customer, amy, manager):
        override = propose(customer, amy)
        with pytest.raises(overrides.NotAllowed):
            overrides.withdraw(override=override, by=manager)
        assert overrides.withdraw(override=override, by=amy).state == "withdrawn"


class TestProposing:
    def test_one_proposal_waits_at_a_time_and_a_double_click_is_one(self, customer, amy):
        first = propose(customer, amy)
        assert propose(customer, amy) == first
        with pytest.raises(overrides.AlreadyProposed):
            propose(customer, amy, tier="B")

    def test_tier_and_stage_are_apart(self, customer, amy):
        propose(customer, amy)
        values = {"value": "stability", "reason": "Signed for five years", "until": UNTIL}
        overrides.propose(model=StageOverride, customer=customer, by=amy, on=DAY, **values)
        assert StageOverride.objects.proposed().count() == 1

    @pytest.mark.parametrize(
        "values",
        [
            {"until": DAY + dt.timedelta(days=800)},
            {"until": DAY - dt.timedelta(days=1)},
            {"reason": ""},
            {"state": "approved"},
            {"ended_on": DAY},
        ],
    )
    def test_the_database_holds_no_other(self, customer, amy, values):
        known = {"tier": "A", "reason": "?", "until": UNTIL, "proposed_on": DAY}
        with pytest.raises(IntegrityError), transaction.atomic():
            TierOverride.objects.create(customer=customer, proposed_by=amy, **known | values)


class TestPages:
    def page(self, customer, kind="tier"):
        return reverse("value:override_propose", args=[customer.pk, kind])

    def test_an_account_manager_proposes_and_a_manager_approves(
        self, client, customer, amy, manager, today
    ):
        client.force_login(amy)
        until = today + dt.timedelta(days=200)
        sent = {"tier": "A", "reason": "Opens its group", "until": until.isoformat()}
        assert client.post(self.page(customer), sent).status_code == 302
        override = TierOverride.objects.get()
        assert "waits for an answer" in client.get(self.page(customer)).content.decode()
        client.force_login(manager)
        assert (
            customer.name in client.get(reverse("value:overrides", args=["tier"])).content.decode()
        )
        decide = reverse("value:override_decide", args=["tier", override.pk])
        client.post(decide, {"decision": "approve"})
        override.refresh_from_db()
        assert override.holds_on(today)
        client.post(reverse("value:override_end", args=["tier", override.pk]), {"reason": "Sold"})
        override.refresh_from_db()
        assert override.end_reason == "Sold"

    def test_a_refusal_needs_its_reason(self, client, customer, amy, manager, today):
        override = propose(customer, amy, until=today, on=today)
        client.force_login(manager)
        decide = reverse("value:override_decide", args=["tier", override.pk])
        client.post(decide, {"decision": "refuse"})
        override.refresh_from_db()
        assert override.is_open
        client.post(decide, {"decision": "refuse", "answer": "Not yet"})
        override.refresh_from_db()
        assert override.answer == "Not yet"

    @pytest.mark.parametrize("days", [-1, 740])
    def test_the_last_day_is_bounded(self, client, customer, amy, today, days):
        client.force_login(amy)
        until = (today + dt.timedelta(days=days)).isoformat()
        response = client.post(self.page(customer), {"tier": "A", "reason": "x", "until": until})
        assert response.status_code == 200
        assert not TierOverride.objects.exists()

    def test_service_staff_see_none(self, client, customer, amy):
        propose(customer, amy)
        service = ServiceFactory()
        client.force_login(service)
        assert client.get(self.page(customer)).status_code == 403
        assert not TierOverride.objects.visible_to(service).exists()

    def test_others_customers_are_out_of_sight(self, client, customer, amy):
        propose(customer, amy)
        client.force_login(AccountManagerFactory())
        assert client.get(self.page(customer)).status_code == 404
        page = client.get(reverse("value:overrides", args=["tier"]) + "?show=all")
        assert customer.name not in page.content.decode()

    def test_other_kinds_are_not_there(self, client, customer, manager):
        client.force_login(manager)
        assert client.get(self.page(customer, "risk")).status_code == 404
        assert client.get(reverse("value:overrides", args=["risk"])).status_code == 404
