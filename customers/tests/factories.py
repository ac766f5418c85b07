"""Customers and what hangs on them, for tests."""

import datetime as dt
from decimal import Decimal
from importlib import import_module

import factory
from django.apps import apps

from crm.accounts.tests.factories import AccountManagerFactory
from customers.models import (
    AccountPlan,
    CareRule,
    Contact,
    Customer,
    CustomerIdentity,
    DealingDay,
    ImportRun,
    Interaction,
    PlanObjective,
    Product,
    Recurrence,
    Source,
    Standing,
    Task,
    Transaction,
)


def ready_care_rules() -> None:
    """The rules that come with the product; put back where a test emptied all tables."""
    if not CareRule.objects.exists():
        import_module("customers.migrations.0012_ready_care_rules").add(apps, None)


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source
        django_get_or_create = ("code",)

    code = "erp"


class CustomerFactory(factory.django.DjangoModelFactory):
    """A customer of an account manager and that manager's team; without a standing."""

    class Meta:
        model = Customer

    number = factory.Sequence(lambda n: f"{10000 + n}")
    name = factory.Sequence(lambda n: f"Customer {n} Ltd")
    account_manager = factory.SubFactory(AccountManagerFactory)
    team = factory.SelfAttribute("account_manager.team")


class CustomerIdentityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CustomerIdentity

    source = factory.SubFactory(SourceFactory)
    key = factory.SelfAttribute("customer.number")
    customer = factory.SubFactory(CustomerFactory)


class StandingFactory(factory.django.DjangoModelFactory):
    """The list's row of a customer; pass `customer` or get a new one."""

    class Meta:
        model = Standing

    customer = factory.SubFactory(CustomerFactory)
    number = factory.SelfAttribute("customer.number")
    name = factory.SelfAttribute("customer.name")
    name_key = factory.LazyAttribute(lambda standing: standing.name.lower())
    owner = factory.SelfAttribute("customer.account_manager")
    team = factory.SelfAttribute("customer.team")
    region = factory.SelfAttribute("customer.region")
    industry = factory.SelfAttribute("customer.industry")
    is_active = factory.SelfAttribute("customer.is_active")


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"Contact {n}")


class InteractionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Interaction

    customer = factory.SubFactory(CustomerFactory)
    by = factory.SelfAttribute("customer.account_manager")
    subject = "Talked about the next order"


class TaskFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Task

    customer = factory.SubFactory(CustomerFactory)
    assignee = factory.SelfAttribute("customer.account_manager")
    title = "Call back"
    due_on = dt.date(2026, 1, 15)


class RecurrenceFactory(factory.django.DjangoModelFactory):
    """Each month from a day on."""

    class Meta:
        model = Recurrence

    customer = factory.SubFactory(CustomerFactory)
    assignee = factory.SelfAttribute("customer.account_manager")
    title = "Check the stock"
    first_on = dt.date(2026, 1, 15)
    next_on = factory.SelfAttribute("first_on")


class AccountPlanFactory(factory.django.DjangoModelFactory):
    """A current plan."""

    class Meta:
        model = AccountPlan

    customer = factory.SubFactory(CustomerFactory)
    made_by = factory.SelfAttribute("customer.account_manager")
    strengths = "Short ways"
    review_on = dt.date(2026, 1, 15)


class PlanObjectiveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PlanObjective

    plan = factory.SubFactory(AccountPlanFactory)
    what = factory.Sequence(lambda n: f"Objective {n}")
    due_on = dt.date(2026, 6, 30)


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product

    source = factory.SubFactory(SourceFactory)
    code = factory.Sequence(lambda n: f"P{n}")
    name = factory.LazyAttribute(lambda product: f"Product {product.code}")


class TransactionFactory(factory.django.DjangoModelFactory):
    """One line of one invoice of its own, without a line number."""

    class Meta:
        model = Transaction

    customer = factory.SubFactory(CustomerFactory)
    source = factory.SubFactory(SourceFactory)
    reference = factory.Sequence(lambda n: f"INV{n}")
    date = dt.date(2025, 6, 2)
    quantity = Decimal(1)
    unit_price = factory.SelfAttribute("amount")
    amount = Decimal("100")


class DealingDayFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DealingDay

    customer = factory.SubFactory(CustomerFactory)
    day = dt.date(2025, 6, 2)
    gross = Decimal("100")
    returns = Decimal("0")
    net = factory.LazyAttribute(lambda day: day.gross - day.returns)
    cost = Decimal("0")
    known_net = Decimal("0")
    lines = 1


class ImportRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ImportRun

    kind = "customers"
    source = factory.SubFactory(SourceFactory)
    file_name = "customers.csv"
    stored_name = factory.Sequence(lambda n: f"import{n}")
