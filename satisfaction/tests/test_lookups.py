"""Names of who was invited, found through the words that the search box knows."""

import pytest
from django.db.models import F, Q

from customers.services.derived import refresh_derived
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory
from satisfaction import lookups
from satisfaction.lookups import Says
from satisfaction.models import Invitation
from satisfaction.tests.factories import InvitationFactory, WaveFactory

pytestmark = pytest.mark.django_db
PEOPLE = (
    ("Bell & Smith Ltd", "Joanna O'Neil"),
    ("上海华信机械", "王小明"),
    ("Café Müller", "Ann Smith-Jones"),
    ("K-88 Tools", "Anna Bell"),
)
ASKED = (
    *("bell", "ELL & SMI", "bell smith", "o'ne", "neil", "ann", "anna b", "nna bel", "an", "e"),
    *(
        "华信",
        "信机",
        "小明",
        "华",
        "王 小",
        "上海 华信",
        "Café",
        "cafe",
        "müll",
        "K-88",
        "88 t",
        "nobody",
    ),
    *("smith", "_", "%", "jones%", "-"),
)


@pytest.mark.parametrize("many", [0, 1_000])
def test_the_same_names_are_found_as_if_all_of_them_were_read(monkeypatch, many):
    monkeypatch.setattr(lookups, "MOST_CUSTOMERS", many)
    wave = WaveFactory(is_open=True)
    for name, person in PEOPLE:
        customer = CustomerFactory(name=name)
        StandingFactory(customer=customer)
        contact = ContactFactory(customer=customer, name=person)
        InvitationFactory(wave=wave, customer=customer, contact=contact)
        refresh_derived([customer.pk])
    rows = Invitation.objects.filter(wave=wave)
    for words in ASKED:
        read = Q(Says(F("customer__name"), words)) | Q(Says(F("contact__name"), words))
        found = set(rows.matching({"q": words}).values_list("customer__name", flat=True))
        assert found == set(rows.filter(read).values_list("customer__name", flat=True)), words
    assert rows.matching({"q": "smith"}).count() == 2


def test_a_rare_name_is_looked_for_at_its_customers_alone():
    customer = CustomerFactory(name="Acorn Ltd")
    refresh_derived([customer.pk])
    assert f"IN ({customer.pk})" in str(Invitation.objects.matching({"q": "acorn"}).query)
    assert Invitation.objects.matching({"q": "birch"}).count() == 0
