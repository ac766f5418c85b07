"""Lost customers: found, marked, reviewed, won back."""

import pytest
from django.utils import timezone

from crm.platform.edits import NewerChange
from crm.platform.models import Job
from customers.models import Task
from customers.tests.record_factories import CompetitorFactory
from lifecycle import loss_reasons, outcomes
from lifecycle.models import Loss, LossReview, LostMark, NightlyRun, Rescue, StageChange, WinBack
from lifecycle.services import leaving
from lifecycle.services import losses as services
from lifecycle.tests.leaving import DAY, at_risk, buys, ended, night, rescue, today
from satisfaction.models import ImprovementAction

pytestmark = pytest.mark.django_db
YEAR = 365 * DAY


def mark(customer, by, **fields):
    values = {"on": today(), "kind": "total", "by_us": False, "reason": "staff", "why": ""}
    return services.mark_lost(customer=customer, by=by, values={**values, **fields})


def review(loss, by, **fields):
    values = {"on": today(), "reason": "staff", "learned": "Nobody called", "kind": "total"}
    return services.create_review(
        loss=loss, by=by, values={"by_us": False, "how": "not", **values, **fields}
    )


def again(row):
    row.refresh_from_db()
    return row


class TestNight:
    def test_who_reaches_the_end_waits_for_a_review_with_what_it_was_worth(self, amy):
        last, on = today() - YEAR - 40 * DAY, today() - DAY
        customer = ended(amy, last, on)
        buys(customer, last - 100 * DAY, last - 400 * DAY)  # the latter is out of its last year
        night(on)
        loss = Loss.objects.get()
        assert (loss.on, loss.last_purchase, loss.was_gone) == (on, last, False)
        assert loss.value_lost == 100  # half of two purchases of 100
        assert Loss.objects.to_review().get() == loss

    def test_who_had_ended_before_the_first_figures_is_asked_for_no_reason(self, amy):
        ended(amy, today() - 3 * YEAR, today() - DAY, before="")
        night(today() - DAY)
        assert not Loss.objects.to_review().exists()
        assert Loss.objects.to_win_back().count() == 1

    def test_a_night_again_gives_the_same_losses(self, amy):
        for years in (2, 3):
            ended(amy, today() - years * YEAR, today() - DAY)
        fields = ("customer", "on", "kind", "value_lost", "expected", "chance", "closed_as")
        night(today() - DAY)
        before = list(Loss.objects.order_by("customer").values(*fields))
        night(today() - DAY)
        assert list(Loss.objects.order_by("customer").values(*fields)) == before
        assert len(before) == 2

    def test_who_buys_again_has_come_back_and_is_not_lost_anew_while_the_stage_holds(self, amy):
        customer = ended(amy, today() - 2 * YEAR, today() - 9 * DAY)
        night(today() - 9 * DAY)
        buys(customer, today() - 3 * DAY)
        night(today() - DAY)
        loss = Loss.objects.get()
        assert (loss.closed_as, loss.closed_on) == ("returned", today() - 3 * DAY)

    def test_who_ends_again_is_lost_again(self, amy):
        customer = ended(amy, today() - 3 * YEAR, today() - 2 * YEAR)
        night(today() - 2 * YEAR)
        buys(customer, today() - 2 * YEAR + 9 * DAY)
        StageChange.objects.create(
            customer=customer, on=today() - DAY, before="formation", after="ended"
        )
        night(today() - DAY)
        states = Loss.objects.order_by("on").values_list("closed_as", flat=True)
        assert list(states) == ["returned", ""]

    def test_who_is_in_another_stage_without_buying_was_not_lost(self, amy):
        customer = ended(amy, today() - 2 * YEAR, today() - 9 * DAY)
        night(today() - 9 * DAY)
        customer.standing.stage = "stability"
        customer.standing.save()
        night(today() - DAY)
        assert Loss.objects.get().closed_as == "void"

    def test_what_people_wrote_stays_when_a_night_is_done_again(self, amy):
        ended(amy, today() - 2 * YEAR, today() - DAY)
        night(today() - DAY)
        written = review(Loss.objects.get(), amy)
        night(today() - DAY)
        assert LossReview.objects.get() == written
        assert Loss.objects.count() == 1

    def test_nothing_bought_ever_is_no_loss(self, amy):
        customer = at_risk(amy)
        customer.standing.stage = "ended"
        customer.standing.save()
        StageChange.objects.create(customer=customer, on=today(), before="", after="ended")
        night(today())
        assert not Loss.objects.exists()

    def test_chances_of_return_come_from_our_own_silences(self, amy):
        # 30 customers silent since two years, 10 who came back after 14 months.
        for _ in range(30):
            ended(amy, today() - 2 * YEAR, today() - DAY)
        for _ in range(10):
            customer = at_risk(amy)
            buys(customer, today() - 3 * YEAR, today() - 3 * YEAR + 430 * DAY, today() - 9 * DAY)
        night(today() - DAY)
        used = NightlyRun.objects.get().models_used["win_back"]
        assert used["reached"][0] == 50  # ten of them were silent twice
        assert 0 < used["chance"][0] < 1
        loss = Loss.objects.first()
        # Silent for 23 months.
        assert loss.chance == pytest.approx(used["chance"][11], abs=1e-3)
        assert float(loss.expected) == pytest.approx(float(loss.value_lost) * loss.chance, abs=0.01)

    def test_within_a_month_the_chances_of_its_first_night_hold(self, amy):
        first = today().replace(day=1)
        job = Job.objects.create(kind="nightly", state="done", finished_at=timezone.now())
        kept = {"chance": [0.5], "reached": [40]}
        used = {"horizon_days": 60, "win_back": kept}
        NightlyRun.objects.create(as_of=first, job=job, models_used=used)
        assert leaving.chances_of_month(first + DAY).chance == [0.5]
        assert leaving.chances_of_month(first).chance == []
        assert leaving.chances_of_month(first + 32 * DAY).chance == []


