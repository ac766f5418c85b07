"""The service-profit chain: what is counted of teams and customers, and what goes with what."""

import datetime as dt
import math

import pytest
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, TeamFactory
from customers.models import DealingCategory, DealingSummary, Referral
from customers.tests.factories import CustomerFactory, DealingDayFactory, StandingFactory
from lifecycle.models import Box, ChainFigure, ChainLink
from lifecycle.services import chain
from satisfaction.models import (
    Answer,
    Instrument,
    InstrumentVersion,
    Question,
    Response,
    StaffCompetence,
    Wave,
)
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db
# A Wednesday; the last quarter that is over is the first of 2026.
AS_OF = dt.date(2026, 4, 15)
LAST = 4 * 2026


@pytest.fixture
def team():
    return TeamFactory()


def at(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def value(box: str, team, quarter: int = LAST) -> tuple[int, float] | None:
    found = ChainFigure.objects.filter(box=box, team=team, quarter=quarter).first()
    return found and (found.n, pytest.approx(found.value))


def staff_wave(opens_on: dt.date) -> Wave:
    """Of a survey that asks for capability twice and for productivity once."""
    instrument, made = Instrument.objects.get_or_create(
        code="staff-of-test", defaults={"names": {"en": "Staff"}, "audience": "staff"}
    )
    version, _ = InstrumentVersion.objects.get_or_create(instrument=instrument, number=1)
    if made:
        measures = ("capability", "capability", "productivity")
        for place, measure in enumerate(measures):
            Question.objects.create(
                version=version,
                code=f"q{place}",
                position=place,
                kind="scale_5",
                measure=measure,
                texts={"en": "?"},
            )
    return WaveFactory(version=version, opens_on=opens_on, is_open=True, is_anonymous=True)


def said(wave: Wave, team, *answers: dict, day: dt.date) -> None:
    """Anonymous answers of so many people of a team."""
    questions = {question.code: question for question in wave.version.questions.all()}
    for scores in answers:
        response = Response.objects.create(
            wave=wave, team=team, language="en", started_at=at(day), finished_at=at(day)
        )
        for code, score in scores.items():
            Answer.objects.create(response=response, question=questions[code], score=score)


def buyer(team, *days: dt.date, net: int = 100, cost: int = 60):
    customer = CustomerFactory(account_manager=AccountManagerFactory(team=team), team=team)
    StandingFactory(customer=customer)
    for day in days:
        DealingDayFactory(customer=customer, day=day, gross=net, net=net, known_net=net, cost=cost)
    DealingSummary.objects.create(
        customer=customer,
        first_purchase=min(days),
        last_purchase=max(days),
        purchase_days=len(days),
        gross=1,
        net=1,
        cost=0,
        known_net=0,
        sum_log_gaps=0,
    )
    return customer


def test_answers_of_staff_count_each_person_once_and_no_team_under_five(team):
    few = TeamFactory()
    wave = staff_wave(dt.date(2026, 3, 20))
    # 75 and 25: the mean of a person's two questions is 50; the others say 100.
    people = [{"q0": 4, "q1": 2}, *[{"q0": 5, "q2": 3}] * 4]
    # The survey opened in March; what came in April belongs to it.
    said(wave, team, *people, day=dt.date(2026, 4, 2))
    said(wave, few, *people[:4], day=dt.date(2026, 4, 2))
    # One more of another wave is no fifth.
    said(staff_wave(dt.date(2026, 3, 1)), few, {"q0": 1}, day=dt.date(2026, 3, 2))
    chain.record(AS_OF)
    assert value(Box.CAPABILITY, team) == (5, 90)
    assert value(Box.PRODUCTIVITY, team) is None  # four of them answered that
    assert not ChainFigure.objects.filter(team=few).exists()


def test_answers_after_each_complaint_belong_to_their_own_quarter(team):
    wave = staff_wave(dt.date(2025, 1, 1))
    wave.frequency = "steadily"
    wave.save()
    said(wave, team, *[{"q0": 5}] * 5, day=dt.date(2026, 2, 2))
    chain.record(AS_OF)
    assert value(Box.CAPABILITY, team) == (5, 100)
    assert value(Box.CAPABILITY, team, 4 * 2025) is None


def test_competence_is_the_newest_rating_of_each_by_the_end_of_the_quarter(team):
    amy, ben = (AccountManagerFactory(team=team) for _ in range(2))
    manager = ManagerFactory()
    areas = ("company_values", "product", "market", "selling", "procedures")
    for user, on, marks in (
        (amy, dt.date(2025, 11, 1), (1, 1, 1, 1, 1)),
        (amy, dt.date(2026, 3, 31), (3, 4, 5, 4, 4)),
        (amy, dt.date(2026, 4, 1), (5, 5, 5, 5, 5)),
        (ben, dt.date(2023, 12, 31), (5, 5, 5, 5, 5)),  # too long ago for 2026
        (AccountManagerFactory(team=None), dt.date(2026, 1, 1), (5, 5, 5, 5, 5)),
    ):
        StaffCompetence.objects.create(
            user=user, on=on, rated_by=manager, **dict(zip(areas, marks, strict=True))
        )
    chain.record(AS_OF)
    assert value(Box.COMPETENCE, team, LAST - 1) == (2, 3)
    assert value(Box.COMPETENCE, team) == (1, 4)
    assert value(Box.COMPETENCE, team, LAST + 1) == (1, 5)  # the quarter that runs


def test_contacts_of_a_customer_count_once_and_five_customers_are_needed(team):
    wave = WaveFactory(opens_on=dt.date(2026, 1, 10), is_open=True)
    owner = AccountManagerFactory(team=team)
    customers = CustomerFactory.create_batch(5, account_manager=owner, team=team)
    scores = [(60, 10), (80, 9), (70, 6), (50, 8), (90, None)]
    for customer, (index, recommend) in zip(customers, scores, strict=True):
        asked = InvitationFactory(wave=wave, customer=customer)
        day = at(dt.date(2026, 1, 20))
        ResponseFactory(invitation=asked, finished_at=day, index=index, recommend=recommend)
    again = InvitationFactory(wave=wave, customer=customers[0])
    ResponseFactory(invitation=again, finished_at=at(dt.date(2026, 1, 21)), index=80)
    chain.record(AS_OF)
    assert value(Box.SATISFACTION, team) == (5, 72)  # 70, 80, 70, 50, 90
    assert value(Box.RECOMMEND, team) is None


def test_what_a_team_sold_in_a_quarter(team):
    january, december, october = (
        dt.date(2026, 1, 5),
        dt.date(2025, 12, 31),
        dt.date(2025, 10, 1),
    )
    stays = buyer(team, dt.date(2025, 2, 1), october, january, net=150)
    buyer(team, december, net=100)
    new = buyer(team, dt.date(2026, 3, 31), net=50, cost=10)
    buyer(team, dt.date(2026, 4, 1), net=999)  # of the quarter that runs
    buyer(None, december)
    for customer, category, first in (
        (stays, "Cups", dt.date(2025, 2, 1)),
        (stays, "Plates", january),
        (new, "Cups", dt.date(2026, 3, 31)),
    ):
        DealingCategory.objects.create(
            customer=customer, category=category, first_day=first, last_day=first, net=1
        )
    Referral.objects.create(customer=stays, name="Ox Ltd", on=dt.date(2026, 2, 1))
    Referral.objects.create(customer=stays, name="Elk", on=dt.date(2026, 4, 1))
    chain.record(AS_OF)
    assert value(Box.RETENTION, team) == (2, 50)
    assert value(Box.RELATED, team) == (1, 100)  # who is new has nothing besides
    assert value(Box.REFERRALS, team) == (2, 50)
    assert value(Box.PROFIT, team) == (2, 65)  # 200 sold, 70 of cost
    assert value(Box.GROWTH, team) == (2, pytest.approx(100 / 3))  # 200 against 150
    assert value(Box.RETENTION, team, LAST - 1) is None


def test_quarters_long_over_stay_as_they_were_counted(team):
    buyer(team, dt.date(2025, 9, 30), dt.date(2025, 10, 1), dt.date(2026, 1, 5))
    chain.record(AS_OF)
    ChainFigure.objects.update(value=7)
    newest = dt.date(2026, 7, 1)  # one more quarter is over
    buyer(team, dt.date(2026, 4, 5))
    chain.record(newest)
    quarters = ChainFigure.objects.filter(box=Box.RETENTION, team=team)
    assert dict(quarters.values_list("quarter", "value")) == {LAST - 1: 7, LAST: 100, LAST + 1: 0}


def test_links_of_teams_meet_at_their_lag_and_say_nothing_of_nine(team):
    teams = [team, *TeamFactory.create_batch(9)]
    for place, one in enumerate(teams):
        for box, quarter, number in (
            (Box.DELIVERING, LAST - 1, place),
            (Box.SATISFACTION, LAST, 2 * place),
            (Box.CAPABILITY, LAST, place),
        ):
            ChainFigure.objects.create(
                team=one, quarter=quarter, box=box, n=5, value=number, computed_on=AS_OF
            )
        if place:
            ChainFigure.objects.create(
                team=one, quarter=LAST, box=Box.STAFF, n=5, value=-place, computed_on=AS_OF
            )
    links = {
        (link.team_id, link.source, link.target, link.lag): link
        for link in chain._links_of_teams(AS_OF)
    }
    lagged = links[None, Box.DELIVERING, Box.SATISFACTION, 1]
    assert (lagged.n, lagged.r, lagged.level) == (10, 1.0, "teams")
    assert lagged.low > 0.9
    assert links[None, Box.DELIVERING, Box.SATISFACTION, 2].n == 0
    nine = links[None, Box.CAPABILITY, Box.STAFF, 0]
    assert (nine.n, nine.r, nine.low) == (9, -1.0, None)
    assert links[team.pk, Box.DELIVERING, Box.SATISFACTION, 1].n == 1


def test_the_later_links_rank_teams_within_their_quarter(team):
    """What brings profit: by the ranks of ten teams, whatever the quarter brought to all."""
    teams = [team, *TeamFactory.create_batch(9)]
    profit = (3, 1, 2, 6, 4, 5, 9, 7, 8, 10)
    for place, one in enumerate(teams, start=1):
        for box, quarter, number in (
            (Box.RETENTION, LAST - 1, 60 + place),
            (Box.PROFIT, LAST, 20 + profit[place - 1]),
            (Box.REFERRALS, LAST - 1, place),
            (Box.GROWTH, LAST, -place),
            (Box.RELATED, LAST - 1, 7),
        ):
            ChainFigure.objects.create(
                team=one, quarter=quarter, box=box, n=5, value=number, computed_on=AS_OF
            )
    # A hundred more for all in another quarter is a season, and one team alone tells nothing.
    for one in teams[:2]:
        for box, quarter in ((Box.RETENTION, LAST - 3), (Box.PROFIT, LAST - 2)):
            ChainFigure.objects.create(
                team=one, quarter=quarter, box=box, n=5, value=100, computed_on=AS_OF
            )
    ChainLink.objects.bulk_create(chain._links_of_teams(AS_OF))
    links = {(one.source, one.target, one.lag): one for one in ChainLink.objects.of(None)}
    brought = links[Box.RETENTION, Box.PROFIT, 1]
    # The two of the other quarter share ranks 6 and 7, the upper five stand two higher. Squared
    # differences: 4, 1, 1, 16, 1, 9, 4, 1, 1, 0, their sum 38; squares of either side: 142.5.
    assert brought.n == 12
    assert brought.r == pytest.approx(1 - 38 / 285)
    half = 1.959964 * math.sqrt((1 + brought.r**2 / 2) / (12 - 3 - 1))
    assert brought.low == pytest.approx(math.tanh(math.atanh(brought.r) - half), abs=1e-6)
    against = links[Box.REFERRALS, Box.GROWTH, 1]
    assert (against.n, against.r) == (10, -1.0)
    assert against.high < 0
    flat = links[Box.RELATED, Box.PROFIT, 1]
    assert (flat.n, flat.r, flat.low) == (10, None, None)
    of_team = ChainLink.objects.of(team.pk).get(source=Box.RETENTION, target=Box.PROFIT, lag=1)
    assert (of_team.n, of_team.low) == (2, None)


def test_links_of_customers_look_half_a_year_ahead(team):
    answered = dt.date(2025, 6, 1)
    wave = WaveFactory(opens_on=answered, is_open=True)
    soon, late = answered + dt.timedelta(days=180), answered + dt.timedelta(days=181)
    before = answered - dt.timedelta(days=100)
    for index, recommend, bought in ((20, 3, late), (60, 8, soon), (90, 10, soon)):
        customer = buyer(team, before, bought)
        if recommend == 10:
            Referral.objects.create(customer=customer, name="Ox Ltd", on=soon)
            DealingCategory.objects.create(
                customer=customer, category="Cups", first_day=soon, last_day=soon, net=1
            )
        asked = InvitationFactory(wave=wave, customer=customer)
        ResponseFactory(
            invitation=asked, finished_at=at(answered), index=index, recommend=recommend
        )
    silent = buyer(team, answered - dt.timedelta(days=400), soon)
    asked = InvitationFactory(wave=wave, customer=silent)
    ResponseFactory(invitation=asked, finished_at=at(answered), index=1)
    chain.record(AS_OF)
    links = ChainLink.objects.filter(level="customers", team=team)
    found = {(link.source, link.target): (link.n, link.r) for link in links}
    # Ranks 1, 2, 3 against 1, 2.5, 2.5: 1.5 / sqrt(2 * 1.5).
    half = pytest.approx(3**0.5 / 2)
    assert found == {
        (Box.SATISFACTION, Box.RETENTION): (3, half),
        (Box.SATISFACTION, Box.RELATED): (3, half),
        (Box.RECOMMEND, Box.REFERRALS): (3, half),
        (Box.SATISFACTION, Box.GROWTH): (3, half),
    }
    assert ChainLink.objects.filter(level="customers", team=None).count() == 4


def test_without_anything_the_chain_is_empty_and_again_gives_the_same():
    chain.record(AS_OF)
    chain.record(AS_OF)
    assert not ChainFigure.objects.exists()
    assert set(ChainLink.objects.values_list("n", "r")) == {(0, None)}


def test_it_is_made_on_saturdays_and_the_first_night():
    assert chain.is_due(AS_OF)
    chain.record(AS_OF)
    assert not chain.is_due(AS_OF)
    assert chain.is_due(dt.date(2026, 4, 18))
    assert chain.first_day(chain.quarter_of(dt.date(2026, 5, 31))) == dt.date(2026, 4, 1)
