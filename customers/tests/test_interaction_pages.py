"""One interaction: its page, correcting it, and the planned task that it fulfils."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import Installation
from crm.platform.tests.browsing import sent
from customers.models import (
    Competitor,
    Interaction,
    Notice,
    Standing,
    Task,
)
from customers.models.standing import NEVER
from customers.services.derived import refresh_derived
from customers.services.interactions import edit_interaction
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def customer(amy):
    customer = CustomerFactory(account_manager=amy)
    refresh_derived([customer.pk])
    return customer


@pytest.fixture
def logged(customer):
    return InteractionFactory(customer=customer, subject="Price talk", notes="As they said")


def new_url(customer) -> str:
    return f"/customers/{customer.pk}/interactions/new/"


def url(interaction, page="") -> str:
    return f"/customers/interactions/{interaction.pk}/{page}"


def call(**changes) -> dict:
    at = timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M")
    return {"kind": "call", "direction": "out", "at": at, "subject": "Price list"} | changes


def file(name="minutes.pdf", content=PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def standing(customer) -> Standing:
    return Standing.objects.get(pk=customer.pk)


class TestLogging:
    def test_people_what_was_heard_and_files_are_kept(self, client, amy, customer):
        anna, ben = ContactFactory.create_batch(2, customer=customer)
        mate = AccountManagerFactory(team=amy.team)
        rival = Competitor.objects.create(name="Rival & Co")
        client.force_login(amy)
        data = call(
            contact=anna.pk,
            contacts=[anna.pk, ben.pk],
            colleagues=[mate.pk],
            heard=["price", "competitor"],
            competitor=rival.pk,
            attachments=[file(), file("table.csv", b"a,b\n1,2\n")],
        )
        assert client.post(new_url(customer), data).status_code == 302
        made = Interaction.objects.get()
        assert (made.contact, list(made.contacts.all())) == (anna, [ben])
        assert list(made.colleagues.all()) == [mate]
        assert (made.heard, made.competitor) == (["price", "competitor"], rival)
        kinds = [(f.name, f.content_type, f.uploaded_by) for f in made.attachments.all()]
        assert kinds == [("minutes.pdf", "application/pdf", amy), ("table.csv", "text/csv", amy)]

    def test_who_hears_of_a_competitor_says_which(self, client, amy, customer):
        client.force_login(amy)
        response = client.post(new_url(customer), call(heard=["competitor"]))
        assert "competitor" in response.context["form"].errors
        assert response.context["form"].more_is_open
        rival = Competitor.objects.create(name="Rival & Co")
        client.post(new_url(customer), call(competitor=rival.pk))
        assert Interaction.objects.get().heard == ["competitor"]

    def test_a_competitor_out_of_use_is_not_offered(self, client, amy, customer):
        gone = Competitor.objects.create(name="Gone", is_active=False)
        client.force_login(amy)
        response = client.post(new_url(customer), call(competitor=gone.pk))
        assert "competitor" in response.context["form"].errors

    @pytest.mark.parametrize(
        ("name", "content"), [("a.pdf", b""), ("a.txt", b"<html><script>"), ("a.exe", b"MZ\0\1")]
    )
    def test_a_file_that_can_not_be_attached_is_refused_beside_its_field(
        self, client, amy, customer, name, content
    ):
        client.force_login(amy)
        data = call(attachments=file(name, content))
        form = client.post(new_url(customer), data).context["form"]
        assert set(form.errors) == {"attachments"}
        assert not Interaction.objects.exists()

    def test_a_file_over_the_limit_is_refused(self, client, amy, customer):
        Installation.get()
        Installation.objects.update(attachment_megabytes=1)
        Installation.forget()
        client.force_login(amy)
        data = call(attachments=file("long.txt", b"a" * (1024 * 1024 + 1)))
        assert "attachments" in client.post(new_url(customer), data).context["form"].errors

    def test_only_people_of_the_customer_and_who_sees_it_took_part(self, client, amy, customer):
        client.force_login(amy)
        for changes in (
            {"contacts": [ContactFactory().pk]},
            {"colleagues": [AccountManagerFactory().pk]},
            {"heard": ["rumours"]},
            {"kind": "news"},
        ):
            form = client.post(new_url(customer), call(**changes)).context["form"]
            assert set(form.errors) == set(changes)

    def test_of_hundreds_those_met_lately_are_offered_and_all_can_be_sent(
        self, client, amy, customer
    ):
        people = ContactFactory.create_batch(60, customer=customer)
        InteractionFactory(customer=customer, contact=people[7])
        client.force_login(amy)
        shown = client.get(new_url(customer)).context["form"]
        assert [box.data["label"] for box in shown["contacts"]] == [people[7].name]
        everybody = client.get(new_url(customer), {"people": "all"}).context["form"]
        assert len(everybody.fields["contacts"].widget.choices) == 60
        client.post(new_url(customer), call(contacts=[people[50].pk]))
        made = Interaction.objects.latest("pk")
        assert list(made.contacts.all()) == [people[50]]
        page = client.get(url(made, "edit/"))
        labels = [box.data["label"] for box in page.context["form"]["contacts"]]
        assert set(labels) == {people[7].name, people[50].name}
        wrong = client.post(new_url(customer), call(contacts=["x", people[3].pk]))
        assert "contacts" in wrong.context["form"].errors

    def test_who_asks_for_all_contacts_keeps_the_ticks_made_so_far(self, client, amy, customer):
        people = ContactFactory.create_batch(60, customer=customer)
        logged = InteractionFactory(customer=customer, by=amy)
        logged.contacts.add(people[3])
        client.force_login(amy)

        def ticked(address, **asked):
            boxes = client.get(address, {"people": "all", **asked}).context["form"]["contacts"]
            return {int(pk) for pk in boxes.value() or ()}

        chosen = {"ticked": "1", "contacts": [people[50].pk, people[51].pk, "x"]}
        assert ticked(new_url(customer), **chosen) == {people[50].pk, people[51].pk}
        assert ticked(url(logged, "edit/"), **chosen) == {people[50].pk, people[51].pk}
        assert ticked(url(logged, "edit/"), ticked="1") == set()
        page = client.get(url(logged, "edit/")).content.decode()
        assert "people=all&amp;ticked=1" in page

    def test_who_was_erased_is_not_offered(self, client, amy, customer):
        gone = ContactFactory(customer=customer, erased_at=timezone.now())
        client.force_login(amy)
        response = client.post(new_url(customer), call(contact=gone.pk))
        assert "contact" in response.context["form"].errors

    def test_the_notes_tell_a_colleague_once(self, client, amy, customer):
        mate = AccountManagerFactory(team=amy.team, username="mate")
        client.force_login(amy)
        for _ in range(2):
            client.post(new_url(customer), call(notes="@mate please send samples"))
        assert Notice.objects.filter(user=mate, kind="mention").count() == 1

    def test_the_address_may_name_the_contact(self, client, amy, customer):
        anna, stranger = ContactFactory(customer=customer), ContactFactory()
        client.force_login(amy)
        page = client.get(new_url(customer), {"contact": anna.pk, "kind": "call"})
        assert page.context["form"]["contact"].value() == anna.pk
        for wrong in (stranger.pk, "x", "9" * 30):
            page = client.get(new_url(customer), {"contact": wrong})
            assert not page.context["form"]["contact"].value()


class TestPlanned:
    def test_logging_a_planned_visit_prefills_and_closes_it_and_can_be_undone(
        self, client, amy, customer
    ):
        today = Installation.get().today()
        task = TaskFactory(
            customer=customer,
            kind="visit",
            title="Show the new pumps",
            due_on=today - dt.timedelta(days=1),
            starts_at=dt.time(10, 30),
        )
        client.force_login(amy)
        address = f"{new_url(customer)}?task={task.pk}"
        form = client.get(address).context["form"]
        shown = (form["kind"].value(), form["subject"].value(), form["at"].value()[-5:])
        assert shown == ("visit", "Show the new pumps", "10:30")
        response = client.post(address, call(kind="visit"), follow=True)
        task.refresh_from_db()
        assert task.state == Task.State.DONE
        (message,) = response.context["messages"]
        client.post(message.extra_tags.removeprefix("undo:"))
        task.refresh_from_db()
        assert task.state == Task.State.OPEN

    def test_a_task_that_was_dropped_meanwhile_stays_dropped(self, client, amy, customer):
        task = TaskFactory(customer=customer, state="dropped", closed_at=timezone.now())
        client.force_login(amy)
        client.post(f"{new_url(customer)}?task={task.pk}", call())
        task.refresh_from_db()
        assert task.state == Task.State.DROPPED

    def test_tasks_of_other_customers_and_of_others_are_left_alone(self, client, amy, customer):
        elsewhere = TaskFactory(customer=CustomerFactory(account_manager=amy))
        client.force_login(amy)
        client.post(f"{new_url(customer)}?task={elsewhere.pk}", call())
        theirs = TaskFactory(customer=customer)
        client.force_login(ServiceFactory())
        client.post(f"{new_url(customer)}?task={theirs.pk}", call(subject="By service"))
        assert set(Task.objects.values_list("state", flat=True)) == {"open"}


class TestPage:
    def test_it_shows_people_words_files_and_what_follows(self, client, amy, customer):
        anna = ContactFactory(customer=customer, name="Anna Bell")
        client.force_login(amy)
        client.post(
            new_url(customer),
            call(
                contact=anna.pk,
                heard=["ending"],
                outcome="They wait",
                attachments=file(),
                next_step="Offer a contract",
                next_due_on="2030-01-01",
            ),
        )
        made = Interaction.objects.get()
        text = client.get(url(made)).text
        for words in ("Anna Bell", "Speaks of ending", "They wait", "minutes.pdf", "Offer a contr"):
            assert words in text

    def test_an_open_next_step_is_done_there_and_then_stands_as_done(self, client, amy, customer):
        client.force_login(amy)
        step = {"next_step": "Offer a contract", "next_due_on": "2030-01-01"}
        client.post(new_url(customer), call(**step))
        made, task = Interaction.objects.get(), Task.objects.get()
        page = client.get(url(made))
        close = f"/customers/tasks/{task.pk}/close/"
        assert page.context["open_steps"] == [task]
        assert close in page.text
        client.post(f"{close}?state=done", {"next": url(made)})
        page = client.get(url(made))
        assert (page.context["open_steps"], page.context["steps"]) == ([], [task])
        assert f"{close}?state=done" not in page.text

    def test_other_next_steps_are_not_taken_for_its_own(self, client, amy, customer, logged):
        TaskFactory(customer=customer, origin="next_step", reason="interaction:999999")
        client.force_login(amy)
        assert client.get(url(logged)).context["steps"] == []

    def test_a_customer_of_another_team_is_not_there(self, client, logged):
        client.force_login(AccountManagerFactory())
        for page in ("", "edit/"):
            assert client.get(url(logged, page)).status_code == 404
        assert client.post(url(logged, "attach/")).status_code == 404


class TestEditing:
    def test_last_contact_follows_time_direction_and_kind(self, client, amy, customer):
        client.force_login(amy)
        client.post(new_url(customer), call())
        made, today = Interaction.objects.get(), Installation.get().today()
        assert (standing(customer).last_contact_in, standing(customer).last_contact_out) == (
            NEVER,
            today,
        )
        page = url(made, "edit/")
        client.post(page, sent(client.get(page)) | {"direction": "in", "at": "2026-01-05T12:00"})
        found = standing(customer)
        assert (found.last_contact_in, found.last_contact_out) == (dt.date(2026, 1, 5), NEVER)
        client.post(page, sent(client.get(page)) | {"kind": "note"})
        found = standing(customer)
        assert (found.last_contact_in, found.last_contact) == (NEVER, NEVER)

    def test_a_note_and_news_are_no_contact(self, client, amy, customer):
        client.force_login(amy)
        client.post(new_url(customer), call(kind="note"))
        InteractionFactory(customer=customer, kind="news")
        refresh_derived([customer.pk])
        assert standing(customer).last_contact == NEVER

    def test_an_untouched_time_keeps_its_seconds(self, client, amy, logged):
        client.force_login(amy)
        before = logged.at
        page = url(logged, "edit/")
        assert client.post(page, sent(client.get(page)) | {"subject": "New"}).status_code == 302
        logged.refresh_from_db()
        assert (logged.subject, logged.at) == ("New", before)

    def test_of_two_who_edit_the_second_sees_both_versions_and_loses_nothing(
        self, client, amy, customer, logged
    ):
        anna, ben = ContactFactory.create_batch(2, customer=customer)
        logged.contacts.set([anna])
        client.force_login(amy)
        page = url(logged, "edit/")
        opened = sent(client.get(page))
        edit_interaction(
            pk=logged.pk, version=1, values={"subject": "Theirs", "heard": ["praise"]}, by=amy
        )
        mine = {"subject": "Mine", "contacts": [ben.pk], "outcome": "Signed"}
        response = client.post(page, opened | mine)
        assert response.status_code == 409
        rows = {row.label: (row.theirs, row.mine) for row in response.context["form"].differences}
        assert rows == {
            "Subject": ("Theirs", "Mine"),
            "Others of theirs": (anna.name, ben.name),
            "Outcome": ("", "Signed"),
            "What was heard": ("Praises us", ""),
        }
        assert client.post(page, sent(response)).status_code == 302
        logged.refresh_from_db()
        assert (logged.subject, logged.outcome, logged.heard) == ("Mine", "Signed", ["praise"])
        assert list(logged.contacts.all()) == [ben]

    def test_who_logged_it_the_lead_of_the_team_and_managers_edit_it(self, client, amy, customer):
        mate = AccountManagerFactory(team=amy.team)
        lead = AccountManagerFactory(team=amy.team, is_team_lead=True)
        by_service = InteractionFactory(customer=customer, by=ServiceFactory())
        may = {by_service.by: 200, lead: 200, ManagerFactory(): 200}
        may |= {mate: 403, amy: 403, ServiceFactory(): 403}
        for user, status in may.items():
            client.force_login(user)
            assert client.get(url(by_service, "edit/")).status_code == status, user.role
            assert client.get(url(by_service)).context["may_edit"] == (status == 200)

    def test_who_is_named_in_the_notes_later_is_told_then(self, client, amy, logged):
        mate = AccountManagerFactory(team=amy.team, username="mate")
        client.force_login(amy)
        page = url(logged, "edit/")
        for notes in ("@mate look", "@mate look again"):
            client.post(page, sent(client.get(page)) | {"notes": notes})
        assert Notice.objects.filter(user=mate, kind="mention").count() == 1

    def test_news_stays_news(self, client, customer):
        news = InteractionFactory(customer=customer, kind="news")
        client.force_login(ManagerFactory())
        page = url(news, "edit/")
        assert client.post(page, sent(client.get(page)) | {"subject": "S"}).status_code == 302
        news.refresh_from_db()
        assert (news.kind, news.subject) == ("news", "S")
