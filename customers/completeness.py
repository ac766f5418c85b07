"""How complete a customer's file is: one table of facts, for one customer and for sets of them.

Each fact is an expression of the database, so that the card's "what is missing" and the care
programme's "file complete" can't say different things.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, reduce
from operator import add

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import ExtractYear, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Contact, CreditRecord, Customer, YearFigure

COMPLETE_FROM = 80  # a file counts as complete from this score on
MOST_LINKS = 8
YEARS_BACK = 2  # figures of earlier years say too little of today

ALL = Q()
COMPANY = Q(kind=Customer.Kind.COMPANY)
# What is worth the asking where much is at stake; of a small customer it is not demanded.
KEY = COMPANY & Q(standing__tier__in=("A", "B"))


@dataclass(frozen=True)
class Fact:
    """Something that a file should hold: when it is there, of whom it is asked, what it weighs."""

    key: str
    label: str
    there: Q | Exists
    weight: int
    of: Q = ALL
    page: str = "customers:edit"  # where it is filled in
    kind: str = ""  # of a record to be made there

    def url(self, customer: Customer) -> str:
        return reverse(self.page, args=[customer.pk, *([self.kind] if self.kind else [])])


def _filled(*paths: str) -> Q:
    """One of these texts at least is written."""
    rule = Q()
    for path in paths:
        rule |= Q(**{f"{path}__gt": ""})
    return rule


def _in(page: str, key: str, label: str, there: Q, weight: int, of: Q = COMPANY) -> Fact:
    return Fact(key, label, there, weight, of, page)


_contacts = Contact.objects.filter(customer=OuterRef("pk"), left_on=None, erased_at=None)
_figures = YearFigure.objects.filter(
    customer=OuterRef("pk"),
    removed_at=None,
    purchases__isnull=False,
    year__gte=ExtractYear(Now()) - YEARS_BACK,
)
_credit = CreditRecord.objects.filter(customer=OuterRef("pk"), removed_at=None)

FILE = (
    Fact("owner", _("Account manager"), Q(account_manager__isnull=False), 8),
    Fact("reach", _("Phone or e-mail"), _filled("phone", "email"), 8),
    Fact("address", _("Address"), _filled("address"), 6),
    Fact("region", _("Region"), _filled("region"), 4),
    Fact("industry", _("Industry"), _filled("industry"), 6, COMPANY),
    Fact("business", _("Main business"), _filled("main_business"), 4, COMPANY),
    Fact("tax", _("Tax number"), _filled("tax_number"), 3, COMPANY),
    Fact("segment", _("Segment"), _filled("segment"), 3, KEY),
    Fact("website", _("Website"), _filled("website"), 2, KEY),
    Fact("won", _("How we won it"), _filled("won_through"), 3, KEY),
)
PEOPLE = (
    Fact("contact", _("Contact"), Exists(_contacts), 10, COMPANY, "customers:contact_create"),
    Fact(
        "decision_maker",
        _("Decision maker among the contacts"),
        Exists(_contacts.filter(role=Contact.Role.DECISION_MAKER)),
        8,
        KEY,
        "customers:contact_create",
    ),
)
_leaders = _filled(*(f"organisation__{name}" for name in ("legal_representative", "owner")))
ORGANISATION = tuple(
    _in("customers:organisation", *fact, of=KEY)
    for fact in (
        ("leader", _("Who owns or represents it"), _leaders, 4),
        ("manager", _("Who runs it day by day"), _filled("organisation__operating_manager"), 4),
        ("headcount", _("Headcount"), Q(organisation__headcount__isnull=False), 4),
        ("products", _("Products and brands"), _filled("organisation__products"), 4),
        ("market", _("Market area"), _filled("organisation__market_area"), 3),
        ("strengths", _("Strengths"), _filled("organisation__strengths"), 2),
        ("problems", _("Problems"), _filled("organisation__problems"), 2),
        ("strategy", _("Future strategy"), _filled("organisation__strategy"), 3),
        ("terms", _("Trade terms"), _filled("organisation__trade_terms"), 4),
    )
)
BUYING = tuple(
    _in("customers:buying_profile", *fact, of=KEY)
    for fact in (
        ("buys", _("What it buys"), _filled("buying_profile__what"), 3),
        ("decides", _("Who decides on buying"), _filled("buying_profile__decides"), 5),
        ("how", _("How it buys"), _filled("buying_profile__how"), 3),
        ("criteria", _("Buying criteria"), _filled("buying_profile__criteria"), 5),
    )
)
RECORDS = (
    Fact(
        "purchases",
        _("Its purchases in our categories"),
        Exists(_figures),
        6,
        KEY,
        "customers:record_create",
        "year-figure",
    ),
    Fact("credit", _("Credit"), Exists(_credit), 5, KEY, "customers:record_create", "credit"),
)
FACTS = (*FILE, *PEOPLE, *ORGANISATION, *BUYING, *RECORDS)


@dataclass(frozen=True)
class File:
    """How complete one customer's file is, and what it lacks, the weightiest first."""

    customer: Customer
    score: int
    missing: list[Fact]

    @property
    def share(self) -> float:
        return self.score / 100

    @property
    def links(self) -> list[tuple[str, str]]:
        """(label, address where it is filled in) of the weightiest that are missing."""
        return [(fact.label, fact.url(self.customer)) for fact in self.missing[:MOST_LINKS]]

    @property
    def more(self) -> int:
        """How many more are missing than `links` names."""
        return max(0, len(self.missing) - MOST_LINKS)

    @property
    def is_complete(self) -> bool:
        return self.score >= COMPLETE_FROM


