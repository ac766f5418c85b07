"""Requests that no form of ours sends: second-hand, stale, or made up."""

import pytest

from complaints.models import Case
from complaints.services.desk import submission_of
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from complaints.tests.test_log_page import typed
from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory, TeamFactory
from crm.platform.models import Installation
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
LOG = "/complaints/log/"
RESPONSE = 7


@pytest.fixture
def sam(client):
    user = ServiceFactory(name="Sam")
    client.force_login(user)
    return user


def test_the_number_of_an_answer_opens_no_case_of_another_team(client):
    client.force_login(AccountManagerFactory(team=TeamFactory()))
    case = CaseFactory(by=ServiceFactory())
    Case.objects.filter(pk=case.pk).update(submission=submission_of(RESPONSE))
    mine = CustomerFactory(account_manager_id=client.session["_auth_user_id"])
    sent = typed(customer=mine.pk, submission=submission_of(RESPONSE), acknowledge="1")
    assert client.post(LOG, sent).status_code == 403
    case.refresh_from_db()
    assert case.state == State.NEW


def test_who_logs_an_answer_after_a_colleague_is_told_and_keeps_the_words(client, sam):
    case = CaseFactory(by=ServiceFactory())
    Case.objects.filter(pk=case.pk).update(submission=submission_of(RESPONSE))
    sent = typed(customer=case.customer_id, submission=submission_of(RESPONSE), acknowledge="1")
    answer = client.post(LOG, sent)
    assert case.reference in str(answer.context["form"].non_field_errors())
    assert sent["description"] in answer.content.decode()
    case.refresh_from_db()
    assert case.state == State.NEW


@pytest.mark.parametrize("query", ["response=" + "9" * 5_000, "customer=0", "what=%00"])
def test_numbers_that_are_none_break_nothing(client, sam, query):
    assert client.get(f"{LOG}?{query}").status_code in {200, 404}


@pytest.mark.parametrize("target", ["nowhere", "//evil.example", "javascript:alert(1)", "/x\r\ny"])
def test_after_claiming_nobody_is_sent_elsewhere(client, sam, target):
    case = CaseFactory()
    answer = client.post("/complaints/assign/", {"one": case.pk, "next": target})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert "script" not in answer["Location"]
    assert "\n" not in answer["Location"]


def test_waiting_has_an_end_that_every_page_can_show(client, sam):
    Installation.get()
    Installation.objects.update(time_zone="America/New_York")
    Installation.forget()
    case = CaseFactory(by=sam, owner=sam, state=State.INVESTIGATING)
    sent = {"waiting_for": "a picture", "until": "9999-12-31T23:59"}
    answer = client.post(f"/complaints/{case.pk}/ask_customer/", sent)
    assert answer.status_code == 200
    forms = {str(form.action): form for form in answer.context["forms"]}
    assert forms[Action.ASK_CUSTOMER].errors["until"]
    assert client.get("/complaints/?tab=waiting").status_code == 200


def test_an_older_form_that_says_something_else_is_not_taken_for_a_second_sending(client, sam):
    case = CaseFactory(by=sam)
    ann, bob = ServiceFactory(), ServiceFactory()
    opened = case.last_seq
    for owner, status in ((ann, 302), (ann, 302), (bob, 200)):
        sent = {"owner": owner.pk, "expected_seq": opened}
        answer = client.post(f"/complaints/{case.pk}/assign/", sent)
        assert answer.status_code == status
    case.refresh_from_db()
    assert (case.owner, case.events.count()) == (ann, 2)


def test_a_reopened_case_waits_for_somebody_when_who_was_in_charge_has_gone(sam):
    gone = AccountManagerFactory(team=TeamFactory())
    customer = CustomerFactory(account_manager=gone)
    case = CaseFactory(by=sam, owner=gone, customer=customer, state=State.RESOLVED)
    Customer.objects.update(account_manager=None, team=None)
    case = do(Case.objects.get(pk=case.pk), Action.REOPEN, by=sam)
    assert (case.state, case.owner) == (State.INVESTIGATING, None)
