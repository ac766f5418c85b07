"""Signals from orders, returns, margin, payments, rivals and the market, through a whole night."""

import pytest

from crm.accounts.tests.factories import AccountManagerFactory
from crm.tests.nightly.companies import night, sell, touch, unsell
from crm.tests.nightly.relations import back, found, regular, talk
from customers.models import (
    Competitor,
    CompetitorPresence,
    CreditRecord,
    Customer,
    Source,
    Standing,
    Transaction,
    YearFigure,
)
from customers.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def line(customer_id: int, days: int, amount: float, number: int, **fields) -> None:
    Transaction.objects.create(
        customer_id=customer_id,
        source=Source.objects.get(code="erp"),
        reference=f"line-{customer_id}-{number}",
        date=back(days),
        quantity=1,
        amount=amount,
        **fields,
    )


def test_orders_returns_and_margin_of_the_last_quarter(company):
    smaller, returning, thin, steady = company[:4]
    for customer in company[:4]:
        regular(customer, 100, until=94)
    for n, days in enumerate(range(4, 91, 10)):
        sell(smaller, back(days), 60 + n, f"small-{n}")
        sell(steady, back(days), 80 + n, f"steady-{n}")
        sell(returning, back(days), 100, f"returning-{n}")
        line(thin, days, 100, n, cost=80 + n % 2)
    for n in range(4):
        line(returning, 5 + 10 * n, -40, n, cost=-24)
    touch(company[:4], back(600))
    night()
    assert set(found("smaller_orders")) & set(company[:4]) == {smaller}
    assert found("smaller_orders")[smaller].words == (
        "The last 8 orders are 36 % smaller: 64 on average, 99 before"
    )
    assert found("smaller_orders")[smaller].evidence["days"] == 75  # the first of them
    signal = found("more_returns")[returning]
    assert signal.strength == pytest.approx(160 / 900)
    assert signal.words == "Returns are 18 % of what it bought, 0 % before"
    assert set(found("more_returns")) & set(company[:4]) == {returning}
    assert found("margin_down")[thin].words == "Margin 20 %, 40 % before"
    assert set(found("margin_down")) & set(company[:4]) == {thin}


def test_a_sudden_fall_shows_within_weeks(company):
    fallen, steady = company[:2]
    for customer, amount in ((fallen, 25), (steady, 90)):
        regular(customer, 100, every=5, until=22)
        for n, days in enumerate(range(2, 20, 5)):
            sell(customer, back(days), amount, f"late-{customer}-{n}")
    night()
    signal = found("volume_down")[fallen]
    assert signal.evidence["kind"] == "lately"
    assert signal.words == "Volume of the last 30 days 50 % below its own level"
    assert steady not in found("volume_down")


def test_categories_given_up(company):
    gone, one_of_five, slow, all_gone = company[:4]
    paper, ink, *others = (ProductFactory(category=f"{name}") for name in ("Paper", "Ink", *"CDE"))

    def buy(customer, product, first, last, every=20):
        for n, days in enumerate(range(last, first, every)):
            line(customer, days, 50, 1000 * product.pk + n, product=product)

    for customer in company[:4]:
        unsell(customer=customer)
    for customer in company[:3]:
        buy(customer, paper, 540, 2)
    buy(gone, ink, 540, 183)
    buy(one_of_five, ink, 540, 183)
    for product in others:
        buy(one_of_five, product, 540, 2)
    buy(slow, ink, 540, 190, every=90)  # three of its own gaps haven't passed
    buy(all_gone, paper, 540, 183)
    touch(company[:4], back(600))
    night()
    signals = found("fewer_categories")
    assert set(signals) & set(company[:4]) == {gone}
    assert signals[gone].evidence == {"categories": 2, "given_up": 1, "names": ["Ink"]}
    assert signals[gone].strength == pytest.approx(0.3)
    assert signals[gone].words == "Has given up 1 of its 2 categories: “Ink”"


