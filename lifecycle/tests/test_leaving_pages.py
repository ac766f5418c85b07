"""The pages of the worklist and of lost customers: what they show, and what a click does."""

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from customers.models import Task
from customers.tests.factories import TaskFactory
from lifecycle.models import BaseCell, Loss, LossReview, LostMark, Rescue, WinBack
from lifecycle.tests.leaving import DAY, at_risk, buys, ended, night, rescue, signal, today
from satisfaction.models import ImprovementAction

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def figures(amy):
    """The night has been there."""
    BaseCell.objects.create(
        as_of=today() - DAY, team=amy.team, owner=amy, tier="A", stage="decline", risk_band=6,
        customers=1, lifetime_value=1, value_at_risk=1, revenue_12m=1,
    )  # fmt: skip


def post(client, name, *args, **data):
    return client.post(reverse(f"value:{name}", args=args), data, follow=True)


class TestWorklist:
    def test_a_row_says_why_and_what_to_do(self, signed_in, amy):
        customer = at_risk(amy, value=4321, name="Acorn Ltd")
        signal(customer)
        signal(customer, "volume_down", 0.4)
        TaskFactory(customer=customer, assignee=amy, title="Send the drawing")
        text = signed_in.get("/value/worklist/").text
        for words in (
            "Acorn Ltd",
            "4,321",
            "No order for 41 days, usually every 12",
            "1 more reason",
            "Volume down 40 % against its own level",
            "why no order came",
            "Send the drawing",
        ):
            assert words in text

    def test_one_click_makes_the_task_and_another_takes_it_back(self, signed_in, amy):
        customer = at_risk(amy, name="Acorn Ltd")
        page = post(signed_in, "worklist_task", customer.pk, next="/value/worklist/")
        assert "Amy has a task" in page.text
        assert not page.context["rows"]
        assert "Acorn Ltd" in signed_in.get("/value/worklist/?show=working").text
        page = post(signed_in, "rescue_undo", Rescue.objects.get().pk, next="/value/worklist/")
        assert "Taken back" in page.text
        assert Task.objects.get().state == "dropped"
        assert "Acorn Ltd" in page.text

    def test_no_danger_needs_a_reason(self, signed_in, amy):
        customer = at_risk(amy, name="Acorn Ltd")
        assert "Say why" in post(signed_in, "worklist_calm", customer.pk, reason=" \0 ").text
        page = post(signed_in, "worklist_calm", customer.pk, reason="On leave")
        assert "is off the list for" in page.text
        assert Rescue.objects.get().note == "On leave"

    def test_working_on_it_twice_is_said(self, signed_in, amy):
        customer = at_risk(amy)
        post(signed_in, "worklist_work", customer.pk)
        assert "already" in post(signed_in, "worklist_work", customer.pk).text

    def test_a_long_list_has_pages(self, signed_in, amy):
        for n in range(15):
            at_risk(amy, value=100 + n, name=f"Customer number {n:02}")
        first = signed_in.get("/value/worklist/")
        assert "number 14" in first.text
        assert "number 02" not in first.text
        second = signed_in.get("/value/worklist/" + first.context["older_url"])
        assert "number 02" in second.text
        assert "number 14" not in second.text

    def test_managers_choose_whose(self, client, amy):
        at_risk(amy, name="Acorn Ltd")
        client.force_login(ManagerFactory())
        assert "Acorn Ltd" in client.get("/value/worklist/").text
        assert "Acorn Ltd" not in client.get("/value/worklist/?owner=me").text
        assert "Acorn Ltd" in client.get(f"/value/worklist/?owner={amy.pk}").text

    def test_service_staff_see_nothing_of_it(self, client, amy):
        client.force_login(ServiceFactory())
        for name in ("worklist", "rescues", "lost", "win_back"):
            assert client.get(reverse(f"value:{name}")).status_code == 403

    def test_it_asks_a_few_questions_however_many_rows(
        self, signed_in, amy, django_assert_max_num_queries
    ):
        for _ in range(22):
            signal(at_risk(amy))
        signed_in.get("/value/worklist/")
        with django_assert_max_num_queries(15):
            signed_in.get("/value/worklist/")

    def test_before_any_night_it_says_so(self, signed_in):
        BaseCell.objects.all().delete()
        assert "No figures yet" in signed_in.get("/value/worklist/").text


