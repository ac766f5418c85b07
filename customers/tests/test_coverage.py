"""How well contacts are covered, by cases made by hand."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from crm.platform.models import Installation
from customers import coverage
from customers.models import Contact, Interaction
from customers.tests.factories import ContactFactory, CustomerFactory, InteractionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy():
    return AccountManagerFactory(name="Amy")


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def day(days: int) -> dt.date:
    return Installation.get().today() - dt.timedelta(days=days)


def person(customer, name, role="", **values) -> Contact:
    return ContactFactory(customer=customer, name=name, role=role, **values)


def codes(customer) -> list[str]:
    return [code for code, _words in coverage.of(customer, customer.account_manager).risks]


def words(customer, code) -> str:
    return dict(coverage.of(customer, customer.account_manager).risks)[code]


def everybody(customer) -> dict[str, Contact]:
    """One for each role, with whom somebody spoke lately."""
    people = {role.value: person(customer, role.label, role.value) for role in Contact.Role}
    for contact in people.values():
        InteractionFactory(customer=customer, contact=contact)
    return people


def test_a_customer_with_every_role_and_several_threads_has_no_risk(customer):
    everybody(customer)
    assert codes(customer) == []


def test_nobody_known_is_a_risk_by_itself(customer):
    person(customer, "Erased", erased_at=timezone.now())
    assert codes(customer) == ["no_contact"]


def test_one_contact_alone_is_a_risk_also_where_others_left(customer):
    person(customer, "Anna", "decision_maker")
    person(customer, "Ben", "user", left_on=day(9))
    assert codes(customer) == ["only_contact", "roles_open"]
    assert words(customer, "only_contact").startswith("Anna is the only")


def test_all_contact_of_a_year_through_one_person_is_a_single_thread(customer):
    people = everybody(customer)
    Interaction.objects.exclude(contact=people["buyer"]).update(at=ago(366))
    assert codes(customer) == ["single_thread"]
    assert "Buyer" in words(customer, "single_thread")
    latest = InteractionFactory(customer=customer, contact=people["buyer"])
    latest.contacts.set([people["user"]])
    assert codes(customer) == []


def test_news_and_notes_are_no_contact(customer):
    people = everybody(customer)
    Interaction.objects.exclude(contact=people["buyer"]).update(kind="note")
    InteractionFactory(customer=customer, contact=people["user"], kind="news")
    assert codes(customer) == ["single_thread"]
    roles = {role.role: role for role in coverage.of(customer, customer.account_manager).roles}
    assert (roles["user"].touch, roles["buyer"].touch.whom) == (None, "Buyer")


def test_a_decision_maker_who_left_is_a_risk_until_another_is_known(customer):
    people = everybody(customer)
    Contact.objects.filter(pk=people["decision_maker"].pk).update(left_on=day(30))
    assert codes(customer) == ["departed_decider"]
    assert words(customer, "departed_decider").startswith("Decision maker decided and left")
    person(customer, "New", "decision_maker")
    assert codes(customer) == []


def test_who_decides_against_us_is_named(customer):
    people = everybody(customer)
    Contact.objects.filter(pk=people["decision_maker"].pk).update(attitude="opponent")
    Contact.objects.filter(pk=people["user"].pk).update(attitude="opponent")
    assert codes(customer) == ["opponent_decides"]
    assert words(customer, "opponent_decides").endswith(": Decision maker.")


def test_roles_that_nobody_fills_are_named_and_who_decides_first_of_all(customer):
    people = everybody(customer)
    people["sponsor"].delete()
    assert words(customer, "roles_open") == "Nobody is known as: Sponsor."
    people["decision_maker"].delete()
    assert words(customer, "roles_open") == "Nobody is known to decide."


def test_the_last_touch_of_a_role_says_who_when_and_by_whom(customer):
    ben = AccountManagerFactory(name="Ben")
    first, second = (person(customer, name, "user") for name in ("Anna", "Cleo"))
    InteractionFactory(customer=customer, contact=first, at=ago(9))
    last = InteractionFactory(customer=customer, at=ago(3), by=ben)
    last.contacts.set([second])
    InteractionFactory(customer=customer, contact=second, at=ago(20))
    users = next(
        role
        for role in coverage.of(customer, customer.account_manager).roles
        if role.role == "user"
    )
    assert users.people == ["Anna", "Cleo"]
    assert (users.touch.whom, users.touch.by, users.touch.at) == ("Cleo", "Ben", last.at)
    assert users.touch.interaction == last.pk


def test_who_does_not_see_the_customer_gets_nothing_of_it(customer):
    everybody(customer)
    found = coverage.of(customer, AccountManagerFactory())
    assert [role.people for role in found.roles] == [[]] * len(Contact.Role)
    assert found.touches == {}


def test_it_takes_two_queries_with_300_contacts_and_2000_interactions(
    customer, django_assert_num_queries
):
    roles = [*Contact.Role, ""]
    people = Contact.objects.bulk_create(
        Contact(customer=customer, name=f"P{n}", role=roles[n % 7]) for n in range(300)
    )
    talks = Interaction.objects.bulk_create(
        Interaction(
            customer=customer,
            by=customer.account_manager,
            contact=people[n % 300],
            subject="Talk",
            at=ago(n),
        )
        for n in range(2_000)
    )
    through = Interaction.contacts.through
    through.objects.bulk_create(
        through(interaction=talk, contact=people[(n + 7) % 300]) for n, talk in enumerate(talks)
    )
    with django_assert_num_queries(2):
        found = coverage.of(customer, customer.account_manager)
    assert (found.risks, len(found.touches)) == ([], 300)
    assert found.roles[0].touch.at == talks[0].at


class TestDepartedDeciders:
    def test_those_whose_decision_maker_left_in_the_last_90_days_without_successor(self, amy):
        lately, long_ago, succeeded, inactive = (
            CustomerFactory(account_manager=amy, is_active=active)
            for active in (True, True, True, False)
        )
        hidden = CustomerFactory()
        for one in (lately, succeeded, inactive, hidden):
            person(one, f"D{one.pk}", "decision_maker", left_on=day(10))
        person(lately, "Earlier", "decision_maker", left_on=day(80))
        person(long_ago, "Long ago", "decision_maker", left_on=day(91))
        person(succeeded, "New", "decision_maker")
        person(lately, "A user", "user", left_on=day(1))
        found = list(coverage.departed_deciders(amy))
        assert found == [lately]
        assert (found[0].departed_name, found[0].departed_on) == (f"D{lately.pk}", day(10))
        assert set(coverage.departed_deciders(ManagerFactory())) == {lately, hidden}
