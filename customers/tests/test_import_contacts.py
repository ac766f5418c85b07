"""Contacts by file: known by key, e-mail or name; nobody doubled, nobody brought back."""

import datetime as dt

import pytest

from customers.imports import Refused
from customers.imports.undo import UndoRefused
from customers.models import Contact, ContactIdentity, CustomerTokens, ImportRun
from customers.tests.factories import ContactFactory, CustomerFactory, SourceFactory
from customers.tests.loading import imported_to_undo, take_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def acorn():
    return CustomerFactory(number="A1", name="Acorn Ltd")


@pytest.fixture
def people(load):
    """Imports contacts of customers by our numbers, unless a source is given."""

    def load_people(table, **options):
        return load(table, **{"kind": "contacts", "source": "", **options})

    return load_people


def counts(result):
    found = result.counts
    return found.new, found.changed, found.same, found.wrong


def flaws(result) -> list[str]:
    return [row["flaws"] for row in result.first_wrong["rows"]]


def test_all_fields_arrive(people, acorn):
    result = people(
        "客户编号,联系人编号,姓名,职务,部门,采购角色,态度,电话,手机,邮箱,语言,联系方式,生日,禁忌,备注,"
        "同意联系,同意日期,离职日期\n"
        "a1,P7,王芳,采购经理,采购部,决策者,支持,0512 6500 1234,138 1234 5678,w@a.example,中文,微信,"
        "1980年2月29日,不喝酒,老客户,是,2025-01-02,2025-06-30\n"
    )
    assert counts(result) == (1, 0, 0, 0)
    one = Contact.objects.get()
    assert (one.customer, one.name, one.title, one.department) == (
        acorn, "王芳", "采购经理", "采购部",
    )  # fmt: skip
    assert (one.role, one.attitude, one.language, one.channel) == (
        "decision_maker", "supporter", "zh-hans", "message",
    )  # fmt: skip
    assert (one.phone, one.mobile, one.email) == ("0512 6500 1234", "138 1234 5678", "w@a.example")
    assert (one.birthday, one.left_on) == (dt.date(1980, 2, 29), dt.date(2025, 6, 30))
    assert (one.customs, one.remarks) == ("不喝酒", "老客户")
    assert (one.consent, one.consent_on) == ("given", dt.date(2025, 1, 2))
    assert ContactIdentity.objects.get().key == "P7"
    assert "王芳" in CustomerTokens.objects.get(pk=acorn.pk).tokens


@pytest.mark.parametrize(
    "header", ["customer,key,name,email", "customer,name,email", "customer,name"]
)
def test_the_same_file_again_changes_nothing(people, acorn, header):
    width = len(header.split(","))
    rows = [
        ["A1", "K1", "Ann Lee", "a@x.example"],
        ["A1", "K2", "Bob Lee", "b@x.example"],
        ["A1", "K3", "Cy Lee", ""],
    ]
    cut = {4: [0, 1, 2, 3], 3: [0, 2, 3], 2: [0, 2]}[width]
    table = "\n".join([header, *(",".join(row[at] for at in cut) for row in rows)])
    assert counts(people(table)) == (3, 0, 0, 0)
    assert counts(people(table)) == (0, 0, 3, 0)
    assert set(Contact.objects.values_list("version", flat=True)) == {1}


def test_a_check_writes_nothing(people, acorn):
    assert counts(people("customer,name\nA1,Ann\n", commit=False)) == (1, 0, 0, 0)
    assert not Contact.objects.exists()


def test_a_key_decides_whatever_the_name_and_address(people, acorn):
    people("customer,key,name,email\nA1,K1,Ann Lee,a@x.example\n", source="erp")
    SourceFactory(code="shop")
    result = people("customer,key,name,email\nA1,K1,Ann Byron,ann@x.example\n", source="erp")
    # The source knows no customer of that key.
    assert (counts(result), flaws(result)) == ((0, 0, 0, 1), ["unknown_customer:customer"])


def test_a_change_raises_the_version_and_renews_the_search(people, acorn):
    one = ContactFactory(customer=acorn, name="Ann Lee", email="a@x.example", title="Buyer")
    result = people("customer,name,email,title,phone\nA1,Ann Byron,A@x.example,,030 1234567\n")
    assert counts(result) == (0, 1, 0, 0)
    one.refresh_from_db()
    assert (one.name, one.title, one.version) == ("Ann Byron", "Buyer", 2)
    tokens = CustomerTokens.objects.get(pk=acorn.pk).tokens
    assert {"byron", "0301234567"} <= set(tokens)


