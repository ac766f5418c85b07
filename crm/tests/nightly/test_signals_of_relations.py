"""Signals from the people behind a customer, and from care and promises."""

import pytest

from crm.accounts.tests.factories import AccountManagerFactory
from crm.tests.nightly.companies import LAST_DAY, night, results, sell
from crm.tests.nightly.relations import back, found, regular, talk
from customers.models import CareDue, CareRule, Customer, Promise
from customers.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return AccountManagerFactory()


@pytest.fixture
def live(company):
    """Customers who buy on, of no tier's care."""
    CareRule.objects.update(is_active=False)
    for customer in company[:6]:
        regular(customer)
    return company[:6]


def owe(tier: str, days: int, **fields) -> CareRule:
    return CareRule.objects.create(
        **{"names": {"en": "Call"}, "tier": tier, "action": "call", "days": days}
        | {"since": back(400)}
        | fields
    )


def test_no_contact_for_half_as_long_again_as_the_tier_is_owed(live, by):
    for tier in "ABC":
        owe(tier, 90)
        owe(tier, 30, sample_percent=10)  # owed to some only
        owe(tier, 20, is_active=False)
    late, in_time, news, never = live[:4]
    talk(late, 136, by)
    talk(in_time, 135, by)
    talk(news, 200, by)
    talk(news, 100, by)
    talk(news, 5, by, kind="news")
    night()
    signals = found("no_contact")
    assert set(signals) == {late}
    assert signals[late].strength == pytest.approx(0.2 * 136 / 135)
    assert signals[late].evidence["rhythm"] == 90
    assert signals[late].words.startswith("No contact for 136 days, tier ")
    assert never not in signals


def test_no_contact_for_three_times_its_own_habit(live, by):
    late, in_time, seldom = live[:3]
    for n in range(4):
        talk(late, 61 + 20 * n, by)
        talk(late, 61 + 20 * n, by, kind="email")  # twice on a day is one contact
        talk(in_time, 60 + 20 * n, by)
    for n in range(3):
        talk(seldom, 61 + 20 * n, by)
    night()
    signals = found("no_contact")
    assert set(signals) == {late}
    assert signals[late].words == "No contact for 61 days, usually every 20"


def test_a_relationship_that_ended_needs_no_contact(live, by):
    regular(live[0], until=590)
    for tier in "ABC":
        owe(tier, 30)
    talk(live[0], 500, by)
    Customer.objects.filter(pk=live[1]).update(is_active=False)
    talk(live[1], 500, by)
    night()
    assert found("no_contact") == {}


def test_the_decision_maker_left(company):
    gone, one_of_two, long_ago, later, buyer = company[:5]
    for customer, days in ((gone, 181), (one_of_two, 3), (long_ago, 182), (later, -1)):
        ContactFactory(customer_id=customer, role="decision_maker", left_on=back(days))
    ContactFactory(customer_id=one_of_two, role="decision_maker")
    ContactFactory(customer_id=gone, role="buyer")
    ContactFactory(customer_id=buyer, role="buyer", left_on=back(3))
    night()
    signals = found("decision_maker_left")
    assert {pk: signal.strength for pk, signal in signals.items()} == {gone: 0.55, one_of_two: 0.30}
    assert signals[gone].words == "The decision maker left on 2 Jun 2025, no other is known"
    assert signals[one_of_two].words == (
        "A decision maker left on 27 Nov 2025, 1 other is still there"
    )


def test_one_contact_only_counts_where_much_hangs_on_it(live):
    best, key, small, two, none = live[:5]
    sell(best, back(5), 5_000_000, "big")
    sell(two, back(5), 5_000_000, "big-2")
    sell(none, back(5), 5_000_000, "big-3")
    Customer.objects.filter(pk=key).update(is_key_account=True)
    for customer in (best, key, small, two, two):
        ContactFactory(customer_id=customer)
    ContactFactory(customer_id=best, left_on=LAST_DAY)
    night()
    assert set(found("one_contact")) == {best, key}
    assert found("one_contact")[key].words == "We know one person there only"


def test_care_missed_twice_or_a_promise(live, by):
    missed, once, promised, kept, due_today, long_ago = live
    rule, file = owe("C", 30), owe("C", 30, action="file")

    def due(customer, days, rule=rule):
        state = {"state": "missed", "settled_on": back(days - 1)} if days else {}
        CareDue.objects.create(
            rule=rule,
            customer_id=customer,
            starts_on=back(days + 29),
            due_on=back(days),
            **state,
        )

    def promise(customer, days, **fields):
        Promise.objects.create(
            customer_id=customer, what="A sample", owner=by, due_on=back(days), **fields
        )

    for customer, *days in ((missed, 1, 91), (once, 92, 40), (long_ago, 92, 122)):
        for ago in days:
            due(customer, ago)
    due(once, 10, file)
    promise(promised, 1)
    promise(promised, 60, state="broken", settled_on=back(50))
    promise(kept, 20, state="kept", settled_on=back(20))
    promise(due_today, 0)
    night()
    signals = found("care_missed")
    assert {pk: signal.strength for pk, signal in signals.items()} == {missed: 0.2, promised: 0.6}
    assert signals[missed].words == "2 care actions missed within 91 days"
    assert signals[promised].words == "2 promises not kept within 91 days"


def test_a_promise_kept_later_was_still_open_on_the_date(live, by):
    Promise.objects.create(
        customer_id=live[0],
        what="A sample",
        owner=by,
        due_on=back(3),
        state="kept",
        settled_on=back(-2),
    )
    night()
    assert set(found("care_missed")) == {live[0]}
    night(back(-2))
    assert found("care_missed") == {}


def test_what_was_heard_of_ending_and_of_other_suppliers(company, by):
    ending, compares, old, later, praise = company[:5]
    spoken = talk(ending, 60, by, heard=["praise", "ending"])
    talk(ending, 2, by, heard=["compares"])
    talk(compares, 89, by, heard=["compares", "price"])
    talk(old, 90, by, heard=["ending"])
    talk(later, -1, by, heard=["ending"])
    talk(praise, 1, by, heard=["praise", "price"])
    night()
    signals = found("speaks_of_ending")
    assert {pk: signal.strength for pk, signal in signals.items()} == {ending: 0.75, compares: 0.5}
    assert signals[ending].evidence["interaction"] == spoken.pk
    assert signals[ending].words == "Spoke of ending (1 Oct 2025)"
    assert signals[compares].words == "Compares suppliers (2 Sep 2025)"


def test_the_number_of_shards_makes_no_difference(company, by):
    for n, customer in enumerate(company[::3]):
        talk(customer, 3 * n, by, heard=["ending"] if n % 2 else ["competitor"])
        ContactFactory(customer_id=customer, role="decision_maker", left_on=back(9 * n))
        Promise.objects.create(customer_id=customer, what="It", owner=by, due_on=back(5 * n))
    night()
    expected = results()
    kinds = {kind for _, kind, *_ in expected["signals"]}
    assert kinds >= {"speaks_of_ending", "decision_maker_left", "care_missed", "competitor"}
    night(LAST_DAY, rebuild=True, shard_size=12)
    assert results() == expected
