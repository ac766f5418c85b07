"""Surveys of the demo company: whom they asked, what came back, and what is planted in it."""

import datetime as dt
from collections import Counter

import pandas as pd
import pytest

from crm.accounts.models import User
from crm.demo import company, surveys
from crm.demo.advance import add_day, advance
from crm.demo.draws import midnight
from crm.platform.models import OutboxMessage
from crm.platform.secret_links import hash_of
from customers.models import Contact, Customer, HandoverItem, Task
from satisfaction.models import Answer, Invitation, InvitationLink, OptOut, Response, Skip, Wave
from satisfaction.questionnaire import Questionnaire
from satisfaction.services import sums
from satisfaction.services.answering import figures, value_of
from satisfaction.services.closed_loop import is_unhappy, reason_of
from satisfaction.services.sending import remind_due

TODAY = dt.date(2026, 7, 15)
NOW = midnight(TODAY)
FEW = 240


@pytest.fixture
def loaded(db, demo_company):
    return demo_company


@pytest.fixture
def running(loaded):
    return Wave.objects.get(state=Wave.State.OPEN)


def of_service_quality():
    """The half-yearly waves; further questionnaires stand beside them."""
    return Wave.objects.filter(version__instrument__code="service-quality")


class TestWaves:
    def test_two_are_over_and_one_takes_answers_of_about_two_in_five(self, loaded):
        waves = list(of_service_quality().order_by("opens_on"))
        assert [wave.state for wave in waves] == ["closed", "closed", "open"]
        assert waves[2].opens_on < TODAY <= waves[2].closes_on
        # What followed on the earlier ones is known.
        assert waves[1].closes_on + dt.timedelta(days=sums.DAYS_AFTER) < TODAY
        assert not any(wave.opens_on.weekday() >= 5 for wave in waves)

        for wave in of_service_quality().filter(state=Wave.State.CLOSED):
            states = Counter(wave.invitations.values_list("state", flat=True))
            assert 0.3 < states["finished"] / states.total() < 0.5
            assert states["sent"]

    def test_nobody_is_asked_who_wants_no_more(self, loaded):
        gone = set(OptOut.objects.values_list("email", flat=True))
        later = of_service_quality().order_by("opens_on")[1:]
        assert Skip.objects.filter(wave__in=later, reason=Skip.Reason.OPTED_OUT).exists()
        for wave in later:
            before = Invitation.objects.filter(
                wave__opens_on__lt=wave.opens_on, email__in=gone, state="declined"
            )
            assert not wave.invitations.filter(email__in=before.values("email")).exists()

    def test_invitations_keep_who_looked_after_the_customer(self, loaded):
        moved = dict(
            HandoverItem.objects.filter(handover__state="accepted").values_list("customer", "giver")
        )
        for invitation in Invitation.objects.select_related("customer", "contact"):
            owner = invitation.customer.account_manager_id
            assert invitation.owner_id == moved.get(invitation.customer_id, owner)
            assert invitation.contact.customer_id == invitation.customer_id
            assert invitation.email == invitation.contact.email


