"""News mailings: to whom, once, and who wants no more."""

import datetime as dt
import re
import threading

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform import outbox
from crm.platform.models import OutboxMessage
from crm.platform.secret_links import hash_of
from customers.mailing_choice import choose
from customers.models import (
    CareDue,
    Change,
    Contact,
    Interaction,
    Mailing,
    MailingRecipient,
    Standing,
)
from customers.services.care import keep_up
from customers.services.mailings import deliver, deliver_decided, send_mailing
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    StandingFactory,
    ready_care_rules,
)

pytestmark = pytest.mark.django_db


def customer(owner, tier="A", **fields):
    made = CustomerFactory(account_manager=owner, **fields)
    StandingFactory(customer=made, tier=tier)
    return made


def willing(customer, number=0, **fields) -> Contact:
    usual = {"email": f"c{customer.pk}-{number}@acorn.example", "consent": "given"}
    return ContactFactory(customer=customer, **(usual | fields))


def draft(by, **fields) -> Mailing:
    usual = {
        "name": "Spring news",
        "subjects": {"en": "What is new", "zh-hans": "最新资讯"},
        "bodies": {"en": "We have a new line.", "zh-hans": "我们推出了新产品线。"},
    }
    return Mailing.objects.create(made_by=by, **(usual | fields))


def send(mailing, by=None) -> int:
    assert send_mailing(mailing=mailing, by=by or mailing.made_by, version=mailing.version)
    return deliver(mailing.pk)


def link(message: OutboxMessage) -> str:
    return re.search(r"/customers/news/\S+", message.body)[0]


def form(**changes) -> dict:
    return {
        "name": "Spring news",
        "subject_en": "What is new",
        "body_en": "We have a new line.",
        "subject_zh-hans": "",
        "body_zh-hans": "",
    } | changes


class TestChoice:
    def test_only_who_agreed_has_an_address_and_has_not_left_gets_it(self, amy):
        acorn = customer(amy)
        good = willing(acorn)
        willing(acorn, 1, consent="")
        willing(acorn, 2, consent="refused")
        willing(acorn, 3, email="")
        willing(acorn, 4, left_on=dt.date(2020, 1, 1))
        willing(acorn, 5, erased_at=timezone.now())
        willing(acorn, 6, email=good.email.upper())
        choice = choose(draft(amy))
        assert (choice.mails, choice.customers) == (1, 1)
        assert choice.skipped == {"consent": 2, "address": 1, "same": 1}
        assert [contact.pk for contact in choice.names] == [good.pk]

    def test_the_filter_of_the_list_and_the_roles_choose(self, amy):
        willing(customer(amy, "A"), role="buyer")
        willing(customer(amy, "A"), role="user")
        willing(customer(amy, "B"), role="buyer")
        assert choose(draft(amy, criteria="tier=A", roles=["buyer"])).mails == 1
        assert choose(draft(amy, criteria="tier=A")).mails == 2

    def test_an_account_manager_reaches_visible_customers_only_whoever_sends(self, amy):
        willing(customer(amy))
        willing(customer(AccountManagerFactory(team=amy.team)))
        willing(customer(AccountManagerFactory()))
        assert choose(draft(amy)).mails == 1
        assert choose(draft(amy, criteria="owner=all")).mails == 2
        mailing = draft(amy, criteria="owner=all")
        manager = ManagerFactory()
        assert choose(draft(manager)).mails == 3
        assert send(mailing, by=manager) == 2

    def test_a_customer_that_is_no_longer_active_gets_none(self, amy):
        willing(customer(amy))
        Standing.objects.update(is_active=False)
        assert choose(draft(amy)).mails == 0

    def test_a_filter_that_is_not_understood_sends_to_nobody(self, client, amy):
        willing(customer(amy))
        mailing = draft(amy, criteria="region=Nowhere")
        client.force_login(amy)
        assert b"understood" in client.get(f"/customers/mailings/{mailing.pk}/").content
        client.post(f"/customers/mailings/{mailing.pk}/send/", {"version": 1})
        mailing.refresh_from_db()
        assert mailing.state == "draft"


