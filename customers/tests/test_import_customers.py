"""Customers by file: made, updated, with owners and parents; nothing erased by an empty cell."""

import pytest

from crm.accounts.tests.factories import AccountManagerFactory
from customers.models import Customer, CustomerIdentity, CustomerTokens, Standing
from customers.tests.factories import CustomerFactory, CustomerIdentityFactory, SourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(load):
    """Imports customers without a source, so that keys are numbers, unless one is given."""

    def load_people(table, **options):
        return load(table, **{"kind": "customers", "source": "", **options})

    return load_people


def counts(result):
    found = result.counts
    return found.new, found.changed, found.same, found.wrong


def flaws(result) -> list[str]:
    return [row["flaws"] for row in result.first_wrong["rows"]]


def test_all_fields_arrive(people):
    amy = AccountManagerFactory(username="amy", email="amy@example.com")
    result = people(
        "编号,名称,类型,地区,行业,电话,邮箱,网址,地址,税号,客户经理\n"
        "K1,华信科技,公司,江苏,电子,0512 6500 1234,a@b.example,example.com,苏州路 1 号,91320,AMY\n"
        "K2,Ada Byron,person,,,,,http://example.com/a,,,amy@example.com\n"
    )
    assert (counts(result), result.counts.customers_created) == ((2, 0, 0, 0), 2)
    first, second = Customer.objects.order_by("number")
    assert (first.name, first.kind, first.region, first.industry) == (
        "华信科技", "company", "江苏", "电子",
    )  # fmt: skip
    assert (first.phone, first.email, first.website) == (
        "0512 6500 1234", "a@b.example", "https://example.com",
    )  # fmt: skip
    assert (first.address, first.tax_number) == ("苏州路 1 号", "91320")
    assert (first.account_manager, first.team) == (amy, amy.team)
    assert (second.kind, second.account_manager) == ("person", amy)
    assert Standing.objects.get(pk=first.pk).owner == amy
    assert "华信" in CustomerTokens.objects.get(pk=first.pk).tokens
    assert not CustomerIdentity.objects.exists()


def test_the_same_file_again_changes_nothing(people):
    table = "key,name,kind,region\nK1,One,,Kent\nK2,Two,person,\n"
    people(table)
    assert counts(people(table)) == (0, 0, 2, 0)
    assert set(Customer.objects.values_list("version", flat=True)) == {1}


def test_a_check_writes_nothing(people):
    assert counts(people("key,name\nK1,One\n", commit=False)) == (1, 0, 0, 0)
    assert not Customer.objects.exists()


def test_a_change_raises_the_version_and_renews_what_is_derived(people):
    ours = CustomerFactory(number="K1", name="One", region="Kent")
    result = people("key,name,region\nk1,Uno,\n")
    assert counts(result) == (0, 1, 0, 0)
    ours.refresh_from_db()
    assert (ours.name, ours.region, ours.version) == ("Uno", "Kent", 2)
    assert Standing.objects.get(pk=ours.pk).name == "Uno"


def test_empty_cells_and_absent_columns_erase_nothing(people):
    ours = CustomerFactory(number="K1", name="One", phone="123", industry="Tools")
    assert counts(people("key,name,phone,parent,owner\nK1,,,,\n")) == (0, 0, 1, 0)
    ours.refresh_from_db()
    assert (ours.phone, ours.industry, ours.account_manager_id is None) == ("123", "Tools", False)


def test_a_new_owner_brings_the_team_and_the_old_one_keeps_it(people):
    ours = CustomerFactory(number="K1")
    new = AccountManagerFactory(username="ben")
    people("key,name,owner\nK1,Renamed,\n")
    ours.refresh_from_db()
    assert ours.team_id == ours.account_manager.team_id
    people("key,owner\nK1,ben\n")
    ours.refresh_from_db()
    assert (ours.account_manager, ours.team) == (new, new.team)


def test_keys_of_a_source_are_identities(people):
    known = CustomerIdentityFactory(source=SourceFactory(code="erp"), key="77").customer
    CustomerFactory(number="88", name="Ours")
    result = people("key,name\n77,Renamed\n88,Theirs\n99,New\n", source="erp")
    assert counts(result) == (2, 1, 0, 0)
    known.refresh_from_db()
    assert known.name == "Renamed"
    made = dict(
        CustomerIdentity.objects.exclude(customer=known).values_list("key", "customer__number")
    )
    assert made == {"88": "erp-88", "99": "99"}
    assert counts(people("key,name\n88,Theirs\n", source="erp")) == (0, 0, 1, 0)


