"""Undoing a merge when life went on, and what stands against merging or undoing."""

import pytest

from crm import merging
from crm.accounts.services import Refused
from crm.accounts.tests.factories import AccountManagerFactory
from crm.tests.test_merging import merge
from customers.models import (
    Attachment,
    Customer,
    Interaction,
    Merge,
    Promise,
)
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
)
from customers.tests.record_factories import PromiseFactory

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


# -- undoing when life went on


def test_what_was_written_since_about_things_that_go_back_goes_with_them(pair, amy):
    kept, gone = pair
    contact, own = ContactFactory(customer=gone), ContactFactory(customer=kept)
    talk = InteractionFactory(customer=gone)
    done = merge(kept, gone, amy)
    theirs = InteractionFactory(customer=kept, contact=contact)
    ours = InteractionFactory(customer=kept, contact=own)
    promise = PromiseFactory(customer=kept, contact=contact)
    attached = Attachment.objects.create(
        customer=kept, interaction=talk, name="a.txt", size=1, content_type="text/plain"
    )
    merging.undo(by=amy, pk=done.pk)
    assert again(theirs).customer_id == gone.pk
    assert again(ours).customer_id == kept.pk
    assert Promise.objects.get(pk=promise.pk).customer_id == gone.pk
    assert again(attached).customer_id == gone.pk
    assert Interaction.objects.get(pk=talk.pk).customer_id == gone.pk


def test_what_people_changed_since_stays_as_they_left_it(pair, amy):
    kept, gone = pair
    Customer.objects.filter(pk=gone.pk).update(region="Wales", phone="123 4567")
    done = merge(kept, gone, amy)
    Customer.objects.filter(pk=kept.pk).update(region="Kent")
    merging.undo(by=amy, pk=done.pk)
    again(kept)
    assert (kept.region, kept.phone) == ("Kent", "")
    assert Customer.objects.get(pk=gone.pk).region == "Wales"


def test_it_is_refused_where_the_number_was_given_to_another(pair, amy):
    kept, gone = pair
    done = merge(kept, gone, amy)
    CustomerFactory(account_manager=amy, number="k2", name="Newcomer")
    with pytest.raises(Refused, match="Newcomer"):
        merging.undo(by=amy, pk=done.pk)
    assert again(done).undone_at is None
    assert not Customer.objects.filter(pk=gone.pk).exists()


def test_it_is_refused_the_second_time(pair, amy):
    kept, gone = pair
    done = merge(kept, gone, amy)
    merging.undo(by=amy, pk=done.pk)
    with pytest.raises(Refused, match="undone already"):
        merging.undo(by=amy, pk=done.pk)
    assert not Merge.objects.get().rows.exists()


def test_merged_again_after_undoing(pair, amy):
    kept, gone = pair
    merging.undo(by=amy, pk=merge(kept, gone, amy).pk)
    merge(kept, gone, amy)
    assert Customer.objects.count() == 1


def test_a_parent_that_went_into_another_one_meanwhile_is_that_one(pair, amy):
    kept, gone = pair
    parent = CustomerFactory(account_manager=amy, name="Head")
    other = CustomerFactory(account_manager=amy, name="Head office")
    Customer.objects.filter(pk=gone.pk).update(parent=parent)
    done = merge(kept, gone, amy, **{"customer-parent": "kept"})
    merge(other, parent, amy)
    merging.undo(by=amy, pk=done.pk)
    assert Customer.objects.get(pk=gone.pk).parent == other


# -- refused


def test_customers_above_each_other_are_two(pair, amy):
    kept, gone = pair
    Customer.objects.filter(pk=gone.pk).update(parent=kept)
    for one, other in (pair, reversed(pair)):
        with pytest.raises(Refused, match="above"):
            merge(one, other, amy)


def test_a_customer_that_is_offered_to_somebody_waits_for_the_answer(pair, amy):
    from crm import handover

    tom = AccountManagerFactory(team=amy.team, name="Tom")
    kept, gone = pair
    handover.offer(by=amy, taker=tom, customer_ids=[gone.pk], note="")
    with pytest.raises(Refused, match="Tom"):
        merge(kept, gone, amy)


def test_what_was_changed_since_it_was_shown_is_shown_again(pair, amy):
    kept, gone = pair
    seen = merging.two_of(by=amy, kept_id=kept.pk, gone_id=gone.pk).seen
    Customer.objects.filter(pk=gone.pk).update(version=2)
    with pytest.raises(merging.Changed):
        merging.merge(by=amy, kept_id=kept.pk, gone_id=gone.pk, seen=seen, data={})


def test_the_same_form_sent_twice_merges_once(pair, amy):
    kept, gone = pair
    seen = merging.two_of(by=amy, kept_id=kept.pk, gone_id=gone.pk).seen
    order = {"by": amy, "kept_id": kept.pk, "gone_id": gone.pk, "seen": seen, "data": {}}
    assert merging.merge(**order) == merging.merge(**order)


def test_nobody_merges_what_they_do_not_see(pair):
    kept, gone = pair
    with pytest.raises(Refused):
        merging.merge(
            by=AccountManagerFactory(), kept_id=kept.pk, gone_id=gone.pk, seen="", data={}
        )
