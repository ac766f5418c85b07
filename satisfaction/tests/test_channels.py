"""Links on paper, interviews, the public link: made once, shown once, and who may."""

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from complaints.services.incoming import take
from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform import outbox
from crm.platform.models import OutboxMessage
from crm.platform.outbox import identity_of
from crm.platform.secret_links import hash_of
from crm.platform.tests.test_bounces import report
from customers.services.derived import refresh_derived
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory
from satisfaction.models import Answer, Invitation, InvitationLink, PublicLink, Response
from satisfaction.services import channels, followers, interviews
from satisfaction.services.sending import mail_links
from satisfaction.services.waves import Refused
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory
from satisfaction.tests.test_waves import at_once

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"/satisfaction/answer/([\w-]{43})/")
PAGES = (
    {
        "page": "1",
        "go": "on",
        "q-overall": "2",
        "q-reliability": "5",
        "q-responsiveness": "3",
        "q-assurance": "4",
        "q-empathy": "4",
        "q-tangibles": "4",
    },
    {"page": "2", "go": "on", "q-recommend": "9", "q-better": "More of the same"},
)


@pytest.fixture
def manager(client):
    manager = ManagerFactory(name="Max")
    client.force_login(manager)
    return manager


def paper(number=1, **fields):
    wave = WaveFactory(is_open=True, channel="print", **fields)
    waiting = {"wave": wave, "state": "planned", "sent_at": None}
    return wave, [InvitationFactory(**waiting) for _n in range(number)]


def url(name: str, of) -> str:
    return reverse(f"satisfaction:{name}", args=[of.pk])


def tokens_on(page) -> set[str]:
    return set(TOKEN.findall(page.content.decode()))


def test_sheets_are_printed_once_each_with_a_link_that_only_the_paper_holds(client, manager):
    wave, (first, _second) = paper(2)
    InvitationLink.objects.all().delete()
    assert "2 sheets to print" in client.get(url("wave_sheets", wave)).content.decode()
    page = client.post(url("wave_sheets_print", wave))
    assert page.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    tokens = tokens_on(page)
    assert len(tokens) == 2
    stored = set(InvitationLink.objects.values_list("token_hash", flat=True))
    assert stored == {hash_of(token) for token in tokens}
    assert page.content.decode().count('<svg class="qr"') == 2
    first.refresh_from_db()
    assert first.state == "sent"
    assert timezone.now() - first.sent_at < dt.timedelta(minutes=1)
    again = client.post(url("wave_sheets_print", wave), follow=True)
    assert not tokens_on(again)
    assert "Every sheet has been printed." in again.content.decode()
    assert not OutboxMessage.objects.exists()
    assert AuditEntry.objects.get(action="wave.printed").details == {"sheets": 2}


def test_a_sheet_printed_again_has_a_new_link_and_the_finish_spends_both(client, manager):
    wave, (invitation,) = paper()
    old = tokens_on(client.post(url("wave_sheets_print", wave))).pop()
    new = tokens_on(client.post(url("sheet_again", invitation))).pop()
    assert old != new
    client.logout()
    for form in PAGES:
        sent = client.post(reverse("satisfaction:answer", args=[new]), form | {"go": "send"})
        assert sent.status_code == 302
    for token in (old, new):
        page = client.get(reverse("satisfaction:answer", args=[token]))
        assert "q-overall" not in page.content.decode()
    client.force_login(manager)
    late = client.post(url("sheet_again", invitation), follow=True)
    assert "This invitation is over." in late.content.decode()


def test_what_is_not_on_paper_or_not_open_is_not_printed():
    manager = ManagerFactory()
    for fields in ({"channel": "email"}, {"channel": "print", "state": "closed"}):
        wave = WaveFactory(**{"is_open": True} | fields)
        with pytest.raises(Refused):
            channels.print_next(wave=wave, by=manager)


