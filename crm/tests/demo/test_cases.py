"""Complaints and requests of the demo company: lives that make sense, and stay true to events."""

import datetime as dt
from collections import Counter, defaultdict

import pytest
from django.db import connection

from complaints.models import (
    Case,
    CaseEvent,
    Clock,
    ClockKind,
    CorrectiveAction,
    ImprovementProposal,
)
from complaints.rights import GRAVE
from complaints.services import learning, proposals
from complaints.services.actions import act
from complaints.services.clocks import MOST_REMINDERS, derive, play
from complaints.services.sweep import wake_due
from complaints.services.tiers import retier
from complaints.states import OPEN, SOLVED, Action, State, after
from crm.accounts.models import User
from crm.demo import changes, company, complaints, lives
from crm.demo.advance import add_day, advance
from crm.demo.draws import midnight
from crm.platform.models import OutboxMessage
from customers.models import Standing

TODAY = dt.date(2026, 7, 15)
NOW = midnight(TODAY)
FEW = 240


@pytest.fixture(scope="module")
def told():
    made = company.build(company.SEED, TODAY)
    return complaints.history(company.SEED, made, TODAY)


@pytest.fixture
def loaded(db, demo_company):
    return demo_company


def state_at(case, moment):
    state = ""
    for step in case.steps:
        if step.at < moment:
            state = after(step.action, state)
    return state


class TestLives:
    def test_there_are_as_many_as_promised(self, told):
        kinds = Counter(case.kind for case in told)
        assert 900 <= len(told) <= 1_500
        assert 0.11 < kinds["request"] / len(told) < 0.19
        assert len({case.key for case in told}) == len(told)

    def test_the_same_seed_and_day_give_the_same_lives(self, told):
        again = complaints.history(company.SEED, company.build(company.SEED, TODAY), TODAY)
        assert again == told

    def test_every_state_is_there_today(self, told):
        states = Counter(state_at(case, NOW) for case in told)
        assert {state for state in State if not states[state]} == set()

    def test_each_step_is_possible_after_the_one_before_and_not_earlier(self, told):
        for case in told:
            state, last = "", case.received_at
            for step in case.steps:
                assert step.at >= last
                state, last = after(step.action, state), step.at
                assert state is not None
            assert state not in OPEN, "each life comes to an end"

    def test_people_work_in_office_hours(self, told):
        by_people = [s.at for case in told for s in case.steps if s.actor == "user"]
        assert all(at.weekday() < 5 for at in by_people)
        # 9:00 in Shanghai to 17:30 in London.
        assert all(1 <= at.hour < 18 for at in by_people)

    def test_a_case_waits_longer_than_until_the_answer_comes(self, told):
        for case in told:
            for step, following in zip(case.steps, case.steps[1:], strict=False):
                if "until" in step.data and following.action == "go_on":
                    assert following.at < dt.datetime.fromisoformat(step.data["until"])

    def test_texts_are_in_the_customers_language_and_filled(self, told):
        market = company.market(company.SEED)
        for case in told:
            chinese = market.register.loc[case.ordinal, "country"] == "CN"
            texts = [case.title, case.description]
            texts += [step.reason for step in case.steps if step.reason]
            for text in texts:
                assert "{" not in text
                assert any("\u4e00" <= sign <= "\u9fff" for sign in text) == chinese, text

    def test_a_key_tells_who_came_when(self, told):
        for case in told[:50]:
            ordinal, day, variant = lives.origin(case.key)
            assert ordinal == case.ordinal
            assert lives.submission(ordinal, day, variant) == case.key


class TestLoaded:
    def test_the_cause_that_rises_is_found_and_proposed(self, loaded):
        """And no other one: the rest of the year is chance."""
        yesterday = TODAY - dt.timedelta(days=1)
        learning.record(yesterday)
        proposals.propose(yesterday)
        (found,) = ImprovementProposal.objects.filter(kind="rising")
        assert found.root_cause.code == "material"
        assert 1 in found.evidence["rules"]
        keys = found.cases.values_list("submission", flat=True)
        of_theme = [key for key in keys if lives.origin(key)[2] == lives.RISING]
        assert len(of_theme) >= sum(complaints.RISE.values()) - 2
        assert len(of_theme) > 0.8 * len(keys)

    def test_all_are_in_the_tables_with_their_events(self, loaded):
        assert Case.objects.count() == loaded.cases > 80
        assert CaseEvent.objects.filter(seq=1).count() == loaded.cases
        own = Clock.objects.exclude(kind=ClockKind.NEXT_RESPONSE)
        assert own.count() == 3 * loaded.cases
        assert CaseEvent.objects.filter(at__gte=NOW).count() == 0

        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_replaying_the_events_gives_what_is_stored(self, loaded):
        events, clocks = defaultdict(list), defaultdict(dict)
        for event in CaseEvent.objects.order_by("case", "seq"):
            events[event.case_id].append(event)
        for clock in Clock.objects.all():
            clocks[clock.case_id][clock.kind, clock.turn] = clock
        names = ("state", "last_seq", "owner_id", "next_due_at", "resolved_at", "is_breached")
        for case in Case.objects.select_related("terms"):
            stored = {name: getattr(case, name) for name in (*names, "ended_at", "wake_at")}
            derive(case, play(case, events[case.pk]), clocks[case.pk], NOW)
            assert stored == {name: getattr(case, name) for name in stored}

    def test_open_ones_are_late_soon_due_and_nobodys(self, loaded):
        still = Case.objects.open()
        assert still.filter(is_breached=True).exists()
        assert still.filter(
            next_due_at__gt=NOW, next_due_at__lt=NOW + dt.timedelta(days=2)
        ).exists()
        assert still.unassigned().count() >= 3
        assert {case.state for case in still} == set(OPEN)

    def test_two_came_from_outside_by_the_form_and_by_mail(self, loaded):
        outside = Case.objects.filter(logged_by=None)
        assert sorted(outside.values_list("channel", flat=True)) == ["email", "form"]
        by_mail = outside.get(channel="email")
        assert by_mail.customer == by_mail.contact.customer
        (mail,) = by_mail.mails.all()
        assert by_mail.events.order_by("seq").last().data["mail_read"] == mail.pk

    def test_nothing_of_the_past_is_mailed(self, loaded):
        wake_due(now=NOW)
        assert not OutboxMessage.objects.filter(cause__startswith="case").exists()
        told = Clock.objects.filter(breached_at__isnull=False)
        assert set(told.values_list("reminders", flat=True)) == {MOST_REMINDERS}
        assert not told.filter(warned_at=None).exists()

        assert Case.objects.filter(wake_at__gt=NOW).exists()
        assert not Case.objects.filter(wake_at__lt=NOW).exists()


