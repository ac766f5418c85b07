"""Complaints by file: the past comes in whole and in silence, and is never rewritten."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from complaints.models import Case, CaseEvent, CaseIdentity, Clock
from complaints.services.actions import act
from complaints.services.clocks import DERIVED, rederive
from complaints.services.sweep import wake_due
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import ServiceFactory
from crm.platform.models import Installation, OutboxMessage
from customers.imports.undo import UndoRefused
from customers.models import ImportedRow, Task
from customers.tests.factories import (
    CustomerFactory,
    ImportRunFactory,
    SourceFactory,
    StandingFactory,
)
from customers.tests.loading import imported, imported_to_undo, take_back

pytestmark = pytest.mark.django_db
HEADER = "reference,customer,description,received_at"


@pytest.fixture
def acorn():
    customer = CustomerFactory(number="A1", name="Acorn Ltd")
    StandingFactory(customer=customer, tier="A")
    return customer


@pytest.fixture
def complain(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    numbers = iter(range(1_000))

    def load_complaints(table, **options):
        order = {"kind": "complaints", "source": "", **options}
        return imported(tmp_path / f"file{next(numbers)}.csv", table, **order)

    return load_complaints


def counts(result):
    found = result.counts
    return found.new, found.changed, found.same, found.wrong


def flaws(result) -> list[str]:
    return [row["flaws"] for row in result.first_wrong["rows"]]


def path(case: Case) -> list[str]:
    return list(case.events.order_by("seq").values_list("action", flat=True))


def moment(text: str) -> dt.datetime:
    zone = Installation.get().zone
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def derived(case: Case) -> dict:
    return {name: getattr(Case.objects.get(pk=case.pk), name) for name in DERIVED}


def test_all_fields_arrive(complain, acorn):
    result = complain(
        "投诉编号,客户编号,类型,标题,描述,渠道,类别,严重程度,投诉时间,"
        "解决时间,结案日期,状态,处理方式,费用,根本原因,订单号,答复\n"
        "T-1,a1,投诉,漏油,泵漏油。很急。,微信,产品,严重,2024-03-04 09:30,"
        '2024-03-06 16:00,2024-03-10,已结案,维修,"1,250.50",material,SO-7,已更换密封圈\n'
    )
    assert counts(result) == (1, 0, 0, 0)
    case = Case.objects.get()
    assert (case.customer, case.kind, case.title, case.description) == (
        acorn, "complaint", "漏油", "泵漏油。很急。",
    )  # fmt: skip
    assert (case.channel, case.category.code, case.severity) == ("social", "product", "major")
    assert (case.received_at, case.resolved_at, case.ended_at) == (
        moment("2024-03-04 09:30"), moment("2024-03-06 16:00"), moment("2024-03-10"),
    )  # fmt: skip
    assert (case.remedy, case.remedy_cost, case.root_cause.code) == (
        "repair", Decimal("1250.50"), "material",
    )  # fmt: skip
    assert (case.order_reference, case.state, case.tier) == ("SO-7", "closed", "A")
    assert path(case) == ["log", "acknowledge", "assess", "propose", "resolve", "close"]
    assert case.events.get(action="resolve").data["told"] == "已更换密封圈"
    assert CaseIdentity.objects.get().key == "T-1"


@pytest.mark.parametrize("state", [state for state in State if state != State.MERGED])
def test_every_state_has_its_chain_and_is_what_its_events_say(complain, acorn, state):
    ended = state in ("closed", "withdrawn", "rejected")
    resolved = timezone.localdate() - dt.timedelta(days=2)
    table = (
        "reference,customer,description,received_at,state,resolved_at,closed_at,told\n"
        f"T1,A1,The pump leaks.,2024-01-02,{state},{resolved if state == 'resolved' else ''},"
        f"{'2024-01-09' if ended else ''},Thank you\n"
    )
    assert counts(complain(table)) == (1, 0, 0, 0)
    case = Case.objects.get()
    assert case.state == state
    before = derived(case)
    rederive([case])
    assert derived(case) == before
    assert not Clock.objects.exists()
    assert counts(complain(table)) == (0, 0, 1, 0)


def test_the_past_is_silent(complain, acorn, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        complain(
            "reference,customer,description,received_at,state,severity,closed_at\n"
            "T1,A1,Old and open,2024-01-02,open,critical,\n"
            f"T2,A1,Young and open,{timezone.localdate() - dt.timedelta(days=2)},open,critical,\n"
            "T3,A1,Done,2024-01-02,closed,critical,2024-02-03\n"
        )
    wake_due(now=timezone.now() + dt.timedelta(days=30))
    assert not OutboxMessage.objects.exists()
    assert not Clock.objects.exists()
    assert not Task.objects.exists()
    assert not Case.objects.late().exists()


def test_an_open_case_of_today_is_no_history(complain, acorn):
    received = timezone.now() - dt.timedelta(hours=2)
    assert counts(complain(f"{HEADER}\nT1,A1,It leaks.,{received.isoformat()}\n")) == (1, 0, 0, 0)
    case = Case.objects.get()
    assert (case.received_at, case.title) == (received.replace(microsecond=0), "It leaks")
    assert Clock.objects.filter(case=case, state="running").count() == 3
    assert case.has_deadline
    assert case.wake_at


def test_an_open_case_of_the_past_is_worked_on_without_deadlines(complain, acorn, client):
    complain(f"{HEADER},state\nT1,A1,It leaks.,2024-01-02,in progress\n")
    case, service = Case.objects.get(), ServiceFactory()
    client.force_login(service)
    page = client.get(reverse("complaints:case", args=[case.pk])).content.decode()
    assert "it came by an import" in page
    for action in (Action.PROPOSE, Action.RESOLVE):
        case = do(case, action, by=service)
    assert (case.state, Clock.objects.exists(), case.is_breached) == ("resolved", False, False)


def test_who_opens_a_case_again_gives_it_a_clock(complain, acorn):
    resolved = timezone.localdate() - dt.timedelta(days=3)
    complain(f"{HEADER},resolved_at\nT1,A1,It leaks.,2024-01-02,{resolved}\n")
    case = Case.objects.get()
    assert (case.state, case.wake_at is not None) == ("resolved", True)
    case = act(case=case, action=Action.REOPEN, by=ServiceFactory(), reason="It leaks again")
    clock = Clock.objects.get()
    assert (clock.kind, clock.state, clock.breached_at) == ("resolution", "running", None)
    assert (case.reopened, case.next_due_at) == (1, clock.due_at)


def test_what_was_resolved_long_ago_is_closed(complain, acorn):
    complain(f"{HEADER},state,resolved_at\nT1,A1,It leaks.,2024-01-02,solved,2024-01-05\n")
    case = Case.objects.get()
    assert (case.state, case.resolved_at) == ("closed", moment("2024-01-05"))
    days = Installation.get().closing_days
    assert case.ended_at == moment("2024-01-05") + dt.timedelta(days=days)


def test_repeating_changes_nothing_whatever_became_of_the_case_here(complain, acorn):
    table = f"{HEADER},state\nT1,A1,It leaks.,2024-01-02,new\n"
    complain(table)
    case = do(Case.objects.get(), Action.ACKNOWLEDGE, by=ServiceFactory())
    assert counts(complain(table)) == (0, 0, 1, 0)
    assert counts(complain(f"{HEADER}\nT1,A1,It leaks.,2 Jan 2024\n")) == (0, 0, 1, 0)
    assert Case.objects.get().last_seq == case.last_seq


def test_a_changed_row_changes_the_case_and_takes_it_further(complain, acorn):
    complain(f"{HEADER},state\nT1,A1,It leaks.,2024-01-02 10:00,new\n")
    result = complain(
        f"{HEADER},state,severity,resolved_at,told\n"
        "T1,A1,It leaks.,2024-01-02 10:00,resolved,major,2024-01-04 12:00,We mended it\n"
    )
    assert counts(result) == (0, 1, 0, 0)
    case = Case.objects.get()
    assert (case.state, case.severity, case.resolved_at) == (
        "closed", "major", moment("2024-01-04 12:00"),
    )  # fmt: skip
    assert path(case) == [
        "log", "change", "acknowledge", "assess", "propose", "resolve", "close",
    ]  # fmt: skip
    change = case.events.get(action="change")
    assert change.data["values"] == {"severity": "major"}
    assert change.data["was"] == {"severity": "moderate"}
    assert case.events.get(action="resolve").data["told"] == "We mended it"
    before = derived(case)
    rederive([case])
    assert derived(case) == before
    assert not Clock.objects.exists()


def test_another_customer_brings_its_tier(complain, acorn):
    CustomerFactory(number="B1")
    complain(f"{HEADER}\nT1,A1,It leaks.,2024-01-02\n")
    assert counts(complain(f"{HEADER}\nT1,B1,It leaks.,2024-01-02\n")) == (0, 1, 0, 0)
    case = Case.objects.get()
    assert (case.customer.number, case.tier) == ("B1", "C")


def test_a_new_answer_alone_is_a_reply(complain, acorn):
    table = f"{HEADER},closed_at,told\nT1,A1,It leaks.,2024-01-02,2024-02-01,{{}}\n"
    complain(table.format("Mended"))
    assert counts(complain(table.format("Mended for good"))) == (0, 1, 0, 0)
    event = CaseEvent.objects.get(action="reply")
    assert (event.data["told"], event.actor) == ("Mended for good", "system")
    assert counts(complain(table.format("Mended for good"))) == (0, 0, 1, 0)


def test_a_changed_row_of_a_case_that_was_worked_on_is_wrong(complain, acorn):
    complain(f"{HEADER},state\nT1,A1,It leaks.,2024-01-02,new\n")
    do(Case.objects.get(), Action.ACKNOWLEDGE, by=ServiceFactory())
    result = complain(f"{HEADER},state\nT1,A1,It leaks a lot.,2024-01-02,new\n")
    assert (counts(result), flaws(result)) == ((0, 0, 0, 1), ["worked_on"])
    assert Case.objects.get().description == "It leaks."


def test_what_happened_is_not_rewritten(complain, acorn):
    complain(
        f"{HEADER},closed_at,state\nT1,A1,It leaks.,2024-01-02,2024-02-01,\n"
        "T2,A1,It leaks.,2024-01-02,,in progress\nT3,A1,It leaks.,2024-01-02,2024-02-01,\n"
    )
    result = complain(
        f"{HEADER},closed_at,state\nT1,A1,It leaks.,2024-01-03,2024-02-01,\n"
        "T2,A1,It leaks.,2024-01-02,,new\nT3,A1,It leaks.,2024-01-02,2024-02-02,\n"
    )
    assert flaws(result) == ["times_fixed:received_at", "state_back:state", "times_fixed:closed_at"]


def test_wrong_rows_have_their_reasons(complain, acorn):
    header = (
        "reference,customer,title,description,received_at,resolved_at,closed_at,state,category,"
        "cost,channel\n"
    )
    rows = [
        ",A1,T,,2024-01-02,,,,,,",
        "R1,,T,,2024-01-02,,,,,,",
        "R1,A9,T,,2024-01-02,,,,,,",
        "R1,A1,,,2024-01-02,,,,,,",
        f"R1,A1,{'x' * 121},,2024-01-02,,,,,,",
        "R1,A1,T,,,,,,,,",
        "R1,A1,T,,soon,,,,,,",
        "R1,A1,T,,2024-01-02 27:00,,,,,,",
        f"R1,A1,T,,{timezone.localdate() + dt.timedelta(days=3)},,,,,,",
        "R1,A1,T,,2024-01-02 12:00,2024-01-02 11:00,,,,,",
        "R1,A1,T,,2024-01-02,2024-01-05,2024-01-04,,,,",
        "R1,A1,T,,2024-01-02,2024-01-05,,open,,,",
        "R1,A1,T,,2024-01-02,,,closed,,,",
        "R1,A1,T,,2024-01-02,,,resolved,,,",
        "R1,A1,T,,2024-01-02,,,merged,,,",
        "R1,A1,T,,2024-01-02,,,,no such,,",
        "R1,A1,T,,2024-01-02,,,,,-5,",
        "R1,A1,T,,2024-01-02,,,,,,pigeon",
        "R1,A1,T,,2024-01-02,,,,,,",
    ]
    result = complain(header + "\n".join(rows) + "\n")
    assert counts(result) == (1, 0, 0, 18)
    assert flaws(result) == [
        "missing:reference", "missing:customer", "unknown_customer:customer",
        "missing:description", "too_long:title", "missing:received_at", "bad_date:received_at",
        "bad_date:received_at", "date_future:received_at", "time_order:resolved_at",
        "time_order:closed_at", "state_times:state", "missing:closed_at", "missing:resolved_at",
        "bad_choice:state", "unknown_entry:category", "negative:cost", "bad_choice:channel",
    ]  # fmt: skip


def test_the_same_complaint_twice_counts_once(complain, acorn):
    row = "T1,A1,It leaks.,2024-01-02\n"
    result = complain(f"{HEADER}\n{row}{row}T1,A1,It drips.,2024-01-02\n")
    assert (counts(result), flaws(result)) == ((1, 0, 1, 1), ["twice"])


def test_days_without_times_are_in_order(complain, acorn):
    header = f"{HEADER},resolved_at,closed_at\n"
    complain(f"{header}T1,A1,It leaks.,2024-01-02 15:00,2024-01-02,2024-01-02\n")
    case = Case.objects.get()
    assert case.received_at == case.resolved_at == case.ended_at == moment("2024-01-02 15:00")


def test_a_time_with_a_zone_holds_there(complain, acorn):
    complain(f"{HEADER}\nT1,A1,It leaks.,2024-01-02T08:00:00+08:00\n")
    assert Case.objects.get().received_at == dt.datetime(2024, 1, 2, tzinfo=dt.UTC)


def test_a_check_writes_nothing(complain, acorn):
    assert counts(complain(f"{HEADER}\nT1,A1,Leak,2024-01-02\n", commit=False)) == (1, 0, 0, 0)
    assert not Case.objects.exists()


def test_keys_of_two_sources_are_two_cases(complain, acorn):
    for code in ("erp", "shop"):
        acorn.identities.create(source=SourceFactory(code=code), key="77")
        complain(f"{HEADER}\nT1,77,Leak,2024-01-02\n", source=code)
    assert Case.objects.count() == 2


def test_an_undo_takes_cases_and_changes_back(complain, acorn, tmp_path):
    complain(f"{HEADER},state\nT1,A1,It leaks.,2024-01-02,new\n")
    ours = Case.objects.get()
    before = derived(ours) | {"description": ours.description}
    table = (
        f"{HEADER},state,closed_at\nT1,A1,It drips.,2024-01-02,closed,2024-03-04\n"
        f"T2,A1,Late,2024-01-02,closed,2024-02-03\nT3,A1,Now,{timezone.now().isoformat()},,\n"
    )
    import_run = imported_to_undo(tmp_path / "cases.csv", table, kind="complaints")
    assert Case.objects.count() == 3
    take_back(import_run)
    ours = Case.objects.get()
    assert derived(ours) | {"description": ours.description} == before
    assert path(ours) == ["log"]
    assert CaseIdentity.objects.count() == 1
    # It can come again.
    assert counts(complain(table)) == (2, 1, 0, 0)


def test_a_case_that_was_worked_on_stands_against_the_undo(complain, acorn, tmp_path):
    import_run = imported_to_undo(
        tmp_path / "cases.csv", f"{HEADER}\nT1,A1,It leaks.,2024-01-02\n", kind="complaints"
    )
    do(Case.objects.get(), Action.ACKNOWLEDGE, by=ServiceFactory())
    with pytest.raises(UndoRefused):
        take_back(import_run)
    assert Case.objects.exists()


def test_what_happened_here_is_not_taken_back_whatever_an_import_says_it_made():
    event = CaseFactory().events.get()
    run = ImportRunFactory(kind="complaints")
    ImportedRow.objects.create(
        import_run=run, table="complaints_caseevent", row_id=event.pk, digest=1
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT delete_imported_rows(%s, 'complaints_caseevent')", [run.pk])
        assert cursor.fetchone() == (0,)
    assert CaseEvent.objects.filter(pk=event.pk).exists()


def test_the_check_shows_what_would_change(complain, acorn):
    complain(f"{HEADER},state\nT1,A1,It leaks.,2024-01-02 10:00,new\n")
    table = (
        f"{HEADER},category,resolved_at\nT1,A1,It drips.,2024-01-02 10:00,产品,2024-01-04 12:00\n"
    )
    found = complain(table, commit=False).preview
    changed = {name: (before, after) for name, before, after in found["changed"][0]["fields"]}
    assert changed == {
        "description": ("It leaks.", "It drips."),
        "category": ("", "product"),
        "resolved_at": ("", "2024-01-04 12:00"),
        "closed_at": ("", changed["closed_at"][1]),
        "state": ("new", "closed"),
    }
