"""Erasing a contact: afterwards its name, address and number are nowhere, and the rest is whole."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, connection, transaction
from django.utils import timezone

from complaints.models import Case, CaseEvent
from complaints.services.files import attach
from complaints.tests.factories import CaseFactory
from crm import erasure
from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform import outbox, uploads
from crm.platform.acting import acting
from crm.platform.erasing import MARK
from customers.models import (
    AccountPlan,
    Attachment,
    Change,
    Contact,
    Handover,
    HandoverItem,
    Interaction,
    Notice,
    Organisation,
    PlanObjective,
)
from customers.services.contacts import edit_contact
from customers.services.derived import refresh_derived
from customers.services.interactions import attach_files
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    TaskFactory,
)
from satisfaction.models import Answer, OptOut
from satisfaction.tests.factories import InvitationFactory, ResponseFactory

pytestmark = pytest.mark.django_db

NAME, EARLIER, EMAIL, PHONE = (
    "Zoë O'Quill",
    "Zoë Quarrel",
    "zoe.quill@acorn.example",
    "020 7946 0958",
)
TRACES = ("quill", "quarrel", "zoe.", "79460958", "7946-0958", "7946 0958", "zoë")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy, name="Acorn Ltd", phone="020 7946 0000")


@pytest.fixture
def zoe(customer, amy):
    contact = ContactFactory(
        customer=customer,
        name=EARLIER,
        email=EMAIL,
        phone=PHONE,
        title="Chief engineer",
        birthday=dt.date(1980, 5, 17),
        customs="No pork",
        role="decision_maker",
    )
    with acting(amy):
        edit_contact(pk=contact.pk, version=1, values={"name": NAME})
    contact.refresh_from_db()
    return contact


def file(name="zoe.txt", words=f"A letter of {NAME}"):
    return SimpleUploadedFile(name, words.encode())


def leave_traces(zoe, amy):
    """Everywhere that people write of a contact."""
    customer = zoe.customer
    talk = InteractionFactory(
        customer=customer,
        contact=zoe,
        subject=f"Lunch with {NAME.upper()}",
        notes=f"{NAME} (née {EARLIER}) wants a quote.\n"
        f"Write to {EMAIL.upper()} or +44 20 7946-0958.",
        outcome="O'Quill, Zoë decides",
    )
    attach_files(interaction=talk, files=[file()], by=amy)
    attach_files(interaction=talk, files=[file(f"Drawing for {NAME}.txt", "A valve")], by=amy)
    TaskFactory(customer=customer, title=f"Call {NAME}")
    Organisation.objects.create(
        customer=customer, custom={"1": f"Ask {NAME}"}, legal_representative=NAME
    )
    plan = AccountPlan.objects.create(
        customer=customer, review_on="2026-03-01", made_by=amy, strengths=f"{NAME} likes us"
    )
    PlanObjective.objects.create(plan=plan, what=f"Visit {NAME}", due_on="2026-05-01")
    ContactFactory(customer=customer, name="Bob Hill", remarks=f"Reports to {NAME}")
    customer.notes = f"Everything goes through {NAME}"
    customer.save()
    handover = Handover.objects.create(by=amy, taker=ManagerFactory(), note=f"Greet {NAME}")
    HandoverItem.objects.create(handover=handover, customer=customer)
    Notice.objects.create(
        user=amy, customer=customer, kind="mention", cause="m", text=NAME, at=timezone.now()
    )
    leave_traces_in_case(zoe, amy)
    leave_traces_in_survey(zoe)
    outbox.enqueue(cause="r", recipient=amy.email, subject=f"Call {NAME}", body=f"At {PHONE}")
    refresh_derived([customer.pk])


def leave_traces_in_case(zoe, amy):
    case = CaseFactory(
        customer=zoe.customer,
        contact=zoe,
        by=ServiceFactory(),
        title=f"{NAME} complains",
        description=f"Call back on {PHONE}",
        caller_name="Z. Quill",
        caller_email=EMAIL,
        caller_phone=PHONE,
    )
    attach(case=case, files=[file("zoe.o'quill.txt")], by=amy)


def leave_traces_in_survey(zoe):
    customer = zoe.customer
    asked = InvitationFactory(customer=customer, contact=zoe, email=EMAIL)
    answered = ResponseFactory(
        invitation__customer=customer, invitation__contact=zoe, invitation__email=EMAIL
    )
    answered.contact, answered.comment = zoe, f"Regards, {NAME}"
    answered.save()
    question = answered.wave.version.questions.first()
    Answer.objects.create(response=answered, question=question, text=f"Ask {NAME}")
    OptOut.objects.create(email=EMAIL)
    outbox.enqueue(cause=f"survey:{asked.pk}:0", recipient=EMAIL, subject="Hi", body=f"Dear {NAME}")


def columns() -> list[tuple[str, str]]:
    """Every column of every table that can hold a text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND (data_type IN ('text', 'character varying',"
            " 'jsonb', 'json', 'ARRAY', 'date'))"
        )
        return cursor.fetchall()


def whereabouts() -> set[str]:
    """Where in the whole database, and among the attachments, a trace is left."""
    found = set()
    with connection.cursor() as cursor:
        for table, column in columns():
            cursor.execute(
                f'SELECT 1 FROM "{table}" WHERE lower("{column}"::text) ~ %s LIMIT 1',
                ["|".join([*TRACES, "1980-05-17", "no pork"]).replace(".", r"\.")],
            )
            if cursor.fetchone():
                found.add(f"{table}.{column}")
    for path in uploads.folder().iterdir():
        if any(trace in path.read_text().lower() for trace in TRACES):
            found.add("a file")
    return found


def erase(zoe, actor, *, files=None):
    keys = [key for key, _file in erasure.find(zoe).files] if files is None else files
    return erasure.erase(contact_id=zoe.pk, actor=actor, files=keys)


def test_nothing_of_the_person_is_left_anywhere(zoe, amy, django_capture_on_commit_callbacks):
    leave_traces(zoe, amy)
    before = whereabouts()
    assert {
        *("customers_contact.name", "customers_interaction.notes", "customers_change.fields"),
        *("customers_searchtoken.token", "complaints_caseevent.data", "a file"),
        *("satisfaction_optout.email", "platform_outboxmessage.body"),
    } <= before
    with django_capture_on_commit_callbacks(execute=True), acting(amy):
        count = erase(zoe, amy)
    assert whereabouts() == set()
    entry = AuditEntry.objects.get(action="contact.erased")
    assert (entry.subject, entry.actor) == (str(zoe.pk), amy)
    assert entry.details == {"customer": zoe.customer_id, "places": count}
    assert count > 15


def test_what_happened_stays_without_the_person(zoe, amy):
    leave_traces(zoe, amy)
    events = CaseEvent.objects.count()
    erase(zoe, amy)
    zoe.refresh_from_db()
    assert (zoe.name, zoe.role, zoe.is_there) == ("Erased contact", "", False)
    talk = Interaction.objects.get()
    assert talk.contact == zoe
    assert talk.notes == f"{MARK} (née {MARK}) wants a quote.\nWrite to {MARK} or {MARK}."
    assert talk.outcome == f"{MARK} decides"
    assert CaseEvent.objects.count() == events
    assert Case.objects.get().contact == zoe
    answer = Answer.objects.select_related("response").get()
    assert (answer.response.contact, answer.text) == (None, f"Ask {MARK}")
    own = Change.objects.filter(table="customers_contact", row=zoe.pk, kind="~")
    assert [set(change.fields) >= {"name"} for change in own] == [True, True]
    assert {change.fields["name"] for change in own} == {None}


def test_who_is_erased_is_no_longer_found_and_nobody_else_is_lost(zoe, amy, client):
    leave_traces(zoe, amy)
    erase(zoe, amy)
    client.force_login(amy)
    for words in ("quill", "79460958"):
        assert "Acorn Ltd" not in client.get(f"/search/?q={words}").content.decode()
    assert "Acorn Ltd" in client.get("/search/?q=bob hill", follow=True).content.decode()


def test_what_others_share_is_not_the_persons(zoe, amy):
    mate = ContactFactory(customer=zoe.customer, name="Bob Hill", phone=PHONE, email=EMAIL)
    talk = InteractionFactory(customer=zoe.customer, notes=f"{NAME} or Bob: {PHONE}, {EMAIL}")
    erase(zoe, amy)
    mate.refresh_from_db()
    talk.refresh_from_db()
    assert (mate.phone, mate.email) == (PHONE, EMAIL)
    assert talk.notes == f"{MARK} or Bob: {PHONE}, {EMAIL}"


def test_a_firm_keeps_the_name_of_its_owner_and_other_customers_keep_their_texts(amy):
    firm = CustomerFactory(account_manager=amy, name="Ann Lee")
    ann = ContactFactory(customer=firm, name="Ann Lee", email="ann@lee.example")
    other = InteractionFactory(notes="Ann Lee called us, and Annlee Ltd")
    erase(ann, amy)
    firm.refresh_from_db()
    other.refresh_from_db()
    assert firm.name == "Ann Lee"
    assert other.notes == "Ann Lee called us, and Annlee Ltd"


def test_a_short_name_is_taken_out_as_a_word_and_not_out_of_others(customer, amy):
    ann = ContactFactory(customer=customer, name="Ann")
    li = ContactFactory(customer=customer, name="王伟")
    talk = InteractionFactory(customer=customer, notes="Ann and Annabel. 请王伟经理回电。")
    erase(ann, amy)
    erase(li, amy)
    talk.refresh_from_db()
    assert talk.notes == f"{MARK} and Annabel. 请{MARK}经理回电。"


def test_twice_is_once(zoe, amy):
    leave_traces(zoe, amy)
    assert erase(zoe, amy) > 0
    zoe = Contact.objects.get(pk=zoe.pk)
    version = zoe.version
    assert erase(zoe, amy) == 0
    assert Contact.objects.get(pk=zoe.pk).version == version
    assert AuditEntry.objects.filter(action="contact.erased").count() == 1


def test_history_and_events_of_a_contact_that_is_not_erased_can_not_be_emptied(zoe):
    for function in ("erase_from_changes", "erase_from_case_events"):
        with (
            pytest.raises(InternalError, match="is not erased"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {function}(%s, 'x', 'y')", [zoe.pk])


def test_only_the_chosen_files_go(zoe, amy, django_capture_on_commit_callbacks):
    leave_traces(zoe, amy)
    found = erasure.find(zoe).files
    assert len(found) == 3
    kept = [key for key, stored in found if stored.name.startswith("Drawing")]
    chosen = [key for key, _stored in found if key not in kept]
    with django_capture_on_commit_callbacks(execute=True):
        erase(zoe, amy, files=chosen)
    assert Attachment.objects.get().name == f"Drawing for {MARK}.txt"
    assert len(list(uploads.folder().iterdir())) == 1


def test_the_page_shows_what_goes_asks_whether_it_is_meant_and_does_it(zoe, amy, client):
    leave_traces(zoe, amy)
    client.force_login(amy)
    address = f"/customers/contacts/{zoe.pk}/erase/"
    page = client.get(address)
    assert ("Birthday", "17 May 1980") in page.context["found"].facts
    assert page.context["found"].cases == page.context["found"].answers == 1
    assert client.post(address).status_code == 200
    assert Contact.objects.get(pk=zoe.pk).name == NAME
    assert client.post(address, {"sure": "on"}).status_code == 302
    assert Contact.objects.get(pk=zoe.pk).name == "Erased contact"
    assert client.post(address, {"sure": "on"}).status_code == 302  # the second click
    assert AuditEntry.objects.filter(action="contact.erased").count() == 1


def test_service_staff_may_not_and_strangers_do_not_see_it(zoe, client):
    address = f"/customers/contacts/{zoe.pk}/erase/"
    for user, status in [
        (ServiceFactory(), 403),
        (AccountManagerFactory(), 404),
        (ManagerFactory(), 200),
    ]:
        client.force_login(user)
        assert client.get(address).status_code == status