def test_the_qr_code_holds_the_address_and_stands_in_its_quiet_zone():
    picture = channels.picture_of("https://example.com/satisfaction/answer/" + "x" * 43 + "/")
    runs = [tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", picture.path)]
    columns = [x for x, _y, _width in runs] + [x + width for x, _y, width in runs]
    assert (min(columns), max(columns)) == (4, picture.size - 4)
    # The upper left finder: seven dark modules, then one at each side.
    assert runs[0][:2] == (4, 4)
    assert runs[0][2] == 7
    assert (picture.size - 8 - 17) % 4 == 0  # 21, 25, 29 … modules a side


def test_a_public_link_is_shown_once_and_a_new_one_ends_it(client, manager):
    wave = WaveFactory(is_open=True, channel="public")
    first = tokens_on(client.post(url("wave_public_link", wave))).pop()
    assert PublicLink.objects.get().token_hash == hash_of(first)
    assert first not in client.get(url("wave", wave)).content.decode()
    second = tokens_on(client.post(url("wave_public_link", wave))).pop()
    old, new = PublicLink.objects.order_by("pk")
    assert (old.ended_at is None, new.ended_at, new.token_hash) == (False, None, hash_of(second))
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicLink.objects.create(wave=wave, token_hash="x")
    client.post(url("wave_public_link_end", wave))
    assert not PublicLink.objects.filter(ended_at=None).exists()
    mailed = WaveFactory(is_open=True)
    client.post(url("wave_public_link", mailed))
    assert not PublicLink.objects.filter(wave=mailed).exists()


def test_answers_of_an_interview_are_typed_in_page_by_page_with_the_name_of_who_typed(client):
    amy = AccountManagerFactory(name="Amy")
    customer = CustomerFactory(account_manager=amy, phone="+44 1632 960 111")
    wave = WaveFactory(is_open=True, channel="interview")
    invitation = InvitationFactory(
        wave=wave, customer=customer, state="planned", sent_at=None, language="zh-hans"
    )
    client.force_login(amy)
    listed = client.get(url("wave_invitations", wave)).content.decode()
    assert "+44 1632 960 111" in listed
    assert url("interview", invitation) in listed
    assert client.get(url("interview", invitation)).status_code == 200
    assert not Response.objects.exists()
    first, last = PAGES
    wrong = client.post(url("interview", invitation), first | {"q-overall": "9"})
    assert wrong.status_code == 200
    client.post(url("interview", invitation), first)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.sent_at is None) == ("started", False)
    client.post(url("interview", invitation), last)
    response = Response.objects.get()
    assert (response.entered_by, response.finished_at is None) == (amy, False)
    assert (response.recommend, response.language) == (9, "zh-hans")
    assert Answer.objects.get(response=response, question__code="overall").score == 2
    assert "typed in by Amy, by phone" in client.get(url("wave_invitations", wave)).text
    told = client.get(url("response", response)).text
    assert "By phone" in told
    assert "typed in by Amy" in told
    # It is over: nothing is typed over it.
    client.post(url("interview", invitation), first | {"q-overall": "5"})
    assert Answer.objects.get(response=response, question__code="overall").score == 2


def test_interviews_are_typed_in_by_who_sees_the_customer_and_in_no_anonymous_wave(client):
    amy = AccountManagerFactory()
    mine = InvitationFactory(customer=CustomerFactory(account_manager=amy))
    hidden = InvitationFactory()
    anonymous = InvitationFactory(customer=mine.customer, wave__is_anonymous=True)
    for user, of, status in (
        (amy, mine, 200),
        (amy, hidden, 404),
        (amy, anonymous, 403),
        (ManagerFactory(), hidden, 200),
        (ManagerFactory(), anonymous, 403),
        (ServiceFactory(), mine, 403),
    ):
        client.force_login(user)
        assert client.get(url("interview", of)).status_code == status
        if status != 200:
            assert client.post(url("interview_refused", of)).status_code == status
    assert not interviews.can_be_entered(anonymous)
    assert not Response.objects.exists()


def test_who_is_called_and_does_not_want_to_is_noted_for_ever_where_said_so(client, manager):
    wave = WaveFactory(is_open=True, channel="interview")
    invitation = InvitationFactory(wave=wave, state="planned", sent_at=None)
    client.post(url("interview_refused", invitation), {"for_ever": "1"})
    invitation.refresh_from_db()
    assert (invitation.state, invitation.sent_at is None) == ("declined", False)
    answered = ResponseFactory(invitation__wave=wave).invitation
    client.post(url("interview_refused", answered))
    answered.refresh_from_db()
    assert answered.state == "finished"


def test_the_list_tells_each_state_and_of_an_anonymous_wave_only_numbers(client, manager):
    wave = WaveFactory(is_open=True)
    ann = InvitationFactory(wave=wave, customer__name="Acorn Ltd", customer__phone="")
    InvitationFactory(
        wave=wave, customer__name="Birch Ltd", state="declined", reminders=1, tier="A"
    )
    ContactFactory(customer=ann.customer)
    refresh_derived([ann.customer_id])

    def names(**filters) -> set[str]:
        rows = client.get(url("wave_invitations", wave), filters).context["rows"]
        return {one["row"].customer.name for one in rows}

    assert names() == {"Acorn Ltd", "Birch Ltd"}
    assert names(state="declined") == names(reminded="1") == names(tier="A") == {"Birch Ltd"}
    assert names(q="aco") == {"Acorn Ltd"}
    assert names(call="1") == set()
    ann.customer.phone = "+44 1632 960 000"
    ann.customer.save()
    assert names(call="1") == {"Acorn Ltd"}
    wave.is_anonymous = True
    wave.save()
    page = client.get(url("wave_invitations", wave))
    assert page.context["rows"] == []
    assert "Acorn Ltd" not in page.content.decode()
    assert page.context["progress"].asked == 2


