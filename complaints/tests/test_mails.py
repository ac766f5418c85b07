"""What comes of mails that customers write: 50 shapes of the real world, and one table."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints.mail import parsing, quotes
from complaints.mail.automatic import reason_of
from complaints.models import Case, CaseEvent, IncomingMail, Kind
from complaints.services import incoming, threads
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from complaints.tests.mail_shapes import FOLDER, SHAPES, Shape, content
from crm.accounts.tests.factories import ServiceFactory
from crm.platform.models import OutboxMessage
from customers.tests.factories import ContactFactory

OURS = "service@example.com"
IGNORED = ["auto_reply", "bounce", "receipt", "list", "loop", "no_sender"]


@pytest.fixture(autouse=True)
def _mailbox(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.MAILBOX_ADDRESS, settings.MAILBOX_PLUS = OURS, True
    settings.DEFAULT_FROM_EMAIL = f"Evergreen <{OURS}>"


@pytest.fixture
def ann():
    return ContactFactory(name="Ann Wood", email="ann.wood@example.org")


@pytest.fixture
def case(ann):
    """One to which a person has replied by mail."""
    sam = ServiceFactory(email="sam@example.com")
    case = CaseFactory(customer=ann.customer, contact=ann, title="Wet pallets", by=sam)
    case = do(case, Action.ASSIGN, by=sam, values={"owner": sam})
    return do(case, Action.REPLY, by=sam, data={"told": "Which truck was it?", "mail": True})


def our_headers(case) -> dict[str, str]:
    cause = f"case-event:{case.pk}:{case.last_seq}"
    return OutboxMessage.objects.get(cause=cause).headers


def take(name: str, case: Case | None = None, **given) -> IncomingMail:
    marks = {}
    if case is not None:
        headers = our_headers(case)
        marks = {
            "OWN": headers["Message-ID"].strip("<>"),
            "PLUS": headers["Reply-To"],
            "MARK": threads.mark_of(case),
            "NUMBER": case.reference,
            "PK": str(case.pk),
        }
    return incoming.take(content(name, **marks), given.pop("arrived", timezone.now()), **given)


def words_of(row: IncomingMail) -> CaseEvent:
    wanted = Action.LOG if row.outcome == "new_case" else Action.REPLY
    return row.case.events.filter(action=wanted).order_by("-seq").first()


def test_every_file_has_its_line_in_the_table():
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(SHAPES)
    assert len(SHAPES) >= 40


def what_came(row: IncomingMail, case: Case) -> Shape:
    """What was done with a mail, as the table says it."""
    if row.case is None:
        return Shape(row.outcome)
    event = words_of(row)
    is_new = row.outcome == "new_case"
    attached = row.case.events.filter(action=Action.ATTACH, seq__gt=event.seq)
    assert (event.actor, row.case == case) == ("customer", not is_new)
    assert event.data.get("mail_read") in (None, row.pk)
    return Shape(
        row.outcome,
        row.case.description if is_new else event.data["told"],
        row.case.title.replace(case.reference, "{NUMBER}") if is_new else "",
        tuple(name for one in attached for name in one.data["files"]),
        tuple(event.data.get("left_out", ())),
        "mail_read" in event.data,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("outcomes", [["reply"], ["new_case"], IGNORED], ids=lambda one: one[0])
def test_mails_of_every_shape_go_where_they_belong(outcomes, case, monkeypatch):
    monkeypatch.setattr(incoming, "MOST_OF_ONE", 1_000)
    wanted = {name: shape for name, shape in SHAPES.items() if shape.outcome in outcomes}
    assert {name: what_came(take(name, case), case) for name in wanted} == wanted
    if outcomes == IGNORED:
        assert Case.objects.get() == case
        assert case.events.count() == case.last_seq
        assert set(IncomingMail.objects.values_list("text", flat=True)) == {""}


@pytest.mark.django_db
def test_the_same_mail_twice_is_one_event_also_to_two_of_our_addresses(case):
    first = take("reply_gmail", case)
    events = CaseEvent.objects.count()
    assert take("reply_gmail", case) == first
    assert CaseEvent.objects.count() == events
    new = take("new_without_identity")
    assert take("new_without_identity") == new
    assert Case.objects.count() == 2


@pytest.mark.django_db
def test_a_known_address_is_a_contact_and_an_unknown_one_a_named_caller(ann):
    known = take("new_plain").case
    assert (known.customer, known.contact, known.channel) == (ann.customer, ann, "email")
    stranger = take("new_big5").case
    assert (stranger.customer, stranger.caller_name) == (None, "林美玲")
    assert stranger.caller_email == "lin.meiling@example.org"
    assert stranger.kind == Kind.COMPLAINT


@pytest.mark.django_db
def test_an_address_of_two_customers_is_nobodys(ann):
    ContactFactory(email="Ann.Wood@example.org")
    case = take("new_plain").case
    assert (case.customer, case.caller_name) == (None, "Ann Wood")


@pytest.mark.django_db
def test_who_writes_first_is_told_at_once_that_it_has_come_in_and_in_their_language():
    case = take("new_big5").case
    assert case.state == State.ACKNOWLEDGED
    message = OutboxMessage.objects.get(recipient="lin.meiling@example.org")
    assert message.headers["Auto-Submitted"] == "auto-replied"
    assert message.headers["In-Reply-To"] == "<n6@mail.example.org>"
    assert message.headers["Reply-To"].startswith(f"service+c{case.pk}-")
    (link,) = [word for word in message.body.split() if "/complain/case/" in word]
    token = link.rstrip("/").rpartition("/")[2]
    assert token not in str(list(case.events.values_list("data", "reason")))
    # A machine's answer is no first response.
    clocks = dict(case.clocks.values_list("kind", "state"))
    assert (clocks["acknowledge"], clocks["first_response"]) == ("met", "running")


@pytest.mark.django_db
def test_our_mails_of_a_case_form_a_thread_with_the_customers(case):
    take("reply_gmail", case)
    sam = case.owner
    again = do(case, Action.REPLY, by=sam, data={"told": "Thank you.", "mail": True})
    headers = our_headers(again)
    assert headers["In-Reply-To"] == "<r1@mail.example.org>"
    assert "<r1@mail.example.org>" in headers["References"]
    assert "Auto-Submitted" not in headers
    assert threads.mark_of(case) in OutboxMessage.objects.order_by("pk").last().subject
    assert take("reply_apple", again).case == case


@pytest.mark.django_db
def test_the_customers_word_lets_a_waiting_case_go_on_and_reaches_who_is_in_charge(case):
    sam = case.owner
    for action in (Action.ACKNOWLEDGE, Action.ASSESS, Action.ASK_CUSTOMER):
        case = do(case, action, by=sam)
    do(case, Action.REPLY, by=sam, data={"told": "Which truck was it?", "mail": True})
    case = Case.objects.get(pk=case.pk)
    case = take("reply_gmail", case).case
    assert case.state == State.INVESTIGATING
    assert OutboxMessage.objects.filter(
        recipient="sam@example.com", cause__startswith="case-word:"
    ).exists()


def solved(case: Case, days_ago: int) -> Case:
    sam, start = case.owner, timezone.now() - dt.timedelta(days=days_ago)
    case = CaseFactory(customer=case.customer, contact=case.contact, by=sam, now=start)
    case = do(case, Action.ASSIGN, by=sam, values={"owner": sam}, now=start)
    for action in (Action.ACKNOWLEDGE, Action.ASSESS, Action.PROPOSE):
        case = do(case, action, by=sam, now=start)
    told = {"told": "We sent new pallets.", "mail": True}
    return do(case, Action.RESOLVE, by=sam, data=told, now=start)


@pytest.mark.django_db
def test_within_the_days_for_it_a_word_opens_a_solved_case_again(case):
    old = solved(case, 13)
    row = take("reply_gmail", old)
    assert (row.case, row.case.state, row.case.reopened) == (old, State.INVESTIGATING, 1)


@pytest.mark.django_db
def test_later_a_word_begins_a_new_case_that_is_linked(case):
    old = solved(case, 15)
    new = take("reply_gmail", old).case
    assert new.pk != old.pk
    assert (new.customer, new.contact, new.title) == (old.customer, old.contact, old.title)
    assert old.links_on.get().other == new
    old.refresh_from_db()
    assert old.state == State.RESOLVED


@pytest.mark.django_db
def test_a_word_on_a_merged_case_goes_into_the_one_it_was_merged_into(case):
    sam = case.owner
    target = CaseFactory(customer=case.customer, by=sam)
    headers = our_headers(case)
    do(case, Action.MERGE, by=sam, data={"target": target.pk})
    mail = content("reply_gmail", OWN=headers["Message-ID"].strip("<>"))
    assert incoming.take(mail, timezone.now()).case == target


@pytest.mark.django_db
def test_whoever_sends_too_many_in_an_hour_is_taken_for_a_machine():
    mail = content("new_plain").replace(b"Message-ID: <n1@", b"Message-ID: <%d@")
    rows = [incoming.take(mail % number, timezone.now()) for number in range(22)]
    outcomes = [row.outcome for row in rows]
    assert outcomes == ["new_case"] * 20 + ["loop"] * 2
    # Nor is each of the first ones answered.
    assert OutboxMessage.objects.filter(recipient="ann.wood@example.org").count() == 3


@pytest.mark.django_db
def test_of_a_mail_that_is_too_large_the_words_come_and_the_files_stay_behind():
    whole = content("new_rfc2231_name")
    row = take("new_rfc2231_name", is_cut=True)
    assert row.case.description == "请看照片。"
    assert not row.case.attachments.exists()
    assert words_of(row).data["left_out"] == ["受潮纸箱的照片.png"]
    assert parsing.read(whole[: len(whole) // 2]).text.strip() == "请看照片。"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arrived", [dt.timedelta(days=-4000), dt.timedelta(days=400), dt.timedelta(hours=-3)]
)
def test_a_case_was_received_when_the_mail_server_says_within_reason(arrived):
    now = timezone.now()
    case = take("new_wrong_date", arrived=now + arrived).case
    assert now - incoming.LONGEST_ON_THE_WAY <= case.received_at <= timezone.now()
    if arrived == dt.timedelta(hours=-3):
        assert case.received_at == now + arrived


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: Wet pallets", b"Subject: Wet\x00 pal\x1blets \xff\xfe"),
        (b"Subject: Wet pallets", b"Subject: =?unicode_escape?Q?=5Cud800_wet?="),
        (b"<ann.wood@example.org>", b"<ann.wood@internal>"),
        (b"<ann.wood@example.org>", "<ann\u00fc..wood@example.org>".encode()),
        (b"charset=utf-8", b"charset=punycode"),
        (b"Please replace", b"Please\x00\xed\xa0\x80 replace"),
    ],
)
def test_what_no_database_can_hold_keeps_no_mail_waiting_for_ever(old, new):
    row = incoming.take(content("new_plain").replace(old, new), timezone.now())
    assert row.case.description.startswith("Hello,")
    assert row.case.caller_name == "Ann Wood"


@pytest.mark.django_db
def test_no_log_line_says_who_wrote_or_what(caplog):
    with caplog.at_level("INFO"):
        take("new_plain")
    logged = caplog.text.lower()
    assert "new_case" in logged
    assert not [word for word in ("ann", "wood", "pallets", "example.org") if word in logged]


FILES = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


BROKEN = {
    "mail": st.sampled_from(FILES),
    "cuts": st.lists(st.tuples(st.integers(0, 5_000), st.binary(max_size=6)), max_size=8),
    "end": st.integers(0, 5_000),
}


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(**BROKEN)
def test_however_broken_a_mail_is_it_is_read(mail, cuts, end):
    read_broken(mail, cuts, end)


@pytest.mark.soak
@settings(max_examples=10_000, deadline=None, suppress_health_check=SLOW)
@given(**BROKEN)
def test_thousands_of_broken_mails_are_read(mail, cuts, end):
    read_broken(mail, cuts, end)


def read_broken(mail: bytes, cuts: list[tuple[int, bytes]], end: int) -> None:
    for at, noise in cuts:
        mail = mail[:at] + noise + mail[at + len(noise) :]
    read = parsing.read(mail[: max(end, 1)] if end % 3 == 0 else mail)
    assert 0 < len(read.identity) <= 250
    assert "\x00" not in read.text
    quotes.said(read.text).encode()
    reason_of(read, {OURS})
