"""Logging and acting: what is needed, who may, and two people at once."""

import pytest

from complaints.states import State
from complaints.tests.factories import CaseFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", list(State))
def test_a_case_can_be_brought_into_every_state(state):
    case = CaseFactory(state=state)
    case.refresh_from_db()
    assert case.state == state