def test_empty_cells_and_absent_columns_erase_nothing(people, acorn):
    one = ContactFactory(
        customer=acorn, name="Ann", phone="123", birthday=dt.date(1980, 1, 2), consent="given",
        consent_on=dt.date(2024, 1, 2),
    )  # fmt: skip
    assert counts(people("customer,name,phone,birthday,consent\nA1,Ann,,,\n")) == (0, 0, 1, 0)
    one.refresh_from_db()
    assert (one.phone, one.birthday.year, one.consent, one.version) == ("123", 1980, "given", 1)


def test_the_name_is_known_in_any_case_accent_and_width(people, acorn):
    one = ContactFactory(customer=acorn, name="José  PEÑA")
    assert counts(people("customer,name,title\nA1,Jose Peña,Buyer\n")) == (0, 1, 0, 0)
    one.refresh_from_db()
    assert (one.name, one.title) == ("Jose Peña", "Buyer")
    ContactFactory(customer=acorn, name="ＡＢＣ")
    assert counts(people("customer,name\nA1,abc\n")) == (0, 1, 0, 0)


def test_a_new_key_is_learned(people, acorn):
    one = ContactFactory(customer=acorn, name="Ann", email="a@x.example")
    assert counts(people("customer,key,email\nA1,K1,a@x.example\n")) == (0, 1, 0, 0)
    assert one.identities.get().key == "K1"
    # Known by it from now on, whatever else changes.
    assert counts(people("customer,key,email,name\nA1,K1,new@x.example,Anna\n")) == (0, 1, 0, 0)
    one.refresh_from_db()
    assert (one.name, one.email, Contact.objects.count()) == ("Anna", "new@x.example", 1)


def test_who_has_another_key_is_somebody_else(people, acorn):
    people("customer,key,name\nA1,K1,Ann Lee\n")
    assert counts(people("customer,key,name\nA1,K2,Ann Lee\n")) == (1, 0, 0, 0)
    assert Contact.objects.count() == 2
    # Without a key the name fits both.
    assert flaws(people("customer,name,title\nA1,Ann Lee,Buyer\n")) == ["ambiguous:name"]


def test_who_fits_two_is_wrong_unless_the_name_tells_them_apart(people, acorn):
    ContactFactory(customer=acorn, name="Ann", email="office@x.example")
    bob = ContactFactory(customer=acorn, name="Bob", email="office@x.example")
    result = people(
        "customer,name,email,title\nA1,Bob,office@x.example,Buyer\nA1,Cy,office@x.example,Seller\n"
    )
    assert counts(result) == (1, 1, 0, 0)  # of several names the address is nobody's own
    bob.refresh_from_db()
    assert bob.title == "Buyer"
    result = people("customer,email,title\nA1,office@x.example,Boss\n")
    assert flaws(result) == ["ambiguous:email"]


def test_an_address_of_several_names_makes_several_contacts(people, acorn):
    table = "customer,name,email\nA1,Ann,office@x.example\nA1,Bob,office@x.example\n"
    assert counts(people(table)) == (2, 0, 0, 0)
    assert counts(people(table)) == (0, 0, 2, 0)


def test_namesakes_with_addresses_of_their_own_are_two(people, acorn):
    table = "customer,name,email\nA1,Ann Lee,a@x.example\nA1,Ann Lee,b@x.example\n"
    assert counts(people(table)) == (2, 0, 0, 0)
    assert counts(people(table)) == (0, 0, 2, 0)
    ContactFactory(customer=CustomerFactory(number="B1"), name="Ann Lee", email="a@x.example")
    assert counts(people(table)) == (0, 0, 2, 0)


def test_the_same_contact_twice_counts_once(people, acorn):
    table = (
        "customer,key,name,email\nA1,,Ann,a@x.example\nA1,K1,Ann,a@x.example\nA1,,Ann,\n"
        "A1,K1,Anna,a@x.example\nA1,K1,Ann,a@x.example\n"
    )
    result = people(table)
    assert (counts(result), set(flaws(result))) == ((1, 0, 2, 2), {"twice"})
    assert ContactIdentity.objects.get().contact.name == "Ann"
    assert counts(people(table)) == (0, 0, 3, 2)


def test_wrong_rows_have_their_reasons(people, acorn):
    beech = CustomerFactory(number="B1")
    people("customer,key,name\nB1,K9,Zoe\n")
    result = people(
        "customer,key,name,role,email,language,birthday,consent,consent_on,remarks\n"
        ",,Ann,,,,,,,\n"
        "A9,,Ann,,,,,,,\n"
        "A1,,,,,,,,,only remarks\n"
        f"A1,,{'N' * 151},,,,,,,\n"
        f"A1,{'K' * 121},Ann,,,,,,,\n"
        "A1,,Ann,boss,,,,,,\n"
        "A1,,Ann,,mail,,,,,\n"
        "A1,,Ann,,,klingon,,,,\n"
        "A1,,Ann,,,,2031-01-01,,,\n"
        "A1,,Ann,,,,1880-01-01,,,\n"
        "A1,,Ann,,,,,maybe,,\n"
        "A1,,Ann,,,,,,2024-01-01,\n"
        f"A1,,Ann,,,,,,,{'x' * 5001}\n"
        "A1,K9,Ann,,,,,,,\n"
        "A1,,Good,,,,,,,\n"
    )
    assert counts(result) == (1, 0, 0, 14)
    assert flaws(result) == [
        "missing:customer", "unknown_customer:customer", "missing:name", "too_long:name",
        "too_long:key", "bad_choice:role", "bad_email:email", "bad_choice:language",
        "date_range:birthday", "date_range:birthday", "bad_choice:consent", "missing:consent",
        "too_long:remarks", "other_customer:key",
    ]  # fmt: skip
    assert beech.contacts.count() == 1