class TestMark:
    def test_a_mark_is_a_loss_at_once_and_closes_the_rescue(self, amy):
        customer = at_risk(amy)
        buys(customer, today() - 30 * DAY)
        running = rescue(customer, today() - 3 * DAY)
        mark(customer, amy)
        loss = Loss.objects.get()
        assert (loss.mark, loss.last_purchase) == (LostMark.objects.get(), today() - 30 * DAY)
        assert loss.value_lost > 0
        assert (again(running).state, running.closed_by) == (Rescue.State.LOST, amy)

    def test_two_clicks_are_one_mark(self, amy):
        customer = at_risk(amy)
        assert [mark(customer, amy)[1], mark(customer, amy)[1]] == [True, False]
        assert (LostMark.objects.count(), Loss.objects.count()) == (1, 1)

    def test_taken_back_it_was_no_loss_and_can_be_marked_again(self, amy):
        customer = at_risk(amy)
        first, _ = mark(customer, amy)
        services.take_mark_back(mark=first, by=amy)
        services.take_mark_back(mark=first, by=amy)
        assert Loss.objects.get().closed_as == "void"
        assert mark(customer, amy)[1]

    def test_buying_after_the_mark_takes_it_back(self, amy):
        customer = at_risk(amy)
        buys(customer, today() - 30 * DAY)
        found, _ = mark(customer, amy, on=today() - 9 * DAY)
        buys(customer, today() - 2 * DAY)
        night(today() - DAY)
        assert again(found).taken_back_at is not None
        assert found.taken_back_by is None
        assert Loss.objects.get().closed_as == "returned"

    def test_a_partial_loss_stays_though_it_buys_and_is_worth_what_fell_away(self, amy):
        customer = at_risk(amy)
        buys(customer, today() - 400 * DAY, today() - 500 * DAY, today() - 9 * DAY)
        found, _ = mark(customer, amy, kind="partial")
        night(today())
        loss = Loss.objects.get()
        assert (loss.closed_as, again(found).taken_back_at) == ("", None)
        # 200 in the year before, 100 in the last one, at the assumed margin of 30 %.
        assert loss.value_lost == 30

    def test_a_mark_joins_the_loss_that_the_night_found(self, amy):
        customer = ended(amy, today() - 2 * YEAR, today() - DAY, before="")
        night(today() - DAY)
        mark(customer, amy, by_us=True)
        loss = Loss.objects.get()
        assert (loss.by_us, loss.was_gone, loss.on) == (True, False, today() - DAY)
        assert not Loss.objects.to_win_back().exists()


