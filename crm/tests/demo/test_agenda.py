"""What the account managers of the demo company have before them."""

import datetime as dt

import pytest

from crm.accounts.models import User
from crm.platform.models import Installation
from customers.models import Recurrence, Task
from customers.services.recurrences import make_due

TODAY = dt.date(2026, 7, 15)
pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(demo_company, monkeypatch):
    monkeypatch.setattr(Installation, "today", lambda self: TODAY)
    return demo_company


def test_each_has_visits_and_calls_with_their_hour_in_the_coming_weeks(loaded):
    for owner in User.objects.filter(role="account_manager"):
        planned = owner.tasks.open().filter(starts_at__isnull=False, due_on__gte=TODAY)
        assert planned.count() > 15
        assert {"visit", "call", "meeting"} == set(planned.values_list("kind", flat=True))
        assert not planned.filter(due_on__week_day__in=[1, 7]).exists()
        seen = Task.objects.visible_to(owner)
        assert planned.count() == seen.filter(pk__in=planned).count()
    assert Task.objects.open().filter(remind_on__gt=TODAY).exists()
    assert Task.objects.open().filter(starts_at__isnull=False, due_on__lt=TODAY).exists()
    assert Task.objects.filter(place__contains="会议室").exists()
    assert not Task.objects.filter(created_at__date__gte=TODAY, starts_at__isnull=False).exists()


def test_what_comes_again_was_done_before_and_goes_on_without_doubles(loaded):
    made = Task.objects.filter(recurrence__isnull=False)
    assert set(made.values_list("state", flat=True)) == {"open", "done"}
    assert Recurrence.objects.filter(next_on__lt=TODAY).count() == 0
    before = made.open().count()
    make_due()
    make_due()
    days = made.open().values_list("recurrence", "due_on")
    assert len(days) == len({row for row, _ in days}) > before
    assert make_due() == 0