def _weight(rule: Q, weight: int | CombinedExpression) -> Case:
    return Case(When(rule, then=weight), default=0, output_field=IntegerField())


def _sum(parts: Iterable) -> CombinedExpression:
    return reduce(add, parts)


def _score() -> CombinedExpression:
    """The share of the weight that is there, in whole per cent, cut: 100 means all.

    Of whom facts are asked is looked up once for all that are asked of the same customers.
    """
    alike: dict[Q, list[Fact]] = {}
    for fact in FACTS:
        alike.setdefault(fact.of, []).append(fact)
    there, asked = [], []
    for rule, facts in alike.items():
        sums = _sum(_weight(fact.there, fact.weight) for fact in facts)
        weight = sum(fact.weight for fact in facts)
        there.append(_weight(rule, sums) if rule else sums)
        asked.append(_weight(rule, weight) if rule else Value(weight))
    return _sum(there) * 100 / _sum(asked)


def _has(fact: Fact) -> Case:
    """There, or not asked of this customer."""
    asked = [When(fact.of, then=False)] if fact.of else []
    return Case(When(fact.there, then=True), *asked, default=bool(asked))


@cache
def _rows() -> QuerySet:
    """Score and facts of all customers: put together once, which takes longer than asking."""
    there = {f"has_{fact.key}": _has(fact) for fact in FACTS}
    return annotate(Customer.objects.all()).values("completeness", **there)


def of(customer: Customer) -> File:
    """Score and missing facts of one customer, in one query."""
    row = _rows().get(pk=customer.pk)
    lacks = [fact for fact in FACTS if not row[f"has_{fact.key}"]]
    return File(customer, row["completeness"], sorted(lacks, key=lambda fact: -fact.weight))


def score(customer: Customer) -> int:
    """0 to 100."""
    return of(customer).score


def missing(customer: Customer) -> list[Fact]:
    """What the file lacks, the weightiest first."""
    return of(customer).missing


def annotate(customers):
    """Customers with `completeness`, 0 to 100."""
    return customers.annotate(completeness=_score())


def incomplete(customers):
    """Those whose file does not count as complete."""
    return annotate(customers).filter(completeness__lt=COMPLETE_FROM)
