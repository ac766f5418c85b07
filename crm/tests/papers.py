"""A customer with all that papers tell, and all that they must not; and what a PDF says."""

import datetime as dt
import io
import re
from decimal import Decimal

from django.utils import timezone
from pypdf import PdfReader

from complaints.tests.factories import CaseFactory
from crm.tests.worth import AS_OF, dealings, silent_signal, valued_customer
from customers.models import Customer, DealingDay, Promise, ReviewReport
from customers.tests.factories import (
    AccountPlanFactory,
    ContactFactory,
    DealingDayFactory,
    PlanObjectiveFactory,
)
from customers.tests.record_factories import (
    BenefitFactory,
    CompetitorPresenceFactory,
    CreditRecordFactory,
    OpportunityFactory,
    PromiseFactory,
    YearFigureFactory,
)
from lifecycle.tests.factories import AssessmentFactory
from satisfaction.tests.factories import ResponseFactory

SINCE, UNTIL = dt.date(2025, 6, 1), AS_OF
A4 = (595.28, 841.89)
# What stands about the customer of `full_customer` in the data, and never on a paper for it.
OUR_AMOUNTS = ["98,765", "43,210", "43,211", "80,808", "120,120", "75,757", "4,073", "4,074"]
OUR_AMOUNTS += ["61 %", "56,565", "45,678", "34,567", "1,234"]
OUR_TEXTS = ["Rival Works", "Objective of ours", "Weakness of ours", "Valves for the second hall"]
OUR_WORDS = ["Tier", "Lifetime value", "Value at risk", "Risk", "Stage", "Margin", "Scorecard"]
OUR_WORDS += ["Assessment", "Account plan", "Competitors", "Key account", "Credit", "Probability"]


def full_customer(owner, **fields) -> Customer:
    """Bought each month of a year, complained, was promised, gained, answered; and all of ours."""
    customer = valued_customer(owner, **fields)
    dealings(customer, 12)
    DealingDayFactory(customer=customer, day=dt.date(2024, 8, 5), gross=Decimal(500))
    silent_signal(customer)
    ContactFactory(customer=customer, name="Ada Stone", role="buyer", email="ada@stone.example")
    promises(customer)
    BenefitFactory(customer=customer, what="Less scrap at line two", on=UNTIL)
    BenefitFactory(customer=customer, amount=Decimal(5000), on=dt.date(2024, 3, 1))
    for state, day in (("closed", 10), ("new", 20)):
        moment = timezone.make_aware(dt.datetime(2025, 10, day, 9))
        title = f"The pump leaks on day {day}"
        CaseFactory(customer=customer, state=state, now=moment, title=title, received_at=moment)
    answer = ResponseFactory(invitation__customer=customer, recommend=9)
    moment = timezone.make_aware(dt.datetime(2025, 9, 5))
    type(answer).objects.filter(pk=answer.pk).update(index=87.0, finished_at=moment)
    ours(customer)
    return customer


def promises(customer: Customer) -> None:
    kept = {"state": Promise.State.KEPT, "settled_on": dt.date(2025, 7, 1)}
    broken = {"state": Promise.State.BROKEN, "settled_on": dt.date(2025, 8, 1)}
    PromiseFactory(customer=customer, what="A second contact", **kept)
    PromiseFactory(customer=customer, what="Samples in May", **broken)
    PromiseFactory(customer=customer, what="A price list for a year")


def ours(customer: Customer) -> None:
    """What we know and plan, and nobody outside may read."""
    CompetitorPresenceFactory(customer=customer, competitor__name="Rival Works")
    plan = AccountPlanFactory(customer=customer, weaknesses="Weakness of ours", target="partner")
    PlanObjectiveFactory(plan=plan, what="Objective of ours")
    AssessmentFactory(customer=customer, up=4.2, across=3.9, total=4.0)
    OpportunityFactory(customer=customer)
    CreditRecordFactory(customer=customer)
    YearFigureFactory(customer=customer, turnover=Decimal(56565))


def review_of(customer: Customer, **fields) -> ReviewReport:
    values = {"since": SINCE, "until": UNTIL, "language": "en"} | fields
    values.setdefault("made_by", customer.account_manager)
    return ReviewReport.objects.create(customer=customer, **values)


def opened(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def text_of(content: bytes) -> str:
    """All that a PDF says, its spaces plain."""
    pages = (page.extract_text() for page in opened(content).pages)
    return re.sub(r"\s+", " ", " ".join(pages))


def sheet_of(html: str) -> str:
    """The words of the paper on a page, without the page around it."""
    sheet = re.search(r'<article class="sheet".*?</article>', html, re.DOTALL).group()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", sheet))


def is_a4(content: bytes) -> bool:
    boxes = [page.mediabox for page in opened(content).pages]
    return all(
        abs(float(box.width) - A4[0]) < 1 and abs(float(box.height) - A4[1]) < 1 for box in boxes
    )


def sell_much(customer: Customer, days: int) -> None:
    """A purchase on each of so many days before the end of the figures."""
    DealingDay.objects.filter(customer=customer).delete()
    DealingDay.objects.bulk_create(
        DealingDayFactory.build(customer=customer, day=UNTIL - dt.timedelta(days=back))
        for back in range(days)
    )
