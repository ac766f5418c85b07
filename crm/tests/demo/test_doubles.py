"""The demo company has customers that look like one, and the night finds no others."""

import pytest

from crm.demo import doubles as demo
from customers.models import DuplicatePair
from customers.services import doubles

pytestmark = pytest.mark.django_db


def test_pairs_wait_to_be_decided_and_one_is_known_to_be_two(demo_company):
    waiting = DuplicatePair.objects.open()
    assert 3 <= waiting.count() <= len(demo.PAIRS)
    assert {reason for pair in waiting for reason in pair.reasons} >= {"name", "phone"}
    said = DuplicatePair.objects.exclude(dismissed_at=None).get()
    assert said.dismissed_by.username == demo.TWO_ALL_THE_SAME[-1]
    assert doubles.find_all() == 0


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("华信科技有限公司", "华信科技公司"),
        ("Acorn Ltd", "Acorn LIMITED"),
        ("Berg GmbH", "Berg G.m.b.H."),
        ("Acorn", "ACORN"),
    ],
)
def test_a_name_is_typed_again_in_another_writing(name, other):
    assert demo.other_form(name) == other
