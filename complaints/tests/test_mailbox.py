"""The mailbox, on a real IMAP server: nothing lost, nothing twice, no trouble hidden."""

import datetime as dt

import pytest
from django.db import DatabaseError, connections, transaction
from django.urls import reverse
from django.utils import timezone

from complaints.mail import mailbox as connection_to
from complaints.models import Case, CaseEvent, IncomingMail, MailboxLook
from complaints.services import incoming
from complaints.tests import imap_server, imap_tls
from complaints.tests.mail_shapes import content
from crm.accounts.tests.factories import ManagerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with imap_server.serving(tmp_path_factory.mktemp("imap")) as running:
        yield running


@pytest.fixture
def mailbox(server, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.MAILBOX_ADDRESS = settings.DEFAULT_FROM_EMAIL = "service@example.com"
    settings.IMAP_HOST, settings.IMAP_PORT, settings.IMAP_SECURITY = (
        *("localhost", server.port, "starttls"),
    )
    settings.IMAP_USER, settings.IMAP_PASSWORD = imap_server.USER, imap_server.PASSWORD
    settings.IMAP_CA_FILE = str(server.certificate)
    server.empty()
    return server


def test_each_mail_is_taken_once_and_marked(mailbox):
    mailbox.put(*(content(name) for name in ("new_plain", "auto_reply", "new_rfc2231_name")))
    assert incoming.read_mailbox() == 3
    assert (mailbox.unseen(), mailbox.count(), mailbox.flagged()) == (0, 3, 0)
    assert sorted(IncomingMail.objects.values_list("outcome", flat=True)) == [
        *("auto_reply", "new_case", "new_case"),
    ]
    assert incoming.read_mailbox() == 0
    assert Case.objects.count() == 2
    look = MailboxLook.objects.get()
    assert look.trouble == ""
    assert look.good_at == look.looked_at


def test_encrypted_from_the_first_byte_it_is_read_where_the_certificate_is_trusted(
    mailbox, settings
):
    mailbox.put(content("new_plain"))
    settings.IMAP_SECURITY = "tls"
    with imap_tls.in_front_of(mailbox) as settings.IMAP_PORT:
        settings.IMAP_CA_FILE = ""  # signed by itself: nobody else vouches for it
        assert incoming.read_mailbox() == 0
        assert MailboxLook.objects.get().trouble == MailboxLook.Trouble.TLS
        settings.IMAP_CA_FILE = str(mailbox.certificate)
        assert incoming.read_mailbox() == 1
    assert MailboxLook.objects.get().trouble == ""
    assert (mailbox.unseen(), Case.objects.count()) == (0, 1)


def test_what_is_done_moves_where_a_folder_is_named_for_it(mailbox, settings):
    settings.IMAP_DONE_FOLDER = "Done"
    mailbox.make_folder("Done")
    before = mailbox.count("Done")
    mailbox.put(content("new_plain"), content("no_sender"))
    incoming.read_mailbox()
    assert (mailbox.count(), mailbox.count("Done")) == (1, before + 1)
    # What no program can place stays, marked for a person.
    assert mailbox.flagged() == 1


def test_a_crash_between_storing_and_marking_doubles_nothing(mailbox, monkeypatch):
    mailbox.put(content("new_plain"))

    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(connection_to.Mailbox, "done", crash)
        with pytest.raises(KeyboardInterrupt):
            incoming.read_mailbox()
    assert (Case.objects.count(), mailbox.unseen()) == (1, 1)
    events = CaseEvent.objects.count()
    assert incoming.read_mailbox() == 1
    assert (CaseEvent.objects.count(), mailbox.unseen()) == (events, 0)


def test_a_crash_before_the_commit_loses_nothing_nor_keeps_others_waiting(mailbox, monkeypatch):
    mailbox.put(content("new_plain"), content("new_html_only"))
    real, failed = incoming.log_case, []

    def fail_once(**given):
        case = real(**given)
        if not failed:
            failed.append(case.pk)
            raise DatabaseError("the connection was lost")
        return case

    monkeypatch.setattr(incoming, "log_case", fail_once)
    assert incoming.read_mailbox() == 1
    assert (Case.objects.count(), mailbox.unseen()) == (1, 1)
    assert incoming.read_mailbox() == 1
    assert (Case.objects.count(), mailbox.unseen()) == (2, 0)


def test_of_a_mail_that_is_too_large_the_beginning_is_read_and_the_rest_left(mailbox, monkeypatch):
    monkeypatch.setattr(connection_to, "LARGEST", 2_000)
    monkeypatch.setattr(connection_to, "BEGINNING", 900)
    mailbox.put(content("new_rfc2231_name"))
    incoming.read_mailbox()
    case = Case.objects.get()
    assert case.description == "请看照片。"
    assert not case.attachments.exists()
    assert (mailbox.flagged(), mailbox.unseen()) == (1, 0)


@pytest.mark.parametrize(
    ("setting", "value", "trouble"),
    [
        ("IMAP_PASSWORD", "wrong", "sign_in"),
        ("IMAP_CA_FILE", "", "tls"),
        ("IMAP_PORT", 9, "not_found"),
        ("IMAP_FOLDER", "Nowhere", "answer"),
    ],
)
def test_what_is_wrong_with_the_mailbox_is_said(mailbox, settings, client, setting, value, trouble):
    incoming.read_mailbox()
    setattr(settings, setting, value)
    assert incoming.read_mailbox() == 0
    look = MailboxLook.objects.get()
    assert look.trouble == trouble
    assert look.good_at < look.looked_at
    client.force_login(ManagerFactory())
    page = client.get(reverse("complaints:outside")).content.decode()
    assert look.get_trouble_display() in page.replace("&#x27;", "'")


def test_without_a_mailbox_nothing_is_read_and_the_page_says_so(settings, client):
    settings.IMAP_HOST = ""
    assert incoming.read_mailbox() == 0
    assert not MailboxLook.objects.exists()
    client.force_login(ManagerFactory())
    assert "No mailbox is connected" in client.get(reverse("complaints:outside")).content.decode()


def test_only_one_worker_reads_at_a_time(settings):
    settings.IMAP_HOST = "localhost"
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [incoming.READING])
        assert incoming.read_mailbox() == 0
        assert not MailboxLook.objects.exists()
    finally:
        other.close()


