"""Assessments and nominations, for tests."""

import datetime as dt

import factory

from customers.tests.factories import CustomerFactory
from lifecycle.models import Assessment, Nomination

DAY = dt.date(2026, 1, 5)


class AssessmentFactory(factory.django.DjangoModelFactory):
    """The newest assessment of a customer, without answers."""

    class Meta:
        model = Assessment

    customer = factory.SubFactory(CustomerFactory)
    by = factory.SelfAttribute("customer.account_manager")
    on = DAY


class NominationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Nomination

    customer = factory.SubFactory(CustomerFactory, is_key_account=True)
    by = factory.SelfAttribute("customer.account_manager")
    reason = "Opens its industry to us"
    on = DAY
    review_on = DAY.replace(year=2027)
