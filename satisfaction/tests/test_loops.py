"""The closed loop: outcomes, answers that become complaints, and how soon somebody acted."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.models import Case
from complaints.services.desk import submission_of
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from customers.models import Task, Touchpoint
from customers.tests.factories import CustomerFactory
from satisfaction.models import Answer, Loop, Response
from satisfaction.services import loops
from satisfaction.tests.factories import InvitationFactory, ResponseFactory
from satisfaction.tests.test_closed_loop import HAPPY, WEDNESDAY, send

pytestmark = pytest.mark.django_db
UNHAPPY = {**HAPPY, "recommend": 3, "reliability": 1, "better": "Nobody calls back."}


def make_complaint(client, response: Response):
    return client.post(reverse("satisfaction:response_complaint", args=[response.pk]))


def say(client, response: Response, **sent):
    return client.post(reverse("satisfaction:response_outcome", args=[response.pk]), sent)


@pytest.fixture
def response(amy) -> Response:
    return send(UNHAPPY, customer=CustomerFactory(account_manager=amy), now=timezone.now())


class TestComplaint:
    def test_one_click_logs_it_once_with_words_customer_and_channel(self, signed_in, response):
        pages = [make_complaint(signed_in, response) for _ in range(2)]
        case = Case.objects.get()
        assert [page.url for page in pages] == [reverse("complaints:case", args=[case.pk])] * 2
        assert (case.customer, case.channel, case.kind) == (
            response.customer,
            "survey",
            "complaint",
        )
        assert "Nobody calls back." in case.description
        assert "Reliability 1/5" in case.description
        assert case.events.get().data["response"] == response.pk

    def test_it_closes_the_loop_and_the_task_and_each_leads_to_the_other(self, signed_in, response):
        make_complaint(signed_in, response)
        case, loop = Case.objects.get(), Loop.objects.get()
        assert (loop.outcome, loop.acted_in_time, loop.is_open) == ("complaint", True, False)
        assert Task.objects.get(origin="survey").state == Task.State.DONE
        page = signed_in.get(reverse("satisfaction:response", args=[response.pk])).text
        assert case.reference in page
        assert "Make it a complaint" not in page
        way = reverse("satisfaction:response_of_case", args=[case.pk])
        assert way in signed_in.get(reverse("complaints:case", args=[case.pk])).text
        assert signed_in.get(way).url == reverse("satisfaction:response", args=[response.pk])

    def test_one_that_the_form_logged_is_found_by_the_click(self, signed_in, response):
        case, is_new = loops.become_complaint(response=response, by=ManagerFactory())
        assert is_new
        assert case.submission == submission_of(response.pk)
        make_complaint(signed_in, response)
        assert Case.objects.count() == 1

    def test_it_keeps_the_touchpoint_of_the_worst_answer(self, signed_in, amy):
        made = ResponseFactory(
            invitation__customer__account_manager=amy, recommend=9, lowest=0, comment="Cold"
        )
        touchpoint = Touchpoint.objects.get(code="delivery")
        question = made.wave.version.questions.get(code="reliability")
        question.touchpoint = touchpoint
        question.save()
        Answer.objects.create(response=made, question=question, score=1)
        make_complaint(signed_in, made)
        assert Case.objects.get().touchpoint == touchpoint

    def test_an_anonymous_answer_leads_to_nobody(self, client):
        invitation = InvitationFactory(wave__is_anonymous=True)
        made = Response.objects.create(
            wave=invitation.wave,
            language="en",
            recommend=1,
            started_at=timezone.now(),
            finished_at=timezone.now(),
        )
        client.force_login(ManagerFactory())
        assert make_complaint(client, made).status_code == 404
        with pytest.raises(loops.NoCustomerError):
            loops.become_complaint(response=made, by=ManagerFactory())

    def test_the_list_of_tasks_offers_it(self, signed_in, response):
        page = signed_in.get(reverse("customers:tasks")).text
        assert reverse("satisfaction:response_complaint", args=[response.pk]) in page


class TestOutcome:
    def test_it_is_kept_with_words_who_and_when_and_ends_the_task(self, signed_in, amy, response):
        say(signed_in, response, outcome="solved", words="A new driver")
        step = response.loop.steps.get()
        assert (step.outcome, step.words, step.by) == ("solved", "A new driver", amy)
        assert Task.objects.get(origin="survey").state == Task.State.DONE
        page = signed_in.get(reverse("satisfaction:response", args=[response.pk])).text
        assert "A new driver" in page

    def test_nobody_there_leaves_it_open_until_somebody_is(self, signed_in, response):
        say(signed_in, response, outcome="no_answer")
        say(signed_in, response, outcome="no_answer")  # a double click
        loop = Loop.objects.get()
        assert (loop.is_open, loop.outcome, loop.steps.count()) == (True, "no_answer", 1)
        assert Task.objects.get(origin="survey").is_open
        first = loop.acted_at
        say(signed_in, response, outcome="called", words="All is well now")
        loop.refresh_from_db()
        assert (loop.is_open, loop.acted_at, loop.steps.count()) == (False, first, 2)

    def test_without_an_outcome_nothing_is_written(self, signed_in, response):
        say(signed_in, response, words="?")
        say(signed_in, response, outcome="complaint")  # that is said by making it one
        assert not response.loop.steps.exists()

    def test_two_business_days_count_by_the_calendar(self, amy):
        """Sent on a Wednesday, due on the Friday: on the Saturday it is too late."""
        in_time, late = (send(UNHAPPY, now=WEDNESDAY) for _ in range(2))
        for one, days in ((in_time, 2), (late, 3)):
            now = WEDNESDAY + dt.timedelta(days=days)
            loops.record_outcome(response=one, by=amy, outcome="called", now=now)
        told = Loop.objects.in_bulk(field_name="response_id")
        assert [told[one.pk].acted_in_time for one in (in_time, late)] == [True, False]

    def test_an_answer_older_than_loops_gets_one(self, amy):
        made = ResponseFactory(recommend=2, finished_at=WEDNESDAY, started_at=WEDNESDAY)
        loop = loops.record_outcome(response=made, by=amy, outcome="refused")
        assert (loop.due_on, loop.acted_in_time) == (dt.date(2026, 1, 9), False)


class TestList:
    def test_rates_leave_out_those_whose_days_still_run(self, signed_in, amy):
        customer = CustomerFactory(account_manager=amy)
        long_ago = timezone.now() - dt.timedelta(days=30)
        quick, slow, silent = (send(UNHAPPY, customer=customer, now=long_ago) for _ in range(3))
        send(UNHAPPY, customer=customer, now=timezone.now())
        hour, week = dt.timedelta(hours=1), dt.timedelta(days=7)
        for one, after in ((quick, hour), (slow, week)):
            loops.record_outcome(response=one, by=amy, outcome="solved", now=long_ago + after)
        page = signed_in.get(reverse("satisfaction:loops"))
        assert (page.context["opened"], page.context["in_time"]) == (3, "33 %")
        assert page.context["acted"] == "67 %"
        assert next(row.response_id for row in page.context["rows"]) == silent.pk
        assert page.text.count("overdue") == 1
        closed = signed_in.get(reverse("satisfaction:loops") + "?show=closed&outcome=solved")
        assert len(closed.context["rows"]) == 2

    def test_it_costs_few_queries(self, client, django_assert_max_num_queries):
        for _ in range(6):
            send(UNHAPPY, now=timezone.now())
        client.force_login(ManagerFactory())
        client.get(reverse("satisfaction:loops"))
        with django_assert_max_num_queries(8):
            client.get(reverse("satisfaction:loops"))

    def test_others_see_nothing_of_it(self, client, response):
        client.force_login(ServiceFactory())
        assert client.get(reverse("satisfaction:loops")).status_code == 403
        assert make_complaint(client, response).status_code == 403
