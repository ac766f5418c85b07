"""Reports of servers about mails that could not be delivered."""

import pytest

from crm.platform import bounces, outbox
from crm.platform.models import OutboxMessage
from crm.platform.outbox import identity_of

pytestmark = pytest.mark.django_db

REPORT = b"""From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ann@example.com
Action: ACTION
Status: STATUS
--b
Content-Type: message/rfc822-headers

Message-ID: <IDENTITY>
To: ann@example.com
--b--
"""


@pytest.fixture
def sent() -> OutboxMessage:
    outbox.enqueue(cause="survey:7:0", recipient="ann@example.com", subject="Hi", body="Text")
    outbox.send_due()
    return OutboxMessage.objects.get()


def report(identity: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    filled = REPORT.replace(b"IDENTITY", identity.encode()).replace(b"STATUS", status.encode())
    return filled.replace(b"ACTION", action.encode())


@pytest.mark.parametrize("status", ["5.1.1", "5.1.10", "5.2.1", "5.4.4"])
def test_a_report_of_a_dead_address_marks_the_mail_once(sent, status):
    assert bounces.note(report(identity_of(sent), status)) == 1
    assert bounces.note(report(identity_of(sent), status)) == 0
    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("failed", "Bounced")


@pytest.mark.parametrize(
    ("status", "action"),
    [("4.1.1", "failed"), ("5.2.2", "failed"), ("5.7.1", "failed"), ("5.1.1", "delayed")],
)
def test_what_says_nothing_of_the_address_marks_nothing(sent, status, action):
    assert bounces.note(report(identity_of(sent), status, action)) == 0


def test_an_identity_that_was_guessed_marks_nothing(sent):
    for identity in (f"{sent.pk}.{'0' * 40}@perennial", "9" * 18 + f".{'0' * 40}@perennial", "x@y"):
        assert bounces.note(report(identity)) == 0
    sent.refresh_from_db()
    assert sent.state == "sent"
