"""Signals of complaints that come again, and of answers that fall or stay away."""

import datetime as dt

import pytest

from complaints.models import Case, Category
from crm.tests.nightly.companies import LAST_DAY, night, sell, unsell
from crm.tests.nightly.relations import back, found, regular
from crm.tests.nightly.voices import ago, answer, complain, solving
from customers.models import Customer
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def categories():
    return [Category.objects.create(code=f"c{n}", names={"en": f"C{n}"}) for n in range(3)]


def test_complaints_about_the_same_or_three_about_anything(company, categories):
    same, three, apart, twice, old, taken_back = company[:6]
    first, second, third = categories
    cases = {
        same: [(364, first), (90, first), (5, second)],
        three: [(181, first), (100, second), (3, third)],
        apart: [(366, first), (5, first)],
        twice: [(100, first), (5, second)],
        old: [(300, first), (92, first)],
    }
    for customer, received in cases.items():
        for days, category in received:
            complain(customer, ago(days), *solving(ago(days - 1)), category=category)
    for _ in range(3):
        complain(taken_back, ago(9), ("withdraw", ago(8)), category=first)
    night()
    signals = found("complaint_repeated")
    assert set(signals) == {same, three}
    assert signals[same].strength == pytest.approx(0.55)
    assert signals[three].strength == pytest.approx(0.60)
    assert signals[same].words == "2 complaints about the same within 274 days"
    assert signals[three].words == "3 complaints within 178 days"


def test_a_complaint_opened_again(company):
    again, solved, long_ago, later = company[:4]
    reopened = complain(again, ago(40), *solving(ago(30)), ("reopen", ago(9.5)))
    complain(solved, ago(60), *solving(ago(50)), ("reopen", ago(40)), *solving(ago(5))[2:])
    complain(long_ago, ago(90), *solving(ago(80)), ("reopen", ago(61)))
    complain(later, ago(40), *solving(ago(30)), ("reopen", ago(-1)))
    Case.objects.update(reopened=1)
    night()
    signals = found("complaint_reopened")
    assert {pk: signal.strength for pk, signal in signals.items()} == {again: 0.60, solved: 0.46}
    assert signals[again].evidence["case"] == reopened.pk
    assert signals[again].words == "Complaint opened again on 21 Nov 2025"
    assert signals[solved].words.endswith(", solved since")


def test_no_order_since_a_complaint(company):
    silent, in_time, bought_since, had_left_before = company[:4]
    for customer, last in (
        *((silent, 40), (in_time, 40)),
        *((bought_since, 20), (had_left_before, 90)),
    ):
        regular(customer, every=15, until=last)
    case = complain(silent, ago(31.5), *solving(ago(30)))
    complain(in_time, ago(30.5), *solving(ago(30)))
    complain(bought_since, ago(45.5), *solving(ago(30)))
    complain(had_left_before, ago(50.5), *solving(ago(30)))
    night()
    signals = found("complaint_silence")
    assert set(signals) == {silent}
    assert signals[silent].evidence["case"] == case.pk
    assert signals[silent].evidence["days"] == 31
    assert signals[silent].strength == pytest.approx(0.81 * (1 - 0.12659), abs=1e-4)  # e^(-31/15)
    assert signals[silent].words == (
        "No order for 31 days, since a complaint (30 Oct 2025); usually every 15"
    )


def test_a_customer_of_slow_rhythm_is_given_its_time_after_a_complaint(company):
    unsell(customer=company[0])
    for n in range(5):
        sell(company[0], back(70 + 40 * n), 100, f"slow-{n}")
    complain(company[0], ago(60.5))
    night()
    assert company[0] not in found("complaint_silence")


def test_the_index_fell_since_the_wave_before(company):
    fallen, a_little, old, first = company[:4]
    answer(fallen, ago(400), index=90)
    answer(fallen, ago(200), index=80)
    latest = answer(fallen, ago(10.5), index=50)
    answer(a_little, ago(200), index=80)
    answer(a_little, ago(10), index=65.5)
    answer(old, ago(400), index=80)
    answer(old, ago(181), index=10)
    answer(first, ago(10), index=10)
    night()
    signals = found("score_falling")
    assert set(signals) == {fallen}
    assert signals[fallen].strength == pytest.approx(30 / 75)
    assert signals[fallen].evidence["response"] == latest.pk
    assert signals[fallen].words == (
        "Satisfaction index 50 of 100 (20 Nov 2025), 80 the time before"
    )


