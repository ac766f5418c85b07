"""What becomes of what: values, numbers, things that there are once, figures, and who is told."""

import datetime as dt
from decimal import Decimal

import pytest

from complaints.tests.factories import CaseFactory
from crm import merging
from crm.accounts.models import AuditEntry
from crm.accounts.services import Refused
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from crm.tests.merged import DAY
from crm.tests.test_merging import merge
from customers.models import (
    AccountPlan,
    BuyingProfile,
    Change,
    Contact,
    Customer,
    CustomerIdentity,
    DealingDay,
    DuplicatePair,
    FormerNumber,
    Membership,
    Notice,
    Organisation,
    Referral,
    Standing,
    Tag,
    Task,
    TouchedCustomer,
    Transaction,
    Watch,
)
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    AccountPlanFactory,
    ContactFactory,
    CustomerFactory,
    CustomerIdentityFactory,
    TaskFactory,
    TransactionFactory,
)
from customers.tests.record_factories import ClubLevelFactory
from lifecycle.models import Assessment, Nomination
from lifecycle.services import rollup
from lifecycle.tests.factories import NominationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(amy):
    kept = CustomerFactory(account_manager=amy, number="K1", name="Acorn Ltd")
    gone = CustomerFactory(account_manager=amy, number="K2", name="Acorn Limited")
    refresh_derived([kept.pk, gone.pk])
    return kept, gone


def again(row):
    row.refresh_from_db()
    return row


# -- values


def test_what_is_filled_wins_over_what_is_empty_and_else_the_kept_ones_holds(pair, amy):
    kept, gone = pair
    Customer.objects.filter(pk=kept.pk).update(phone="", region="Kent", notes="Calls on Mondays")
    Customer.objects.filter(pk=gone.pk).update(phone="123 4567", region="Wales", notes="Pays late")
    merge(kept, gone, amy)
    again(kept)
    assert (kept.name, kept.phone, kept.region) == ("Acorn Ltd", "123 4567", "Kent")
    assert kept.notes == "Calls on Mondays\n\nPays late"  # of texts nothing is lost
    assert kept.aliases == "Acorn Limited"


def test_whose_value_is_taken_is_chosen_field_by_field(pair, amy):
    kept, gone = pair
    Customer.objects.filter(pk=kept.pk).update(region="Kent", industry="Steel", notes="one")
    Customer.objects.filter(pk=gone.pk).update(region="Wales", industry="Glass", notes="two")
    choices = {"customer-region": "gone", "customer-notes": "gone", "customer-industry": "both"}
    done = merge(kept, gone, amy, **choices)
    again(kept)
    assert (kept.region, kept.notes) == ("Wales", "two")
    assert kept.industry == "Steel"  # what can't be both is as it was proposed
    assert done.choices["customer-region"] == "gone"


def test_a_problem_is_taken_with_its_reason(pair, amy):
    kept, gone = pair
    Customer.objects.filter(pk=gone.pk).update(has_problem=True, problem_reason="Owes us")
    merge(kept, gone, amy, **{"customer-has_problem": "gone"})
    assert (again(kept).has_problem, kept.problem_reason) == (True, "Owes us")


def test_the_only_organisation_moves_and_of_two_the_values_are_chosen(pair, amy):
    kept, gone = pair
    Organisation.objects.create(customer=kept, form="Ltd", custom={"1": "a", "2": ""})
    Organisation.objects.create(customer=gone, headcount=40, custom={"1": "b", "2": "c"})
    BuyingProfile.objects.create(customer=gone, who="The owner")
    done = merge(kept, gone, amy)
    one = Organisation.objects.get()
    assert (one.customer, one.form, one.headcount) == (kept, "Ltd", 40)
    assert one.custom == {"1": "a", "2": "c"}
    assert BuyingProfile.objects.get().customer == kept
    merging.undo(by=amy, pk=done.pk)
    assert Organisation.objects.get(pk=kept.pk).headcount is None
    assert Organisation.objects.get(pk=gone.pk).custom == {"1": "b", "2": "c"}
    assert BuyingProfile.objects.get().customer_id == gone.pk


# -- numbers


def test_the_old_number_finds_the_kept_one(pair, amy):
    kept, gone = pair
    merge(kept, gone, amy)
    assert Customer.objects.numbered("k2").get() == kept
    assert FormerNumber.objects.get().number == "K2"


