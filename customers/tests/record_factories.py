"""The small records about a customer, competitors and clubs, for tests."""

import datetime as dt
from decimal import Decimal

import factory

from customers.models import (
    Benefit,
    Club,
    ClubEvent,
    ClubLevel,
    Competitor,
    CompetitorPresence,
    CreditRecord,
    HelpRequest,
    Idea,
    Membership,
    Opportunity,
    Promise,
    Referral,
    TeamMember,
    YearFigure,
)
from customers.tests.factories import CustomerFactory

DAY = dt.date(2026, 1, 15)


class RecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    customer = factory.SubFactory(CustomerFactory)
    created_by = factory.SelfAttribute("customer.account_manager")


class PromiseFactory(RecordFactory):
    """Without its task, which the service makes."""

    class Meta:
        model = Promise

    what = "A data sheet for the new valve"
    owner = factory.SelfAttribute("customer.account_manager")
    due_on = DAY


class OpportunityFactory(RecordFactory):
    class Meta:
        model = Opportunity

    need = "Valves for the second hall"
    owner = factory.SelfAttribute("customer.account_manager")
    amount = Decimal("1234.00")


class BenefitFactory(RecordFactory):
    class Meta:
        model = Benefit

    what = "Less waste at the cutting line"
    amount = Decimal("2345.00")
    on = DAY


class ReferralFactory(RecordFactory):
    class Meta:
        model = Referral

    name = "Acorn Firm Ltd"
    on = DAY


class IdeaFactory(RecordFactory):
    class Meta:
        model = Idea

    what = "Deliver in returnable boxes"
    on = DAY


class TeamMemberFactory(RecordFactory):
    class Meta:
        model = TeamMember

    user = factory.SelfAttribute("customer.account_manager")


class HelpRequestFactory(RecordFactory):
    class Meta:
        model = HelpRequest

    what = "Somebody who knows about seals"
    asked = factory.SelfAttribute("customer.account_manager")
    due_on = DAY


class YearFigureFactory(RecordFactory):
    class Meta:
        model = YearFigure

    year = 2024
    purchases = Decimal("34567.00")
    source = "Its annual report"
    known_on = DAY


class CreditRecordFactory(RecordFactory):
    class Meta:
        model = CreditRecord

    on = DAY
    limit = Decimal("45678.00")


class CompetitorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Competitor

    name = factory.Sequence(lambda n: f"Competitor {n}")


class CompetitorPresenceFactory(RecordFactory):
    class Meta:
        model = CompetitorPresence

    competitor = factory.SubFactory(CompetitorFactory)
    known_on = DAY


class ClubFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Club

    names = factory.Sequence(lambda n: {"en": f"Club {n}"})


class ClubLevelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ClubLevel

    club = factory.SubFactory(ClubFactory)
    names = factory.Sequence(lambda n: {"en": f"Level {n}"})


class ClubEventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ClubEvent

    club = factory.SubFactory(ClubFactory)
    name = factory.Sequence(lambda n: f"Event {n}")
    on = DAY


class MembershipFactory(RecordFactory):
    class Meta:
        model = Membership

    club = factory.SubFactory(ClubFactory)
    since = DAY