class TestOutcomes:
    def test_the_rate_stands_with_its_n_and_what_it_is_not(self, signed_in, amy):
        for days, state in ((100, "saved"), (110, "lost")):
            opened = today() - days * DAY
            customer = at_risk(amy, name=f"Customer {state}")
            rescue(customer, opened, state=state, closed_on=opened + 9 * DAY, reasons=["silent"])
        text = signed_in.get("/value/worklist/outcomes/").text
        assert "1 of 2 saved" in text
        assert "no experiment" in text
        assert "Customer saved" in text
        assert "Silent beyond its own rhythm" in text

    def test_it_asks_a_few_questions(self, signed_in, amy, django_assert_max_num_queries):
        for _ in range(12):
            rescue(at_risk(amy), today() - 100 * DAY, state="lost", closed_on=today() - DAY)
        signed_in.get("/value/worklist/outcomes/")
        with django_assert_max_num_queries(10):
            signed_in.get("/value/worklist/outcomes/")


class TestLost:
    REVIEW = {
        "reason": "staff",
        "kind": "total",
        "by_us": "False",
        "how": "call",
        "learned": "Nobody called",
    }

    def test_from_the_mark_to_the_review_to_the_action(self, client, amy):
        boss = ManagerFactory(name="Boss")
        client.force_login(boss)
        customer = at_risk(amy, name="Acorn Ltd")
        buys(customer, today() - 30 * DAY)
        marked = {"on": today(), "kind": "total", "reason": "staff", "why": "Said so"}
        page = post(client, "lost_mark", customer.pk, **marked)
        assert "Acorn Ltd is marked as lost" in page.text
        assert "Said so" in page.text
        loss = Loss.objects.get()
        assert "Acorn Ltd" in client.get("/value/lost/").text
        sent = self.REVIEW | {
            "on": today(),
            "asked_by": boss.pk,
            "new_action": "Call within a day",
            "new_measure": "staff",
        }
        page = post(client, "loss_review", loss.pk, **sent)
        assert "100" in page.text
        assert not page.context["rows"]
        assert LossReview.objects.get().actions.get() == ImprovementAction.objects.get()
        text = client.get("/value/lost/?show=reviewed").text
        assert "Nobody called" in text
        assert "1 loss reviewed" in text
        assert "Nobody called" in client.get("/value/lost/?show=reviewed&reason=staff").text
        assert "Nobody called" not in client.get("/value/lost/?show=reviewed&reason=image").text

    def test_total_losses_are_not_dated_before_the_last_purchase(self, signed_in, amy):
        customer = at_risk(amy)
        buys(customer, today() - 3 * DAY)
        sent = {"on": today() - 9 * DAY, "kind": "total", "reason": "staff"}
        page = post(signed_in, "lost_mark", customer.pk, **sent)
        assert "It bought from us after this day." in page.text
        later = post(signed_in, "lost_mark", customer.pk, **{**sent, "on": today() + DAY})
        assert "has not come yet" in later.text
        assert not LostMark.objects.exists()

    def test_the_mark_can_be_taken_back_where_it_is_shown(self, signed_in, amy):
        customer = at_risk(amy)
        post(signed_in, "lost_mark", customer.pk, on=today(), kind="total", reason="other")
        page = signed_in.get(reverse("value:lost_mark", args=[customer.pk]))
        assert "Amy marked it as lost" in page.text
        post(signed_in, "lost_take_back", LostMark.objects.get().pk)
        assert Loss.objects.get().closed_as == "void"

    def test_who_asked_belongs_to_how(self, signed_in, amy):
        loss = Loss.objects.create(customer=at_risk(amy), on=today())
        page = post(signed_in, "loss_review", loss.pk, on=today(), **self.REVIEW)
        assert "Say who asked." in page.text
        sent = self.REVIEW | {"how": "not", "asked_by": amy.pk, "on": today()}
        assert "Nobody asked" in post(signed_in, "loss_review", loss.pk, **sent).text

    def test_account_managers_make_no_actions(self, signed_in, amy):
        loss = Loss.objects.create(customer=at_risk(amy), on=today())
        assert "new_action" not in signed_in.get(f"/value/lost/{loss.pk}/review/").text

    def test_two_who_review_at_once_see_both_versions(self, signed_in, amy):
        loss = Loss.objects.create(customer=at_risk(amy), on=today())
        LossReview.objects.create(
            loss=loss, reason="service", learned="Theirs", on=today(), made_by=amy
        )
        sent = self.REVIEW | {"how": "not", "on": today(), "version": 0, "seen": "{}"}
        page = signed_in.post(f"/value/lost/{loss.pk}/review/", sent)
        assert page.status_code == 409
        assert "Theirs" in page.text

    def test_others_losses_are_out_of_sight(self, signed_in):
        loss = Loss.objects.create(customer=at_risk(ManagerFactory()), on=today())
        assert signed_in.get(f"/value/lost/{loss.pk}/review/").status_code == 404
        assert not signed_in.get("/value/lost/").context["rows"]

    def test_managers_choose_whose_and_of_which_team(self, client, amy):
        boss, worth = ManagerFactory(), {"on": today(), "value_lost": 5, "expected": 5}
        for name, owner in (("Acorn Ltd", amy), ("Birch Ltd", boss)):
            Loss.objects.create(customer=at_risk(owner, name=name), **worth)
        client.force_login(boss)
        for page in ("lost", "win_back"):
            for query, there in (
                ("", ["Acorn Ltd", "Birch Ltd"]),
                (f"?owner={amy.pk}", ["Acorn Ltd"]),
                ("?owner=me", ["Birch Ltd"]),
                (f"?team={amy.team_id}", ["Acorn Ltd"]),
                ("?owner=nobody%00&team=99999999999999999999", ["Acorn Ltd", "Birch Ltd"]),
            ):
                rows = client.get(reverse(f"value:{page}") + query).context["rows"]
                assert sorted(row.customer.name for row in rows) == there, (page, query)
        asked = client.get(f"/value/lost/?show=reviewed&owner={amy.pk}").context["tabs"]
        assert all(f"owner={amy.pk}" in url for url, _words, _chosen in asked)

    def test_it_asks_a_few_questions(self, signed_in, amy, django_assert_max_num_queries):
        for _ in range(12):
            loss = Loss.objects.create(customer=at_risk(amy), on=today(), value_lost=5)
            Loss.objects.create(customer=at_risk(amy), on=today(), value_lost=5)
            LossReview.objects.create(
                loss=loss, reason="staff", learned="x", on=today(), made_by=amy
            )
        for query in ("", "?show=reviewed&span=all"):
            signed_in.get(f"/value/lost/{query}")
            with django_assert_max_num_queries(10):
                signed_in.get(f"/value/lost/{query}")


class TestWinBack:
    def test_one_click_is_a_task_and_an_attempt(self, signed_in, amy):
        customer = ended(amy, today() - 600 * DAY, today() - DAY, before="", name="Acorn Ltd")
        buys(customer, today() - 650 * DAY)
        night(today() - DAY)
        page = signed_in.get("/value/lost/win-back/")
        assert "Acorn Ltd" in page.text
        page = post(signed_in, "win_back_try", Loss.objects.get().pk, next="/value/lost/win-back/")
        assert "Amy has a task" in page.text
        assert "being tried" in page.text
        assert WinBack.objects.count() == 1

    def test_it_asks_a_few_questions(self, signed_in, amy, django_assert_max_num_queries):
        for _ in range(12):
            Loss.objects.create(customer=at_risk(amy), on=today(), value_lost=5, expected=5)
        signed_in.get("/value/lost/win-back/")
        with django_assert_max_num_queries(9):
            signed_in.get("/value/lost/win-back/")