def test_the_other_number_can_be_the_one_that_stays(pair, amy):
    kept, gone = pair
    done = merge(kept, gone, amy, **{"customer-number": "gone"})
    assert again(kept).number == "K2"
    assert Customer.objects.numbered("K1").get() == kept
    merging.undo(by=amy, pk=done.pk)
    assert again(kept).number == "K1"
    assert Customer.objects.get(pk=gone.pk).number == "K2"
    assert not FormerNumber.objects.exists()


def test_who_went_into_somebody_who_went_is_found_at_the_last_one(pair, amy):
    kept, gone = pair
    third = CustomerFactory(account_manager=amy, number="K3", name="Acorn plc")
    first = merge(kept, gone, amy)
    second = merge(third, kept, amy)
    assert again(first).customer == third
    assert Customer.objects.numbered("K2").get() == third
    with pytest.raises(Refused, match="Acorn Ltd"):
        merging.undo(by=amy, pk=first.pk)
    merging.undo(by=amy, pk=second.pk)
    assert again(first).customer_id == kept.pk
    merging.undo(by=amy, pk=first.pk)
    assert Customer.objects.get(number="K2").name == "Acorn Limited"


# -- what moves


def test_what_hangs_on_it_is_the_kept_ones(pair, amy):
    kept, gone = pair
    contact = ContactFactory(customer=gone)
    CustomerIdentityFactory(customer=gone, key="ERP-2")
    TransactionFactory(customer=gone, date=DAY)
    case = CaseFactory(customer=gone, by=amy)
    owner = case.owner
    done = merge(kept, gone, amy)
    assert {Contact.objects.get().customer, Transaction.objects.get().customer} == {kept}
    assert CustomerIdentity.objects.get().customer == kept
    assert (again(case).customer, case.owner) == (kept, owner)
    assert done.counts["customers_transaction"] == 1
    assert again(contact).version == 1  # a form that is open on it is saved as ever


def test_what_there_is_once_is_there_once(pair, amy):
    kept, gone = pair
    tag, level = Tag.objects.create(name="Fair"), ClubLevelFactory()
    for customer in pair:
        customer.tags.add(tag)
        Watch.objects.create(user=amy, customer=customer)
        TaskFactory(customer=customer, origin="signal", reason="silent")
        Membership.objects.create(customer=customer, club=level.club, level=level, since=DAY)
        AccountPlanFactory(customer=customer)
    done = merge(kept, gone, amy)
    assert list(kept.tags.all()) == [tag]
    assert Watch.objects.get().customer == kept
    assert Task.objects.filter(state="open").get().customer == kept
    assert Task.objects.filter(state="dropped").get().customer == kept
    assert Membership.objects.filter(removed_at=None).get().customer == kept
    assert AccountPlan.objects.filter(is_current=True).count() == 1
    assert AccountPlan.objects.filter(customer=kept).count() == 2
    merging.undo(by=amy, pk=done.pk)
    for customer in pair:
        assert Task.objects.filter(customer=customer.pk, state="open").count() == 1
        assert AccountPlan.objects.filter(customer=customer.pk, is_current=True).count() == 1
        assert Membership.objects.filter(customer=customer.pk, removed_at=None).count() == 1


def test_the_newest_assessment_counts_whosever_it_was(pair, amy):
    kept, gone = pair
    old = Assessment.objects.create(customer=kept, on=DAY, by=amy)
    new = Assessment.objects.create(customer=gone, on=DAY + dt.timedelta(days=1), by=amy)
    merge(kept, gone, amy)
    assert (again(old).is_newest, again(new).is_newest) == (False, True)


def test_a_key_account_makes_the_kept_one_a_key_account(pair, amy):
    kept, gone = pair
    NominationFactory(customer=gone)
    Customer.objects.filter(pk=gone.pk).update(is_key_account=True)
    done = merge(kept, gone, amy)
    assert again(kept).is_key_account
    assert Standing.objects.get(pk=kept.pk).is_key_account
    assert Nomination.objects.get().customer == kept
    merging.undo(by=amy, pk=done.pk)
    assert not again(kept).is_key_account


