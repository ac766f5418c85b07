import datetime as dt

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from crm.platform import outbox
from crm.platform.models import OutboxMessage

pytestmark = pytest.mark.django_db


def put(cause="invitation 1"):
    return outbox.enqueue(cause=cause, recipient="ann@example.com", subject="Hi\nAnn", body="Text")


def test_a_mail_leaves_once():
    assert put()
    assert outbox.send_due() == 1
    assert outbox.send_due() == 0
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [
        (["ann@example.com"], "Hi Ann", "Text")
    ]
    message = OutboxMessage.objects.get()
    assert message.state == "sent"
    # Bodies carry secret links: none is kept.
    assert message.body == ""


def test_a_mail_of_a_thread_carries_its_headers_each_on_one_line():
    headers = {"Message-ID": "<1@here>", "In-Reply-To": "<0@there>\n Bcc: zed@example.net"}
    outbox.enqueue(
        cause="c", recipient="ann@example.com", subject="Hi", body="Text", headers=headers
    )
    outbox.send_due()
    (sent,) = mail.outbox
    message = sent.message()
    assert message["Message-ID"] == "<1@here>"
    assert message["In-Reply-To"] == "<0@there> Bcc: zed@example.net"
    assert message["Bcc"] is None


def test_the_same_cause_never_sends_twice():
    assert put()
    assert not put()
    outbox.send_due()
    assert not put()
    outbox.send_due()
    assert len(mail.outbox) == 1


def test_a_mail_whose_cause_is_rolled_back_never_leaves():

    @transaction.atomic
    def put_and_fail():
        put()
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        put_and_fail()
    assert outbox.send_due() == 0


def test_a_mail_server_that_refuses_is_tried_again_later_and_later(monkeypatch):
    def refuse(*args):
        raise ConnectionRefusedError("no mail server")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    put()
    pauses = []
    for _ in range(3):
        OutboxMessage.objects.update(next_attempt_at=timezone.now())
        assert outbox.send_due() == 0
        message = OutboxMessage.objects.get()
        pauses.append(round((message.next_attempt_at - timezone.now()) / dt.timedelta(minutes=1)))
    assert pauses == [1, 2, 4]
    assert message.error == "ConnectionRefusedError"
    assert outbox.send_due() == 0
    assert OutboxMessage.objects.get().attempts == 3


def test_in_the_end_it_gives_up(monkeypatch):
    monkeypatch.setattr(outbox, "MOST_ATTEMPTS", 1)

    def refuse(*args):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    put()
    outbox.send_due()
    message = OutboxMessage.objects.get()
    assert (message.state, message.body) == ("failed", "")


@pytest.mark.parametrize("recipient", ["ann\n@example.com", f"ann@{'ü' * 70}.example"])
def test_an_address_that_is_none_keeps_back_no_other_mail(recipient):
    outbox.enqueue(cause="first", recipient=recipient, subject="Hi", body="Text")
    put()
    assert outbox.send_due() == 1
    message = OutboxMessage.objects.get(cause="first")
    assert (message.state, message.body, message.attempts) == ("failed", "", 1)
    assert recipient not in message.error


def test_a_mail_sent_again_after_a_crash_has_the_same_identity():
    put()
    outbox.send_due()
    OutboxMessage.objects.update(state="pending")
    outbox.send_due()
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_a_mailing_leaves_spread_over_time_so_that_other_mails_do_not_wait(monkeypatch):
    monkeypatch.setattr(outbox, "MAILING_A_MINUTE", 2)
    mails = [outbox.Mail(f"survey {n}", f"c{n}@example.com", "Hi\nyou", "Text") for n in range(5)]
    outbox.enqueue_many(mails[:3])
    outbox.enqueue_many(mails[3:], before=3)
    outbox.enqueue_many(mails)  # the same causes send nothing twice
    put()
    assert outbox.send_due() == 3
    assert {m.to[0] for m in mail.outbox} == {"c0@example.com", "c1@example.com", "ann@example.com"}
    assert mail.outbox[0].subject == "Hi you"
    assert OutboxMessage.objects.filter(state="pending").count() == 3


NO_MORE = "https://crm.example/news/abc-_123/"


def put_news(unsubscribe=NO_MORE):
    news = outbox.Mail("news:1:1", "ann@example.com", "News", "Text", unsubscribe)
    outbox.enqueue_many([news])


def test_mail_programs_find_where_one_click_ends_it():
    put_news()
    assert outbox.send_due() == 1
    headers = mail.outbox[0].message()
    assert headers["List-Unsubscribe"] == f"<{NO_MORE}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # It carries a secret link, as the body does.
    assert OutboxMessage.objects.get().unsubscribe == ""


def test_one_click_is_offered_over_safe_addresses_only():
    put_news("http://localhost:8000/news/abc/")
    outbox.send_due()
    headers = mail.outbox[0].message()
    assert headers["List-Unsubscribe"] == "<http://localhost:8000/news/abc/>"
    assert "List-Unsubscribe-Post" not in headers


def test_other_mails_have_no_such_button():
    put()
    outbox.send_due()
    assert "List-Unsubscribe" not in mail.outbox[0].message()


@pytest.mark.parametrize(
    "address",
    [
        *("https://a.example/\nBcc: eve@example.com", "https://a.example/\r\n\r\nHi"),
        *("https://a.example/>, <mailto:eve@example.com", "https://a.example/ x", "javascript:x"),
        *("https://a.example/\u2028x", "https://a.example/" + 300 * "x", "news/abc"),
    ],
)
def test_no_address_writes_headers_of_its_own(address):
    with pytest.raises(ValueError, match="no address"):
        put_news(address)
    assert not OutboxMessage.objects.exists()


def test_a_link_of_a_mail_that_never_leaves_is_not_kept(monkeypatch):
    def refuse(*args):
        raise ValueError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    put_news()
    outbox.send_due()
    message = OutboxMessage.objects.get()
    assert (message.state, message.unsubscribe) == ("failed", "")
