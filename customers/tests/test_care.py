"""Care programmes: what is owed, kept and missed."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import (
    ManagerFactory,
    ServiceFactory,
)
from customers.models import (
    CareDue,
    CareRule,
    Club,
    DealingSummary,
    Membership,
    ReviewReport,
    Standing,
    Task,
)
from customers.services.care import keep_up, settle
from customers.tests.factories import (
    ContactFactory,
    DealingDayFactory,
)
from customers.tests.owed import TODAY, customer, days, due_of, rows, rule, states, talk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_ready_rules")]


class TestOpening:
    def test_the_next_visit_is_owed_a_period_after_the_last_one(self, amy):
        rule()
        acorn = customer(amy)
        talk(acorn, day=TODAY - days(20))
        keep_up(TODAY)
        due = due_of(acorn)
        assert (due.state, due.starts_on, due.due_on) == (
            "owed",
            TODAY - days(19),
            TODAY + days(70),
        )

    def test_on_the_first_day_nothing_falls_due_at_once_and_all_is_spread(self, amy):
        rule()
        for _ in range(40):
            customer(amy)
        keep_up(TODAY)
        dates = sorted(CareDue.objects.values_list("due_on", flat=True))
        assert len(dates) == 40
        assert dates[0] >= TODAY + days(14)
        assert dates[-1] < TODAY + days(90)
        assert len(set(dates)) > 20

    def test_only_customers_of_the_tier_that_are_alive_are_owed_anything(self, amy):
        rule()
        customer(amy, tier="B")
        customer(amy, stage="ended")
        idle = customer(amy)
        Standing.objects.filter(customer=idle).update(is_active=False)
        keep_up(TODAY)
        assert not CareDue.objects.exists()

    def test_a_sample_is_the_same_however_often_it_is_drawn_and_another_next_month(self, amy):
        sampled = rule("call", sample_percent=20, days=30)
        for _ in range(100):
            customer(amy)
        keep_up(TODAY)
        first = set(CareDue.objects.values_list("customer", flat=True))
        keep_up(TODAY + days(1))
        assert set(CareDue.objects.values_list("customer", flat=True)) == first
        assert 8 <= len(first) <= 34
        assert set(CareDue.objects.values_list("starts_on", flat=True)) == {TODAY}
        keep_up(TODAY + days(30))
        next_month = CareDue.objects.filter(starts_on=TODAY + days(30), rule=sampled)
        assert set(next_month.values_list("customer", flat=True)) != first

    def test_news_is_owed_only_to_who_agreed_to_get_it(self, amy):
        rule("news")
        willing, unasked = customer(amy), customer(amy)
        contact = ContactFactory(customer=willing, email="a@acorn.example", consent="given")
        ContactFactory(customer=unasked, email="b@birch.example")
        keep_up(TODAY)
        assert [due.customer_id for due in CareDue.objects.all()] == [willing.pk]
        assert not Task.objects.exists()
        contact.consent = "refused"
        contact.save()
        keep_up(TODAY + days(1))
        assert states(willing) == ["void"]

    def test_changed_days_move_what_is_owed(self, amy):
        visits = rule()
        acorn, birch = customer(amy), customer(amy)
        talk(acorn, day=TODAY - days(20))
        talk(birch, day=TODAY - days(80))
        keep_up(TODAY)
        CareRule.objects.filter(pk=visits.pk).update(days=60)
        keep_up(TODAY)
        assert due_of(acorn).due_on == TODAY + days(40)
        assert TODAY + days(14) <= due_of(birch).due_on < TODAY + days(60)
        moved = rows()
        keep_up(TODAY)
        assert rows() == moved


class TestEvents:
    def bought(self, owner, *purchases: dt.date, **fields):
        made = customer(owner, last_purchase=max(purchases))
        for day in purchases:
            DealingDayFactory(customer=made, day=day)
        sums = {"gross": 1, "net": 1, "cost": 0, "known_net": 0, "sum_log_gaps": 0}
        DealingSummary.objects.create(
            customer=made,
            first_purchase=min(purchases),
            last_purchase=max(purchases),
            purchase_days=len(purchases),
            **sums,
        )
        return made

    def test_a_call_is_owed_after_the_first_purchase_but_not_of_old_customers(self, amy):
        rule("call", trigger="first", days=10)
        fresh = self.bought(amy, TODAY)
        self.bought(amy, TODAY - days(400), TODAY)
        keep_up(TODAY + days(1))
        due = CareDue.objects.get()
        assert (due.customer, due.starts_on, due.due_on) == (fresh, TODAY, TODAY + days(10))

    def test_each_delivery_asks_for_a_contact_unless_one_is_owed_already(self, amy):
        rule("contact", trigger="delivery", days=5, ahead_days=5)
        acorn = self.bought(amy, TODAY, TODAY + days(2))
        keep_up(TODAY + days(2))
        assert due_of(acorn).due_on == TODAY + days(5)
        talk(acorn, "call", day=TODAY + days(3))
        keep_up(TODAY + days(3))
        DealingDayFactory(customer=acorn, day=TODAY + days(4))
        keep_up(TODAY + days(4))
        assert states(acorn) == ["kept", "owed"]
        assert due_of(acorn, state="owed").starts_on == TODAY + days(4)

    def test_who_does_not_buy_again_is_called_and_who_does_is_not(self, amy):
        rule("call", trigger="no_second", days=30, ahead_days=7)
        silent = self.bought(amy, TODAY)
        self.bought(amy, TODAY, TODAY + days(3))
        keep_up(TODAY + days(30))
        assert not CareDue.objects.exists()
        keep_up(TODAY + days(31))
        assert due_of(silent).due_on == TODAY + days(37)
        assert Task.objects.get().customer == silent
        DealingSummary.objects.filter(customer=silent).update(purchase_days=2)
        keep_up(TODAY + days(32))
        assert states(silent) == ["void"]
        assert Task.objects.get().state == "dropped"


class TestKeeping:
    def test_a_visit_keeps_visit_and_contact_and_closes_their_tasks(self, amy):
        rule("visit", ahead_days=90), rule("contact", days=60, ahead_days=60)
        acorn = customer(amy)
        keep_up(TODAY)
        assert Task.objects.filter(state="open").count() == 2
        visit = talk(acorn, day=TODAY + days(1))
        assert settle(acorn.pk, TODAY + days(1)) == 2
        kept = CareDue.objects.filter(state="kept")
        assert {due.interaction_id for due in kept} == {visit.pk}
        assert set(Task.objects.values_list("state", flat=True)) == {"done"}
        owed = CareDue.objects.filter(state="owed")
        assert {due.starts_on for due in owed} == {TODAY + days(2)}
        assert {due.due_on for due in owed} == {TODAY + days(61), TODAY + days(91)}

    @pytest.mark.parametrize("kind", ["call", "email", "meeting", "news", "note"])
    def test_nothing_else_keeps_a_visit(self, amy, kind):
        rule("visit")
        acorn = customer(amy)
        keep_up(TODAY)
        talk(acorn, kind)
        assert settle(acorn.pk, TODAY) == 0

    def test_a_visit_by_an_executive_needs_a_manager(self, amy):
        rule("executive")
        acorn = customer(amy)
        keep_up(TODAY)
        visit = talk(acorn)
        assert settle(acorn.pk, TODAY) == 0
        visit.colleagues.add(ManagerFactory())
        assert settle(acorn.pk, TODAY) == 1

    def test_a_report_counts_on_the_day_it_is_given(self, amy):
        rule("report", days=182)
        acorn = customer(amy)
        keep_up(TODAY)
        report = ReviewReport.objects.create(
            customer=acorn, since=TODAY - days(180), until=TODAY, language="en", made_by=amy
        )
        assert settle(acorn.pk, TODAY + days(2)) == 0
        ReviewReport.objects.filter(pk=report.pk).update(given_on=TODAY + days(2))
        assert settle(acorn.pk, TODAY + days(2)) == 1
        assert due_of(acorn, state="owed").due_on == TODAY + days(184)

    def test_demands_are_kept_when_they_are_met_and_owed_only_where_they_are_not(self, amy):
        rule("club"), rule("representative")
        acorn = customer(amy)
        served = customer(amy)
        served.service_representative = ServiceFactory()
        served.save()
        keep_up(TODAY)
        assert list(served.care_dues.values_list("rule__action", flat=True)) == ["club"]
        club = Club.objects.create(names={"en": "Friends"})
        Membership.objects.create(customer=acorn, club=club, since=TODAY)
        keep_up(TODAY + days(1))
        assert due_of(acorn, rule__action="club").state == "kept"
        assert due_of(acorn, rule__action="representative").state == "owed"
        keep_up(TODAY + days(2))
        assert acorn.care_dues.filter(rule__action="club").count() == 1

    def test_a_complete_file_is_no_demand_any_more(self, amy):
        rule("file", tier="C", days=365)
        acorn = customer(amy, tier="C", name="Acorn")
        keep_up(TODAY)
        facts = {"phone": "1", "address": "High St", "region": "Wales", "industry": "Food"}
        for name, value in {**facts, "main_business": "Jam", "tax_number": "9"}.items():
            setattr(acorn, name, value)
        acorn.save()
        ContactFactory(customer=acorn, role="decision_maker")
        keep_up(TODAY + days(1))
        assert states(acorn) == ["kept"]

    def test_what_was_not_kept_is_missed_and_owed_for_the_next_period(self, amy):
        rule("contact", days=30)
        acorn = customer(amy)
        talk(acorn, "call", day=TODAY - days(10))
        keep_up(TODAY)
        keep_up(TODAY + days(20))
        assert states(acorn) == ["owed"]
        keep_up(TODAY + days(21))
        assert states(acorn) == ["missed", "owed"]
        assert due_of(acorn, state="owed").due_on == TODAY + days(50)

    def test_a_long_standstill_misses_one_period_not_many(self, amy):
        rule("contact", days=30)
        acorn = customer(amy)
        keep_up(TODAY)
        keep_up(TODAY + days(400))
        assert states(acorn) == ["missed", "owed"]
        assert due_of(acorn, state="owed").due_on >= TODAY + days(400)

    def test_a_changed_tier_voids_and_the_old_one_takes_up_again(self, amy):
        rule("visit", ahead_days=90)
        acorn = customer(amy)
        keep_up(TODAY)
        Standing.objects.update(tier="B")
        keep_up(TODAY + days(1))
        assert states(acorn) == ["void"]
        assert Task.objects.get().state == "dropped"
        Standing.objects.update(tier="A")
        keep_up(TODAY + days(2))
        assert states(acorn)[-1] == "owed"
        assert Task.objects.filter(state="open").count() == 1

    def test_what_nobody_demands_any_more_was_not_met_by_that(self, amy):
        rule("representative")
        acorn = customer(amy)
        keep_up(TODAY)
        Standing.objects.update(tier="B")
        keep_up(TODAY + days(1))
        assert states(acorn) == ["void"]

    def test_a_retired_rule_is_owed_no_more(self, amy):
        retired = rule()
        acorn = customer(amy)
        keep_up(TODAY)
        CareRule.objects.filter(pk=retired.pk).update(is_active=False)
        keep_up(TODAY)
        assert states(acorn) == ["void"]
