"""The database writes down who changed what, and nobody in the application changes that."""

import threading

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from crm.accounts.tests.factories import AccountManagerFactory
from crm.platform.acting import acting
from crm.platform.bulk import copy_rows
from customers.models import (
    AccountPlan,
    Change,
    Customer,
    Organisation,
    PlanObjective,
    Tag,
)
from customers.services.contacts import edit_contact
from customers.tests.factories import ContactFactory, CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db


def changes(table: str, **wanted) -> list[tuple[str, dict]]:
    found = Change.objects.filter(table=table, **wanted).order_by("pk")
    return [(change.kind, change.fields) for change in found]


def current_actor() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('perennial.actor', true)")
        return cursor.fetchone()[0] or ""


def test_adding_changing_and_deleting_a_row_is_written_down_with_its_actor():
    amy = AccountManagerFactory()
    with acting(amy):
        contact = ContactFactory(name="Ann", title="Buyer")
        edit_contact(pk=contact.pk, version=1, values={"name": "Ann Lee", "title": "Buyer"})
        contact.delete()
    assert changes("customers_contact", customer=contact.customer_id, actor=amy) == [
        ("+", {}),
        ("~", {"name": ["Ann", "Ann Lee"]}),
        ("-", {"name": ["Ann Lee", None], "title": ["Buyer", None]}),
    ]


def test_nothing_is_written_where_nothing_differs():
    customer = CustomerFactory()
    customer.save()
    Customer.objects.update(version=7)
    assert changes("customers_customer") == [("+", {})]


def test_one_statement_over_many_rows_writes_a_change_for_each_that_differs():
    kept, *_others = CustomerFactory.create_batch(3, region="North")
    Customer.objects.filter(pk=kept.pk).update(region="South")
    Customer.objects.update(region="South")
    assert len(changes("customers_customer", kind="~")) == 3
    assert changes("customers_customer", kind="~", row=kept.pk) == [
        ("~", {"region": ["North", "South"]})
    ]


def test_rows_without_an_id_of_their_own_and_rows_of_a_plan_find_their_customer():
    customer = CustomerFactory()
    Organisation.objects.create(customer=customer, custom={"1": "old"})
    Organisation.objects.update(custom={"1": "new"}, headcount=12)
    plan = AccountPlan.objects.create(
        customer=customer, review_on="2026-01-01", made_by=customer.account_manager
    )
    PlanObjective.objects.create(plan=plan, what="Grow", due_on="2026-05-01")
    PlanObjective.objects.update(state="reached")
    assert changes("customers_organisation", customer=customer, row=customer.pk) == [
        ("+", {}),
        ("~", {"custom": [{"1": "old"}, {"1": "new"}], "headcount": [None, 12]}),
    ]
    assert changes("customers_planobjective", customer=customer) == [
        ("+", {}),
        ("~", {"state": ["open", "reached"]}),
    ]


def test_tags_given_and_taken_are_known_by_name_afterwards():
    customer, tag = CustomerFactory(), Tag.objects.create(name="Fair 2026")
    customer.tags.add(tag)
    customer.tags.clear()
    assert changes("customers_customer_tags", customer=customer) == [
        ("+", {"tag_id": [None, tag.pk]}),
        ("-", {"tag_id": [tag.pk, None]}),
    ]


def test_tasks_are_written_down_when_they_change_since_they_say_who_made_them():
    task = TaskFactory()
    task.title = "Call again"
    task.save()
    assert changes("customers_task") == [("~", {"title": ["Call back", "Call again"]})]


def test_rows_that_come_by_copy_are_written_down_too():
    customer = CustomerFactory()
    rows = [(customer.pk, f"Person {n}", "", "", "", "", "", "", "", 1, "") for n in range(50)]
    columns = ("customer_id", "name", "title", "department", "role", "phone", "mobile")
    copy_rows("customers_contact", (*columns, "email", "language", "version", "remarks"), rows)
    assert Change.objects.filter(table="customers_contact", customer=customer).count() == 50


@pytest.mark.parametrize(
    "statement",
    [
        'INSERT INTO customers_change ("table", "row", kind, fields, at)'
        " VALUES ('customers_contact', 1, '+', '{}', now())",
        "UPDATE customers_change SET fields = '{}'",
        "DELETE FROM customers_change",
        "ALTER TABLE customers_contact DISABLE TRIGGER ALL",
        "DROP TRIGGER changes_changed ON customers_contact",
        "CREATE TABLE own (id bigint, customer_id bigint);"
        " CREATE TRIGGER forged AFTER INSERT ON own REFERENCING NEW TABLE AS new_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION record_changes('customer_id', 'id')",
    ],
)
def test_the_application_can_neither_forge_nor_change_nor_silence_the_history(statement):
    CustomerFactory()
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_within_another_the_inner_actor_acts_and_then_the_outer_again():
    amy, ben = AccountManagerFactory(), AccountManagerFactory()
    with acting(amy):
        with acting(ben):
            assert current_actor() == str(ben.pk)
        assert current_actor() == str(amy.pk)
        with acting(None):
            assert current_actor() == ""
    assert current_actor() == ""


def test_the_actor_is_gone_after_an_error_within_a_broken_transaction():
    amy = AccountManagerFactory()
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        acting(amy),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 / 0")
    assert current_actor() == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["SELECT 1 / 0", "SELECT pg_terminate_backend(pg_backend_pid())"])
def test_the_next_use_of_a_connection_is_nobodys_whatever_went_wrong_before(fault):
    amy = AccountManagerFactory()

    def work(seen: list):
        try:
            with acting(amy), transaction.atomic(), connection.cursor() as cursor:
                seen.append(current_actor())
                cursor.execute(fault)
        except DatabaseError:
            connection.close_if_unusable_or_obsolete()
        seen.append(current_actor())
        connection.close()

    seen: list[str] = []
    thread = threading.Thread(target=work, args=(seen,))
    thread.start()
    thread.join()
    assert seen == [str(amy.pk), ""]


def test_what_a_signed_in_person_posts_is_theirs_and_the_next_request_is_not(client):
    amy = AccountManagerFactory()
    contact = ContactFactory(customer__account_manager=amy)
    client.force_login(amy)
    page = client.get(f"/customers/contacts/{contact.pk}/edit/")
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"name": "Ann Lee"}
    assert client.post(f"/customers/contacts/{contact.pk}/edit/", data).status_code == 302
    change = Change.objects.get(table="customers_contact", kind="~")
    assert change.actor == amy
    assert change.fields["name"][1] == "Ann Lee"
    assert current_actor() == ""
