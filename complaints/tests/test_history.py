"""What happened to a case, as people read it."""

import pytest

from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


def test_a_reply_says_once_to_whom_it_went(client):
    by = ServiceFactory()
    case = CaseFactory(state=State.INVESTIGATING, by=by)
    do(case, Action.REPLY, by=by)
    client.force_login(by)
    newest = client.get(f"/complaints/{case.pk}/").context["history"][0]
    assert (newest.title, newest.tone_words) == ("Replied", "to the customer")
