"""Corrective actions: planned with a complaint, done by a day, checked later for their effect."""

import datetime as dt

import pytest
from django.utils import timezone

from complaints.models import CorrectiveAction
from complaints.services import corrective
from complaints.services.actions import Refused, act
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, CorrectiveFactory, change_of
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.models import Notice
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)
TOLD = {"told": "We have replaced it."}


@pytest.fixture
def sam():
    return ServiceFactory(name="Sam")


@pytest.fixture
def today(monkeypatch):
    """Monday noon; the returned function moves to another day."""

    def move(day: dt.date) -> None:
        noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: noon)

    move(TODAY)
    return move


def grave(sam, **values):
    return CaseFactory(by=sam, severity="major", state=State.PROPOSED, **values)


def test_a_grave_complaint_is_resolved_only_with_a_change_on_our_side(sam):
    case = grave(sam)
    for given in (None, {"what": " "}, {"what": "Roof", "due_on": "soon"}):
        data = TOLD | ({"corrective": given} if given else {})
        with pytest.raises(Refused):
            act(case=case, action=Action.RESOLVE, by=sam, data=data)
    now = timezone.now()
    data = TOLD | {"corrective": change_of(sam, now)}
    assert act(case=case, action=Action.RESOLVE, by=sam, data=data).state == State.RESOLVED
    change = CorrectiveAction.objects.get()
    assert (change.what, change.owner, change.case) == ("Tighten the seal", sam, case)
    assert change.check_on - change.due_on == dt.timedelta(days=60)


def test_one_that_is_planned_already_is_enough_and_others_need_none(sam):
    case = grave(sam)
    CorrectiveFactory(case=case)
    assert act(case=case, action=Action.RESOLVE, by=sam, data=TOLD).state == State.RESOLVED
    for values in ({"severity": "minor"}, {"severity": "critical", "kind": "request"}):
        case = CaseFactory(by=sam, state=State.PROPOSED, **values)
        assert act(case=case, action=Action.RESOLVE, by=sam, data=TOLD).state == State.RESOLVED


def test_the_form_of_resolving_asks_for_it_and_makes_one_when_sent_twice(client, sam):
    case = grave(sam, owner=sam)
    client.force_login(sam)
    address = f"/complaints/{case.pk}/resolve/"
    typed = TOLD | {"expected_seq": case.last_seq}
    page = client.post(address, typed)
    assert "corrective_what" in next(f for f in page.context["forms"] if f.is_open).errors
    typed |= {"corrective_what": "A roof", "corrective_due_on": ""}
    page = client.post(address, typed)
    assert "corrective_due_on" in next(f for f in page.context["forms"] if f.is_open).errors
    typed["corrective_due_on"] = "2030-01-02"
    for _sent in range(2):
        assert client.post(address, typed).status_code == 302
    assert CorrectiveAction.objects.get().what == "A roof"
    assert "A roof" in client.get(f"/complaints/{case.pk}/").text


def edit(client, change, **typed):
    address = f"/complaints/corrective/{change.pk}/"
    initial = client.get(address).context["form"].initial
    kept = {name: "" if value is None else value for name, value in initial.items()}
    return client.post(address, kept | typed)


def test_it_is_done_then_checked_and_outlives_its_case(client, sam):
    change = CorrectiveFactory(owner=sam, case=CaseFactory(by=sam, state=State.WITHDRAWN))
    mia = ManagerFactory(name="Mia")
    client.force_login(sam)
    assert "result" in edit(client, change, state="done").context["form"].errors
    assert edit(client, change, state="done", result="New seal").status_code == 302
    change.refresh_from_db()
    assert change.is_unchecked
    assert change.closed_at
    client.force_login(mia)
    unsaid = edit(client, change, verdict="ineffective")
    assert "verdict_words" in unsaid.context["form"].errors
    said = {"verdict": "ineffective", "verdict_words": "Three leaks since"}
    assert edit(client, change, **said).status_code == 302
    change.refresh_from_db()
    assert (change.verdict, change.checked_by) == ("ineffective", mia)
    shown = client.get("/complaints/corrective/?show=settled").text
    assert "Three leaks since" in shown
    assert "Mia" in shown
    wrong = edit(client, CorrectiveFactory(), verdict="effective", verdict_words="None since")
    assert "verdict" in wrong.context["form"].errors