class TestChanges:
    """What is changed on our side after grave complaints."""

    def test_each_solved_grave_complaint_has_one_and_all_stages_are_there(self, loaded):
        grave = Case.objects.complaints().filter(severity__in=GRAVE, state__in=SOLVED)
        assert grave.exists()
        assert not grave.filter(corrective_actions=None).exists()
        rows = CorrectiveAction.objects.all()
        assert rows.to_do().filter(due_on__gte=TODAY).exists()
        assert rows.to_check().exists()
        assert {*rows.settled().values_list("verdict", flat=True)} >= {"effective", "ineffective"}
        assert not rows.filter(case__customer__isnull=True).exists()

    def test_a_later_day_goes_on_as_if_the_company_had_moved_in_later(self, loaded):
        columns = ("pk", "state", "result", "closed_at", "verdict", "verdict_words", "checked_at")
        rows = CorrectiveAction.objects.order_by("pk")
        later = TODAY + dt.timedelta(days=70)
        assert changes.keep_changes(company.SEED, later) == 0
        went_on = list(rows.values_list(*columns[1:]))
        assert not rows.to_do().filter(due_on__lt=TODAY).exists()
        CorrectiveAction.objects.all().delete()
        changes.keep_changes(company.SEED, later)
        assert list(rows.values_list(*columns[1:])) == went_on

    def test_what_somebody_wrote_or_planned_stays(self, loaded):
        touched, planned = CorrectiveAction.objects.to_do()[:2]
        CorrectiveAction.objects.filter(pk=touched.pk).update(version=2)
        CorrectiveAction.objects.filter(pk=planned.pk).update(what="A sign at the gate")
        changes.keep_changes(company.SEED, TODAY + dt.timedelta(days=200))
        left = CorrectiveAction.objects.to_do().filter(pk__in=[touched.pk, planned.pk])
        assert left.count() == 2


class TestGoingOn:
    def facts(self):
        return (
            Case.objects.count(),
            CaseEvent.objects.count(),
            list(Case.objects.order_by("pk").values_list("state", "last_seq")),
        )

    def test_days_bring_new_cases_and_go_on_with_the_open_ones(self, loaded):
        before = dict(Case.objects.open().values_list("pk", "last_seq"))
        advance(until=TODAY + dt.timedelta(days=9), customers=FEW)
        assert Case.objects.count() > loaded.cases
        now = dict(Case.objects.filter(pk__in=before).values_list("pk", "last_seq"))
        assert sum(now[pk] > before[pk] for pk in before) > len(before) / 2
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @pytest.mark.soak
    def test_it_comes_out_as_if_it_had_moved_in_later(self, loaded):
        """The lives of open cases are told to their end, each step when it was planned."""
        made = company.build(company.SEED, TODAY, FEW)
        lived = {case.key: case for case in complaints.history(company.SEED, made, TODAY)}
        until = TODAY + dt.timedelta(days=12)
        advance(until=until, customers=FEW)
        for row in Case.objects.filter(submission__in=lived).prefetch_related("events"):
            expected = [
                (step.action, step.at)
                for step in lived[row.submission].steps
                if step.at < midnight(until + dt.timedelta(days=1))
            ]
            told = row.events.order_by("seq")
            assert [(event.action, event.at) for event in told] == expected

    def test_a_day_that_is_run_again_adds_nothing(self, loaded):
        advance(until=TODAY + dt.timedelta(days=2), customers=FEW)
        before = self.facts()
        for days in (1, 2):
            add_day(company.SEED, TODAY + dt.timedelta(days=days), FEW)
        assert self.facts() == before

    def test_a_case_that_somebody_worked_on_goes_its_own_way(self, loaded):
        case = Case.objects.filter(state=State.NEW).first()
        grace = User.objects.get(username="grace.okoye")
        act(case=case, action=Action.ACKNOWLEDGE, by=grace, now=NOW)
        advance(until=TODAY + dt.timedelta(days=8), customers=FEW)
        case.refresh_from_db()
        assert (case.state, case.last_seq) == (State.ACKNOWLEDGED, case.events.count())
        assert case.events.order_by("seq").last().by == grace

    def test_a_tier_that_changed_over_night_is_in_nobodys_way(self, loaded):
        case = Case.objects.filter(state=State.INVESTIGATING).first()
        before = case.last_seq
        Standing.objects.filter(customer=case.customer).update(
            tier="B" if case.tier == "A" else "A"
        )
        assert retier(now=NOW) >= 1
        advance(until=TODAY + dt.timedelta(days=12), customers=FEW)
        case.refresh_from_db()
        assert case.last_seq > before + 1