def test_days_to_come_are_wrong(people, acorn):
    tomorrow = dt.date.today() + dt.timedelta(days=3)
    result = people(f"customer,name,birthday,left_on\nA1,Ann,{tomorrow},\nA1,Bob,,{tomorrow}\n")
    assert flaws(result) == ["date_future:birthday", "date_future:left_on"]


def test_another_consent_has_a_day(people, acorn):
    one = ContactFactory(
        customer=acorn, name="Ann", consent="given", consent_on=dt.date(2020, 1, 2)
    )
    people("customer,name,consent\nA1,Ann,yes\n")
    one.refresh_from_db()
    assert one.consent_on == dt.date(2020, 1, 2)
    people("customer,name,consent\nA1,Ann,no\n")
    one.refresh_from_db()
    assert (one.consent, one.consent_on > dt.date(2020, 1, 2)) == ("refused", True)
    people("customer,name,consent_on\nA1,Ann,2021-03-04\n")
    one.refresh_from_db()
    assert (one.consent, one.consent_on) == ("refused", dt.date(2021, 3, 4))


def test_keys_of_two_sources_are_two(people, load):
    known = CustomerFactory()
    for code in ("erp", "shop"):
        known.identities.create(source=SourceFactory(code=code), key="77")
    people("customer,key,name\n77,K1,Ann\n", source="erp")
    assert counts(people("customer,key,name\n77,K1,Bob\n", source="shop")) == (1, 0, 0, 0)
    assert sorted(known.contacts.values_list("name", flat=True)) == ["Ann", "Bob"]


def test_the_file_of_wrong_rows_is_mended_and_taken(people, acorn):
    broken = people("customer,name,email\nA1,Ann,mail\n")
    text = broken.wrong_rows_file.read_text("utf-8-sig").replace(",mail,", ",a@example.com,")
    assert counts(people(text)) == (1, 0, 0, 0)
    assert Contact.objects.get().email == "a@example.com"


def test_a_file_without_a_customer_column_is_refused(people, acorn):
    with pytest.raises(Refused) as refused:
        people("name,email\nAnn,a@x.example\n")
    assert (refused.value.code, refused.value.params) == ("missing_column", {"field": "customer"})


def test_an_undo_takes_new_contacts_out_and_puts_the_others_back(acorn, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    ours = ContactFactory(customer=acorn, name="Ann", email="a@x.example", title="Buyer")
    table = "customer,key,name,email,title\nA1,K1,Anna,a@x.example,Boss\nA1,,Bob,,\n"
    import_run = imported_to_undo(tmp_path / "people.csv", table, kind="contacts")
    assert Contact.objects.count() == 2
    take_back(import_run)
    ours.refresh_from_db()
    assert (ours.name, ours.title, Contact.objects.count()) == ("Ann", "Buyer", 1)
    assert not ContactIdentity.objects.exists()
    assert "bob" not in CustomerTokens.objects.get(pk=acorn.pk).tokens
    assert ImportRun.objects.get().state == "undone"


def test_a_contact_that_somebody_changed_since_stands_against_the_undo(acorn, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    table = "customer,name\nA1,Ann\n"
    import_run = imported_to_undo(tmp_path / "people.csv", table, kind="contacts")
    Contact.objects.update(title="Boss")
    with pytest.raises(UndoRefused):
        take_back(import_run)
    assert Contact.objects.count() == 1


def test_the_check_shows_what_would_change(people, acorn):
    ContactFactory(customer=acorn, name="Ann", email="a@x.example", role="buyer")
    table = "customer,key,name,email,role\nA1,K1,Anna,a@x.example,user\nA1,,Bob,,\nA1,,Bob,,\n"
    found = people(table, commit=False).preview
    assert [row["line"] for row in found["new"]] == ["3"]
    assert [row["line"] for row in found["same"]] == ["4"]
    (changed,) = found["changed"]
    assert sorted(changed["fields"]) == [
        ["key", "", "K1"], ["name", "Ann", "Anna"], ["role", "buyer", "user"],
    ]  # fmt: skip
