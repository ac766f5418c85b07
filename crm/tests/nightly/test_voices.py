"""Signals from complaints and from answers, as of the end of a business day."""

import datetime as dt

import pytest
from django.utils import translation

from crm.accounts.tests.factories import ManagerFactory
from crm.tests.nightly.companies import LAST_DAY, night, results
from crm.tests.nightly.voices import ago, answer, complain, run_out, solving
from customers.models import Standing, Task
from lifecycle.models import Signal

pytestmark = pytest.mark.django_db
HEARD = ["complaint_open", "complaint_late", "low_score"]
NEXT_DAY = LAST_DAY + dt.timedelta(days=1)


@pytest.fixture
def anna(company):
    """The id of a customer."""
    return company[3]


def heard(customer_id: int | None = None) -> list[Signal]:
    found = Signal.objects.filter(kind__in=HEARD, ended_on__isnull=True)
    if customer_id:
        found = found.filter(customer=customer_id)
    return list(found.order_by("customer", "kind"))


def only(customer_id: int) -> Signal:
    (signal,) = heard(customer_id)
    return signal


def test_a_complaint_open_for_more_than_two_days_is_a_signal(anna):
    case = complain(anna, ago(5.5))
    night()
    signal = only(anna)
    assert (signal.kind, signal.strength) == ("complaint_open", 0.46)
    assert signal.evidence == {"cases": 1, "days": 5, "severity": "moderate", "rows": [case.pk]}
    assert signal.rows_url == f"/complaints/{case.pk}/"
    assert signal.words == "Complaint open for 5 days"


def test_a_fresh_one_is_none_unless_it_is_grave(company, anna):
    complain(anna, ago(1.5))
    complain(company[4], ago(0.4), severity="critical")
    night()
    (signal,) = heard()
    assert (signal.customer_id, signal.kind, signal.strength) == (
        company[4],
        "complaint_open",
        0.70,
    )
    assert signal.words == "Complaint open since the last day (critical)"


def test_several_are_counted_and_the_oldest_is_told(anna):
    newer = complain(anna, ago(3.1), severity="major")
    older = complain(anna, ago(9.1))
    complain(anna, ago(0.1))
    night()
    rows = [older.pk, newer.pk]
    assert only(anna).evidence == {"cases": 2, "days": 9, "severity": "major", "rows": rows}
    assert [case["url"] for case in only(anna).cases] == [f"/complaints/{pk}/" for pk in rows]
    assert only(anna).words == "2 complaints open, the oldest for 9 days (major)"


def test_service_requests_and_cases_of_nobody_known_are_none(anna):
    complain(anna, ago(5), kind="request", severity="critical")
    complain(None, ago(5), severity="critical", caller_name="Somebody")
    night()
    assert heard() == []


def test_one_past_its_deadline_takes_the_place_of_one_that_is_open(anna):
    late = complain(anna, ago(3))
    complain(anna, ago(6), severity="critical")
    run_out(late, ago(1.25))
    night()
    signal = only(anna)
    assert (signal.kind, signal.strength) == ("complaint_late", 0.81)
    assert signal.evidence == {"cases": 1, "hours": 30, "solved": False, "rows": [late.pk]}
    assert signal.words == "Complaint 30 hours past its deadline"


def test_a_deadline_passed_before_anybody_noticed_counts(anna):
    clock = run_out(complain(anna, ago(1)), ago(0.5))
    clock.breached_at = None
    clock.save()
    night()
    assert only(anna).kind == "complaint_late"


def test_a_deadline_that_passes_later_does_not(anna):
    run_out(complain(anna, ago(3)), ago(-0.5))
    night()
    assert only(anna).kind == "complaint_open"
    night(NEXT_DAY)
    assert only(anna).kind == "complaint_late"


def test_one_resolved_late_is_remembered_for_thirty_days(company, anna):
    late = complain(anna, ago(12), *solving(ago(5)), ("close", ago(1)))
    run_out(late, ago(8), ago(5))
    old = complain(company[4], ago(50), *solving(ago(31)), ("close", ago(24)))
    run_out(old, ago(40), ago(31))
    night()
    (signal,) = heard()
    assert (signal.customer_id, signal.kind, signal.strength) == (anna, "complaint_late", 0.46)
    assert signal.evidence == {"cases": 1, "hours": 72, "solved": True, "rows": [late.pk]}
    assert signal.words == "Complaint resolved 3 days too late"


