"""Two customers become one: everything moves by a rule, and comes back as it was."""

import pytest
from django.db.models import UniqueConstraint

from crm import merging
from crm.merging.rules import RULES, How, relations
from crm.tests.merged import hashes, two_customers
from customers.models import Customer

pytestmark = pytest.mark.django_db
# Told apart below: pairs, handovers, groups and merges before.
NOT_IN_THE_FIXTURE = {
    *("customers_customer.parent_id", "customers_referral.referred_id"),
    *("customers_duplicatepair.first_id", "customers_duplicatepair.second_id"),
    *("customers_merge.customer_id", "customers_formernumber.customer_id"),
    "customers_handoveritem.customer_id",
}


def merge(kept, gone, by, **data):
    two = merging.two_of(by=by, kept_id=kept.pk, gone_id=gone.pk)
    return merging.merge(by=by, kept_id=kept.pk, gone_id=gone.pk, seen=two.seen, data=data)


# -- rules


def test_every_relation_to_a_customer_has_a_rule():
    assert {relation.key for relation in relations()} == set(RULES)


def test_what_is_retired_is_retired_by_a_constraint_that_there_is():
    for relation in relations():
        names = {unique.name for unique in relation.uniques()}
        assert set(relation.rule.retire) <= names, relation.key


def test_clashes_of_rows_that_move_are_told_by_columns():
    """Those of the rows that move are by columns, which is what clashes are looked for by."""
    for relation in relations():
        if relation.rule.how is How.MOVES:
            for constraint in relation.model._meta.constraints:
                if isinstance(constraint, UniqueConstraint) and relation.table != (
                    Customer._meta.db_table
                ):
                    assert constraint.fields or relation.table == "customers_formernumber"


# -- there and back


def test_a_merge_and_its_undo_leave_every_table_as_it_was(amy):
    kept, gone = two_customers(amy)
    before = hashes()
    done = merge(kept, gone, amy)
    assert not Customer.objects.filter(pk=gone.pk).exists()
    assert hashes() != before
    merging.undo(by=amy, pk=done.pk)
    after = hashes()
    assert {table for table in before if before[table] != after[table]} == set()


def test_both_customers_of_these_tests_have_a_row_in_every_table(amy):
    kept, gone = two_customers(amy)
    empty = {
        relation.key
        for relation in relations()
        for customer in (kept, gone)
        if not relation.model._base_manager.filter(**{relation.field.name: customer.pk}).exists()
    }
    assert empty == NOT_IN_THE_FIXTURE


def test_nothing_names_the_one_that_went_but_its_history(amy):
    kept, gone = two_customers(amy)
    merge(kept, gone, amy)
    left = {
        relation.key
        for relation in relations()
        if relation.model._base_manager.filter(**{relation.field.attname: gone.pk}).exists()
    }
    assert left == {"customers_change.customer_id"}
