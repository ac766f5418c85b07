"""The page that tells who changed what about a customer."""

import datetime as dt

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform.acting import acting
from customers import history
from customers.models import (
    Benefit,
    Change,
    CustomField,
    Idea,
    Interaction,
    Organisation,
    Promise,
    Tag,
)
from customers.querysets.changes import WORTH_COLUMNS, WORTH_TABLES
from customers.tests.factories import ContactFactory, CustomerFactory, InteractionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy():
    return AccountManagerFactory(name="Amy")


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy, region="North")


@pytest.fixture
def page(client, customer):
    """page(user, query) gives the entries shown."""

    def get(user, query=""):
        client.force_login(user)
        response = client.get(f"/customers/{customer.pk}/history/{query}")
        assert response.status_code == 200
        return response.context["entries"]

    return get


def words(entry) -> tuple:
    return (
        entry.thing,
        entry.title,
        entry.verb,
        [(x.label, x.before, x.after) for x in entry.lines],
    )


def test_values_are_told_in_the_words_of_the_forms(page, amy, customer):
    boss = ManagerFactory(name="Boss")
    with acting(boss):
        customer.account_manager = boss
        customer.has_problem, customer.problem_reason = True, "Late payments"
        customer.won_through = "fair"
        customer.save()
    entry, added = page(boss)
    assert entry.change.actor == boss
    assert words(entry) == (
        "Customer",
        "",
        "changed",
        [
            ("account manager", "Amy", "Boss"),
            ("problem", "no", "yes"),
            ("reason of the problem", "", "Late payments"),
            ("won through", "", "Trade fair"),
        ],
    )
    assert words(added)[2:] == ("added", [])