class TestAnswers:
    def test_what_is_derived_is_what_answering_derives(self, loaded):
        for response in Response.objects.finished().prefetch_related("answers__question")[:60]:
            values = {one.question.code: value_of(one) for one in response.answers.all()}
            questions = response.wave.version.questions.all()
            assert figures(Questionnaire(questions, values)) == {
                name: getattr(response, name)
                for name in ("index", "overall", "recommend", "lowest", "comment")
            }

    def test_each_came_back_in_time_or_is_a_draft_and_comments_are_in_their_language(self, loaded):
        named = Response.objects.finished().exclude(wave__is_anonymous=True)
        for response in named.select_related("invitation", "wave"):
            assert response.invitation.sent_at < response.started_at < response.finished_at < NOW
            assert response.finished_at.date() <= response.wave.closes_on
            assert response.invitation.finished_at == response.finished_at

        drafts = Response.objects.filter(finished_at=None)
        assert drafts.exists()
        assert set(drafts.values_list("invitation__state", flat=True)) == {"started"}
        assert not Answer.objects.filter(response__in=drafts, question__page=2).exists()

        for response in Response.objects.exclude(comment=""):
            chinese = any("\u4e00" <= sign <= "\u9fff" for sign in response.comment)
            assert chinese == (response.language == "zh-hans")

    def test_who_is_unhappy_has_a_task_and_the_old_ones_are_done(self, loaded):
        named = Response.objects.finished().exclude(wave__is_anonymous=True)
        unhappy = [one for one in named if is_unhappy(one)]
        tasks = {task.reason: task for task in Task.objects.filter(origin=Task.Origin.SURVEY)}
        assert set(tasks) == {reason_of(response) for response in unhappy}
        by_wave = Counter((one.wave.state, tasks[reason_of(one)].state) for one in unhappy)
        assert by_wave["closed", "done"] > 3 * by_wave["closed", "open"]
        assert by_wave["open", "open"]
        for task in tasks.values():
            assert task.closed_at is None or task.created_at < task.closed_at < NOW


class TestMails:
    def test_some_invitations_wait_in_the_outbox_to_be_tried_and_nothing_else_leaves(self, running):
        mails = OutboxMessage.objects.filter(state="pending")
        assert mails.count() == 3
        assert mails.filter(recipient__endswith=".example").count() == 3
        for mail in mails:
            token = mail.body.split("/satisfaction/answer/")[1].split("/")[0]
            link = InvitationLink.objects.get(token_hash=hash_of(token))
            assert link.invitation.wave == running
            assert link.invitation.state == Invitation.State.SENT

        remind_due()
        assert OutboxMessage.objects.count() == 3
        for model in (User, Contact, Customer):
            found = model.objects.exclude(email="").exclude(email__endswith=".example")
            assert not found.exists()


class TestGoingOn:
    @pytest.mark.soak
    def test_more_answer_each_day_until_it_closes_and_none_twice(self, running):
        before = running.responses.finished().count()
        until = running.closes_on + dt.timedelta(days=1)
        advance(until=until, customers=FEW)
        after = running.responses.finished()
        assert after.count() > before
        assert max(one.finished_at.date() for one in after) <= running.closes_on
        fresh = after.filter(finished_at__gte=NOW)
        assert set(fresh.values_list("invitation__state", flat=True)) == {"finished"}
        tasks = Task.objects.filter(origin=Task.Origin.SURVEY, created_at__gte=NOW)
        assert tasks.count() == sum(is_unhappy(one) for one in fresh)

        before = Response.objects.count(), Answer.objects.count(), Task.objects.count()
        add_day(company.SEED, TODAY + dt.timedelta(days=1), FEW)
        add_day(company.SEED, running.closes_on, FEW)
        assert (Response.objects.count(), Answer.objects.count(), Task.objects.count()) == before


def test_a_late_answer_is_felt_in_responsiveness_above_all():
    here, plan = company.market(company.SEED, FEW), surveys.plans(TODAY)[0]
    sent = midnight(plan.opens) + dt.timedelta(hours=9)
    rows = pd.DataFrame({"ordinal": range(FEW), "tier": "B", "at": sent})
    rows = surveys.reactions(company.SEED, here, plan, rows, pd.Series(dtype=object))
    means = {}
    for name, breached in (("late", -10), ("in time", None)):
        days = pd.Timestamp(sent) + pd.to_timedelta([-20, breached, -5], unit="D")
        case = dict(zip(("received", "breached", "ended"), days, strict=True))
        case = {name: pd.to_datetime(day, utc=True) for name, day in case.items()}
        cases = pd.DataFrame({"ordinal": range(FEW)} | case)
        cases["breached"] = pd.to_datetime(cases["breached"], utc=True)
        means[name] = surveys.answers(company.SEED, here, plan, rows, cases)[
            [*surveys.QUESTIONS]
        ].mean()
    lost = 25 * (means["in time"] - means["late"])
    assert lost.idxmax() == "responsiveness"
    assert lost["responsiveness"] > lost["overall"] + 5 > 12