def test_several_answers_of_one_wave_count_together(company):
    customer = Customer.objects.get(pk=company[0])
    before, now = WaveFactory(), WaveFactory()
    for wave, days, scores in ((before, 200, (90, 70)), (now, 10, (90, 46))):
        for n, index in enumerate(scores):
            asked = InvitationFactory(customer=customer, wave=wave)
            ResponseFactory(invitation=asked, finished_at=ago(days + n), index=index)
    night()
    assert set(found("score_falling")) == set()  # 80 and 68
    ResponseFactory(
        invitation=InvitationFactory(customer=customer, wave=now), finished_at=ago(9), index=44
    )
    night(LAST_DAY, rebuild=True)
    assert found("score_falling")[customer.pk].strength == pytest.approx(20 / 75)


def ask(customer_id: int, *days: float, **fields) -> None:
    """Invitations of a wave each, sent so many days ago and not answered."""
    customer = Customer.objects.get(pk=customer_id)
    for sent in days:
        InvitationFactory(customer=customer, sent_at=ago(sent), **fields)


def test_who_answered_and_answers_no_more(company):
    stopped, thrice, once, still_time, never, answered_since, bounced = company[:7]
    for customer in (stopped, thrice, once, still_time, answered_since, bounced):
        answer(customer, ago(500), index=70)
    ask(stopped, 300, 21.5)
    ask(thrice, 400, 300, 100)
    ask(once, 600, 100)  # the first before its answer
    ask(still_time, 100, 20)
    ask(never, 300, 100)
    ask(answered_since, 300, 100)
    answer(answered_since, ago(50), index=70)
    ask(bounced, 300)
    ask(bounced, 100, state="bounced")
    night()
    signals = found("stopped_answering")
    assert {pk: signal.strength for pk, signal in signals.items()} == {stopped: 0.25, thrice: 0.35}
    assert signals[stopped].words == (
        "Asked in 2 surveys without answer, the last answer is of 19 Jul 2024"
    )


def test_an_answer_that_came_later_was_missing_on_the_date(company):
    customer = Customer.objects.get(pk=company[0])
    answer(company[0], ago(500), index=70)
    ask(company[0], 300)
    late = InvitationFactory(customer=customer, sent_at=ago(100))
    ResponseFactory(invitation=late, finished_at=ago(-2))
    night()
    assert set(found("stopped_answering")) == {company[0]}
    night(LAST_DAY + dt.timedelta(days=3))
    assert found("stopped_answering") == {}


def compare(customer_id: int, at: dt.datetime, **scores) -> int:
    """An answer to how we compare with other suppliers, of a wave that asks it."""
    wave = WaveFactory()
    for place, kind in enumerate(("scale_5", "scale_7"), 90):
        wave.version.questions.get_or_create(
            code=f"others-{kind}",
            defaults={"position": place, "kind": kind, "measure": "compared", "texts": {"en": "?"}},
        )
    asked = InvitationFactory(customer=Customer.objects.get(pk=customer_id), wave=wave)
    answers = {f"others-{kind}": score for kind, score in scores.items()}
    return ResponseFactory(invitation=asked, finished_at=at, answers=answers).pk


def test_who_finds_other_suppliers_better(company):
    worst, below, equal, mended, old, mixed = company[:6]
    compare(worst, ago(3), scale_5=1)
    newest = compare(below, ago(10.5), scale_5=2)
    compare(below, ago(30), scale_5=5)
    compare(equal, ago(10), scale_5=3)
    compare(mended, ago(100), scale_5=1)
    compare(mended, ago(10), scale_5=4)
    # Who answers another survey since then has not taken it back.
    answer(below, ago(2), index=90)
    compare(old, ago(181), scale_5=1)
    compare(mixed, ago(10), scale_5=1, scale_7=5)  # 0 and 66.7
    compare(mixed, ago(-2), scale_5=5)
    night()
    signals = found("below_others")
    strengths = {pk: signal.strength for pk, signal in signals.items()}
    assert strengths == pytest.approx({worst: 50 / 75, below: 25 / 75, mixed: (50 - 100 / 3) / 75})
    assert signals[below].evidence["response"] == newest
    assert signals[below].group.label == "Competitiveness signals"
    assert signals[below].words == "Below its other suppliers: 25 of 100, equal is 50 (20 Nov 2025)"
    assert signals[worst].words == "Far below its other suppliers: 0 of 100 (28 Nov 2025)"
