"""The public form and the page behind the secret link: what they give away, and what not."""

import datetime as dt
import re
import time
from uuid import uuid4

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.forms import public as forms
from complaints.models import Case, CaseEvent, FollowUpLink
from complaints.services import follow_up, matching
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import ServiceFactory
from crm.platform import outbox
from crm.platform.models import Installation, OutboxMessage
from crm.platform.tests.inline_code import InlineCode
from customers.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
FORM = reverse("complain:form")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client() -> Client:
    """A browser at an address of its own, since posts are counted by it."""
    number = uuid4().int
    return Client(REMOTE_ADDR=f"10.{number % 250}.{number // 250 % 250}.7")


def stamp(age: int = 60, key: str = "") -> str:
    return signing.dumps([key or str(uuid4()), int(time.time()) - age], salt=forms.SALT)


def filled(**values) -> dict:
    given = {
        "description": "The pump leaks. It stands in the yard.",
        "name": "Ann Wood",
        "email": f"{uuid4().hex[:8]}@example.org",
        "stamp": stamp(),
    }
    return given | values


def token_of(response) -> str:
    assert response.status_code == 302, response.content.decode()
    return response.headers["Location"].rstrip("/").rpartition("/")[2]


def page_of(case: Case) -> str:
    return reverse("complain:case", args=[follow_up.new_link(case)])


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_complaint_makes_a_case_and_a_link_to_follow_it(client):
    picture = SimpleUploadedFile("leak.txt", b"It leaks at the seal.")
    answer = client.post(FORM, filled(email="ann@example.org", attachments=[picture]))
    case = Case.objects.get()
    assert (case.channel, case.caller_name, case.customer) == ("form", "Ann Wood", None)
    assert (case.state, case.logged_by) == (State.ACKNOWLEDGED, None)
    assert [file.name for file in case.attachments.all()] == ["leak.txt"]
    assert set(case.events.values_list("actor", flat=True)) == {"customer", "system"}
    token = token_of(answer)
    # Only a hash of the secret is kept; the mail has it until it has left.
    assert FollowUpLink.objects.get().token_hash != token
    message = OutboxMessage.objects.get()
    assert f"/complain/case/{token}/" in message.body
    outbox.send_due()
    stored = str(list(CaseEvent.objects.values())) + str(list(OutboxMessage.objects.values()))
    assert token not in stored
    page = client.get(answer.headers["Location"])
    assert "The pump leaks." in text_of(page)
    assert token not in page.content.decode()


def test_sent_twice_it_is_one_case_with_one_mail(client):
    given = filled()
    first, second = token_of(client.post(FORM, given)), token_of(client.post(FORM, given))
    assert Case.objects.count() == OutboxMessage.objects.count() == 1
    assert first != second
    for token in (first, second):
        assert client.get(reverse("complain:case", args=[token])).status_code == 200


@pytest.mark.parametrize(
    ("trick", "value"),
    [("website", "https://example.net"), ("stamp", "x"), ("stamp", ""), ("stamp", None)],
)
def test_programs_are_sent_back_and_a_person_gets_through_the_second_time(client, trick, value):
    given = filled(**{trick: stamp(age=1) if value is None else value})
    page = client.post(FORM, given)
    assert page.status_code == 200
    assert not Case.objects.exists()
    assert "The pump leaks." in page.content.decode()
    form = page.context["form"]
    assert form["website"].value() == ""
    old = signing.loads(form["stamp"].value(), salt=forms.SALT)
    token_of(client.post(FORM, given | {"website": "", "stamp": stamp(key=old[0])}))


def test_what_is_missing_is_said_beside_the_field_and_what_was_typed_stays(client):
    page = client.post(FORM, filled(name="", email="", phone=""))
    form = page.context["form"]
    assert set(form.errors) == {"name"}
    assert "The pump leaks." in page.content.decode()
    page = client.post(FORM, filled(email="", phone=""))
    assert set(page.context["form"].errors) == {"email"}
    assert not Case.objects.exists()


def test_files_are_limited_together_and_told_by_their_content(client):
    half = forms.LARGEST // 2 + 10
    big = [SimpleUploadedFile(f"{n}.txt", b"a" * half) for n in range(2)]
    page = client.post(FORM, filled(attachments=big))
    assert "10 MB" in str(page.context["form"].errors["attachments"])
    program = SimpleUploadedFile("photo.png", b"MZ\x90\x00" * 100)
    page = client.post(FORM, filled(attachments=[program]))
    assert "attachments" in page.context["form"].errors
    assert not Case.objects.exists()