class TestSending:
    def test_each_gets_it_once_in_the_own_language_with_an_own_link(self, amy):
        acorn, huaxin = customer(amy), customer(amy, name="华信科技")
        ann, wei = willing(acorn, name="Ann", language="en"), willing(huaxin, name="王伟")
        assert send(draft(amy)) == 2
        english = OutboxMessage.objects.get(recipient=ann.email)
        chinese = OutboxMessage.objects.get(recipient=wei.email)
        assert "Dear Ann," in english.body
        assert "We have a new line." in english.body
        assert (chinese.subject, "我们推出了新产品线。" in chinese.body) == ("最新资讯", True)
        assert link(english) != link(chinese)
        token = link(english).split("/")[-2]
        assert MailingRecipient.objects.get(contact=ann).token_hash == hash_of(token)

    def test_it_stands_in_the_history_of_each_customer_and_is_no_contact(self, amy):
        acorn = customer(amy)
        willing(acorn), willing(acorn, 1)
        send(draft(amy))
        news = Interaction.objects.get()
        assert (news.kind, news.customer, news.by, news.contact) == ("news", acorn, amy, None)
        assert news.subject == "What is new"
        assert not news.is_contact

    def test_it_keeps_the_news_that_is_owed(self, amy):
        ready_care_rules()
        acorn = customer(amy)
        willing(acorn)
        keep_up()
        send(draft(amy))
        due = CareDue.objects.get(customer=acorn, rule__action="news", state="kept")
        assert due.interaction.kind == "news"

    def test_a_worker_that_was_killed_or_came_second_changes_nothing(self, amy):
        willing(customer(amy))
        mailing = draft(amy)
        send_mailing(mailing=mailing, by=amy, version=1)
        assert deliver_decided() == 1
        assert deliver_decided() == 0
        assert deliver(mailing.pk) == 0
        assert OutboxMessage.objects.count() == MailingRecipient.objects.count() == 1
        assert Interaction.objects.count() == 1

    def test_the_button_works_once_and_only_for_the_text_that_was_looked_at(self, client, amy):
        willing(customer(amy))
        mailing = draft(amy, version=3)
        client.force_login(amy)
        address = f"/customers/mailings/{mailing.pk}/send/"
        client.post(address, {"version": "2"})
        mailing.refresh_from_db()
        assert mailing.state == "draft"
        for _ in range(2):
            assert client.post(address, {"version": "3"}).status_code == 302
        mailing.refresh_from_db()
        assert mailing.state == "sent"
        assert AuditEntry.objects.filter(action="mailing.sent").count() == 1

    def test_five_hundred_leave_in_one_go_spread_over_minutes(self, amy):
        for _ in range(5):
            acorn = customer(amy)
            for number in range(100):
                willing(acorn, number)
        assert send(draft(amy)) == 500
        times = set(OutboxMessage.objects.values_list("next_attempt_at", flat=True))
        assert len(times) == 2
        assert Interaction.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_people_send_at_the_same_moment_and_it_goes_out_once(amy):
    willing(customer(amy))
    mailing, outcomes = draft(amy), []

    def press():
        outcomes.append(send_mailing(mailing=mailing, by=amy, version=1))
        deliver_decided()
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, True]
    assert OutboxMessage.objects.count() == 1

    def test_the_history_names_whose_news_it_was_though_a_worker_wrote_it(self, amy):
        acorn = customer(amy)
        willing(acorn)
        send(draft(amy))
        written = Change.objects.get(customer=acorn, table="customers_interaction")
        assert written.actor == amy
        acorn.refresh_from_db()
        acorn.save()
        assert not Change.objects.filter(kind="~", actor=amy).exists()


class TestRefusing:
    @pytest.fixture
    def ann(self, amy):
        ann = willing(customer(amy), name="Ann", language="en")
        send(draft(amy))
        return ann

    @pytest.fixture
    def address(self, ann):
        return link(OutboxMessage.objects.get())

    def test_looking_records_nothing_and_the_button_refuses(self, client, ann, address):
        page = client.get(address)
        assert page.status_code == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
        ann.refresh_from_db()
        assert ann.consent == "given"
        for _ in range(2):
            assert client.post(address).status_code == 200
        ann.refresh_from_db()
        assert (ann.consent, ann.consent_on is not None, ann.version) == ("refused", True, 2)
        assert MailingRecipient.objects.get().refused_at

    def test_the_address_refuses_for_everybody_who_has_it_and_waiting_news_are_withdrawn(
        self, client, ann, address, amy
    ):
        twin = willing(customer(amy), email=ann.email.upper())
        client.post(address)
        twin.refresh_from_db()
        assert twin.consent == "refused"
        assert not OutboxMessage.objects.exists()
        assert choose(draft(amy)).mails == 0

    def test_mail_programs_refuse_by_the_button_that_the_mail_brings(self, amy, settings):
        settings.SITE_URL = "https://crm.example"
        ann = willing(customer(amy))
        send(draft(amy))
        assert outbox.send_due() == 1
        headers = mail.outbox[0].message()
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = headers["List-Unsubscribe"].strip("<>").removeprefix("https://crm.example")
        assert address in mail.outbox[0].body
        program = Client(enforce_csrf_checks=True)
        assert program.get(address).status_code == 200
        ann.refresh_from_db()
        assert ann.consent == "given"
        assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
        ann.refresh_from_db()
        assert ann.consent == "refused"

    def test_the_page_speaks_the_contacts_language_and_a_made_up_link_leads_nowhere(
        self, client, ann, address
    ):
        assert client.get(address).headers["Content-Language"] == "en"
        assert client.get(address + "?lang=zh-hans").headers["Content-Language"] == "zh-hans"
        assert client.get("/customers/news/" + "x" * 43 + "/").status_code == 404


