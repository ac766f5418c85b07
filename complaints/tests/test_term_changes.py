"""Changed deadlines and hours touch open cases when a manager says so, and not before."""

import datetime as dt

import pytest
from django.urls import reverse

from complaints.models import Case, Clock, Policy, TermsChange
from complaints.services import sweep, term_changes
from complaints.services.clocks import rederive
from complaints.services.terms import current_terms
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.models import AuditEntry
from crm.accounts.services import Refused
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from crm.platform import jobs
from crm.platform.calendars import default_calendar
from crm.platform.models import Job, OutboxMessage

pytestmark = pytest.mark.django_db
PAGE = reverse("complaints:policies")
SHORT = {"acknowledge": 10, "first_response": 10, "next_response": 10, "resolution": 20}


@pytest.fixture(autouse=True)
def few_shards(monkeypatch):
    monkeypatch.setattr(term_changes, "SHARDS", 2)
    monkeypatch.setattr(jobs, "ring", lambda job: True)


@pytest.fixture
def manager():
    return ManagerFactory()


@pytest.fixture
def owner():
    return ServiceFactory()


def do_all(job: Job) -> None:
    while term_changes.work(job.pk):
        pass


def compared(manager) -> TermsChange:
    change = term_changes.compare(by=manager)
    do_all(change.comparing)
    return TermsChange.objects.get(pk=change.pk)


def given(manager) -> TermsChange:
    change = term_changes.give(change=compared(manager), by=manager)
    do_all(change.giving)
    change.refresh_from_db()
    return change


def on_a_working_day(days: int = 7) -> dt.datetime:
    """A Monday at ten, a week or more ago."""
    today = dt.datetime.now(dt.UTC).replace(hour=10, minute=0, second=0, microsecond=0)
    return today - dt.timedelta(days=days + today.weekday())


def test_a_comparison_counts_and_changes_nothing(manager, owner):
    by = {"by": owner, "owner": owner}
    fresh = CaseFactory(**by)
    CaseFactory(**by, now=on_a_working_day())  # late already
    CaseFactory(**by, state=State.WITHDRAWN)
    Policy.objects.update(**SHORT)
    kept = list(Clock.objects.order_by("pk").values())
    change = compared(manager)
    assert (change.cases, change.different, change.given) == (2, 2, 0)
    assert change.overdue == 0
    assert list(Clock.objects.order_by("pk").values()) == kept
    assert fresh.events.count() == 1


def test_what_would_be_overdue_at_once_is_counted(manager, owner):
    default_calendar().hours.all().delete()
    for day in range(7):
        default_calendar().hours.create(weekday=day, opens=dt.time(0), closes=dt.time.max)
    half_an_hour_ago = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=30)
    CaseFactory(by=owner, now=half_an_hour_ago)
    Policy.objects.update(**SHORT)
    assert compared(manager).overdue == 1
    assert not Case.objects.late().exists()
    given(manager)
    assert Case.objects.late().count() == 1
    sweep.wake_due()
    assert OutboxMessage.objects.filter(cause__startswith="case-breach:").count() == 3


def test_open_cases_get_new_deadlines_by_an_event_and_ended_ones_do_not(manager, owner):
    case = CaseFactory(by=owner, owner=owner)
    ended = CaseFactory(by=owner, state=State.WITHDRAWN)
    Policy.objects.update(**SHORT)
    assert given(manager).given == 1
    case.refresh_from_db()
    ended.refresh_from_db()
    assert case.terms == current_terms() != ended.terms
    event = case.events.last()
    assert (event.action, event.by) == (Action.CHANGE, manager)
    targets = dict(case.clocks.values_list("kind", "target"))
    assert targets == {kind: SHORT[kind] for kind in targets}
    # The events alone tell the same.
    before = list(case.clocks.order_by("pk").values())
    rederive([case])
    assert list(case.clocks.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(subject="deadlines of open cases").exists()


def test_a_breach_stays_a_breach_by_longer_deadlines(manager, owner):
    case = CaseFactory(by=owner, owner=owner, now=on_a_working_day())
    sweep.wake_due()
    late = case.clocks.get(kind="acknowledge").breached_at
    assert late
    Policy.objects.update(acknowledge=9_000, first_response=9_000, resolution=9_000)
    given(manager)
    clock = case.clocks.get(kind="acknowledge")
    assert (clock.breached_at, clock.target) == (late, 9_000)
    case.refresh_from_db()
    assert case.is_breached


def test_other_business_hours_count_from_the_start(manager, owner):
    start = on_a_working_day()
    case = do(CaseFactory(by=owner, owner=owner, now=start), Action.REPLY, by=owner, now=start)
    before = case.clocks.get(kind="resolution").due_at
    default_calendar().days.create(date=start.date(), name="Stocktaking")
    given(manager)
    after = case.clocks.get(kind="resolution")
    assert before < after.due_at
    assert after.target == 2_400


def test_what_a_killed_worker_left_is_done_once(manager, owner):
    CaseFactory.create_batch(3, by=owner, owner=owner)
    Policy.objects.update(**SHORT)
    change = term_changes.give(change=compared(manager), by=manager)
    step = jobs.claim(change.giving_id)
    jobs.give_back(step, "killed", counts=False)
    do_all(change.giving)
    do_all(change.giving)
    change.refresh_from_db()
    assert change.given == 3
    assert {case.events.count() for case in Case.objects.all()} == {2}


def test_given_is_what_was_compared_and_once(manager):
    change = term_changes.compare(by=manager)
    with pytest.raises(Refused):
        term_changes.give(change=change, by=manager)  # not compared yet
    do_all(change.comparing)
    first = term_changes.give(change=change, by=manager)
    assert term_changes.give(change=change, by=manager).giving_id == first.giving_id
    later = compared(manager)
    Policy.objects.update(**SHORT)
    with pytest.raises(Refused):
        term_changes.give(change=later, by=manager)


def test_the_page_leads_from_a_comparison_to_giving(client, manager, owner):
    client.force_login(manager)
    CaseFactory(by=owner, owner=owner)
    assert "All open cases follow" in client.get(PAGE).content.decode()
    Policy.objects.update(**SHORT)
    assert "keeps the deadlines" in client.get(PAGE).content.decode()
    client.post(reverse("complaints:terms_compare"))
    change = TermsChange.objects.get()
    assert 'hx-trigger="every 2s"' in client.get(PAGE).content.decode()
    do_all(change.comparing)
    page = client.get(reverse("complaints:terms_progress")).content.decode()
    assert reverse("complaints:terms_give", args=[change.pk]) in page
    client.post(reverse("complaints:terms_give", args=[change.pk]))
    do_all(TermsChange.objects.get().giving)
    assert "1 open case got the present deadlines" in client.get(PAGE).content.decode()


def test_service_staff_see_nothing_of_it(client, owner):
    client.force_login(owner)
    assert 'id="open-cases"' not in client.get(PAGE).content.decode()
    assert client.post(reverse("complaints:terms_compare")).status_code == 403
