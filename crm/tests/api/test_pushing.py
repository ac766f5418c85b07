"""Customers and transactions that other systems push."""

import pytest

from customers.models import Customer

pytestmark = pytest.mark.django_db

ACORN = {"key": "D-1", "name": "Acorn Ltd", "region": "Kent"}
LINE = {"customer": "D-1", "reference": "R-1", "line": "1", "date": "2026-03-04", "amount": 12.5}


def test_customers_are_made_changed_and_found_the_same(erp):
    assert erp.push("customers", ACORN) == (
        200,
        {"new": 1, "changed": 0, "same": 0, "wrong": 0, "customers_created": 1, "errors": []},
    )
    assert erp.push("customers", ACORN)[1]["same"] == 1
    assert erp.push("customers", ACORN | {"region": "Wales"})[1]["changed"] == 1
    customer = Customer.objects.get(identities__key="D-1", identities__source__code="erp")
    assert (customer.name, customer.region) == ("Acorn Ltd", "Wales")
