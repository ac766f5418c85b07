"""Care and news of the demo company: lived-in, and what the nights make of it."""

import datetime as dt

import pytest
from django.db.models import Count

from crm.demo import care
from crm.demo.care import replay
from crm.demo.load import load
from crm.platform.models import Installation
from crm.tests import anew
from customers.models import (
    CareDue,
    Contact,
    Interaction,
    Mailing,
    MailingRecipient,
    ReviewReport,
    Standing,
    Task,
)
from customers.services.care import keep_up
from customers.tests.factories import ready_care_rules

FEW = 240


@pytest.fixture(scope="module")
def today(kept_rows):
    return Installation.get().today()


@pytest.fixture(scope="module")
def moved_in(today):
    """The company on its first morning; tiers as the first night will find them, about."""
    ready_care_rules()
    tiers = {}
    add = care.add

    def noting(seed, ids, found, day):
        tiers.update({int(ids[ordinal]): tier for ordinal, tier in found.items()})
        add(seed, ids, found, day)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(care, "add", noting)
        load(today=today, customers=FEW)
    anew.analyze()
    for tier in "AB":
        Standing.objects.filter(pk__in=[pk for pk, mine in tiers.items() if mine == tier]).update(
            tier=tier
        )


@pytest.fixture
def loaded(db, moved_in):
    return moved_in


def test_reviews_were_given_in_the_customers_language_and_some_wait(loaded, today):
    reports = ReviewReport.objects.select_related("customer")
    assert reports.filter(given_on__isnull=False).count() > 5
    drafts = reports.filter(given_on=None)
    owners = [report.made_by_id for report in drafts]
    assert owners
    assert len(owners) == len(set(owners))
    for report in reports:
        chinese = any("\u4e00" <= character <= "\u9fff" for character in report.customer.name)
        assert report.language == ("zh-hans" if chinese else "en")
        assert report.outlook
        assert report.until < (report.given_on or today)


def test_periods_follow_what_was_kept_and_what_was_missed():
    def day(number):
        return dt.date(2026, 1, 1) + dt.timedelta(days=number)

    turns = replay([(day(3), "a"), (day(5), "b"), (day(30), "c")], day(0), 10, day(42))
    assert [(turn.starts, turn.due, turn.proof) for turn in turns] == [
        (day(0), day(9), "a"),
        (day(4), day(13), "b"),
        (day(6), day(15), None),
        (day(16), day(25), None),
        (day(26), day(35), "c"),
        (day(31), day(40), None),
        (day(41), day(50), None),
    ]


def test_a_year_of_care_was_kept_and_missed_by_every_kind(loaded, today):
    counts = CareDue.objects.values_list("rule__action", "state").annotate(Count("pk"))
    seen = {(action, state) for action, state, _number in counts}
    for action in ("contact", "visit", "executive", "report", "call"):
        assert {(action, "kept"), (action, "missed")} <= seen
    assert not CareDue.objects.filter(settled_on__gt=today).exists()
    assert not CareDue.objects.filter(state="owed", due_on__lt=today).exists()
    shown = CareDue.objects.filter(state="kept", rule__action="visit")
    assert shown.filter(interaction__kind="visit").exists()
    assert shown.filter(interaction=None).exists()  # ticked off, nothing logged


def test_the_night_makes_each_owed_task_once_and_a_visit_clears_it(loaded, today):
    keep_up(today)
    tasks = Task.objects.filter(origin="care", state="open")
    assert tasks.exists()
    made = set(tasks.values_list("customer", "reason", "assignee"))
    assert len(made) == tasks.count()
    for _ in range(2):
        assert keep_up(today) == 0
    assert set(tasks.values_list("customer", "reason", "assignee")) == made
    owed = CareDue.objects.filter(state="owed", rule__action="visit", task__state="open").first()
    Interaction.objects.create(
        customer=owed.customer, kind="visit", by=owed.task.assignee, subject="Visit"
    )
    keep_up(today)
    owed.refresh_from_db()
    assert (owed.state, owed.task.state) == ("kept", "done")


def test_one_mailing_was_sent_and_one_is_a_draft(loaded):
    sent, draft = Mailing.objects.order_by("pk")
    assert (sent.state, draft.state) == ("sent", "draft")
    outcomes = dict(MailingRecipient.objects.values_list("skipped").annotate(Count("pk")))
    assert outcomes[""] > 100
    assert outcomes["consent"] > 20
    assert Interaction.objects.filter(kind="news").exists()
    assert CareDue.objects.filter(rule__action="news", state="kept").exists()
    gone = MailingRecipient.objects.filter(refused_at__isnull=False).values("contact")
    assert set(Contact.objects.filter(pk__in=gone).values_list("consent", flat=True)) <= {"refused"}
