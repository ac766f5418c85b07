"""Referrals by file: who recommended us to whom is known again; nothing is doubled."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import ManagerFactory
from crm.platform.acting import acting
from customers.imports import Refused
from customers.models import Change, Referral
from customers.tests.factories import CustomerFactory
from customers.tests.loading import imported_to_undo, take_back
from customers.tests.record_factories import ReferralFactory
from customers.tests.test_import_contacts import counts, flaws

pytestmark = pytest.mark.django_db


@pytest.fixture
def acorn():
    return CustomerFactory(number="A1", name="Acorn Ltd")


@pytest.fixture
def beech():
    return CustomerFactory(number="B1", name="Beech Ltd")


@pytest.fixture
def refer(load):
    def load_referrals(table, **options):
        return load(table, **{"kind": "referrals", "source": "", **options})

    return load_referrals


def test_all_fields_arrive(refer, acorn, beech):
    boss = ManagerFactory()
    with acting(boss):
        result = refer(
            "推荐人,新客户,被推荐人,推荐日期,结果,备注\n"
            "A1,B1,,2025年3月4日,,感谢信已寄\na1,,Chestnut,2025-03-05,洽谈中,\n"
        )
    assert counts(result) == (2, 0, 0, 0)
    second, first = Referral.objects.all()
    assert (first.customer, first.referred, first.name) == (acorn, beech, "")
    assert (first.on, first.state, first.remarks) == (
        dt.date(2025, 3, 4), "customer", "感谢信已寄",
    )  # fmt: skip
    assert (second.name, second.state, second.created_by) == ("Chestnut", "talking", boss)
    assert Change.objects.get(table="customers_referral", row=first.pk).actor == boss


def test_the_same_file_again_changes_nothing(refer, acorn, beech):
    table = "customer,referred,name,date\nA1,B1,,2025-01-02\nA1,,Chestnut,2025-01-02\n"
    assert counts(refer(table)) == (2, 0, 0, 0)
    assert counts(refer(table)) == (0, 0, 2, 0)
    assert counts(refer("customer,name\nA1,ＣＨＥＳＴＮＵＴ\n", commit=False)) == (0, 1, 0, 0)
    assert set(Referral.objects.values_list("version", flat=True)) == {1}


def test_a_name_that_became_a_customer_is_the_same_referral(refer, acorn, beech):
    ours = ReferralFactory(customer=acorn, name="Beech", on=dt.date(2025, 1, 2), remarks="By phone")
    result = refer("customer,referred,name,state,remarks\nA1,B1,beech,won,\n")
    assert counts(result) == (0, 1, 0, 0)
    ours.refresh_from_db()
    assert (ours.referred, ours.state, ours.remarks, ours.version) == (
        beech, "customer", "By phone", 2,
    )  # fmt: skip
    assert counts(refer("customer,referred\nA1,B1\n")) == (0, 0, 1, 0)


def test_a_check_writes_nothing(refer, acorn):
    assert counts(refer("customer,name,date\nA1,X,2025-01-02\n", commit=False)) == (1, 0, 0, 0)
    assert not Referral.objects.exists()


def test_wrong_rows_have_their_reasons(refer, acorn, beech):
    result = refer(
        "customer,referred,name,date,state,remarks\n"
        ",B1,,2025-01-02,,\n"
        "Z9,B1,,2025-01-02,,\n"
        "A1,,,2025-01-02,,\n"
        "A1,Z9,,2025-01-02,,\n"
        "A1,A1,,2025-01-02,,\n"
        "A1,B1,,,,\n"
        "A1,B1,,never,,\n"
        "A1,B1,,2025-01-02,perhaps,\n"
        f"A1,,{'N' * 201},2025-01-02,,\n"
        f"A1,B1,,{dt.date.today() + dt.timedelta(days=3)},,\n"
        "A1,B1,,2025-01-02,,good\n"
    )
    assert counts(result) == (1, 0, 0, 10)
    assert flaws(result) == [
        "missing:customer", "unknown_customer:customer", "missing:name",
        "unknown_customer:referred", "to_itself:referred", "missing:date", "bad_date:date",
        "bad_choice:state", "too_long:name", "date_future:date",
    ]  # fmt: skip


def test_the_same_referral_twice_counts_once(refer, acorn, beech):
    result = refer(
        "customer,referred,name,date\nA1,B1,,2025-01-02\nA1,B1,,2025-01-02\nA1,B1,,2025-01-03\n"
        "A1,,X,2025-01-02\nA1,, x ,2025-01-02\nA1,,X,2025-01-09\n"
    )
    assert (counts(result), set(flaws(result))) == ((2, 0, 1, 3), {"twice"})


def test_a_name_that_fits_two_is_wrong(refer, acorn):
    for _ in range(2):
        ReferralFactory(customer=acorn, name="Chestnut", on=dt.date(2025, 1, 2))
    assert flaws(refer("customer,name,state\nA1,Chestnut,won\n")) == ["ambiguous:name"]


def test_what_somebody_removed_is_not_taken_in_again(refer, acorn, beech):
    table = "customer,referred,date\nA1,B1,2025-01-02\n"
    refer(table)
    Referral.objects.update(removed_at="2025-02-01T00:00Z")
    assert flaws(refer(table)) == ["removed"]


def test_a_file_without_a_name_and_a_key_is_refused(refer):
    with pytest.raises(Refused) as refused:
        refer("customer,date\nA1,2025-01-02\n")
    assert refused.value.code == "missing_column"


def test_an_undo_takes_them_back(acorn, beech, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    ours = ReferralFactory(customer=acorn, name="Beech", on=dt.date(2025, 1, 2))
    table = "customer,referred,name,date\nA1,B1,Beech,\nB1,,Chestnut,2025-01-02\n"
    import_run = imported_to_undo(tmp_path / "referrals.csv", table, kind="referrals")
    assert Referral.objects.count() == 2
    take_back(import_run)
    ours.refresh_from_db()
    assert (ours.referred, Referral.objects.count()) == (None, 1)


def test_the_check_shows_what_would_change(refer, acorn, beech):
    ReferralFactory(customer=acorn, name="Beech", on=dt.date(2025, 1, 2))
    found = refer("customer,referred,name,date\nA1,B1,Beech,2025-01-03\n", commit=False).preview
    assert sorted(found["changed"][0]["fields"]) == [
        ["date", "2025-01-02", "2025-01-03"], ["referred", "", "B1"],
    ]  # fmt: skip
