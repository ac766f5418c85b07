"""Contacts: what is kept about them, finding them, who follows who left."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.accounts.tests.factories import (
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import Installation
from crm.platform.tests.browsing import sent
from customers.models import Contact, CustomerTokens, Opportunity, Promise
from customers.services.contacts import edit_contact
from customers.services.derived import refresh_derived
from customers.tests.factories import ContactFactory, CustomerFactory, InteractionFactory

pytestmark = pytest.mark.django_db

LIST = "/customers/contacts/"
DAY = dt.date(2026, 3, 2)


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


def edit_url(contact) -> str:
    return f"/customers/contacts/{contact.pk}/edit/"


def names(response) -> list[str]:
    return [person.name for person in response.context["rows"]]


class TestForm:
    def test_everything_about_a_contact_is_kept(self, client, amy, customer):
        client.force_login(amy)
        data = {
            "name": "Anna Bell",
            "title": "Head of buying",
            "department": "Purchasing",
            "birthday": "1980-02-29",
            "role": "decision_maker",
            "attitude": "supporter",
            "phone": "020 7946 0958",
            "channel": "phone",
            "language": "en",
            "consent": "given",
            "consent_on": "2026-01-31",
            "customs": "No calls on Friday",
        }
        client.post(f"/customers/{customer.pk}/contacts/new/", data)
        anna = Contact.objects.get(name="Anna Bell")
        kept = {name: str(getattr(anna, name)) for name in data}
        assert kept == data

    def test_consent_without_a_day_is_of_today_and_a_day_without_consent_is_none(
        self, client, amy, customer
    ):
        anna = ContactFactory(customer=customer)
        client.force_login(amy)
        opened = sent(client.get(edit_url(anna)))
        client.post(edit_url(anna), opened | {"consent": "refused"})
        anna.refresh_from_db()
        assert anna.consent_on == Installation.get().today()
        client.post(edit_url(anna), sent(client.get(edit_url(anna))) | {"consent": ""})
        anna.refresh_from_db()
        assert (anna.consent, anna.consent_on) == ("", None)

    @pytest.mark.parametrize("name", ["birthday", "consent_on", "left_on"])
    def test_no_day_of_it_lies_ahead(self, client, amy, customer, name):
        anna = ContactFactory(customer=customer)
        client.force_login(amy)
        data = sent(client.get(edit_url(anna))) | {"consent": "given", name: "2990-01-01"}
        assert name in client.post(edit_url(anna), data).context["form"].errors

    def test_of_two_who_edit_the_second_sees_both_versions_and_loses_nothing(
        self, client, amy, customer
    ):
        anna = ContactFactory(customer=customer, role="user")
        client.force_login(amy)
        opened = sent(client.get(edit_url(anna)))
        edit_contact(pk=anna.pk, version=1, values={"role": "buyer", "title": "Theirs"})
        mine = {"title": "Mine", "customs": "Tea, not coffee"}
        response = client.post(edit_url(anna), opened | mine)
        assert response.status_code == 409
        rows = {row.label: (row.theirs, row.mine) for row in response.context["form"].differences}
        assert rows == {
            "Job title": ("Theirs", "Mine"),
            "Role in buying": ("Buyer", "User"),
            "Customs and taboos": ("", "Tea, not coffee"),
        }
        assert client.post(edit_url(anna), sent(response)).status_code == 302
        anna.refresh_from_db()
        assert (anna.role, anna.title, anna.customs) == ("buyer", "Mine", "Tea, not coffee")

    def test_a_page_shows_what_passed_with_them_also_among_others(self, client, amy, customer):
        anna = ContactFactory(customer=customer)
        alone = InteractionFactory(customer=customer, contact=anna, subject="Alone")
        among = InteractionFactory(customer=customer, subject="Among others")
        among.contacts.set([anna, ContactFactory(customer=customer)])
        InteractionFactory(customer=customer, subject="Without her")
        client.force_login(amy)
        page = client.get(edit_url(anna))
        assert set(page.context["talks"]) == {alone, among}
        assert f"?kind=call&amp;contact={anna.pk}" in page.text

    def test_who_was_erased_is_shown_as_such_and_not_edited(self, client, amy, customer):
        gone = ContactFactory(customer=customer, name="Erased", erased_at=timezone.now())
        client.force_login(amy)
        page = client.get(edit_url(gone))
        assert "were erased" in page.text
        assert "form" not in page.context
        assert client.post(edit_url(gone), {"name": "Back", "version": "1"}).status_code == 403
        gone.refresh_from_db()
        assert gone.name == "Erased"

    def test_who_is_erased_while_somebody_types_stays_erased(self, client, amy, customer):
        anna = ContactFactory(customer=customer)
        client.force_login(amy)
        opened = sent(client.get(edit_url(anna)))
        Contact.objects.filter(pk=anna.pk).update(erased_at=timezone.now(), name="–")
        assert client.post(edit_url(anna), opened | {"name": "Anna"}).status_code == 403
        anna.refresh_from_db()
        assert anna.name == "–"

    def test_service_staff_read_and_write_contacts(self, client, customer):
        anna = ContactFactory(customer=customer)
        client.force_login(ServiceFactory())
        opened = sent(client.get(edit_url(anna)))
        assert client.post(edit_url(anna), opened | {"mobile": "07700 900123"}).status_code == 302
        assert client.get(f"/customers/{customer.pk}/contacts/").status_code == 200


class TestSuccessor:
    @pytest.fixture
    def anna(self, customer):
        return ContactFactory(customer=customer, name="Anna", role="decision_maker", title="Head")

    @pytest.fixture
    def resting(self, amy, customer, anna):
        """A promise and an opportunity that are open, and ones that are not."""
        common = {"customer": customer, "owner": amy}
        promise = {**common, "contact": anna, "due_on": DAY}
        kept = Promise.objects.create(**promise, what="Kept", state="kept", settled_on=DAY)
        opened = Promise.objects.create(**promise, what="Samples")
        chance = Opportunity.objects.create(**common, need="Valves")
        lost = Opportunity.objects.create(
            **common, need="Pumps", stage="lost", reason="price", closed_on=DAY
        )
        for opportunity in (chance, lost):
            opportunity.people.add(anna)
        return opened, kept, chance, lost

    def test_marking_somebody_as_left_leads_to_naming_the_successor(
        self, client, amy, anna, resting
    ):
        client.force_login(amy)
        opened = sent(client.get(edit_url(anna)))
        response = client.post(edit_url(anna), opened | {"left_on": "2026-03-01"}, follow=True)
        assert response.redirect_chain[-1][0] == f"/customers/contacts/{anna.pk}/successor/"
        assert response.context["promises"] == [resting[0]]
        assert response.context["opportunities"] == [resting[2]]

    def test_the_successor_takes_the_role_and_what_is_open_once(
        self, client, amy, customer, anna, resting
    ):
        ben = ContactFactory(customer=customer, name="Ben", role="user")
        Contact.objects.filter(pk=anna.pk).update(left_on=DAY)
        client.force_login(amy)
        for _ in range(2):
            client.post(f"/customers/contacts/{anna.pk}/successor/", {"successor": ben.pk})
        ben.refresh_from_db()
        opened, kept, chance, lost = resting
        opened.refresh_from_db()
        kept.refresh_from_db()
        assert (ben.role, ben.version, opened.contact, kept.contact) == (anna.role, 2, ben, anna)
        assert (list(chance.people.all()), list(lost.people.all())) == ([ben], [anna])

    def test_somebody_new_begins_with_the_place_of_who_left(
        self, client, amy, customer, anna, resting
    ):
        Contact.objects.filter(pk=anna.pk).update(left_on=DAY)
        client.force_login(amy)
        address = f"/customers/{customer.pk}/contacts/new/?after={anna.pk}"
        page = client.get(address)
        assert page.context["form"]["role"].value() == "decision_maker"
        client.post(address, sent(page) | {"name": "Cleo"})
        resting[0].refresh_from_db()
        assert resting[0].contact == Contact.objects.get(name="Cleo", title="Head")

    def test_nobody_of_another_customer_and_nobody_who_left_follows(
        self, client, amy, customer, anna
    ):
        Contact.objects.filter(pk=anna.pk).update(left_on=DAY)
        others = [
            ContactFactory(customer=CustomerFactory(account_manager=amy)),
            ContactFactory(customer=customer, left_on=DAY),
            ContactFactory(customer=customer, erased_at=timezone.now()),
            anna,
        ]
        client.force_login(amy)
        for other in others:
            url = f"/customers/contacts/{anna.pk}/successor/"
            assert client.post(url, {"successor": other.pk}).context["form"].errors

    def test_who_is_still_there_needs_none(self, client, amy, anna):
        client.force_login(amy)
        response = client.get(f"/customers/contacts/{anna.pk}/successor/")
        assert response.url == edit_url(anna)

    def test_service_staff_see_no_opportunities_that_rested(self, client, anna, resting):
        Contact.objects.filter(pk=anna.pk).update(left_on=DAY)
        client.force_login(ServiceFactory())
        page = client.get(f"/customers/contacts/{anna.pk}/successor/")
        assert page.context["opportunities"] == []
        assert "Valves" not in page.text


class TestFinding:
    def test_the_list_has_whom_the_user_sees_by_name(self, client, amy, customer):
        for name in ("Cleo", "Anna", "Ben"):
            ContactFactory(customer=customer, name=name)
        ContactFactory(customer=customer, name="Erased", erased_at=timezone.now())
        ContactFactory(name="Hidden")
        client.force_login(amy)
        assert names(client.get(LIST)) == ["Anna", "Ben", "Cleo"]
        client.force_login(ManagerFactory())
        assert names(client.get(LIST)) == ["Anna", "Ben", "Cleo", "Hidden"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("ann", True),
            ("an", True),
            ("ELLI", True),
            ("bellini ann", True),
            ("rossi@aco", True),
            ("7946 0958", True),
            ("+44 (0)20 7946 0958", True),
            ("2079460", True),
            ("0770 0900", True),
            ("ben", False),
            ("zz", False),
            ("9580770", False),
            ("%", False),
        ],
    )
    def test_a_part_of_name_mail_or_number_is_enough(self, client, amy, customer, text, found):
        ContactFactory(
            customer=customer,
            name="Anna Bellini",
            email="rossi@acorn.example",
            phone="020 7946-0958",
            mobile="0770 0900 123",
        )
        client.force_login(amy)
        for page in (LIST, f"/customers/{customer.pk}/contacts/"):
            assert bool(names(client.get(page, {"q": text}))) == found

    @pytest.mark.parametrize(("text", "found"), [("伟明", True), ("张", True), ("明伟", False)])
    def test_chinese_is_found_by_two_characters(self, client, amy, customer, text, found):
        ContactFactory(customer=customer, name="张伟明")
        refresh_derived([customer.pk])
        client.force_login(amy)
        assert bool(names(client.get(LIST, {"q": text}))) == found

    def test_each_filter_leaves_what_it_says(self, client, amy, customer):
        facts = {
            "Anna": {"role": "buyer", "attitude": "opponent", "consent": "given"},
            "Ben": {"role": "", "attitude": "", "left_on": DAY},
            "Cleo": {"role": "sponsor", "attitude": "supporter", "consent": "refused"},
        }
        for name, values in facts.items():
            ContactFactory(customer=customer, name=name, **values)
        client.force_login(amy)
        for query, found in {
            "role=buyer": ["Anna"],
            "role=none": ["Ben"],
            "attitude=supporter": ["Cleo"],
            "left=yes": ["Ben"],
            "left=no": ["Anna", "Cleo"],
            "consent=given": ["Anna"],
            "consent=unknown": ["Ben"],
            "left=no&attitude=opponent": ["Anna"],
            "role=king": ["Anna", "Ben", "Cleo"],
        }.items():
            assert names(client.get(f"{LIST}?{query}")) == found, query

    @pytest.mark.parametrize(
        ("today", "born", "soon"),
        [
            (dt.date(2026, 11, 22), dt.date(1980, 11, 22), True),
            (dt.date(2026, 11, 22), dt.date(1980, 12, 22), True),
            (dt.date(2026, 11, 22), dt.date(1980, 12, 23), False),
            (dt.date(2026, 11, 22), dt.date(1980, 11, 21), False),
            (dt.date(2026, 12, 20), dt.date(1980, 1, 19), True),
            (dt.date(2026, 12, 20), dt.date(1980, 1, 20), False),
            (dt.date(2026, 2, 20), dt.date(1980, 2, 29), True),
        ],
    )
    def test_birthdays_of_the_next_30_days_also_beyond_the_new_year(
        self, customer, today, born, soon
    ):
        ContactFactory(customer=customer, birthday=born)
        assert Contact.objects.all().born(today).exists() == soon

    def test_three_hundred_are_paged_and_the_page_is_light(self, client, amy, customer):
        people = [
            Contact(
                customer=customer,
                name=f"Person {n:03d}",
                role=list(Contact.Role)[n % 6],
                title="Head of purchasing and supply",
                department="Purchasing",
                mobile=f"07700 900{n:03d}",
                email=f"person.{n}@customer.example",
            )
            for n in range(300)
        ]
        Contact.objects.bulk_create(people)
        client.force_login(amy)
        page = client.get(f"/customers/{customer.pk}/contacts/")
        assert names(page) == [f"Person {n:03d}" for n in range(50)]
        assert "of 300" in page.context["summary"]
        assert len(page.content) < 40_000
        after = client.get(f"/customers/{customer.pk}/contacts/{page.context['older_url']}")
        assert names(after) == [f"Person {n:03d}" for n in range(50, 100)]
        form = client.get(f"/customers/{customer.pk}/interactions/new/")
        assert len(form.content) < 40_000


def test_a_contact_is_created_once_and_found_by_its_phone(client, amy):
    customer = CustomerFactory(account_manager=amy)
    client.force_login(amy)
    url = f"/customers/{customer.pk}/contacts/new/"
    data = {"name": "Anna Bell", "role": "buyer", "mobile": "+44 7700 900 123"}
    assert client.post(url, data).url == f"/customers/{customer.pk}/"
    client.post(url, data)
    assert Contact.objects.filter(customer=customer).count() == 1
    assert "447700900123" in CustomerTokens.objects.get(pk=customer.pk).tokens


@pytest.mark.parametrize("changes", [{"name": ""}, {"email": "x"}, {"role": "king"}])
def test_a_wrong_contact_is_not_saved(client, amy, changes):
    customer = CustomerFactory(account_manager=amy)
    client.force_login(amy)
    url = f"/customers/{customer.pk}/contacts/new/"
    response = client.post(url, {"name": "Anna"} | changes)
    assert set(changes) <= set(response.context["form"].errors)
    assert not Contact.objects.exists()


def test_a_contact_is_edited_and_a_lost_update_refused(client, amy):
    contact = ContactFactory(customer=CustomerFactory(account_manager=amy), name="Anna")
    client.force_login(amy)
    url = f"/customers/contacts/{contact.pk}/edit/"
    opened = sent(client.get(url))
    assert client.post(url, opened | {"title": "Head of buying"}).status_code == 302
    stale = client.post(url, opened | {"left_on": "2026-01-31"})
    assert stale.context["form"].differences
    contact.refresh_from_db()
    assert (contact.title, contact.left_on, contact.version) == ("Head of buying", None, 2)
    assert client.post(url, sent(stale)).status_code == 302
    contact.refresh_from_db()
    assert (contact.title, str(contact.left_on)) == ("Head of buying", "2026-01-31")
