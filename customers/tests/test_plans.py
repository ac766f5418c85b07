"""Account plans: one current, older ones kept, actions as tasks, reviews that move the date."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory
from crm.platform.models import Installation
from customers.models import AccountPlan, PlanObjective, Task
from customers.services.plans import (
    PlanReplacedError,
    add_action,
    add_review,
    close_plan,
    create_plan,
)
from customers.tests.factories import AccountPlanFactory, CustomerFactory, PlanObjectiveFactory

pytestmark = pytest.mark.django_db
DUE = dt.date(2026, 9, 1)


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


@pytest.fixture
def plan(customer):
    return AccountPlanFactory(customer=customer, review_on=DUE)


def typed(**changes) -> dict:
    return {"strengths": "Stock near by", "review_on": "2027-03-01", **changes}


def opened(client, url: str) -> dict:
    """What the form of a page sends when nothing is typed."""
    form = client.get(url).context["form"]
    return {field.name: field.value() or "" for field in form}


def test_a_new_plan_closes_the_older_one_and_takes_over_what_is_open(amy, customer, plan):
    PlanObjectiveFactory(plan=plan, what="Second line")
    PlanObjectiveFactory(plan=plan, what="Old goal", state="reached")
    values = {"title": "Show samples", "assignee": amy, "due_on": DUE}
    action = add_action(plan=plan, by=amy, values=values)
    new = create_plan(
        customer=customer, by=amy, values={"review_on": DUE}, replaces=plan.pk, take_over=True
    )
    plan.refresh_from_db()
    action.refresh_from_db()
    assert not plan.is_current
    assert plan.closed_at
    assert [one.what for one in new.objectives.all()] == ["Second line"]
    assert action.plan == new
    assert action.origin == Task.Origin.PLAN


def test_two_who_make_a_plan_at_once_don_t_close_each_others_unseen(amy, customer):
    create_plan(customer=customer, by=AccountManagerFactory(), values={"review_on": DUE})
    with pytest.raises(PlanReplacedError):
        create_plan(customer=customer, by=amy, values={"review_on": DUE}, replaces=None)
    assert AccountPlan.objects.count() == 1


def test_the_second_maker_keeps_what_was_typed_and_replaces_knowingly(client, amy, customer):
    client.force_login(amy)
    url = reverse("customers:plan_create", args=[customer.pk])
    data = opened(client, url) | typed()
    AccountPlanFactory(customer=customer, strengths="Price")
    answer = client.post(url, data)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Stock near by" in page
    assert "Price" in page
    again = {field.name: field.value() or "" for field in answer.context["form"]}
    assert client.post(url, again).status_code == 302
    current = AccountPlan.objects.current().get()
    assert current.strengths == "Stock near by"


def test_a_click_sent_twice_makes_one_plan(amy, customer):
    values = {"strengths": "Stock", "review_on": DUE}
    first = create_plan(customer=customer, by=amy, values=values)
    assert create_plan(customer=customer, by=amy, values=values) == first


def test_two_who_edit_a_plan_both_keep_their_words(client, amy, customer, plan):
    client.force_login(amy)
    url = reverse("customers:plan_edit", args=[plan.pk])
    mine, theirs = opened(client, url), opened(client, url)
    assert client.post(url, theirs | {"threats": "A cheaper one"}).status_code == 302
    answer = client.post(url, mine | {"weaknesses": "Slow", "threats": ""})
    assert answer.status_code == 409
    form = answer.context["form"]
    assert [row.theirs for row in form.differences if row.label == form["threats"].label]
    again = {field.name: field.value() or "" for field in form}
    assert client.post(url, again).status_code == 302
    plan.refresh_from_db()
    assert (plan.weaknesses, plan.threats) == ("Slow", "A cheaper one")


def test_a_plan_closed_meanwhile_refuses_and_keeps_the_words(client, amy, plan):
    client.force_login(amy)
    url = reverse("customers:objective_create", args=[plan.pk])
    page = client.get(url)
    assert page.status_code == 200
    close_plan(plan=plan)
    answer = client.post(url, {"what": "A third line", "due_on": DUE})
    assert answer.status_code == 409
    assert "A third line" in answer.content.decode()
    assert client.get(url).status_code == 404
    assert not PlanObjective.objects.exists()


def test_two_who_edit_an_objective_see_both_versions(client, amy, plan):
    objective = PlanObjectiveFactory(plan=plan)
    client.force_login(amy)
    url = reverse("customers:objective_edit", args=[objective.pk])
    mine, theirs = opened(client, url), opened(client, url)
    assert client.post(url, theirs | {"state": "reached"}).status_code == 302
    answer = client.post(url, mine | {"measure": "Share of 40 %"})
    assert answer.status_code == 409
    again = {field.name: field.value() or "" for field in answer.context["form"]}
    assert client.post(url, again).status_code == 302
    objective.refresh_from_db()
    assert (objective.measure, objective.state) == ("Share of 40 %", "reached")


def test_a_review_moves_the_next_one_and_takes_the_plan_off_the_list(amy, plan):
    def waiting():
        return list(AccountPlan.objects.visible_to(amy).to_review(DUE))

    assert waiting() == [plan]
    values = {"on": DUE, "findings": "On its way", "next_on": DUE + dt.timedelta(days=180)}
    add_review(plan=plan, by=amy, **values)
    add_review(plan=plan, by=amy, **values)  # the same click
    assert waiting() == []
    assert plan.reviews.count() == 1


def test_closing_can_be_undone_unless_another_plan_is_current(client, amy, customer, plan):
    client.force_login(amy)
    url = reverse("customers:plan_close", args=[plan.pk])
    client.post(url)
    assert not AccountPlan.objects.current().exists()
    client.post(url + "?state=back")
    assert AccountPlan.objects.current().get() == plan
    client.post(url)
    other = AccountPlanFactory(customer=customer)
    client.post(url + "?state=back")
    assert AccountPlan.objects.current().get() == other


def test_the_page_shows_the_plan_its_actions_and_the_older_ones(client, amy, customer, plan):
    create_plan(customer=customer, by=amy, values={"strengths": "New", "review_on": DUE},
                replaces=plan.pk)  # fmt: skip
    client.force_login(amy)
    url = reverse("customers:plan", args=[customer.pk])
    assert "Short ways" not in client.get(url).content.decode()
    assert "Short ways" in client.get(f"{url}?plan={plan.pk}").content.decode()


def test_files_hang_on_the_plan_and_hide_from_service(
    client, amy, customer, plan, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(amy)
    file = SimpleUploadedFile("plan.txt", b"What we agreed on.")
    client.post(reverse("customers:plan_attach", args=[plan.pk]), {"files": file})
    attachment = plan.attachments.get()
    download = reverse("customers:attachment", args=[attachment.pk])
    assert b"agreed" in client.get(download).getvalue()
    client.force_login(ServiceFactory())
    assert client.get(download).status_code == 404


def test_service_staff_see_no_plan(client, customer, plan):
    service = ServiceFactory()
    assert not AccountPlan.objects.visible_to(service).exists()
    client.force_login(service)
    assert client.get(reverse("customers:plan", args=[customer.pk])).status_code == 403


def test_pages_ask_a_fixed_number_of_questions(client, amy, plan, django_assert_max_num_queries):
    for _ in range(12):
        other = AccountPlanFactory(customer=CustomerFactory(account_manager=amy), review_on=DUE)
        PlanObjectiveFactory(plan=other)
        PlanObjectiveFactory(plan=plan)
        add_review(plan=plan, by=amy, on=DUE, findings=f"{other.pk}", next_on=DUE)
        values = {"title": f"{other.pk}", "assignee": amy, "due_on": DUE}
        add_action(plan=plan, by=amy, values=values)
    client.force_login(amy)
    client.get(reverse("customers:tasks"))
    Installation.forget()
    with django_assert_max_num_queries(8):
        client.get(reverse("customers:plans"))
    with django_assert_max_num_queries(12):
        client.get(reverse("customers:plan", args=[plan.customer_id]))