def test_more_than_ten_megabytes_are_not_even_read(client):
    answer = client.generic("POST", FORM, b"x", CONTENT_LENGTH=str(50 << 20))
    assert answer.status_code == 413


def test_whoever_sends_too_many_waits_and_keeps_what_was_typed(client):
    given = {"email": f"{uuid4().hex}@example.org"}
    statuses = [client.post(FORM, filled(**given)).status_code for _ in range(5)]
    assert statuses == [302] * 4 + [429]
    page = client.post(FORM, filled(**given))
    assert int(page.headers["Retry-After"]) > 0
    assert "The pump leaks." in page.content.decode()
    assert Case.objects.count() == 4


def test_a_form_from_another_site_is_refused():
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(FORM, filled()).status_code == 403
    assert not Case.objects.exists()


def test_nothing_tells_whether_somebody_is_a_customer(client):
    known = ContactFactory(email="known@example.org")
    answers, asked = [], []
    for email in ("first@example.org", "known@example.org", "nobody@example.org"):
        client.get(FORM)
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(FORM, filled(email=email))
        asked.append([re.sub(r"\d+", "", query["sql"])[:60] for query in queries])
        page = client.get(answer.headers["Location"]).content.decode()
        case = Case.objects.order_by("pk").last()
        page = page.replace(case.reference, "REFERENCE")
        answers.append(re.sub(r'value="[^"]{40,}"', "", page))
    # The first one of a process fills what it remembers.
    assert answers[1] == answers[2]
    assert asked[1] == asked[2]
    assert not Case.objects.filter(customer__isnull=False).exists()
    # It comes later, apart from the form, and the page behind the link says as little.
    assert matching.match_callers() == 1
    case = Case.objects.get(customer=known.customer)
    assert case.contact == known
    assert known.customer.name not in client.get(page_of(case)).content.decode()
    assert matching.match_callers() == 0


def test_the_page_shows_what_was_said_outwards_and_nothing_from_inside(client):
    sam = ServiceFactory(name="Samuel Inside")
    case = CaseFactory(by=sam, description="The pump leaks.")
    for action, given in (
        (Action.COMMENT, {"reason": "A difficult one"}),
        (Action.ACKNOWLEDGE, {}),
        (Action.ASSESS, {}),
        (Action.REPLY, {"data": {"told": "Which pump is it?"}}),
        (Action.PROPOSE, {}),
    ):
        case = do(case, action, by=sam, **given)
    text = text_of(client.get(page_of(case)))
    assert "Which pump is it?" in text
    for inside in ("Samuel", "difficult", case.customer.name, "Repair", "100"):
        assert inside not in text


def test_looking_changes_nothing(client):
    case = CaseFactory(state=State.RESOLVED)
    address = page_of(case)
    for _ in range(2):
        client.head(address)
        client.get(address + "?lang=zh-hans")
    assert Case.objects.get(pk=case.pk).last_seq == case.last_seq


def test_a_word_goes_into_the_case_once_and_lets_it_go_on(client):
    case = CaseFactory(state=State.WAITING_CUSTOMER)
    given = {"do": "word", "text": "It is the blue one.", "stamp": stamp()}
    address = page_of(case)
    for _ in range(2):
        assert client.post(address, given).status_code == 302
    case.refresh_from_db()
    assert case.state == State.INVESTIGATING
    said = case.events.filter(action=Action.REPLY, actor="customer")
    assert [event.data["told"] for event in said] == ["It is the blue one."]


def test_who_agrees_closes_it_and_who_does_not_opens_it_again(client):
    happy, unhappy = (CaseFactory(state=State.RESOLVED) for _ in range(2))
    for _ in range(2):
        client.post(page_of(happy), {"do": "accept", "stamp": stamp()})
    client.post(page_of(unhappy), {"do": "word", "text": "It leaks again.", "stamp": stamp()})
    happy.refresh_from_db()
    unhappy.refresh_from_db()
    assert (happy.state, unhappy.state) == (State.CLOSED, State.INVESTIGATING)
    assert happy.events.filter(action=Action.CLOSE).get().actor == "customer"


def test_a_word_after_its_time_begins_one_linked_case_however_often_it_is_sent(client):
    ended = CaseFactory(state=State.WITHDRAWN)
    page, sent = page_of(ended), {"stamp": stamp(), "text": "It broke again."}
    for _sent in range(2):
        assert client.post(page, sent).status_code == 302
    (fresh,) = Case.objects.exclude(pk=ended.pk)
    assert (fresh.state, fresh.description) == (State.NEW, "It broke again.")
    assert fresh.events.filter(action=Action.LINK, data__linked=ended.pk).count() == 1


