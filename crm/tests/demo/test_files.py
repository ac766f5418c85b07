"""The files of the demo company: rich for the best, thin for others, the same for the same seed."""

import datetime as dt

import pytest

from crm.demo import company
from crm.demo.files import files
from customers import completeness
from customers.models import BuyingProfile, Customer, CustomField, Organisation, Tag

TODAY = dt.date(2026, 7, 15)
FEW = 240


@pytest.fixture(scope="module")
def made():
    return company.build(company.SEED, TODAY, FEW)


def test_the_same_seed_writes_the_same_files(made):
    assert list(files(company.SEED, made, TODAY)) == list(files(company.SEED, made, TODAY))


def test_the_best_are_known_better_than_the_others(made):
    found = list(files(company.SEED, made, TODAY))
    assert len(found[0].facts) > len(found[-1].facts)
    assert len(found) < FEW / 4


@pytest.mark.django_db
def test_files_are_loaded_in_both_languages_with_tags_and_own_fields(demo_company):
    texts = set(Organisation.objects.values_list("strategy", flat=True))
    assert {text.isascii() for text in texts if text} == {True, False}
    assert BuyingProfile.objects.exclude(criteria="").exists()
    assert {field.kind for field in CustomField.objects.in_use()} == set(CustomField.Kind.values)
    assert CustomField.objects.filter(is_active=False).count() == 1
    for field in CustomField.objects.all():
        written = [field.value_in(row.custom) for row in Organisation.objects.all()]
        assert any(value is not None for value in written), field
    assert Tag.objects.filter(is_active=False, customers__isnull=False).exists()
    scores = set(
        completeness.annotate(Customer.objects.all()).values_list("completeness", flat=True)
    )
    assert max(scores) > 80 > min(scores)
    assert Customer.objects.exclude(aliases="").exists()
