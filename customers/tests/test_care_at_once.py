"""Care is settled with what keeps it, and owed again when that is corrected."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, TeamFactory
from crm.platform.models import Installation
from customers.models import CareDue, CareRule, Club, Membership, Task
from customers.services.care import keep_up
from customers.services.customers import edit_customer
from customers.services.interactions import edit_interaction, log_interaction
from customers.services.organisation import page_of, save_page
from customers.services.records import create_record
from customers.services.tasks import set_task_state
from customers.tests.factories import CustomerFactory, StandingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_ready_rules")]


@pytest.fixture
def acorn(amy):
    made = CustomerFactory(account_manager=amy)
    StandingFactory(customer=made, tier="A", owner=amy)
    return made


def today() -> dt.date:
    return Installation.get().today()


def rule(action="visit", days=10, **fields) -> CareRule:
    usual = {"tier": "A", "ahead_days": 9, "since": today() - dt.timedelta(days=400)}
    return CareRule.objects.create(
        action=action, days=days, names={"en": action}, **(usual | fields)
    )


def visit(customer, by, **fields):
    usual = {"kind": "visit", "direction": "out", "at": timezone.now(), "subject": "Plant"}
    return log_interaction(customer=customer, by=by, **(usual | fields))


def correct(interaction, by, **values):
    interaction.refresh_from_db()
    return edit_interaction(pk=interaction.pk, version=interaction.version, values=values, by=by)


def due(customer) -> CareDue:
    """The first one."""
    return customer.care_dues.order_by("starts_on", "pk").first()


def states(customer) -> list[str]:
    return list(customer.care_dues.order_by("starts_on").values_list("state", flat=True))


def care_tasks(customer) -> list[str]:
    found = Task.objects.filter(customer=customer, origin="care").order_by("pk")
    return list(found.values_list("state", flat=True))


class TestAtOnce:
    def test_a_logged_visit_keeps_what_is_owed_and_closes_its_task(self, acorn, amy):
        rule()
        keep_up()
        assert (states(acorn), care_tasks(acorn)) == (["owed"], ["open"])
        talk = visit(acorn, amy)
        kept = due(acorn)
        assert (kept.state, kept.interaction, kept.settled_on) == ("kept", talk, today())
        assert care_tasks(acorn) == ["done"]
        assert states(acorn) == ["kept", "owed"]

    def test_the_night_after_finds_nothing_to_change(self, acorn, amy):
        rule()
        keep_up()
        visit(acorn, amy)
        keep_up()
        rows = list(CareDue.objects.order_by("pk").values())
        assert keep_up() == 0
        assert list(CareDue.objects.order_by("pk").values()) == rows

    def test_joining_a_club_keeps_the_demand(self, acorn, amy):
        rule("club")
        keep_up()
        club = Club.objects.create(names={"en": "Green"})
        level = club.levels.create(names={"en": "Gold"})
        values = {"club": club, "level": level, "since": today()}
        create_record(model=Membership, customer=acorn, by=amy, values=values)
        assert due(acorn).state == "kept"

    def test_naming_a_representative_keeps_the_demand(self, acorn, amy):
        rule("representative")
        keep_up()
        edit_customer(pk=acorn.pk, version=acorn.version, values={"service_representative": amy})
        assert (due(acorn).state, care_tasks(acorn)) == ("kept", ["done"])

    def test_the_file_counts_as_complete_with_the_fact_that_lacked(self, acorn, amy, monkeypatch):
        from customers import completeness
        from customers.models import Organisation

        monkeypatch.setattr(completeness, "COMPLETE_FROM", 1 + completeness.score(acorn))
        rule("file")
        keep_up()
        page = page_of(Organisation, acorn)
        values = {"owner": "A. Corn", "operating_manager": "B. Corn", "products": "Oak"}
        save_page(kind=Organisation, customer=acorn, version=page.version, values=values)
        assert due(acorn).state == "kept"

    def test_ticking_the_task_keeps_it_and_opening_it_again_takes_that_back(self, acorn, amy):
        rule()
        keep_up()
        task = Task.objects.get(origin="care")
        set_task_state(task=task, state=Task.State.DONE)
        assert states(acorn) == ["kept", "owed"]
        set_task_state(task=task, state=Task.State.OPEN)
        assert states(acorn) == ["owed", "void"]
        assert (due(acorn).task, care_tasks(acorn)) == (task, ["open"])
        keep_up()
        assert (states(acorn), care_tasks(acorn)) == (["owed", "void"], ["open"])


class TestCorrecting:
    def test_a_visit_that_was_a_call_keeps_nothing(self, acorn, amy):
        rule()
        keep_up()
        talk = visit(acorn, amy)
        correct(talk, amy, kind="call")
        first = due(acorn)
        assert (first.state, first.interaction, first.settled_on) == ("owed", None, None)
        assert (states(acorn), care_tasks(acorn)) == (["owed", "void"], ["open"])
        keep_up()
        assert (states(acorn), care_tasks(acorn)) == (["owed", "void"], ["open"])

    def test_and_back_keeps_it_again(self, acorn, amy):
        rule()
        keep_up()
        talk = visit(acorn, amy)
        correct(talk, amy, kind="call")
        correct(talk, amy, kind="visit")
        assert (states(acorn), care_tasks(acorn)) == (["kept", "owed"], ["done"])

    def test_another_visit_of_the_period_keeps_it_instead(self, acorn, amy):
        rule()
        keep_up()
        talk = visit(acorn, amy)
        other = visit(acorn, amy, subject="Office")
        correct(talk, amy, kind="call")
        assert (due(acorn).state, due(acorn).interaction) == ("kept", other)

    def test_a_task_ticked_before_the_visit_was_written_down_still_keeps_it(self, acorn, amy):
        rule()
        keep_up()
        talk = visit(acorn, amy)
        before = talk.created_at - dt.timedelta(minutes=5)
        Task.objects.filter(origin="care").update(closed_at=before)
        correct(talk, amy, kind="call")
        assert (due(acorn).state, due(acorn).interaction) == ("kept", None)
        assert care_tasks(acorn) == ["done"]

    def test_what_is_over_by_now_was_missed(self, acorn, amy):
        rule()
        keep_up()
        talk = visit(acorn, amy)
        ago = dt.timedelta(days=30)
        first = due(acorn)
        CareDue.objects.filter(pk=first.pk).update(
            starts_on=first.starts_on - ago, due_on=first.due_on - ago, settled_on=today() - ago
        )
        correct(talk, amy, kind="call")
        first = due(acorn)
        assert (first.state, first.settled_on) == ("missed", first.due_on + dt.timedelta(days=1))
        assert states(acorn) == ["missed", "owed"]

    def test_corrected_words_change_nothing(self, acorn, amy):
        rule()
        keep_up()
        talk = visit(acorn, amy)
        rows = list(CareDue.objects.order_by("pk").values())
        correct(talk, amy, subject="The plant")
        assert list(CareDue.objects.order_by("pk").values()) == rows

    def test_a_visit_without_its_executive_is_no_visit_of_one(self, acorn, amy):
        boss = ManagerFactory()
        rule("executive")
        keep_up()
        talk = visit(acorn, amy, colleagues=[boss])
        assert due(acorn).state == "kept"
        correct(talk, amy, colleagues=[])
        assert due(acorn).state == "owed"


@pytest.mark.django_db(transaction=True)
def test_who_opens_a_task_of_care_again_takes_turns_with_the_night():
    amy = AccountManagerFactory(team=TeamFactory())
    customer = CustomerFactory(account_manager=amy)
    StandingFactory(customer=customer, tier="A", owner=amy)
    rule()
    keep_up()
    task = Task.objects.get(origin="care")
    set_task_state(task=task, state=Task.State.DONE)
    opened = threading.Event()

    def open_again():
        try:
            set_task_state(task=task, state=Task.State.OPEN)
            opened.set()
        finally:
            connection.close()

    person = threading.Thread(target=open_again)
    with transaction.atomic():
        keep_up()  # holds the night's lock to the end of the transaction
        person.start()
        assert not opened.wait(0.5)
    person.join(10)
    assert opened.is_set()
    assert (states(customer), care_tasks(customer)) == (["owed", "void"], ["open"])
