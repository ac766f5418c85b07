"""Surveys after a complaint and after a loss: once, in time, and of nobody who wants none."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from complaints.models import Case, CaseEvent
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform.models import Installation, OutboxMessage
from customers.models import Customer, Task
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory
from satisfaction import ready
from satisfaction.models import Instrument, Invitation, OptOut, Response, Unasked, Wave
from satisfaction.services import answering, occasions
from satisfaction.services.occasions import ask_after_complaints, invite_leaver
from satisfaction.services.results import trend_of
from satisfaction.services.sending import remind_due
from satisfaction.tasks import ask_after_complaints as task
from satisfaction.tests.factories import ResponseFactory, WaveFactory
from satisfaction.tests.test_waves import LINK

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy():
    return AccountManagerFactory()


@pytest.fixture
def customer(amy):
    customer = CustomerFactory(account_manager=amy, name="Acorn Ltd", email="desk@acorn.example")
    StandingFactory(customer=customer, tier="A", stage="stability")
    return customer


def closed(customer, minutes: float = 31, **values) -> Case:
    """A complaint that was closed so long ago."""
    now = timezone.now() - dt.timedelta(minutes=minutes)
    begun, data = now - dt.timedelta(hours=2), values.pop("data", {})
    case = CaseFactory(customer=customer, state="resolved", now=begun, **values)
    return do(case, "close", by=ManagerFactory(), now=now, data=data)


def answer(client, invitation: Invitation, handling: int = 1) -> Response:
    mail = OutboxMessage.objects.get(recipient=invitation.email)
    (token,) = set(LINK.findall(mail.body))
    values = {"page": "1", "go": "send", "q-handling": handling, "q-better": "Call back sooner."}
    client.post(reverse("satisfaction:answer", args=[token]), values)
    return Response.objects.get(invitation=invitation)


class TestWho:
    def test_a_complaint_that_stayed_closed_for_half_an_hour_is_asked_about_once(self, customer):
        contact = ContactFactory(customer=customer, email="ann@acorn.example", language="zh-hans")
        case = closed(customer, contact=contact)
        assert task() == 1
        assert task() == 0
        invitation = Invitation.objects.get(case=case)
        assert (invitation.customer, invitation.contact) == (customer, contact)
        assert (invitation.email, invitation.language) == (contact.email, "zh-hans")
        assert (invitation.tier, invitation.stage) == ("A", "stability")
        assert (invitation.owner, invitation.state) == (customer.account_manager, "sent")
        assert invitation.agent == case.owner is not None
        mail = OutboxMessage.objects.get(recipient=contact.email)
        assert len(set(LINK.findall(mail.body))) == 1
        assert mail.unsubscribe

    def test_earlier_it_is_not(self, customer):
        closed(customer, minutes=29)
        assert ask_after_complaints() == 0

    def test_what_was_closed_more_than_a_week_ago_is_history(self, customer):
        closed(customer, minutes=7 * 24 * 60 + 5)
        assert ask_after_complaints() == 0

    def test_what_an_import_closed_is_history_whenever_that_was(self, customer):
        case = closed(customer, data={"imported": True})
        assert CaseEvent.objects.filter(case=case, data__imported=True).exists()
        assert ask_after_complaints() == 0

    def test_what_was_reopened_before_is_not_asked_about_until_it_is_closed_again(self, customer):
        case = do(closed(customer), "reopen", by=ManagerFactory())
        assert ask_after_complaints() == 0
        assert case.is_open

    def test_what_is_reopened_afterwards_keeps_its_invitation_and_brings_no_second(self, customer):
        case = closed(customer)
        ask_after_complaints()
        case = do(case, "reopen", by=ManagerFactory())
        case = do(case, "propose", by=ManagerFactory())
        case = do(case, "resolve", by=ManagerFactory())
        do(case, "close", by=ManagerFactory())
        Case.objects.filter(pk=case.pk).update(ended_at=timezone.now() - dt.timedelta(hours=1))
        assert ask_after_complaints() == 0
        assert Invitation.objects.count() == 1

    def test_nobody_is_reminded_while_it_is_open_again(self, customer):
        case = closed(customer)
        ask_after_complaints()
        Invitation.objects.update(sent_at=timezone.now() - dt.timedelta(days=6))
        case = do(case, "reopen", by=ManagerFactory())
        assert remind_due() == 0
        for action in ("propose", "resolve", "close"):
            case = do(case, action, by=ManagerFactory())
        assert remind_due() == 1

    def test_merged_and_rejected_ones_are_not_asked_about(self, customer):
        for state in ("merged", "rejected", "withdrawn"):
            case = CaseFactory(customer=customer, state=state)
            Case.objects.filter(pk=case.pk).update(ended_at=timezone.now() - dt.timedelta(hours=1))
        assert ask_after_complaints() == 0

    def test_service_requests_only_where_a_manager_turned_that_on(self, customer):
        closed(customer, kind="request")
        assert ask_after_complaints() == 0
        Installation.objects.update(requests_surveyed=True)
        Installation.forget()
        assert ask_after_complaints() == 1

    def test_without_a_contact_who_called_is_asked_else_the_customer(self, customer):
        closed(customer, caller_name="Bo", caller_email="bo@acorn.example")
        closed(customer)
        assert ask_after_complaints() == 2
        emails = set(Invitation.objects.values_list("email", flat=True))
        assert emails == {"bo@acorn.example", "desk@acorn.example"}

    @pytest.mark.parametrize("why", ["opted out", "refused", "left", "no address", "inactive"])
    def test_nobody_is_asked_who_cannot_or_will_not(self, customer, why):
        contact = ContactFactory(customer=customer, email="Ann@acorn.example")
        if why == "opted out":
            OptOut.objects.create(email="ann@acorn.example")
        elif why == "refused":
            contact.consent, contact.consent_on = "refused", timezone.localdate()
        elif why == "left":
            contact.left_on = timezone.localdate()
        elif why == "no address":
            contact.email = customer.email = ""
        elif why == "inactive":
            customer.is_active = False
        contact.save()
        customer.save()
        case = closed(customer, contact=contact)
        assert ask_after_complaints() == 0
        assert not Invitation.objects.exists()
        kept = {"opted out": "opted_out", "refused": "opted_out"}
        found = Unasked.objects.filter(case=case).values_list("reason", flat=True).first()
        assert found == (None if why == "inactive" else kept.get(why, "no_email"))

    def test_who_could_not_be_asked_is_not_tried_again_until_it_is_closed_again(
        self, customer, django_assert_num_queries
    ):
        Customer.objects.filter(pk=customer.pk).update(email="")
        cases = [closed(customer) for _ in range(3)]
        assert ask_after_complaints() == 0
        assert Unasked.objects.filter(case__in=cases, reason="no_email").count() == 3
        Customer.objects.filter(pk=customer.pk).update(email="late@acorn.example")
        with django_assert_num_queries(2):  # the questionnaire, and nobody to be asked
            assert ask_after_complaints() == 0
        case = do(cases[0], "reopen", by=ManagerFactory())
        for action in ("propose", "resolve", "close"):
            case = do(case, action, by=ManagerFactory())
        ended = timezone.now() - dt.timedelta(minutes=31)
        Case.objects.filter(pk=case.pk).update(ended_at=ended)
        Unasked.objects.update(at=ended - dt.timedelta(hours=1))
        Case.objects.exclude(pk=case.pk).update(ended_at=ended - dt.timedelta(hours=2))
        assert ask_after_complaints() == 1
        assert case.invitation.email == "late@acorn.example"

    def test_neither_does_the_survey_pause_hold_it_back(self, customer):
        contact = ContactFactory(customer=customer, email="ann@acorn.example")
        ResponseFactory(invitation__customer=customer, invitation__email=contact.email)
        first, second = closed(customer, contact=contact), closed(customer, contact=contact)
        assert ask_after_complaints() == 2
        assert {first.invitation.wave, second.invitation.wave} == {first.invitation.wave}

    def test_without_a_questionnaire_nobody_is_asked(self, customer):
        closed(customer)
        Instrument.objects.filter(audience="complainants").update(is_active=False)
        assert task() == 0
        assert not Wave.objects.exists()


class TestWaves:
    def test_there_is_one_a_quarter_all_the_time_in_it(self, customer):
        closed(customer)
        closed(customer)
        ask_after_complaints()
        wave = Wave.objects.get()
        today = Installation.get().today()
        assert (wave.occasion, wave.frequency, wave.state) == ("complaint", "steadily", "open")
        assert wave.opens_on.day == 1
        assert wave.opens_on.month in (1, 4, 7, 10)
        assert wave.opens_on <= today
        # Who is asked on the last day of the quarter has three weeks still.
        assert 110 <= (wave.closes_on - wave.opens_on).days <= 113
        assert wave.name == f"After complaints, quarter {(today.month + 2) // 3} of {today.year}"
        assert wave.version.instrument.code == "after-complaint"

    def test_our_own_questionnaire_goes_before_the_ready_one(self, customer):
        own = Instrument.objects.create(code="own", names={"en": "Own"}, audience="complainants")
        own.versions.create(number=1)
        closed(customer)
        ask_after_complaints()
        assert Wave.objects.get().version.instrument == own

    def test_a_manager_who_closes_it_ends_the_asking(self, customer):
        closed(customer)
        ask_after_complaints()
        Wave.objects.update(state="closed")
        case = closed(customer)
        assert ask_after_complaints() == 0
        assert case.unasked.reason == "closed"

    def test_a_name_that_somebody_took_is_numbered(self, customer):
        closed(customer)
        ask_after_complaints()
        name = Wave.objects.get().name
        Wave.objects.update(occasion="plan")
        closed(customer)
        ask_after_complaints()
        assert Wave.objects.latest("pk").name == f"{name} (2)"

    def test_it_is_no_point_of_the_trend_of_planned_ones(self):
        planned = WaveFactory(is_open=True)
        steady = WaveFactory(is_open=True, occasion="complaint", version=planned.version)
        assert trend_of([steady, planned]) == [planned]


class TestAnswers:
    @pytest.fixture
    def case(self, customer):
        return closed(customer, contact=ContactFactory(customer=customer, email="a@acorn.example"))

    @pytest.fixture
    def response(self, client, case):
        ask_after_complaints()
        return answer(client, Invitation.objects.get(case=case))

    def test_a_low_score_is_called_about(self, response, amy):
        assert response.lowest == 0
        found = Task.objects.get(origin="survey")
        assert (found.customer, found.assignee) == (response.customer, amy)

    def test_the_page_of_the_case_tells_it(self, client, case, response):
        client.force_login(ServiceFactory())
        html = client.get(reverse("complaints:case", args=[case.pk])).content.decode()
        assert "Call back sooner." in html
        assert reverse("satisfaction:response", args=[response.pk]) in html

    def test_the_page_of_the_case_tells_that_nobody_answered_yet(self, client, case):
        ask_after_complaints()
        client.force_login(ServiceFactory())
        html = client.get(reverse("complaints:case", args=[case.pk])).content.decode()
        assert "was asked on" in html

    def test_the_page_of_the_case_tells_why_nobody_was_asked(self, client, customer):
        Customer.objects.filter(pk=customer.pk).update(email="")
        case = closed(customer)
        client.force_login(ServiceFactory())
        url = reverse("complaints:case", args=[case.pk])
        assert "No survey" not in client.get(url).content.decode()
        ask_after_complaints()
        assert "No survey: nobody with an e-mail address." in client.get(url).content.decode()

    def test_service_staff_read_it_and_nothing_that_only_account_managers_do(
        self, client, case, response
    ):
        other = ResponseFactory(invitation__customer=response.customer)
        service = ServiceFactory()
        assert list(Response.objects.visible_to(service)) == [response]
        client.force_login(service)
        page = client.get(reverse("satisfaction:response", args=[response.pk]))
        html = page.content.decode()
        assert "Call back sooner." in html
        assert case.reference in html
        assert "Make it a complaint" not in html
        assert "Stability" not in html
        assert client.get(reverse("satisfaction:response", args=[other.pk])).status_code == 404


class TestLeavers:
    def test_the_leavers_questionnaire_goes_out_once_however_often_it_is_pressed(self, customer):
        manager = ManagerFactory()
        contact = ContactFactory(customer=customer, email="ann@acorn.example")
        invitation, is_new = invite_leaver(customer=customer, contact=contact, by=manager)
        assert is_new
        assert invitation.wave.occasion == "loss"
        assert invitation.wave.version.instrument.code == "leaving"
        assert invite_leaver(customer=customer, contact=contact, by=manager) == (invitation, False)
        assert OutboxMessage.objects.filter(recipient=contact.email).count() == 1

    def test_without_a_contact_the_customer_itself_is_asked(self, customer):
        invitation, _ = invite_leaver(customer=customer, contact=None, by=ManagerFactory())
        assert invitation.email == customer.email

    def test_an_interview_needs_no_address_and_is_planned_once(self, customer):
        Customer.objects.filter(pk=customer.pk).update(email="")
        customer.refresh_from_db()
        contact = ContactFactory(customer=customer, email="", phone="+44 1632 960 111")
        who = {"customer": customer, "contact": contact, "by": ManagerFactory()}
        with pytest.raises(occasions.CannotAsk, match="e-mail address"):
            invite_leaver(**who)
        invitation, is_new = invite_leaver(**who, is_mailed=False)
        assert (is_new, invitation.state, invitation.sent_at) == (True, "planned", None)
        assert invite_leaver(**who, is_mailed=False) == (invitation, False)
        assert invite_leaver(**who) == (invitation, False)
        assert not OutboxMessage.objects.exists()
        assert remind_due() == 0

    def test_who_refused_is_not_called_either(self, customer):
        contact = ContactFactory(customer=customer, consent="refused")
        with pytest.raises(occasions.CannotAsk, match="want no surveys"):
            invite_leaver(customer=customer, contact=contact, by=ManagerFactory(), is_mailed=False)

    def test_who_wants_none_is_not_asked_and_the_reason_is_told(self, customer):
        OptOut.objects.create(email=customer.email)
        with pytest.raises(occasions.CannotAsk, match="want no surveys"):
            invite_leaver(customer=customer, contact=None, by=ManagerFactory())


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_ask_each_once_in_one_wave():
    ready.load(apps)
    customers = [CustomerFactory(email=f"desk{n}@acorn.example") for n in range(3)]
    for one in customers:
        closed(one)

    def work(_number: int) -> int:
        try:
            return ask_after_complaints()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(work, range(4))) == 3
    assert Wave.objects.filter(occasion="complaint").count() == 1
    assert (
        Invitation.objects.count()
        == OutboxMessage.objects.filter(cause__startswith="survey:").count()
    )


def test_a_worker_that_dies_leaves_nothing_half_done(customer, monkeypatch):
    closed(customer)
    monkeypatch.setattr(occasions, "mail_links", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ask_after_complaints()
    assert not Invitation.objects.exists()
    monkeypatch.undo()
    assert ask_after_complaints() == 1
    assert answering.over(Invitation.objects.get()) is None
