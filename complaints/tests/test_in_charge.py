"""The page of a case that somebody else is in charge of, or that another case stands for."""

import pytest

from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from complaints.tests.test_case_page import forms_of, page
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return ServiceFactory(name="Sam")


@pytest.fixture
def acorn(amy):
    return CustomerFactory(name="Acorn Ltd", account_manager=amy)


def test_a_colleague_is_told_who_is_in_charge(client, sam, acorn):
    case = CaseFactory(customer=acorn, state=State.INVESTIGATING, by=sam)
    client.force_login(ServiceFactory(name="Ann"))
    assert "propose" not in forms_of(client, case)
    assert "Sam is in charge: assign it to yourself" in page(client, case).text
    for user in (sam, ManagerFactory()):
        client.force_login(user)
        assert "propose" in forms_of(client, case)
        assert "is in charge: assign it" not in page(client, case).text


def assign_form(client, case):
    asked = client.get(f"/complaints/{case.pk}/?do=assign")
    (form,) = (form for form in asked.context["forms"] if form.is_open)
    return form


def test_who_is_in_charge_is_not_offered_as_the_next_one(client, sam, acorn):
    ann = ServiceFactory(name="Ann")
    case = CaseFactory(customer=acorn, owner=sam, by=sam)
    client.force_login(sam)
    form = assign_form(client, case)
    offered = [name for _pk, name in form.fields["owner"].widget.choices]
    assert "Ann" in offered
    assert "Sam" not in offered
    assert form["owner"].value() is None  # nobody by mistake
    client.force_login(ann)
    assert assign_form(client, case)["owner"].value() == str(ann.pk)
    # Sent twice, as by two clicks, it is done once and no mistake.
    sent = {"owner": ann.pk, "expected_seq": case.last_seq}
    for _click in range(2):
        assert client.post(f"/complaints/{case.pk}/assign/", sent).status_code == 302
    assert case.events.filter(action=Action.ASSIGN).count() == 1


def test_a_merged_case_shows_the_deadlines_of_the_one_that_it_is_handled_as(client, sam, acorn):
    first, second, last = (CaseFactory(by=sam, customer=acorn) for _ in range(3))
    do(first, Action.MERGE, by=sam, data={"target": second.pk})
    do(second, Action.MERGE, by=sam, data={"target": last.pk})
    do(last, Action.ACKNOWLEDGE, by=sam)
    client.force_login(sam)
    shown = {
        case.pk: [(line.clock, line.tone) for line in page(client, case).context["deadlines"]]
        for case in (first, second, last)
    }
    assert shown[first.pk] == shown[second.pk] == shown[last.pk]
    assert dict(shown[first.pk]) == {
        "Acknowledge": "calm",
        "First response": "calm",
        "Resolution": "calm",
    }
    assert f"those of {last.reference}" in page(client, first).text


def test_a_case_merged_into_one_out_of_sight_tells_nothing_of_that(client, amy, sam, acorn):
    other = CaseFactory(by=sam, description="The secret pump broke.")
    case = CaseFactory(by=sam, customer=acorn)
    do(case, Action.MERGE, by=sam, data={"target": other.pk})
    client.force_login(amy)
    assert "secret pump" not in page(client, case).text
    assert "somebody else’s customer" in page(client, case).text
    client.force_login(sam)
    assert "The secret pump broke" in page(client, case).text