def test_payments_become_slower(company):
    late, default, as_ever, better, old, once = company[:6]
    notes = {
        late: [(200, "punctual"), (20, "late")],
        default: [(900, "late"), (364, "default")],
        as_ever: [(200, "late"), (20, "late")],
        better: [(200, "very_late"), (20, "late")],
        old: [(500, "punctual"), (365, "late")],
        once: [(20, "very_late"), (-3, "default")],
    }
    for customer, noted in notes.items():
        for days, payment in noted:
            CreditRecord.objects.create(customer_id=customer, on=back(days), payment=payment)
    CreditRecord.objects.create(customer_id=late, on=back(1), bank_rating="B")
    night()
    signals = found("paying_slower")
    assert {pk: signal.strength for pk, signal in signals.items()} == {late: 0.25, default: 0.60}
    assert signals[late].words == "Pays slower: late (10 Nov 2025), punctual before"


def test_a_competitor_gains_is_new_or_is_named(company):
    by, rival = AccountManagerFactory(), Competitor.objects.create(name="Rival")
    gains, new, named, unnamed, both, losing, known, old = company[:8]

    def presence(customer, days, **fields):
        CompetitorPresence.objects.create(
            customer_id=customer, competitor=rival, known_on=back(days), **fields
        )

    presence(gains, 364, trend="gaining", strength="stronger")
    presence(new, 89)
    presence(both, 10)
    presence(losing, 10, trend="losing", strength="stronger")
    presence(known, 90, trend="steady")
    presence(old, 365, trend="gaining")
    heard = talk(named, 89, by, competitor=rival)
    talk(unnamed, 3, by, heard=["competitor"])
    talk(both, 3, by, heard=["competitor"], competitor=rival)
    talk(known, 90, by, competitor=rival)
    night()
    signals = found("competitor")
    assert {pk: signal.strength for pk, signal in signals.items()} == {
        **{gains: 0.6, new: 0.3},
        **{named: 0.4, unnamed: 0.4, both: 0.4},
    }
    assert signals[named].evidence["interaction"] == heard.pk
    assert signals[gains].words == "Rival is gaining there (1 Dec 2024)"
    assert signals[new].words == "Buys from Rival too (known since 2 Sep 2025)"
    assert signals[named].words == "Named Rival (2 Sep 2025)"
    assert signals[unnamed].words == "Named a competitor (27 Nov 2025)"


def test_a_smaller_share_of_what_it_buys(company):
    down, a_little, doubtful, unknown, running = company[:5]
    for customer in company[:5]:
        unsell(customer=customer)
        sell(customer, back(365 + 100), 1_000, f"y24-{customer}")
        sell(customer, back(2 * 365 + 100), 1_000, f"y23-{customer}")
    figures = {
        down: {2023: 2_000, 2024: 4_000},  # 50 % and 25 %
        a_little: {2023: 2_000, 2024: 2_400},  # by a sixth
        doubtful: {2023: 500, 2024: 4_000},  # 200 %
        unknown: {2024: 4_000},
        running: {2024: 2_000, 2025: 8_000},
    }
    for customer, years in figures.items():
        for year, bought in years.items():
            YearFigure.objects.create(
                customer_id=customer,
                year=year,
                purchases=bought,
                source="Its report",
                known_on=back(30),
            )
    night()
    signals = found("share_down")
    assert set(signals) == {down}
    assert signals[down].strength == pytest.approx(0.5)
    assert signals[down].words == "We have 25 % of its purchases in 2024, 50 % in 2023"


def test_peers_that_fall_too_are_a_mark_and_no_reason(company):
    falling, alone = company[:24], company[24]
    Customer.objects.filter(pk__in=falling).update(industry="Printing", region="")
    Customer.objects.filter(pk__in=company[24:]).update(industry="Trade", region="")
    for customer in (*falling, alone):
        regular(customer, 100, until=94)
        sell(customer, back(20), 250, f"less-{customer}")
    night()
    signals = found("peers_fall")
    assert set(signals) & {*falling, alone} == set(falling)
    first = signals[falling[0]]
    assert (first.evidence["of"], first.evidence["peers"]) == ("industry", 23)
    assert first.words.startswith("Not only with us: 23 other customers in Printing buy ")
    assert not Standing.objects.filter(signal="peers_fall").exists()