def test_a_customer_does_not_recommend_itself(pair, amy):
    kept, gone = pair
    Referral.objects.create(customer=kept, referred=gone, on=DAY)
    Referral.objects.create(customer=gone, referred=kept, on=DAY)
    done = merge(kept, gone, amy)
    hidden = Referral.objects.filter(customer=kept, referred=None).exclude(removed_at=None)
    assert sorted(hidden.values_list("name", flat=True)) == ["Acorn Limited", "Acorn Ltd"]
    merging.undo(by=amy, pk=done.pk)
    assert Referral.objects.filter(customer=kept, referred=gone.pk, removed_at=None).exists()
    assert Referral.objects.filter(customer=gone.pk, referred=kept, removed_at=None).exists()


def test_children_stand_below_the_kept_one(pair, amy):
    kept, gone = pair
    child = CustomerFactory(account_manager=amy, parent=gone)
    done = merge(kept, gone, amy)
    assert again(child).parent == kept
    merging.undo(by=amy, pk=done.pk)
    assert again(child).parent_id == gone.pk


def test_pairs_with_others_become_the_kept_ones_and_stay_dismissed(pair, amy):
    kept, gone = pair
    other = CustomerFactory(account_manager=amy)
    when = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    DuplicatePair.objects.create(
        first=gone, second=other, score=50, dismissed_at=when, dismissed_by=amy
    )
    DuplicatePair.objects.create(first=kept, second=gone, score=80)
    done = merge(kept, gone, amy)
    left = DuplicatePair.objects.get()
    assert (left.first, left.second, left.is_open) == (kept, other, False)
    merging.undo(by=amy, pk=done.pk)
    assert DuplicatePair.objects.filter(first=gone.pk, second=other).exists()
    assert DuplicatePair.objects.filter(first=kept, second=gone.pk).exists()


# -- figures, notices, history


def test_sums_and_facts_hold_of_both_at_once_and_the_night_does_the_rest(pair, amy):
    kept, gone = pair
    for customer in pair:
        TransactionFactory(customer=customer, date=DAY, amount=100)
    ids = [customer.pk for customer in pair]
    rollup.sum_again(customer_ids=ids, as_of=DAY)
    Standing.objects.filter(pk__in=ids).update(computed_on=DAY, revenue_12m=100, last_purchase=DAY)
    TouchedCustomer.objects.all().delete()
    done = merge(kept, gone, amy)
    assert DealingDay.objects.get().net == Decimal(200)
    assert Standing.objects.get().revenue_12m == Decimal(200)
    assert TouchedCustomer.objects.filter(customer=kept, since=DAY).exists()
    merging.undo(by=amy, pk=done.pk)
    assert set(DealingDay.objects.values_list("customer", "net")) == {(pk, 100) for pk in ids}
    assert set(Standing.objects.values_list("revenue_12m", flat=True)) == {Decimal(100)}
    assert set(TouchedCustomer.objects.values_list("customer", flat=True)) == set(ids)


def test_whose_customer_it_was_is_told_unless_it_was_them(pair, amy):
    kept, gone = pair
    tom = AccountManagerFactory(team=amy.team)
    Customer.objects.filter(pk=gone.pk).update(account_manager=tom)
    done = merge(kept, gone, amy)
    notice = Notice.objects.get()
    assert (notice.user, notice.customer, notice.kind) == (tom, kept, "merge")
    assert "Acorn Limited" in notice.text
    merging.undo(by=amy, pk=done.pk)
    assert Notice.objects.filter(user=tom).count() == 2


def test_who_may_not_know_of_the_kept_one_hears_of_their_own_alone(pair):
    kept, gone = pair
    ann = AccountManagerFactory()
    Customer.objects.filter(pk=gone.pk).update(account_manager=ann, team=ann.team)
    merge(kept, gone, ManagerFactory())
    notice = Notice.objects.get(user=ann)
    assert notice.customer is None
    assert "Acorn Limited" in notice.text
    assert "Acorn Ltd" not in notice.text


def test_it_stands_in_the_audit_log_and_once_in_the_history(pair, amy):
    kept, gone = pair
    ContactFactory(customer=gone)
    Change.objects.all()
    before = Change.objects.count()
    done = merge(kept, gone, amy)
    new = Change.objects.order_by("pk")[before:]
    assert {(change.table, change.kind) for change in new} == {
        ("customers_customer", "-"),
        ("customers_customer", "~"),
    }
    merging.undo(by=amy, pk=done.pk)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["customers.merged", "customers.merge_undone"]
