"""Who is unhappy is called: one task, for the right person, in time; and the page behind it."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.calendars import default_calendar
from crm.platform.models import BusinessDay
from customers.models import Task
from customers.services.tasks import set_task_state
from customers.tests.factories import ContactFactory, CustomerFactory
from satisfaction.models import Response
from satisfaction.services import answering
from satisfaction.services.closed_loop import follow_up, low_scores, who_acts
from satisfaction.tests.factories import InvitationFactory, ResponseFactory

pytestmark = pytest.mark.django_db
WEDNESDAY = dt.datetime(2026, 1, 7, 12, tzinfo=dt.UTC)
FRIDAY = dt.datetime(2026, 1, 9, 12, tzinfo=dt.UTC)
HAPPY = {"overall": 4, "reliability": 5, "recommend": 9}


def send(answers: dict, *, now: dt.datetime = WEDNESDAY, **more) -> Response:
    """Answers as a customer sends them."""
    invitation = InvitationFactory(**more)
    answering.save_page(invitation=invitation, page=2, answers=answers, language="en", now=now)
    return answering.finish(invitation=invitation, now=now)


class TestTask:
    @pytest.mark.parametrize(
        "answers",
        [
            {**HAPPY, "recommend": 6},
            {**HAPPY, "recommend": 0},
            {**HAPPY, "overall": 2},
            {**HAPPY, "reliability": 1},
        ],
    )
    def test_a_detractor_or_a_score_of_two_makes_one(self, answers):
        response = send(answers)
        task = Task.objects.get()
        assert task.customer == response.customer
        assert task.assignee == response.customer.account_manager
        assert (task.origin, task.reason) == ("survey", f"response:{response.pk}")
        assert task.due_on == dt.date(2026, 1, 9)

    @pytest.mark.parametrize(
        "answers", [HAPPY, {**HAPPY, "recommend": 7}, {"overall": 3, "reliability": 3}]
    )
    def test_others_make_none(self, answers):
        send(answers)
        assert not Task.objects.exists()

    def test_it_says_the_scores_and_the_beginning_of_the_words(self):
        words = "Nobody  answered\nthe phone. " * 20
        send({"overall": 2, "reliability": 1, "tangibles": 5, "recommend": 3, "better": words})
        title = Task.objects.get().title
        assert title.startswith(
            "Unhappy in the survey: Would recommend us 3/10, Reliability 1/5,"
            " Overall satisfaction 2/5 – “Nobody answered the phone."
        )
        assert title.endswith("…”")
        assert len(title) <= 200

    def test_without_words_it_says_the_scores(self):
        send({"overall": 2})
        assert Task.objects.get().title == "Unhappy in the survey: Overall satisfaction 2/5"

    def test_it_is_in_the_language_of_who_has_to_act(self):
        owner = AccountManagerFactory(language="zh-hans")
        send({"overall": 2}, customer=CustomerFactory(account_manager=owner))
        assert "总体满意度 2/5" in Task.objects.get().title

    def test_it_is_due_in_two_days_of_business(self):
        send({"overall": 1}, now=FRIDAY)
        assert Task.objects.get().due_on == dt.date(2026, 1, 13)  # Tuesday

    def test_a_holiday_is_no_day_of_business(self):
        BusinessDay.objects.create(calendar=default_calendar(), date=dt.date(2026, 1, 12))
        send({"overall": 1}, now=FRIDAY)
        assert Task.objects.get().due_on == dt.date(2026, 1, 14)

    def test_it_comes_even_if_the_calendar_is_never_open(self):
        default_calendar().hours.all().delete()
        send({"overall": 1}, now=FRIDAY)
        assert Task.objects.get().due_on == dt.date(2026, 1, 11)

    def test_it_never_comes_twice_even_when_the_first_is_done(self):
        response = send({"overall": 1})
        set_task_state(task=Task.objects.get(), state="done")
        assert follow_up(response=response, now=timezone.now()) is None
        assert Task.objects.count() == 1


class TestWhoActs:
    def test_the_account_manager(self):
        customer = CustomerFactory()
        assert who_acts(customer) == customer.account_manager

    def test_the_teams_lead_while_there_is_none(self):
        customer = CustomerFactory()
        AccountManagerFactory(team=customer.team)
        lead = AccountManagerFactory(team=customer.team, is_team_lead=True)
        customer.account_manager.is_active = False
        assert who_acts(customer) == lead

    def test_nobody_who_went_over_to_service_and_sees_no_answers(self):
        customer = CustomerFactory()
        lead = AccountManagerFactory(team=customer.team, is_team_lead=True)
        customer.account_manager.role = "service"
        assert who_acts(customer) == lead

    def test_a_manager_of_the_team_before_others_where_there_is_no_lead(self):
        ManagerFactory()
        customer = CustomerFactory()
        manager = ManagerFactory(team=customer.team)
        customer.account_manager = None
        ServiceFactory(team=customer.team, is_team_lead=True)  # sees no answers
        assert who_acts(customer) == manager

    def test_an_administrator_before_nobody(self):
        customer = CustomerFactory()
        User.objects.update(is_active=False)
        customer.refresh_from_db()
        assert who_acts(customer) is None
        assert who_acts(customer) is None
        administrator = AdministratorFactory()
        assert who_acts(customer) == administrator

    def test_answers_are_kept_where_nobody_is_there_to_act(self):
        invitation = InvitationFactory()
        User.objects.update(is_active=False)
        now = timezone.now()
        values = {"invitation": invitation, "now": now}
        answering.save_page(page=2, answers={"overall": 1}, language="en", **values)
        assert answering.finish(**values).finished_at == now
        assert not Task.objects.exists()


class TestPage:
    @pytest.fixture
    def response(self) -> Response:
        customer = CustomerFactory()
        answers = {
            "overall": 2,
            "empathy": 5,
            "recommend": 3,
            "better": "<script>alert(1)</script>\nCall & answer",
        }
        contact = ContactFactory(customer=customer, name="Anna <b>Bold</b>")
        return send(answers, customer=customer, contact=contact)

    @staticmethod
    def page(client, response: Response, user=None):
        client.force_login(user or response.customer.account_manager)
        return client.get(reverse("satisfaction:response", args=[response.pk]))

    def test_it_shows_every_answer_and_what_came_of_it(self, client, response):
        page = self.page(client, response)
        html = page.content.decode()
        assert page.context["group"] == "detractor"
        shown = [(row["measure"], row.get("score")) for row in page.context["rows"]]
        assert shown == [
            ("Overall satisfaction", 2),
            ("Empathy", 5),
            ("Would recommend us", 3),
            ("", None),
        ]
        assert "2 of 5" in html
        assert "Dissatisfied" in html
        task = Task.objects.get()
        assert page.context["open_tasks"] == [task]
        assert f"/tasks/{task.pk}/close/?state=done" in html
        set_task_state(task=task, state="done")
        assert self.page(client, response).context["closed_tasks"] == [task]

    def test_what_customers_wrote_is_shown_as_text(self, client, response):
        html = self.page(client, response).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>Call &amp; answer" in html
        assert "Anna &lt;b&gt;Bold&lt;/b&gt;" in html
        assert "<script>alert" not in html

    def test_it_leads_to_a_complaint_with_what_is_known(self, client, response):
        page = self.page(client, response)
        address = page.context["complaint_url"]
        assert address.startswith(reverse("complaints:log") + "?")
        assert f"customer={response.customer_id}&contact={response.contact_id}" in address
        assert "channel=survey" in address
        assert "Would+recommend+us+3%2F10" in address
        assert "%3Cscript%3E" in address

    def test_the_way_to_a_complaint_is_no_longer_than_a_web_server_takes(self, client, response):
        Response.objects.update(comment="送货迟了三天，包装也破了。" * 200)
        address = self.page(client, response).context["complaint_url"]
        assert len(address) < 4_000
        what = parse_qs(urlsplit(address).query)["what"][0]
        assert "送货迟了三天，包装也破了。" in what
        assert what.endswith("…")

    def test_it_costs_few_queries(self, client, response, django_assert_max_num_queries):
        self.page(client, response)
        with django_assert_max_num_queries(15):
            self.page(client, response)

    def test_a_draft_is_nobodys_business(self, client):
        draft = ResponseFactory(finished_at=None)
        assert self.page(client, draft).status_code == 404

    def test_who_may(self, client, response):
        colleague = AccountManagerFactory(team=response.customer.team)
        statuses = [
            self.page(client, response, user).status_code
            for user in (colleague, AccountManagerFactory(), ServiceFactory(), ManagerFactory())
        ]
        # Service staff see answers about a complaint; all others are none of theirs.
        assert statuses == [200, 404, 404, 200]

    def test_low_scores_are_named_worst_first(self, response):
        assert low_scores(response) == ["Would recommend us 3/10", "Overall satisfaction 2/5"]

    def test_the_task_leads_to_the_answers(self, client, response):
        client.force_login(response.customer.account_manager)
        html = client.get(reverse("customers:tasks")).content.decode()
        assert f'href="{reverse("satisfaction:response", args=[response.pk])}"' in html