def test_one_opened_again_loses_who_closed_it_but_not_its_verdict_silently(client, sam):
    change = CorrectiveFactory(owner=sam)
    client.force_login(sam)
    edit(client, change, state="dropped", result="Sold the line")
    change.refresh_from_db()
    assert change.closed_at
    edit(client, change, state="open")
    change.refresh_from_db()
    assert (change.is_open, change.closed_at) == (True, None)


def test_the_effect_is_checked_after_the_change(client, sam):
    case = CaseFactory(by=sam)
    client.force_login(sam)
    typed = {"what": "A roof", "owner": sam.pk, "due_on": "2030-02-02", "check_on": "2030-02-01"}
    address = f"/complaints/{case.pk}/corrective/"
    assert "check_on" in client.post(address, typed).context["form"].errors
    for _sent in range(2):
        assert client.post(address, typed | {"check_on": "2030-03-01"}).status_code == 302
    assert CorrectiveAction.objects.count() == 1


def test_it_is_given_to_nobody_who_does_not_see_the_case(sam):
    case = CaseFactory(by=sam)
    day = timezone.localdate()
    values = {"what": "A roof", "due_on": day, "check_on": day}
    for owner in (AccountManagerFactory(), ServiceFactory(is_active=False)):
        with pytest.raises(Refused):
            corrective.plan(case=case, by=sam, values=values | {"owner": owner})


def test_who_looks_on_reads_and_who_was_given_it_edits(client, sam):
    amy, ben = AccountManagerFactory(), AccountManagerFactory()
    customer = CustomerFactory(account_manager=amy)
    change = CorrectiveFactory(case=CaseFactory(by=sam, customer=customer), owner=sam)
    address = f"/complaints/corrective/{change.pk}/"
    client.force_login(ben)
    assert client.get(address).status_code == 404
    assert change.what not in client.get("/complaints/corrective/").text
    client.force_login(amy)
    assert change.what in client.get("/complaints/corrective/").text
    assert client.get(address).status_code == 403
    CorrectiveAction.objects.update(owner=amy)
    assert client.get(address).status_code == 200


def test_the_list_begins_with_what_is_overdue_in_few_questions(
    client, sam, today, django_assert_max_num_queries
):
    for days in (5, -5, 0, -1):
        CorrectiveFactory(due_on=TODAY + dt.timedelta(days=days), what=f"in {days}", owner=sam)
    client.force_login(sam)
    client.get("/complaints/corrective/")
    with django_assert_max_num_queries(8):
        rows = client.get("/complaints/corrective/?whose=mine").context["rows"]
    assert [(row.what, row.days_late) for row in rows] == [
        ("in -5", 5),
        ("in -1", 1),
        ("in 0", 0),
        ("in 5", 0),
    ]


def causes() -> set[str]:
    return {cause.split(":", 2)[2] for cause in Notice.objects.values_list("cause", flat=True)}


def test_reminders_come_before_it_is_due_each_week_after_and_for_the_check(sam, today):
    change = CorrectiveFactory(owner=sam, made_by=ManagerFactory(), due_on=TODAY)
    CorrectiveFactory(due_on=TODAY + dt.timedelta(days=4))
    for days, expected in (
        (0, {"due:2026-06-01"}),
        (0, {"due:2026-06-01"}),
        (1, {"due:2026-06-01", "late:2026-06-01:0"}),
        (8, {"due:2026-06-01", "late:2026-06-01:0", "late:2026-06-01:1"}),
    ):
        Notice.objects.exclude(user=sam).delete()
        today(TODAY + dt.timedelta(days=days))
        corrective.remind_due()
        assert set(Notice.objects.filter(user=sam).values_list("cause", flat=True)) == {
            f"corrective:{change.pk}:{part}" for part in expected
        }
    done = {"state": "done", "result": "x", "closed_at": timezone.now()}
    CorrectiveAction.objects.filter(pk=change.pk).update(**done)
    Notice.objects.all().delete()
    CorrectiveAction.objects.exclude(pk=change.pk).delete()
    today(change.check_on)
    assert corrective.remind_due() == 2  # who does it, and who asked for it
    assert causes() == {f"check:{change.check_on}:0"}