def test_resolved_in_time_is_none_even_if_the_first_word_came_late(anna):
    case = complain(anna, ago(12), *solving(ago(5)))
    run_out(case, ago(11), ago(10), kind="first_response")
    night()
    assert heard() == []


@pytest.mark.parametrize("action", ["withdraw", "reject"])
def test_what_ended_without_solution_is_none(anna, action):
    complain(anna, ago(12), (action, ago(5)))
    night()
    assert heard() == []


def test_a_signal_ends_when_the_complaint_is_solved(anna):
    complain(anna, ago(5), *solving(ago(-0.4)))
    night()
    assert only(anna).kind == "complaint_open"
    night(NEXT_DAY)
    assert heard() == []
    assert Signal.objects.get(customer=anna, kind="complaint_open").ended_on == NEXT_DAY


def test_a_date_reads_state_and_severity_as_they_were_then(company, anna):
    complain(anna, ago(1), ("acknowledge", ago(0.9)), ("change", ago(-3), {"severity": "critical"}))
    reopened = complain(company[4], ago(9), *solving(ago(6)), ("reopen", ago(-2)))
    run_out(reopened, ago(-3))
    night()
    assert heard() == []
    night(NEXT_DAY + dt.timedelta(days=4))
    assert {signal.customer_id for signal in heard()} == {anna, company[4]}


@pytest.mark.parametrize(
    ("scores", "strength", "words"),
    [
        (
            {"recommend": 3, "lowest": 50, "index": 55},
            7 / 15,
            "Recommends us with only 3 of 10 (28 Nov 2025)",
        ),
        (
            {"recommend": 8, "lowest": 25, "index": 61.6},
            1 / 3,
            "Very dissatisfied on one point, index 62 of 100 (28 Nov 2025)",
        ),
        ({"lowest": 0}, 2 / 3, "Very dissatisfied on one point (28 Nov 2025)"),
    ],
)
def test_a_low_score_is_a_signal(anna, scores, strength, words):
    answer(anna, ago(2.5), **scores)
    night()
    signal = only(anna)
    assert (signal.kind, signal.strength) == ("low_score", pytest.approx(strength))
    assert signal.words == words


def test_only_the_latest_answer_of_the_last_half_year_counts(company):
    content, unhappy, old, draft = company[:4]
    answer(content, ago(90), recommend=1)
    answer(content, ago(9), recommend=9, lowest=75)
    answer(unhappy, ago(90), recommend=9)
    answer(unhappy, ago(9), recommend=6)
    answer(old, ago(181), recommend=0)
    answer(draft, None, recommend=0)
    answer(company[4], ago(-1), recommend=0)  # finished a day later
    night()
    assert [signal.customer_id for signal in heard()] == [unhappy]


def voices(company: list[int]) -> None:
    """Something of each kind at every second customer."""
    for n, customer in enumerate(company[::2]):
        case = complain(customer, ago(1 + n / 3), severity=("minor", "major")[n % 2])
        if n % 3 == 0:
            run_out(case, ago(n / 4))
        if n % 4 == 0:
            answer(customer, ago(n), recommend=n % 11, lowest=50)


def test_the_number_of_shards_makes_no_difference_nor_does_computing_again(company):
    voices(company)
    night()
    expected = results()
    assert {kind for _, kind, *_ in expected["signals"]} >= set(HEARD)
    for shard_size in (12, 60):
        night(LAST_DAY, rebuild=True, shard_size=shard_size)
        assert results() == expected
    complain(company[1], ago(-2), severity="critical")
    night(LAST_DAY, rebuild=True)
    assert results() == expected


def test_the_strongest_stands_on_the_list_and_each_kind_has_words_in_both_languages(company):
    voices(company)
    night()
    for signal in heard():
        standing = Standing.objects.get(customer=signal.customer_id)
        strongest = Signal.objects.strongest_of([signal.customer_id])[signal.customer_id]
        assert standing.signal == strongest.kind
        for language in ("en", "zh-hans"):
            with translation.override(language):
                assert signal.words


def test_a_signal_of_a_complaint_becomes_a_task_and_is_found_by_the_lists_filter(client, anna):
    complain(anna, ago(5.5))
    night()
    client.force_login(ManagerFactory())
    client.post(f"/value/signals/{only(anna).pk}/task/")
    task = Task.objects.get(customer=anna)
    assert (task.title, task.reason) == ("Complaint open for 5 days", "complaint_open")
    page = client.get("/customers/?owner=all&signal=complaint_open")
    assert [row.pk for row in page.context["rows"]] == [anna]
    assert "complaint open" in page.text
