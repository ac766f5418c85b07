"""Working on customers at risk: begun, taken back, settled by the night, measured."""

import pytest

from crm.accounts.tests.factories import ManagerFactory
from customers.models import Task
from customers.tests.factories import ContactFactory
from lifecycle import outcomes, worklist
from lifecycle.models import Rescue, Signal, StandingMonth, UnworkedCell
from lifecycle.services import rescues as services
from lifecycle.services.tiering import month_end_before
from lifecycle.tests.factories import ValuationFactory
from lifecycle.tests.leaving import DAY, H, at_risk, buys, night, rescue, signal, today

pytestmark = pytest.mark.django_db


def made(customer, by):
    step = worklist.step_for(by, customer.standing)
    return services.make_task(customer=customer, by=by, step=step)


class TestActing:
    def test_a_task_carries_the_suggested_step_and_begins_a_rescue(self, amy):
        customer = at_risk(amy, value=700)
        signal(customer)
        ContactFactory(customer=customer, name="Zoe", role="decision_maker")
        worked = made(customer, ManagerFactory())
        assert worked.task.title == "Ask Zoe why no order came, and when the next one is planned"
        assert (worked.task.assignee, worked.task.kind) == (amy, "visit")
        assert worked.task.due_on == today() + DAY
        found = Rescue.objects.get()
        assert (found.value_at_risk, found.reasons, found.state) == (700, ["silent"], "open")
        assert found.task == worked.task

    def test_two_clicks_are_one_rescue_and_one_task(self, amy):
        customer = at_risk(amy)
        assert [made(customer, amy).is_new, made(customer, amy).is_new] == [True, False]
        assert (Rescue.objects.count(), Task.objects.count()) == (1, 1)

    def test_no_danger_dismisses_the_signals_and_leaves_the_list_for_h(self, amy):
        customer = at_risk(amy)
        signal(customer)
        services.find_no_danger(customer=customer, by=amy, reason="Has moved its store")
        assert Signal.objects.get().dismissed_reason == "Has moved its store"
        assert not worklist.standings(amy, {})[0].exists()
        Rescue.objects.update(calm_until=today())
        assert worklist.standings(amy, {})[0].exists()

    def test_taking_no_danger_back_opens_the_signals_again(self, amy):
        customer = at_risk(amy)
        before = signal(customer, "volume_down", 0.5)
        services.find_no_danger(customer=customer, by=amy, reason="Known")
        services.take_back(rescue=Rescue.objects.get(), by=amy)
        before.refresh_from_db()
        assert before.dismissed_at is None
        assert not Rescue.objects.exists()

    def test_taking_a_task_back_drops_it(self, amy):
        made(at_risk(amy), amy)
        services.take_back(rescue=Rescue.objects.get(), by=amy)
        assert Task.objects.get().state == "dropped"

    def test_what_was_begun_before_today_stays(self, amy):
        old = rescue(at_risk(amy), today() - DAY)
        with pytest.raises(services.RescueOverError):
            services.take_back(rescue=old, by=amy)


class TestNight:
    def customer(self, amy, *, risk=0.1, after=0.05, bought=()):
        customer = at_risk(amy, risk=risk)
        ValuationFactory(customer=customer, risk=risk, risk_after_purchase=after)
        buys(customer, today() - 200 * DAY, *bought)
        return customer

    def test_who_bought_within_h_and_is_normal_again_is_saved(self, amy):
        opened = today() - 30 * DAY
        one = rescue(self.customer(amy, bought=[opened + 9 * DAY]), opened)
        night(today() - DAY)
        one.refresh_from_db()
        assert (one.state, one.closed_on) == ("saved", today() - DAY)
        assert one.bought_on == opened + 9 * DAY

    def test_who_bought_but_is_still_at_risk_is_still_open(self, amy):
        opened = today() - 30 * DAY
        one = rescue(self.customer(amy, risk=0.5, bought=[opened + 9 * DAY]), opened)
        night(today() - DAY)
        one.refresh_from_db()
        assert one.state == "open"

    def test_who_buys_nothing_for_h_is_lost_and_not_a_day_sooner(self, amy):
        late = rescue(self.customer(amy, risk=0.9), today() - (H + 2) * DAY)
        last_day = rescue(self.customer(amy, risk=0.9), today() - (H + 1) * DAY)
        night(today() - DAY)
        late.refresh_from_db()
        last_day.refresh_from_db()
        assert (late.state, last_day.state) == ("lost", "open")

    def test_who_ended_is_lost(self, amy):
        customer = self.customer(amy, risk=0.9)
        one = rescue(customer, today() - 5 * DAY)
        customer.standing.stage = "ended"
        customer.standing.save()
        night(today() - DAY)
        one.refresh_from_db()
        assert one.state == "lost"

    def test_a_night_again_gives_the_same_rows(self, amy):
        opened = today() - 30 * DAY
        rescue(self.customer(amy, bought=[opened + 9 * DAY]), opened)
        rescue(self.customer(amy, risk=0.9), today() - 100 * DAY)
        night(today() - DAY)
        before = list(Rescue.objects.order_by("pk").values())
        night(today() - DAY)
        assert list(Rescue.objects.order_by("pk").values()) == before
        assert {row["state"] for row in before} == {"saved", "lost"}