def test_who_no_longer_wants_it_withdraws_it(client):
    case = CaseFactory()
    client.post(page_of(case), {"do": "withdraw", "stamp": stamp()})
    case.refresh_from_db()
    assert case.state == State.WITHDRAWN
    # What is said after that begins a new case, with a link of its own.
    answer = client.post(page_of(case), {"do": "word", "text": "It leaks.", "stamp": stamp()})
    new = Case.objects.order_by("pk").last()
    assert new.links_back.get().one == case
    assert follow_up.find(token_of(answer)) == (new, False)


def test_a_link_is_of_no_use_after_its_time_and_neither_is_a_wrong_one(client):
    case = CaseFactory(state=State.WITHDRAWN)
    address = page_of(case)
    days = Installation.get().follow_up_days
    Case.objects.filter(pk=case.pk).update(ended_at=timezone.now() - dt.timedelta(days=days + 1))
    over = client.get(address)
    assert over.status_code == 410
    assert case.title not in over.content.decode()
    assert client.post(address, {"do": "word", "text": "x", "stamp": stamp()}).status_code == 410
    assert client.get(reverse("complain:case", args=["x" * 43])).status_code == 404
    assert Case.objects.count() == 1


def test_who_follows_a_merged_case_reads_how_the_other_stands_as_long_as_that_is_open(client):
    sam = ServiceFactory()
    first, second = CaseFactory(by=sam), CaseFactory(by=sam)
    address = page_of(first)
    do(first, Action.MERGE, by=sam, data={"target": second.pk})
    assert "How that one stands: We have it." in text_of(client.get(address))
    # What is said behind its link goes to the other one; nobody reads it behind that one's link.
    client.post(address, {"do": "word", "text": "It is blue.", "stamp": stamp()})
    assert second.events.get(action=Action.REPLY).data["behind"] == first.pk
    assert "It is blue." in text_of(client.get(address))
    assert "It is blue." not in text_of(client.get(page_of(second)))
    days = Installation.get().follow_up_days
    long_ago = timezone.now() - dt.timedelta(days=days + 1)
    Case.objects.filter(pk=first.pk).update(ended_at=long_ago)
    do(second, Action.WITHDRAW, by=sam)
    assert "How that one stands: It was withdrawn." in text_of(client.get(address))
    Case.objects.filter(pk=second.pk).update(ended_at=long_ago)
    assert client.get(address).status_code == 410


def test_the_secret_page_is_kept_nowhere_and_sent_nowhere(client):
    page = client.get(page_of(CaseFactory()))
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store, private"
    assert '<meta name="robots" content="noindex">' in page.content.decode()
    cross = client.post(
        page_of(CaseFactory()), {"do": "withdraw"}, HTTP_SEC_FETCH_SITE="cross-site"
    )
    assert cross.status_code == 403


def test_no_log_line_holds_what_was_said_who_said_it_or_the_secret(
    client, caplog, capfd, settings, tmp_path
):
    """What a worker prints is its log too; mails that no server takes are files beside it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    with caplog.at_level("DEBUG"):
        token = token_of(client.post(FORM, filled(email="ann@example.org")))
        page = reverse("complain:case", args=[token])
        client.get(page)
        client.post(page, {"do": "word", "text": "It is blue.", "stamp": stamp()})
        outbox.send_due()
    ours = [record for record in caplog.records if not record.name.startswith("django.db")]
    logged = " ".join([*(record.getMessage() for record in ours), *capfd.readouterr()])
    assert not [word for word in ("ann@", "Wood", "leaks", "blue", token) if word in logged]
    (mail,) = (tmp_path / "mail").iterdir()
    assert token in mail.read_text()


def test_the_pages_ask_little_however_long_the_conversation(client, django_assert_max_num_queries):
    case = CaseFactory(state=State.INVESTIGATING)
    for number in range(6):
        do(case, Action.REPLY, by=case.owner, data={"told": f"Word {number}"})
    address = page_of(case)
    client.get(address)
    with django_assert_max_num_queries(6):
        client.get(address)
    with django_assert_max_num_queries(2):
        client.get(FORM)


@pytest.mark.parametrize(("language", "words"), [("en", "What happened?"), ("zh-CN", "zh-hans")])
def test_it_speaks_the_browsers_language_and_has_no_code_inside(client, language, words):
    page = client.get(FORM, HTTP_ACCEPT_LANGUAGE=language)
    html = page.content.decode()
    assert words in html
    assert f'lang="{"zh-hans" if language == "zh-CN" else "en"}"' in html.lower()
    assert len(html) < 40_000
    assert InlineCode(html).found == []
    assert "<script" not in html