def test_wrong_rows_have_their_reasons(people):
    AccountManagerFactory(username="gone", is_active=False)
    result = people(
        "key,name,kind,parent,email,website,owner,phone\n"
        ",Nobody,,,,,,\n"
        f"{'K' * 61},Long,,,,,,\n"
        "K1,,,,,,,\n"
        "K2,Two,club,,,,,\n"
        "K3,Three,,K99,,,,\n"
        "K4,Four,,,mail,,,\n"
        "K5,Five,,,,no site,,\n"
        "K6,Six,,,,,nobody,\n"
        "K7,Seven,,,,,gone,\n"
        f"K8,Eight,,,,,,{'9' * 61}\n"
        f"K9,{'N' * 201},,,,,,\n"
        "K0,Zero,,,,,,\n"
    )
    assert counts(result) == (1, 0, 0, 11)
    assert flaws(result) == [
        "missing:key", "too_long:key", "missing:name", "bad_choice:kind",
        "unknown_customer:parent", "bad_email:email", "bad_website:website",
        "unknown_user:owner", "unknown_user:owner", "too_long:phone", "too_long:name",
    ]  # fmt: skip


def test_the_same_customer_twice_counts_once(people):
    result = people("key,name\nK1,One\nk1,One\nK1,Uno\n")
    assert (counts(result), flaws(result)) == ((1, 0, 1, 1), ["key_twice"])
    assert Customer.objects.get().name == "One"


def test_a_parent_may_stand_before_or_after_its_children(people):
    CustomerFactory(number="G0", name="Group")
    people("key,name,parent\nC1,Child,P1\nP1,Parent,G0\nC2,Other,P1\n")
    parents = dict(Customer.objects.values_list("number", "parent__number"))
    assert parents == {"G0": None, "P1": "G0", "C1": "P1", "C2": "P1"}


def test_circles_of_parents_are_wrong(people):
    result = people("key,name,parent\nA,A,B\nB,B,C\nC,C,A\nD,D,D\nE,E,A\nF,F,\nG,G,F\n")
    assert counts(result) == (2, 0, 0, 5)
    assert set(flaws(result)) == {"parent_cycle:parent"}
    assert set(Customer.objects.values_list("number", flat=True)) == {"F", "G"}


def test_a_circle_through_a_customer_that_the_file_does_not_name_is_wrong(people):
    top = CustomerFactory(number="TOP", name="Top")
    middle = CustomerFactory(number="MID", name="Mid", parent=top)
    CustomerFactory(number="LOW", name="Low", parent=middle)
    assert flaws(people("key,parent\nTOP,LOW\n")) == ["parent_cycle:parent"]
    assert counts(people("key,parent\nLOW,TOP\n")) == (0, 1, 0, 0)


def test_a_refused_row_can_close_a_circle_that_is_found_all_the_same(people):
    ours = CustomerFactory(number="A", name="A", parent=CustomerFactory(number="B", name="B"))
    # A's row is wrong, so A stays under B, and B can't go under A.
    result = people("key,parent,email\nB,A,\nA,C,mail\nC,,\n")
    assert flaws(result)[:2] == ["parent_cycle:parent", "bad_email:email"]
    ours.refresh_from_db()
    assert ours.parent.number == "B"


def test_children_of_a_wrong_row_are_wrong_too(people):
    result = people("key,name,parent,email\nC,C,P,\nP,P,,mail\nD,D,C,\n")
    assert flaws(result) == [
        "unknown_customer:parent", "bad_email:email", "unknown_customer:parent",
    ]  # fmt: skip
    assert not Customer.objects.exists()


def test_a_long_chain_of_parents_is_followed_to_its_end(people):
    rows = "".join(f"K{n},Name {n},K{n + 1}\n" for n in range(300))
    assert counts(people(f"key,name,parent\n{rows}K300,Top,\n")) == (301, 0, 0, 0)
    assert counts(people("key,parent\nK300,K0\n")) == (0, 0, 0, 1)


def test_the_file_of_wrong_rows_is_mended_and_taken(people):
    broken = people("key,name,email\nK1,One,mail\n")
    text = broken.wrong_rows_file.read_text("utf-8-sig").replace(",mail,", ",a@example.com,")
    assert counts(people(text)) == (1, 0, 0, 0)
    assert Customer.objects.get().email == "a@example.com"