class TestRate:
    def test_only_who_was_worked_on_for_h_counts_and_open_ones_are_not_saved(self, amy):
        old, young = today() - (H + 1) * DAY, today() - 3 * DAY
        ends = {"closed_on": today() - 2 * DAY}
        rescue(at_risk(amy), old, state="saved", value_at_risk=400, bought_on=old + DAY, **ends)
        rescue(at_risk(amy), old, state="lost", **ends)
        rescue(at_risk(amy), old, bought_on=old + DAY)
        rescue(at_risk(amy), young, state="saved", value_at_risk=50, bought_on=young, **ends)
        rescue(at_risk(amy), old, state="no_danger", note="Fine", **ends)
        found = outcomes.save_rate(Rescue.objects.all(), today() - DAY)
        assert (found.saved, found.lost, found.still_open, found.early) == (1, 1, 1, 1)
        assert found.rate.value == pytest.approx(1 / 3)
        # Wilson 1927 for 1 of 3.
        assert (found.rate.low, found.rate.high) == (
            pytest.approx(0.0615, abs=5e-4),
            pytest.approx(0.7923, abs=5e-4),
        )
        assert found.bought.value == pytest.approx(2 / 3)
        assert found.saved_value == 450
        assert (found.no_danger, found.no_danger_wrong) == (1, 1)

    def test_nobody_worked_on_is_no_rate(self):
        found = outcomes.save_rate(Rescue.objects.all(), today())
        assert (found.rate.value, found.n) == (None, 0)
        assert outcomes.unworked(Rescue.objects.all(), today()).share is None

    def test_others_of_the_same_month_tier_and_risk_are_what_it_is_held_against(
        self, amy, monkeypatch
    ):
        monkeypatch.setattr(outcomes, "FEW", 4)
        as_of = today() - DAY
        month = month_end_before(as_of - H * DAY)
        worked = at_risk(amy)
        rescue(worked, month + DAY)
        customers = [worked, *(at_risk(amy) for _ in range(4)), at_risk(amy, tier="B")]
        for customer in customers:
            tier = customer.standing.tier
            StandingMonth.objects.create(
                month=month,
                customer=customer,
                tier=tier,
                raw_tier=tier,
                stage="stability",
                risk=0.65,
                lifetime_value=1,
                value_at_risk=1,
                revenue_12m=1,
            )
        buys(customers[1], month + DAY)
        buys(customers[2], month + (H + 1) * DAY)  # too late
        night(as_of)
        cells = {cell.tier: (cell.customers, cell.bought) for cell in UnworkedCell.objects.all()}
        assert cells == {"A": (4, 1), "B": (1, 0)}
        found = outcomes.unworked(Rescue.objects.all(), as_of)
        assert (found.share, found.customers, found.covered) == (0.25, 4, 1)
        monkeypatch.setattr(outcomes, "FEW", 5)
        assert outcomes.unworked(Rescue.objects.all(), as_of).share is None
        night(as_of)
        assert UnworkedCell.objects.count() == 2


class TestList:
    def test_the_most_at_stake_comes_first_and_others_customers_stay_out(self, amy, client):
        small, large = at_risk(amy, value=10), at_risk(amy, value=900)
        at_risk(amy, value=0)
        mate = at_risk(ManagerFactory(team=amy.team), value=50)
        assert [row.pk for row in worklist.standings(amy, {})[0]] == [large.pk, small.pk]
        everybody, _shown, owner = worklist.standings(amy, {"owner": "all"})
        assert [row.pk for row in everybody] == [large.pk, mate.pk, small.pk]
        assert owner == "all"

    def test_who_is_worked_on_stands_apart(self, amy):
        one, other = at_risk(amy), at_risk(amy)
        rescue(one, today())
        assert [row.pk for row in worklist.standings(amy, {"show": "working"})[0]] == [one.pk]
        assert [row.pk for row in worklist.standings(amy, {"show": "to_do"})[0]] == [other.pk]
        assert worklist.standings(amy, {"show": "all"})[0].count() == 2

    def test_a_made_up_address_is_the_usual_list(self, amy):
        found = worklist.standings(amy, {"show": "x", "owner": "²"})
        assert found[1:] == ("to_do", "me")
        assert worklist.standings(ManagerFactory(), {"owner": "9" * 30})[0].count() == 0

    def test_each_row_has_its_reasons_the_strongest_first(self, amy):
        customer = at_risk(amy)
        signal(customer, "volume_down", 0.5)
        signal(customer, "silent", 0.9)
        (row,) = worklist.rows_of(amy, [customer.standing])
        assert row.strongest.kind == "silent"
        assert [other.kind for other in row.others] == ["volume_down"]
        assert row.step.reason == "silent"
