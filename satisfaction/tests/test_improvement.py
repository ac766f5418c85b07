"""Improvement actions: written, closed with a result, read by all who see worth."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from crm.platform.models import Installation
from satisfaction.models import ImprovementAction

pytestmark = pytest.mark.django_db
SENT = {"what": "Call within a day", "measure": "staff", "aim": "Fewer silent customers"}


def today() -> dt.date:
    return Installation.get().today()


def action(by, **fields) -> ImprovementAction:
    values = {"what": "Call sooner", "measure": "service", "due_on": today(), **fields}
    return ImprovementAction.objects.create(owner=by, made_by=by, **values)


@pytest.fixture
def boss(client):
    boss = ManagerFactory(name="Boss")
    client.force_login(boss)
    return boss


def test_a_manager_writes_one_down_and_a_double_click_makes_one(client, boss):
    sent = SENT | {"owner": boss.pk, "due_on": today()}
    for _ in range(2):
        page = client.post("/satisfaction/improvement/new/", sent, follow=True)
    assert "Call within a day" in page.text
    assert ImprovementAction.objects.get().measure == "staff"


def test_done_needs_a_result_and_notes_when(client, boss):
    one = action(boss)
    sent = SENT | {"owner": boss.pk, "due_on": today(), "version": 1, "state": "done"}
    address = f"/satisfaction/improvement/{one.pk}/edit/"
    assert "Say what came of it." in client.post(address, sent).text
    client.post(address, sent | {"result": "A third fewer"})
    one.refresh_from_db()
    assert (one.state, one.result, one.closed_at is not None) == ("done", "A third fewer", True)
    text = client.get("/satisfaction/improvement/?show=done").text
    assert "A third fewer" in text
    client.post(address, sent | {"version": 2, "state": "open"})
    one.refresh_from_db()
    assert one.closed_at is None


def test_overdue_ones_come_first_and_say_so(client, boss):
    action(boss, what="Later", due_on=today() + dt.timedelta(days=9))
    action(boss, what="Late", due_on=today() - dt.timedelta(days=9))
    page = client.get("/satisfaction/improvement/")
    assert [row.what for row in page.context["rows"]] == ["Late", "Later"]
    assert page.text.count("overdue") == 1
    assert ImprovementAction.objects.overdue(today()).get().what == "Late"


def test_they_are_filtered_by_measure(client, boss):
    action(boss, what="Staff", measure="staff")
    action(boss, what="Alliance", measure="alliance")
    rows = client.get("/satisfaction/improvement/?measure=alliance").context["rows"]
    assert [row.what for row in rows] == ["Alliance"]
    assert len(client.get("/satisfaction/improvement/?measure=x").context["rows"]) == 2


def test_account_managers_read_and_service_staff_do_not(client, signed_in, amy):
    action(amy)
    page = signed_in.get("/satisfaction/improvement/")
    assert "Call sooner" in page.text
    assert "New action" not in page.text
    assert signed_in.get("/satisfaction/improvement/new/").status_code == 403
    client.force_login(ServiceFactory())
    assert client.get("/satisfaction/improvement/").status_code == 403


def test_the_list_asks_a_few_questions(client, boss, django_assert_max_num_queries):
    for n in range(12):
        action(ManagerFactory(), what=f"Action {n}")
    client.get("/satisfaction/improvement/")
    with django_assert_max_num_queries(5):
        client.get("/satisfaction/improvement/")