def test_a_mail_that_no_server_takes_marks_its_invitation_but_not_who_has_begun():
    sent, begun, busy = (InvitationFactory(state=state) for state in ("sent", "started", "sent"))
    mail = {"recipient": "a@b.example", "subject": "x", "body": "", "state": "failed"}
    for invitation, error in (
        (sent, "SMTPRecipientsRefused"),
        (begun, "SMTPRecipientsRefused"),
        (busy, "SMTPServerDisconnected"),
    ):
        OutboxMessage.objects.create(
            cause=f"survey:{invitation.pk}:0",
            error=error,
            next_attempt_at=timezone.now(),
            **mail,
        )
    OutboxMessage.objects.create(
        cause="case:7:0", error="ValueError", next_attempt_at=timezone.now(), **mail
    )
    assert followers.mark_bounced() == 1
    assert followers.mark_bounced() == 0
    states = dict(Invitation.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in (sent, begun, busy)] == ["bounced", "started", "sent"]


def asked_in_vain(customer, times: int, **fields):
    for _n in range(times):
        InvitationFactory(customer=customer, **fields)


def test_customers_that_were_asked_in_vain_are_listed_by_value(client):
    amy = AccountManagerFactory()
    poor, rich, heard, hidden = (
        CustomerFactory(name=name, **({} if name == "Hidden" else {"account_manager": amy}))
        for name in ("Poor", "Rich", "Heard", "Hidden")
    )
    for value, customer in enumerate((poor, rich, heard, hidden)):
        StandingFactory(customer=customer, lifetime_value=1000 * value + 1)
        asked_in_vain(customer, 3)
    InvitationFactory(customer=heard, state="finished", finished_at=timezone.now())
    asked_in_vain(poor, 1, state="declined")
    few = CustomerFactory(name="Few", account_manager=amy)
    StandingFactory(customer=few)
    asked_in_vain(few, 2)
    asked_in_vain(few, 1, state="bounced")
    asked_in_vain(few, 1, wave__is_anonymous=True)
    asked_in_vain(few, 1, sent_at=timezone.now() - dt.timedelta(days=731))
    client.force_login(amy)
    page = client.get(reverse("satisfaction:silent"))
    rows = [(row.name, row.asked, row.declined) for row in page.context["rows"]]
    assert rows == [("Rich", 3, 0), ("Poor", 4, 1)]
    page = client.get(reverse("satisfaction:silent"), {"least": "2"})
    assert [row.name for row in page.context["rows"]] == ["Rich", "Poor", "Few"]
    client.force_login(ManagerFactory())
    page = client.get(reverse("satisfaction:silent"))
    assert [row.name for row in page.context["rows"]] == ["Hidden", "Rich", "Poor"]


def test_silent_customers_are_looked_up_each_hour_and_leave_the_list_as_soon_as_they_answer(client):
    rich, poor, few = (CustomerFactory(name=name) for name in ("Rich", "Poor", "Few"))
    for value, customer in enumerate((few, poor, rich)):
        StandingFactory(customer=customer, lifetime_value=1000 * value + 1)
        asked_in_vain(customer, 3 if value else 2)
    client.force_login(ManagerFactory())

    def listed(least: int = 3) -> list[str]:
        page = client.get(reverse("satisfaction:silent"), {"least": str(least)})
        return [row.name for row in page.context["rows"]]

    summed = [listed(least) for least in range(2, 5)]
    assert summed == [["Rich", "Poor", "Few"], ["Rich", "Poor"], []]
    assert followers.refresh_silent() == followers.refresh_silent() == 3
    assert [listed(least) for least in range(2, 5)] == summed
    ResponseFactory(invitation=rich.invitations.first())
    asked_in_vain(few, 1)
    assert listed() == ["Poor"]
    assert followers.refresh_silent() == 2
    assert listed() == ["Poor", "Few"]


def test_the_questions_are_read_out_in_the_language_of_who_is_asked(client, manager):
    invitation = InvitationFactory(language="zh-hans")
    questions = invitation.wave.version.questions
    texts = questions.get(code="overall").texts
    chinese, english = texts["zh-hans"], texts["en"]
    words = client.get(url("interview", invitation)).content.decode()
    assert chinese in words
    assert "Who is asked" in words
    switched = client.get(url("interview", invitation) + "?lang=en").content.decode()
    assert english in switched
    assert chinese not in switched


def test_a_report_that_comes_back_to_the_mailbox_marks_the_invitation():
    invitation = InvitationFactory()
    mail_links(wave=invitation.wave, ids=[invitation.pk])
    outbox.send_due()
    sent = OutboxMessage.objects.get()
    take(report(identity_of(sent)), timezone.now())
    assert followers.mark_bounced() == 1
    invitation.refresh_from_db()
    assert invitation.state == "bounced"


@pytest.mark.django_db(transaction=True)
def test_two_people_who_print_at_once_print_nobody_twice(monkeypatch):
    wave, waiting = paper(6)
    monkeypatch.setattr(channels, "SHEETS", 4)
    people = [ManagerFactory(), ManagerFactory()]
    batches = at_once(*(lambda by=by: channels.print_next(wave=wave, by=by) for by in people))
    printed = [sheet.invitation.pk for batch in batches for sheet in batch]
    assert len(printed) == len(set(printed))
    rest = channels.print_next(wave=wave, by=people[0])
    assert {*printed, *(sheet.invitation.pk for sheet in rest)} == {one.pk for one in waiting}
    assert channels.print_next(wave=wave, by=people[0]) == []
