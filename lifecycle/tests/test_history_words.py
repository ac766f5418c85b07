"""The history of an assessment tells which answers changed."""

import pytest

from crm.accounts.tests.factories import AccountManagerFactory
from customers import history
from customers.models import Change
from customers.tests.factories import CustomerFactory
from lifecycle.models import Assessment, Criterion
from lifecycle.tests.factories import AssessmentFactory

pytestmark = pytest.mark.django_db


def test_answers_are_told_by_their_criteria():
    amy = AccountManagerFactory()
    customer = CustomerFactory(account_manager=amy)
    first, second = Criterion.objects.all()[:2]
    made = AssessmentFactory(
        customer=customer, by=amy, answers={str(first.pk): [3, True], str(second.pk): [2, False]}
    )
    Assessment.objects.filter(pk=made.pk).update(
        answers={str(first.pk): [4, False], str(second.pk): [2, False], "0": [5, False]}
    )
    changes = Change.objects.filter(table="lifecycle_assessment", kind="~")
    (entry,) = history.entries(list(changes), amy)
    assert {(line.label, line.before, line.after) for line in entry.lines} == {
        (str(first), "3, computed", "4"),
        ("a criterion that is gone", "", "5"),
    }
