"""By what customers are taken for one, and the nightly search for them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.accounts.tests.factories import ManagerFactory
from customers.double_words import REASONS
from customers.doubles import WEIGHTS, core_of, keys_of, score_of
from customers.models import Customer, CustomerKeys, DuplicatePair
from customers.services import doubles
from customers.services.derived import refresh_derived
from customers.tests.factories import CustomerFactory


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Tools Ltd", "ACME-TOOLS LIMITED"),
        ("Müller & Söhne GmbH & Co. KG", "Muller Sohne G.m.b.H."),
        ("Café Bell Ltd.", "cafe  bell"),
        ("华信科技有限公司", "华信科技股份有限公司"),
        ("华信科技（上海）有限公司", "华信科技(上海)公司"),
        ("ＡＢＣ Trading", "abc trading Inc."),
        ("The Old Mill plc", "Old Mill"),
        ("Foo S.A.", "Foo SA"),
        ("O'Brien & Sons", "OBrien and Sons"),
    ],
)
def test_names_that_differ_by_legal_form_and_writing_are_one(one, other):
    assert core_of(one) == core_of(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华信科技", "花心科技"),  # the same pinyin
        ("Acme Tools", "Acme Toys"),
        ("上海钢铁厂", "上海钢铁公司"),
        ("Limited", "Company"),  # nothing but a legal form is a name
    ],
)
def test_names_that_are_others_stay_so(one, other):
    assert core_of(one) != core_of(other)


def keys(**values) -> list[str]:
    empty = dict.fromkeys(("name", "phone", "email", "website", "tax_number"), "")
    return keys_of(**empty | values)


@pytest.mark.parametrize(
    "phone",
    ["020 7946 0000", "+44 20 7946 0000", "0044 (0)20 7946-0000", "＋44 20 79460000"],
)
def test_a_phone_is_one_from_here_and_from_abroad(phone):
    assert keys(phone=phone) == ["phone:2079460000"]


def test_the_same_number_in_another_town_is_another_phone():
    assert keys(phone="0131 496 0012") != keys(phone="0121 496 0012")
    assert keys(phone="4711") == []


def test_a_domain_tells_where_not_anybody_can_have_it():
    assert keys(email="a@Acme.example", website="https://www.acme.example/shop") == [
        "domain:acme.example"
    ]
    for email in ("a@gmail.com", "a@qq.com", "a@163.com", "no address"):
        assert keys(email=email) == []
    for site in ("https://facebook.com/acme", "http://shop.1688.com/x", "http://[", "http://x"):
        assert keys(website=site) == []


def test_a_tax_number_is_compared_without_marks():
    assert keys(tax_number="GB 123-456 7") == keys(tax_number="gb1234567") == ["tax:gb1234567"]
    assert keys(tax_number="-") == []


def test_more_in_common_says_more_and_never_all():
    assert score_of(["domain"]) < score_of(["phone"]) < score_of(["name"]) < score_of(["tax"])
    assert score_of(["name"]) < score_of(["name", "phone"]) < score_of(WEIGHTS) < 100
    assert list(REASONS) == list(WEIGHTS)


# -- the night


in_database = pytest.mark.django_db


def made(**values) -> Customer:
    customer = CustomerFactory(**values)
    refresh_derived([customer.pk])
    return customer


def pairs() -> set[tuple]:
    rows = DuplicatePair.objects.values_list("first__name", "second__name", "reasons", "score")
    return {(one, two, tuple(reasons), score) for one, two, reasons, score in rows}


@in_database
def test_the_night_finds_them_and_says_why():
    made(name="Acorn Ltd", phone="020 7946 0000")
    made(name="ACORN Limited", phone="+44 20 7946 0000")
    made(name="Bell", website="https://bell.example")
    made(name="Bell Works", email="a@bell.example")
    made(name="Nothing in common")
    assert doubles.find_all() == 2
    assert pairs() == {
        ("Acorn Ltd", "ACORN Limited", ("name", "phone"), 80),
        ("Bell", "Bell Works", ("domain",), 35),
    }
    assert doubles.find_all() == 0


@in_database
def test_pairs_go_when_they_share_nothing_any_more_and_what_is_said_of_them_stays():
    one, two = made(name="Acorn Ltd"), made(name="Acorn plc")
    three, four = made(name="Bell Ltd"), made(name="Bell plc")
    doubles.find_all()
    said = DuplicatePair.objects.filter(first=three)
    doubles.dismiss(pair=said, by=ManagerFactory())
    for customer in (two, four):
        Customer.objects.filter(pk=customer.pk).update(name="Renamed" + customer.number)
        refresh_derived([customer.pk])
    doubles.find_all()
    left = DuplicatePair.objects.get()
    assert (left.first, left.is_open) == (three, False)
    for customer in (two, four):
        Customer.objects.filter(pk=customer.pk).update(name=customer.name)
        refresh_derived([customer.pk])
    doubles.find_all()
    assert DuplicatePair.objects.filter(first=one, dismissed_at=None).exists()
    assert not DuplicatePair.objects.get(first=three).is_open


@in_database
def test_what_many_share_tells_nothing_and_costs_nothing():
    CustomerFactory.create_batch(doubles.MOST_SHARING + 1, phone="020 7946 0000")
    doubles.find_all()
    assert not DuplicatePair.objects.exists()
    Customer.objects.first().delete()
    doubles.find_all()
    most = doubles.MOST_SHARING
    assert DuplicatePair.objects.count() == most * (most - 1) // 2


@in_database
def test_companies_of_one_group_are_no_doubles_for_what_groups_share():
    head = made(name="Acorn Holding", phone="020 7946 0000", tax_number="12345678")
    made(name="Acorn North", phone="020 7946 0000", tax_number="12345678", parent=head)
    made(name="Acorn South", phone="020 7946 0000", parent=head)
    doubles.find_all()
    assert pairs() == set()
    made(name="Acorn South Ltd", parent=head)
    doubles.find_all()
    assert {pair[:3] for pair in pairs()} == {("Acorn South", "Acorn South Ltd", ("name",))}


@in_database
def test_customers_of_before_there_were_keys_get_theirs():
    CustomerFactory(name="Acorn Ltd")
    CustomerFactory(name="Acorn plc")
    assert not CustomerKeys.objects.exists()
    doubles.find_all()
    assert DuplicatePair.objects.count() == 1


@in_database
def test_the_same_few_questions_however_many_pairs_there_are():
    counts = []
    for number in (2, 15):
        CustomerFactory.create_batch(number, name=f"Acorn {number} Ltd")
        with CaptureQueriesContext(connection) as queries:
            doubles.find_all()
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- the question before one is made


@in_database
def test_a_customer_in_sight_that_shares_something_is_named(amy):
    known = made(name="Acorn Ltd", tax_number="GB 1234567", account_manager=amy)
    made(name="Acorn plc")  # out of sight
    for values in ({"name": "acorn"}, {"name": "Other", "tax_number": "gb1234567"}):
        assert doubles.possible_doubles(user=amy, values=values) == [known]
    assert doubles.possible_doubles(user=amy, values={"name": "acorn"}, besides=known.pk) == []
    assert doubles.possible_doubles(user=amy, values={"name": "Other"}) == []
    assert doubles.possible_doubles(user=amy, values={}) == []


@in_database
def test_one_of_whom_somebody_said_that_it_is_another_is_not_named_again(amy):
    one, two = (made(name=name, account_manager=amy) for name in ("Acorn Ltd", "Acorn plc"))
    ask = {"user": amy, "values": {"name": "Acorn"}, "besides": two.pk}
    assert doubles.possible_doubles(**ask) == [one]
    when = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    DuplicatePair.objects.create(first=one, second=two, score=60, dismissed_at=when)
    assert doubles.possible_doubles(**ask) == []
