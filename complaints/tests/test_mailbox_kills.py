"""Readers of the mailbox that are killed anywhere: no mail is lost, none is taken twice."""

import random
import time

import pytest

from complaints.models import Case, CaseAttachment, IncomingMail
from complaints.services import incoming
from complaints.tests import imap_server
from complaints.tests.mail_shapes import content
from customers.tests import processes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]
MAILS, KILLS = 30, 20


@pytest.fixture
def mailbox(settings, monkeypatch, tmp_path):
    with imap_server.serving(tmp_path) as server:
        values = {
            "IMAP_HOST": "localhost",
            "IMAP_PORT": str(server.port),
            "IMAP_SECURITY": "starttls",
            "IMAP_USER": imap_server.USER,
            "IMAP_PASSWORD": imap_server.PASSWORD,
            "IMAP_CA_FILE": str(server.certificate),
            "MAILBOX_ADDRESS": "service@example.com",
            "MEDIA_ROOT": str(tmp_path),
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
            setattr(settings, name, value)
        settings.IMAP_PORT, settings.MEDIA_ROOT = server.port, tmp_path
        yield server


def letter(number: int) -> bytes:
    """From a sender of its own, since too many of one are a machine's."""
    mail = content("new_encoded_word_name")
    mail = mail.replace(b"<n11@", b"<kill-%d@" % number)
    return mail.replace(b"li.qiang@", b"sender-%d@" % number)


def test_readers_killed_twenty_times_lose_no_mail_and_take_none_twice(mailbox):
    mailbox.put(*(letter(number) for number in range(MAILS)))
    chance = random.Random(11)
    for _ in range(KILLS):
        before = IncomingMail.objects.count()
        process = processes.start("-c", "from complaints.tests import reader; reader.run(0.02)")
        processes.wait_until(lambda had=before: IncomingMail.objects.count() > had)
        time.sleep(chance.uniform(0, 0.1))
        processes.kill(process)
        # What is in is in as a whole.
        taken = IncomingMail.objects.count()
        assert taken == Case.objects.count() == CaseAttachment.objects.count()
    assert taken < MAILS
    while mailbox.unseen():
        assert incoming.read_mailbox() > 0
    assert IncomingMail.objects.count() == Case.objects.count() == MAILS
    assert CaseAttachment.objects.count() == MAILS
