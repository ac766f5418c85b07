"""Undo of a whole import: everything is as before, or nothing is changed and it is said why."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, TeamFactory
from customers.history import THINGS
from customers.imports import undo as undoing
from customers.imports.undo import UndoRefused, undo
from customers.imports.undo_checks import relations_to
from customers.imports.undo_words import OTHERS, describe
from customers.models import (
    Change,
    Contact,
    Customer,
    CustomerIdentity,
    CustomerTokens,
    HeldLine,
    ImportedRow,
    ImportRun,
    Merge,
    Product,
    Standing,
    Tag,
    TouchedCustomer,
    Transaction,
)
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    CustomerIdentityFactory,
    InteractionFactory,
    ProductFactory,
    SourceFactory,
    TaskFactory,
    TransactionFactory,
)
from customers.tests.loading import imported_to_undo, take_back

pytestmark = pytest.mark.django_db
LINES = "customer,reference,line,date,amount,product\n"
BARE = "customer,reference,date,amount\n"
TABLES = (Customer, CustomerIdentity, Contact, Transaction, Product, HeldLine)


@pytest.fixture
def bring(tmp_path, settings):
    """bring("customer,…\\nA1,…", kind=…) imports the text, to be undone; returns the run."""
    settings.MEDIA_ROOT = tmp_path / "media"
    numbers = iter(range(1_000))

    def bring_text(table: str, **options) -> ImportRun:
        order = {"kind": "transactions", "source": "erp", "create_customers": True, **options}
        import_run = imported_to_undo(tmp_path / f"file{next(numbers)}.csv", table, **order)
        import_run.refresh_from_db()
        return import_run

    return bring_text


@pytest.fixture
def erp():
    return SourceFactory(code="erp")


def rows() -> dict[str, list]:
    """Everything that imports write, without what goes up with every edit."""
    found = {}
    for model in TABLES:
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT (to_jsonb(t) - 'version' - 'updated_at')::text FROM {table} t ORDER BY id"
            )
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def reasons(import_run: ImportRun) -> list[tuple]:
    before = rows()
    with pytest.raises(UndoRefused) as refused:
        take_back(import_run)
    assert rows() == before
    import_run.refresh_from_db()
    assert import_run.state == "done"
    return [(reason["code"], reason["table"], reason["count"]) for reason in refused.value.reasons]


def test_made_customers_go_with_all_that_was_made_of_them(bring):
    before = rows()
    table = "key,name\nA1,Acorn\nA2,Birch\n"
    import_run = bring(table, kind="customers")
    assert Standing.objects.count() == CustomerTokens.objects.count() == 2
    take_back(import_run)
    assert rows() == before
    assert not Standing.objects.exists()
    assert not CustomerTokens.objects.exists()
    assert not ImportedRow.objects.exists()
    again = bring(table, kind="customers")
    assert (again.new, again.same) == (2, 0)


def test_changed_customers_get_back_what_the_import_changed_and_keep_later_edits(bring, erp):
    team = TeamFactory()
    amy = AccountManagerFactory(team=team, username="amy")
    parent = CustomerFactory()
    customer = CustomerFactory(
        name="Acorn", phone="1", region="Kent", account_manager=None, team=None
    )
    CustomerIdentityFactory(source=erp, key="A1", customer=customer)
    CustomerIdentityFactory(source=erp, key="P1", customer=parent)
    refresh_derived([customer.pk])
    import_run = bring("key,name,phone,owner,parent\nA1,Oak,2,amy,P1\n", kind="customers")
    Customer.objects.filter(pk=customer.pk).update(notes="Talked to them", region="Devon")
    take_back(import_run)
    customer.refresh_from_db()
    assert (customer.name, customer.phone) == ("Acorn", "1")
    assert (customer.account_manager, customer.team, customer.parent) == (None, None, None)
    assert (customer.notes, customer.region) == ("Talked to them", "Devon")
    assert customer.version == 3
    assert Standing.objects.get(pk=customer.pk).name == "Acorn"
    assert "acorn" in CustomerTokens.objects.get(pk=customer.pk).tokens
    assert amy.customers.count() == 0


def test_what_the_undo_changes_stands_in_the_history_as_its_persons(bring, erp):
    customer = CustomerIdentityFactory(source=erp, key="A1").customer
    import_run = bring("key,phone\nA1,77\n", kind="customers")
    manager = ManagerFactory()
    undo(import_run_id=import_run.pk, by=manager)
    change = Change.objects.filter(customer=customer, table="customers_customer").first()
    assert change.actor == manager
    assert change.fields["phone"][0] == "77"


def test_transactions_made_changed_and_removed_are_as_before_with_their_keys(bring):
    bring(BARE + "A1,I1,2024-01-02,5\nA1,I1,2024-01-03,6\nA1,I2,2024-01-04,7\n")
    bring(LINES + "A1,N1,1,2024-02-01,10,P1\n")
    before = rows()
    whole = bring(BARE + "A1,I1,2024-01-02,5\nA1,I1,2024-01-03,8\nA2,I3,2024-01-05,9\n")
    numbered = bring(LINES + "A1,N1,1,2024-02-01,11,P2\nA1,N1,2,2024-02-01,3,P1\n")
    assert (whole.new, whole.changed, numbered.new, numbered.changed) == (1, 1, 1, 1)
    take_back(numbered)
    take_back(whole)
    assert rows() == before


def test_the_next_night_sums_from_the_earliest_day_that_changed(bring):
    bring(LINES + "A1,N1,1,2024-02-01,10,P1\n")
    import_run = bring(LINES + "A1,N1,1,2024-03-01,10,P1\nA2,N2,1,2024-01-05,1,P1\n")
    TouchedCustomer.objects.all().delete()
    take_back(import_run)
    (customer,) = Customer.objects.all()
    touched = TouchedCustomer.objects.values_list("customer", "since")
    assert list(touched) == [(customer.pk, dt.date(2024, 2, 1))]


def test_held_lines_are_as_before(bring):
    first = bring(BARE + "A1,I1,2024-01-02,5\nA1,I1,never,6\n")
    assert HeldLine.objects.count() == 2
    before = rows()
    mended = bring(
        "original line,customer,reference,date,amount,reason\n3,A1,I1,2024-01-03,6,x\n",
    )
    assert HeldLine.objects.filter(state="mended").count() == 1
    assert ("later", "customers_heldline", 1) in reasons(first)
    take_back(mended)
    assert rows() == before
    take_back(first)
    assert not HeldLine.objects.exists()


def test_products_that_others_use_stay_and_the_others_go(bring):
    first = bring(LINES + "A1,N1,1,2024-02-01,10,P1\nA1,N1,2,2024-02-01,10,P2\n")
    bring(LINES + "A1,N1,1,2024-02-01,10,P1\n" + "A9,N9,1,2024-02-01,10,P2\n")
    codes = Product.objects.values_list("code", flat=True)
    take_back(first)
    assert list(codes) == ["P2"]


@pytest.mark.parametrize(
    ("factory", "table"),
    [
        (ContactFactory, "customers_contact"),
        (InteractionFactory, "customers_interaction"),
        (TaskFactory, "customers_task"),
        (TransactionFactory, "customers_transaction"),
    ],
)
def test_a_made_customer_on_whom_something_hangs_stands_in_the_way(bring, factory, table):
    AccountManagerFactory(username="amy")
    import_run = bring("key,name,owner\nA1,Acorn,amy\n", kind="customers")
    factory(customer=Customer.objects.get())
    with pytest.raises(UndoRefused) as refused:
        take_back(import_run)
    (reason,) = refused.value.reasons
    assert (reason["code"], reason["other"], reason["count"]) == ("needed", table, 1)
    assert reason["rows"] == ["A1 Acorn"]
    assert "Customer: something hangs on it that came later" in describe(reason)


def test_a_tag_on_a_made_customer_stands_in_the_way_too(bring):
    import_run = bring("key,name\nA1,Acorn\n", kind="customers")
    Customer.objects.get().tags.add(Tag.objects.create(name="Fair"))
    assert reasons(import_run) == [("needed", "customers_customer", 1)]


def test_rows_changed_or_removed_since_stand_in_the_way(bring):
    import_run = bring("key,name\nA1,Acorn\nA2,Birch\nA3,Cedar\n", kind="customers")
    Customer.objects.filter(number="A1").update(notes="ours")
    Customer.objects.get(number="A2").delete()
    assert set(reasons(import_run)) == {
        ("changed", "customers_customer", 1),
        ("removed", "customers_customer", 1),
        ("removed", "customers_customeridentity", 1),
    }


def test_a_later_import_of_the_same_rows_is_named(bring, erp):
    CustomerIdentityFactory(source=erp, key="A1")
    first = bring("key,phone\nA1,1\n", kind="customers")
    later = bring("key,phone\nA1,2\n", kind="customers")
    with pytest.raises(UndoRefused) as refused:
        take_back(first)
    (reason,) = refused.value.reasons
    assert reason["code"] == "later"
    assert f"a later import ({later.pk} " in describe(reason)
    take_back(later)
    take_back(first)


def test_an_invoice_to_which_a_later_import_added_a_line_is_not_torn_apart(bring):
    first = bring(BARE + "A1,I1,2024-01-02,5\n")
    later = bring(BARE + "A1,I1,2024-01-02,5\nA1,I1,2024-01-02,6\n")
    assert later.new == 1
    assert reasons(first)[0][0] == "invoice"
    take_back(later)
    take_back(first)
    assert not Transaction.objects.exists()


def test_lines_that_an_import_only_removed_come_back_beside_older_ones(bring):
    bring(BARE + "A1,I1,2024-01-02,5\nA1,I1,2024-01-02,6\nA1,I1,2024-01-02,7\n")
    before = rows()
    import_run = bring(BARE + "A1,I1,2024-01-02,6\nA1,I1,2024-01-02,7\n")
    assert import_run.changed == 1
    take_back(import_run)
    assert rows() == before


def test_a_merged_customer_is_named(bring):
    import_run = bring("key,name\nA1,Acorn\n", kind="customers")
    made = Customer.objects.get()
    Merge.objects.create(
        customer=CustomerFactory(), gone_id=made.pk, gone_number="A1", gone_name="Acorn"
    )
    CustomerIdentity.objects.all().delete()
    made.delete()
    assert ("merged", "customers_customer", 1) in reasons(import_run)


def test_a_number_taken_since_is_a_reason(bring, erp):
    customer = CustomerIdentityFactory(source=erp, key="A1").customer
    Transaction.objects.create(
        source=erp, customer=customer, reference="I1", date="2024-01-02", quantity=1, amount=5
    )
    import_run = bring(BARE + "A1,I1,2024-01-02,6\n")
    gone = ImportedRow.objects.get(digest=None)
    Transaction.objects.create(
        pk=gone.row_id,
        source=erp,
        customer=customer,
        reference="I9",
        date="2024-01-02",
        quantity=1,
        amount=5,
    )
    assert reasons(import_run) == [("changed", "customers_transaction", 1)]


def test_undone_twice_is_done_once_and_audited_once(bring):
    import_run = bring(LINES + "A1,N1,1,2024-02-01,10,P1\n")
    manager = ManagerFactory()
    assert undo(import_run_id=import_run.pk, by=manager)
    assert not undo(import_run_id=import_run.pk, by=ManagerFactory())
    import_run.refresh_from_db()
    assert (import_run.state, import_run.undone_by) == ("undone", manager)
    (entry,) = AuditEntry.objects.filter(action="import.undone")
    assert (entry.actor, entry.details["new"]) == (manager, 1)


def test_an_import_of_long_ago_can_not_be_undone_and_its_data_goes(bring, settings):
    import_run = bring(LINES + "A1,N1,1,2024-02-01,10,P1\n")
    assert undoing.tidy() == 0
    past = timezone.now() - dt.timedelta(days=settings.IMPORT_UNDO_DAYS + 1)
    ImportRun.objects.update(created_at=past)
    assert reasons(import_run) == [("too_old", "", 0)]
    assert undoing.tidy() == 1
    assert not ImportedRow.objects.exists()
    assert reasons(import_run) == [("nothing", "", 0)]


def test_a_column_that_is_gone_is_a_reason(bring):
    import_run = bring("key,name\nA1,Acorn\n", kind="customers")
    import_run.traced["customers_customer"]["columns"].append("former")
    import_run.save()
    assert reasons(import_run) == [("rebuilt", "customers_customer", 0)]


def test_an_import_that_changed_nothing_leaves_nothing_to_undo(bring):
    table = LINES + "A1,N1,1,2024-02-01,10,P1\n"
    assert bring(table).can_be_undone
    again = bring(table)
    assert (again.same, again.can_be_undone) == (1, False)


def test_the_command_undoes_and_says_why_not(bring):
    import_run = bring("key,name\nA1,Acorn\n", kind="customers")
    contact = ContactFactory(customer=Customer.objects.get())
    out, errors = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("undo_import", import_run.pk, stdout=out, stderr=errors)
    assert ended.value.code == 2
    assert "Contact. 1: A1 Acorn" in errors.getvalue()
    contact.delete()
    call_command("undo_import", import_run.pk, stdout=out, stderr=errors)
    call_command("undo_import", import_run.pk, stdout=out, stderr=errors)
    assert out.getvalue() == "Undone.\nIt was undone before.\n"
    assert not Customer.objects.exists()
    with pytest.raises(CommandError):
        call_command("undo_import", 10**9)


def test_all_that_can_stand_in_the_way_has_a_name_for_people():
    tables = {"customers_customer", "customers_contact", "customers_transaction"}
    tables |= {"customers_referral", "customers_heldline", "complaints_case"}
    hanging = {
        relation.table
        for table in tables
        for relation in relations_to(table)
        if not relation.is_derived
    }
    assert (tables | hanging) - {*THINGS, *OTHERS} == set()


def test_a_product_is_not_taken_for_made_that_was_there(bring, erp):
    ProductFactory(source=erp, code="P1")
    take_back(bring(LINES + "A1,N1,1,2024-02-01,10,P1\n"))
    assert list(Product.objects.values_list("code", flat=True)) == ["P1"]