def test_days_amounts_lists_and_managers_fields_read_well(page, amy, customer):
    field = CustomField.objects.create(names={"en": "Forklifts"})
    Organisation.objects.create(customer=customer)
    Organisation.objects.update(custom={str(field.pk): "7"}, capital="1250000.5", headcount=2026)
    talk = InteractionFactory(customer=customer, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    Interaction.objects.filter(pk=talk.pk).update(heard=["price", "idea"])
    person = ContactFactory(customer=customer, name="Ann Lee")
    person.birthday = dt.date(1980, 5, 17)
    person.save()
    found = {
        (e.thing, line.label): (line.before, line.after) for e in page(amy) for line in e.lines
    }
    assert found == {
        ("Organisation", "Forklifts"): ("", "7"),
        ("Organisation", "registered capital or assets"): ("", "1,250,000.50"),
        ("Organisation", "headcount"): ("", "2026"),
        ("Interaction", "what was heard"): ("", "Presses the price, Has an idea"),
        ("Contact", "birthday"): ("", "17 May 1980"),
    }


def test_managers_fields_are_told_as_their_kinds_are_written(page, amy, customer):
    since = CustomField.objects.create(names={"en": "Partner since"}, kind="date")
    area = CustomField.objects.create(names={"en": "Hall"}, kind="number")
    Organisation.objects.create(customer=customer, custom={str(since.pk): "2020-05-17", "0": "x"})
    Organisation.objects.update(custom={str(since.pk): "2021-06-18", str(area.pk): "12500.5"})
    assert words(page(amy)[0])[3] == [
        ("Hall", "", "12,500.50"),
        ("Partner since", "17 May 2020", "18 Jun 2021"),
        ("a field that is gone", "x", ""),
    ]
    CustomField.objects.filter(pk=since.pk).update(kind="number")
    lines = {line.label: line.after for line in page(amy)[0].lines}
    assert lines["Partner since"] == "2021-06-18"


def test_no_amount_is_told_to_who_sees_none(page, amy, customer):
    idea = Idea.objects.create(customer=customer, what="Lids", on="2026-01-01")
    Idea.objects.filter(pk=idea.pk).update(amount=4321, answer="Thanks")
    assert ("what it is worth to us", "", "4321") in words(page(amy)[0])[3]
    seen = [line for entry in page(ServiceFactory()) for line in entry.lines]
    assert [(line.label, line.after) for line in seen] == [("our answer", "Thanks")]


def test_every_column_of_an_amount_is_hidden_from_who_sees_none():
    open_to_all = {"share"}  # of competitors: their whole table is hidden
    for table in history.THINGS:
        hidden = {*WORTH_COLUMNS.get(table, ()), *open_to_all}
        model = history.model_of(table)
        amounts = {
            field.column
            for field in model._meta.concrete_fields
            if isinstance(field, models.DecimalField)
        }
        assert table in WORTH_TABLES or amounts <= hidden, table


def test_removing_and_putting_back_is_told_as_such_and_tags_by_their_name(page, amy, customer):
    promise = Promise.objects.create(
        customer=customer, what="Free sample", owner=amy, due_on="2026-02-01"
    )
    for removed_at in (dt.datetime(2026, 1, 5, tzinfo=dt.UTC), None):
        promise.removed_at = removed_at
        promise.save()
    tag = Tag.objects.create(name="Fair 2026")
    customer.tags.add(tag)
    customer.tags.remove(tag)
    assert [words(entry) for entry in page(amy)][:4] == [
        ("Tag", "", "deleted", [("tag", "Fair 2026", "")]),
        ("Tag", "", "added", [("tag", "", "Fair 2026")]),
        ("Promise", "Free sample", "put back", []),
        ("Promise", "Free sample", "removed", []),
    ]


def test_a_deleted_thing_keeps_its_name(page, amy, customer):
    ContactFactory(customer=customer, name="Ann Lee").delete()
    assert words(page(amy)[0]) == ("Contact", "Ann Lee", "deleted", [("name", "Ann Lee", "")])


def test_service_staff_see_neither_hidden_things_nor_hidden_fields(page, amy, customer):
    Organisation.objects.create(customer=customer)
    Organisation.objects.update(bank="Barclays", capital="5", products="Pumps")
    Organisation.objects.update(bank="Lloyds")
    customer.acquisition_cost = 777
    customer.save()
    benefit = Benefit.objects.create(
        customer=customer, what="Less scrap", amount=5, on="2026-01-01"
    )
    benefit.amount = 6
    benefit.save()
    assert any(e.thing == "Benefit" for e in page(amy))
    seen = page(ServiceFactory())
    assert [words(e) for e in seen if e.change.kind == "~"] == [
        ("Organisation", "", "changed", [("products and brands", "", "Pumps")])
    ]
    assert "Benefit" not in [e.thing for e in seen]


def test_filters_by_thing_and_person_and_nonsense_filters_nothing(page, amy, customer):
    ben = AccountManagerFactory(team=amy.team, name="Ben")
    with acting(ben):
        ContactFactory(customer=customer)
    with acting(amy):
        InteractionFactory(customer=customer)
    assert [e.thing for e in page(amy, "?thing=customers_contact")] == ["Contact"]
    assert [e.thing for e in page(amy, f"?by={ben.pk}")] == ["Contact"]
    assert len(page(amy, "?thing=nonsense&by=x&page=%00")) == 3


def test_pages_follow_each_other_without_gaps(client, amy, customer):
    for n in range(70):
        customer.region = f"R{n}"
        customer.save()
    client.force_login(amy)
    address, seen = "", []
    while True:
        response = client.get(f"/customers/{customer.pk}/history/{address}")
        seen += [e.change.pk for e in response.context["entries"]]
        address = response.context["older_url"]
        if not address:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 71


def test_the_page_asks_a_fixed_number_of_questions(page, amy, customer):
    def fill(n):
        with acting(amy):
            for k in range(n):
                person = ContactFactory(customer=customer, name=f"P{k}")
                person.title = "Buyer"
                person.save()
                talk = InteractionFactory(customer=customer)
                talk.contact = person
                talk.save()

    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(amy)
        return len(captured)

    fill(2)
    page(amy)
    few = questions()
    fill(20)
    assert questions() <= few <= 20
    assert Change.objects.count() > 80