class TestWriting:
    def test_a_draft_is_written_with_the_filter_of_the_list(self, client, amy):
        willing(customer(amy))
        client.force_login(amy)
        page = client.get("/customers/mailings/new/?tier=A")
        assert page.context["filter"].criteria == {"tier": "A"}
        answer = client.post("/customers/mailings/new/", form(tier="A", owner="me"))
        mailing = Mailing.objects.get()
        assert answer.headers["Location"] == f"/customers/mailings/{mailing.pk}/"
        assert mailing.criteria == "owner=me&tier=A"
        assert mailing.bodies == {"en": "We have a new line."}
        text = client.get(answer.headers["Location"]).content.decode()
        assert "1 contact would get it" in text
        assert "not written in this language" in text

    @pytest.mark.parametrize(
        "wrong", [{"subject_en": ""}, {"body_en": ""}, {"subject_en": "", "body_en": ""}]
    )
    def test_half_a_language_or_none_is_refused_and_nothing_typed_is_lost(self, client, amy, wrong):
        client.force_login(amy)
        page = client.post("/customers/mailings/new/", form(**wrong, tier="B"))
        assert page.status_code == 200
        assert not Mailing.objects.exists()
        assert page.context["filter"].criteria == {"tier": "B"}

    def test_two_people_write_one_mailing_and_the_second_sees_both_versions(self, client, amy):
        mailing = draft(amy)
        client.force_login(amy)
        address = f"/customers/mailings/{mailing.pk}/edit/"
        opened = client.get(address).context["form"]
        hidden = {name: opened[name].value() for name in ("version", "seen")}
        chinese = {"subject_zh-hans": "最新资讯", "body_zh-hans": "我们推出了新产品线。"}
        client.post(address, form(**hidden, **chinese, subject_en="Theirs"))
        answer = client.post(address, form(**hidden, **chinese, body_en="Mine.", tier="B"))
        assert answer.status_code == 409
        kept = answer.context["form"]
        assert (kept["subject_en"].value(), kept["body_en"].value()) == ("Theirs", "Mine.")
        assert answer.context["filter"].criteria == {"tier": "B"}
        again = {name: kept[name].value() for name in ("version", "seen", "subject_en", "body_en")}
        assert client.post(address, form(**chinese, **again, tier="B")).status_code == 302
        mailing.refresh_from_db()
        assert (mailing.subjects["en"], mailing.bodies["en"]) == ("Theirs", "Mine.")
        assert mailing.criteria == "tier=B"

    def test_a_sent_one_can_be_changed_no_more(self, client, amy):
        willing(customer(amy))
        mailing = draft(amy)
        send(mailing)
        client.force_login(amy)
        client.post(f"/customers/mailings/{mailing.pk}/edit/", form(version=2, name="Other"))
        mailing.refresh_from_db()
        assert mailing.name == "Spring news"

    def test_others_drafts_are_out_of_sight_but_for_managers_and_service_sends_none(
        self, client, amy
    ):
        mailing = draft(amy)
        for user, status in (
            (AccountManagerFactory(team=amy.team), 404),
            (ServiceFactory(), 403),
            (ManagerFactory(), 200),
        ):
            client.force_login(user)
            assert client.get(f"/customers/mailings/{mailing.pk}/").status_code == status

    def test_the_pages_ask_a_few_questions(self, client, amy, django_assert_max_num_queries):
        willing(customer(amy))
        mailing = draft(amy)
        client.force_login(amy)
        client.get("/customers/mailings/")
        for address, most in (
            ("", 6),
            ("new/", 9),
            (f"{mailing.pk}/", 12),
            (f"{mailing.pk}/edit/", 10),
        ):
            with django_assert_max_num_queries(most):
                assert client.get(f"/customers/mailings/{address}").status_code == 200