class TestReview:
    @pytest.fixture
    def loss(self, amy):
        mark(at_risk(amy), amy)
        return Loss.objects.get()

    def test_there_is_one_a_loss_and_who_was_faster_wins(self, amy, loss):
        first = review(loss, amy)
        with pytest.raises(NewerChange) as newer:
            review(loss, amy)
        assert newer.value.current == first

    def test_it_says_of_the_loss_who_ended_it(self, amy, loss):
        written = review(loss, amy, by_us=True)
        assert (again(loss).is_reviewed, loss.by_us) == (True, True)
        values = {"by_us": False, "reason": "service"}
        services.edit_review(pk=written.pk, version=1, by=amy, values=values)
        assert again(loss).by_us is False
        with pytest.raises(NewerChange):
            services.edit_review(pk=written.pk, version=1, by=amy, values=values)

    def test_an_improvement_action_can_be_made_with_it(self, amy, loss):
        new = {"what": "Call within a day", "measure": "staff", "owner": amy, "due_on": today()}
        services.create_review(
            loss=loss,
            by=amy,
            values={
                "on": today(),
                "reason": "staff",
                "learned": "Nobody called",
                "kind": "total",
                "by_us": False,
                "how": "not",
            },
            new_action=new,
        )
        assert LossReview.objects.get().actions.get() == ImprovementAction.objects.get()

    def test_reasons_in_numbers_with_ours_apart(self, amy, loss):
        review(loss, amy)
        other = Loss.objects.create(customer=at_risk(amy), on=today(), value_lost=50)
        review(other, amy, reason="competitor", competitor=CompetitorFactory(name="Hobbs"))
        void = Loss.objects.create(
            customer=at_risk(amy), on=today(), closed_on=today(), closed_as="void"
        )
        review(void, amy, reason="product")
        counted = LossReview.objects.visible_to(amy).counted()
        found = loss_reasons.split(counted.by_reason())
        by_key = {row.key: row for row in found.rows}
        assert (found.n, by_key["staff"].number, by_key["product"].number) == (2, 1, 0)
        assert by_key["competitor"].value == 50
        assert found.ours.value == 0.5
        assert found.textbook_ours == pytest.approx(0.82)
        (rival,) = counted.by_competitor()
        assert (rival["competitor__name"], rival["number"]) == ("Hobbs", 1)

    def test_the_textbook_split_is_a_whole(self):
        assert sum(loss_reasons.TEXTBOOK.values()) == pytest.approx(1)

    def test_without_reviews_there_are_no_shares(self):
        found = loss_reasons.split({})
        assert (found.n, found.ours.value, len(found.rows)) == (0, None, 8)


class TestWinBack:
    def lost(self, amy, last=2 * YEAR):
        customer = ended(amy, today() - last, today() - last + YEAR)
        return Loss.objects.create(
            customer=customer, on=today() - last + YEAR, last_purchase=today() - last, chance=0.1
        )

    def test_an_attempt_is_a_task_and_there_is_one_at_a_time(self, amy):
        loss = self.lost(amy)
        first, is_new = services.try_to_win_back(loss=loss, by=amy)
        assert is_new
        assert (first.task.assignee, first.chance) == (amy, 0.1)
        assert services.try_to_win_back(loss=loss, by=amy) == (first, False)
        assert Task.objects.count() == 1

    def test_who_came_back_or_was_let_go_is_not_won_back(self, amy):
        loss = self.lost(amy)
        Loss.objects.update(by_us=True)
        with pytest.raises(services.LossOverError):
            services.try_to_win_back(loss=loss, by=amy)

    def test_won_when_it_buys_within_a_year_and_failed_after(self, amy):
        won, failed = self.lost(amy), self.lost(amy, 3 * YEAR)
        WinBack.objects.create(loss=won, on=today() - 50 * DAY, by=amy)
        WinBack.objects.create(loss=failed, on=today() - YEAR - 9 * DAY, by=amy)
        buys(won.customer, today() - 5 * DAY)
        night(today() - DAY)
        states = dict(WinBack.objects.values_list("loss", "state"))
        assert states == {won.pk: "won", failed.pk: "failed"}
        assert won.win_backs.get().settled_on == today() - 5 * DAY

    def test_what_was_bought_before_anybody_asked_is_no_success(self, amy):
        loss = self.lost(amy)
        WinBack.objects.create(loss=loss, on=today() - 5 * DAY, by=amy)
        buys(loss.customer, today() - 9 * DAY)
        night(today() - DAY)
        assert not WinBack.objects.exists()

    def test_the_rate_is_of_attempts_that_had_their_year(self, amy):
        old, young = today() - YEAR - DAY, today() - 9 * DAY
        rows = [(old, "won", 0.2), (old, "failed", 0.1), (old, "failed", 0.0), (young, "won", 0.9)]
        for on, state, chance in rows:
            WinBack.objects.create(
                loss=self.lost(amy), on=on, by=amy, state=state, settled_on=today(), chance=chance
            )
        WinBack.objects.create(loss=self.lost(amy), on=young, by=amy)
        found = outcomes.win_back_rate(WinBack.objects.visible_to(amy), today())
        assert (found.won, found.failed, found.running, found.early_won) == (1, 2, 1, 1)
        assert found.rate.value == pytest.approx(1 / 3)
        assert found.expected == pytest.approx(0.1)
