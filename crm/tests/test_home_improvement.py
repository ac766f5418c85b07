"""Improvement actions on the manager's home page."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import ManagerFactory
from crm.platform.models import Installation
from crm.today import manager
from satisfaction.models import ImprovementAction

pytestmark = pytest.mark.django_db


def test_late_ones_come_first_then_by_the_value_of_those_affected():
    boss, today = ManagerFactory(), Installation.get().today()
    late, ahead = today - dt.timedelta(days=9), today + dt.timedelta(days=9)
    rows = (("Small", ahead, 1), ("Large", ahead, 9), ("Late", late, 0), ("Done", late, 99))
    for what, due, value in rows:
        is_done = what == "Done"
        ImprovementAction.objects.create(
            owner=boss,
            made_by=boss,
            what=what,
            measure="service",
            due_on=due,
            affected_value=value,
            state="done" if is_done else "open",
            result="So" if is_done else "",
            closed_at=boss.date_joined if is_done else None,
        )
    panel = next(each for each in manager.page(boss)["mind"] if each.key == "improvement")
    assert [line.name for line in panel.lines] == ["Late", "Large", "Small"]
    assert panel.lines[0].days_late == 9