def test_the_lock_is_given_back(mailbox):
    incoming.read_mailbox()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [incoming.READING])
            assert cursor.fetchone() == (True,)
    finally:
        other.close()


def test_the_page_asks_as_little_for_many_mails_as_for_few(client, django_assert_max_num_queries):
    client.force_login(ManagerFactory())
    with transaction.atomic():
        for number in range(12):
            IncomingMail.objects.create(identity=f"{number}@x", outcome="list")
    client.get(reverse("complaints:outside"))
    with django_assert_max_num_queries(8):
        client.get(reverse("complaints:outside"))


def test_the_code_of_the_form_is_drawn(client):
    client.force_login(ManagerFactory())
    svg = client.get(reverse("complaints:qr", args=["svg"]))
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert svg.content.startswith(b"<?xml")
    assert client.get(reverse("complaints:qr", args=["png"])).content.startswith(b"\x89PNG")
    assert client.get(reverse("complaints:qr", args=["gif"])).status_code == 404


def test_rows_of_mails_that_no_case_has_go_after_their_time(mailbox):
    names = ("new_plain", "auto_reply", "no_sender", "bounce_dsn")
    mailbox.put(*(content(name) for name in names))
    incoming.read_mailbox()
    now = timezone.now()
    IncomingMail.objects.exclude(outcome="bounce").update(read_at=now - incoming.KEPT_FOR)
    just_before = now - dt.timedelta(seconds=1)
    assert incoming.tidy(now=just_before) == 0
    assert incoming.tidy(now=now + dt.timedelta(seconds=1)) == 2
    assert incoming.tidy(now=now + dt.timedelta(seconds=1)) == 0
    # What went into a case stays as long as the case; the last one is not old enough.
    left = IncomingMail.objects.order_by("outcome").values_list("outcome", flat=True)
    assert list(left) == ["bounce", "new_case"]
