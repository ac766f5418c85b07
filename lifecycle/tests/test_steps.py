"""Which step is suggested for whom, in which words."""

import pytest
from django.utils import translation

from customers.models import Task
from customers.models.standing import SignalKind
from lifecycle import steps
from lifecycle.steps import Known, suggest


def test_every_signal_has_a_rule_of_its_own():
    claimed = list(steps.claimed())
    assert set(claimed) == set(SignalKind.values)
    assert len(claimed) == len(set(claimed))


def test_a_complaint_is_settled_before_anything_is_sold():
    known = Known("A", ("silent", "complaint_late"), decider="Zoe Young", complaint="C-12")
    step = suggest(known)
    assert step.words == "Settle complaint C-12 first, then call Zoe Young"
    assert (step.key, step.kind, step.days) == ("settle", Task.Kind.CALL, 1)
    assert step.reason == "silent"  # of the strongest signal: one task for it


def test_an_open_complaint_counts_without_a_signal_too():
    assert suggest(Known("B", ("silent",), complaint="C-12")).key == "settle"


def test_who_compares_us_is_met_and_the_rival_named():
    step = suggest(Known("A", ("competitor", "silent"), decider="Zoe", rival="Hobbs"))
    assert step.kind == Task.Kind.VISIT
    assert step.words == "Meet Zoe: ask what Hobbs offers, and what would keep them with us"
    assert suggest(Known("C", ("competitor",))).kind == Task.Kind.MEETING


def test_without_a_decider_the_contact_is_asked_who_decides_now():
    assert suggest(Known("B", ("decision_maker_left",), contact="Bob")).words == (
        "Ask Bob who decides now, and be introduced"
    )
    assert suggest(Known("B", ("decision_maker_left",))).words == (
        "Find out who decides now, and introduce yourself"
    )


def test_a_broken_promise_is_kept_first():
    step = suggest(Known("B", ("volume_down",), promise="A drawing", contact="Bob"))
    assert step.words == "Keep the promise “A drawing”, and tell Bob"


def test_care_that_is_due_is_the_occasion_where_nothing_is_wrong():
    step = suggest(Known("C", ("silent",), care="Visit each quarter"))
    assert step.words == "Give the care that is due: Visit each quarter"


@pytest.mark.parametrize(("tier", "kind", "days"), [("A", "visit", 1), ("B", "call", 3)])
def test_tier_a_is_called_on_and_sooner(tier, kind, days):
    step = suggest(Known(tier, ("silent",), decider="Zoe"))
    assert (step.kind, step.days) == (kind, days)
    assert step.words == "Ask Zoe why no order came, and when the next one is planned"


def test_without_a_signal_somebody_calls():
    step = suggest(Known("C"))
    assert (step.words, step.reason) == (
        "Call whoever decides there: ask how things are going",
        steps.RISK,
    )


@pytest.mark.parametrize("kind", SignalKind.values)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_step_has_words_that_name_whom(kind, language):
    with translation.override(language):
        assert "%(" not in suggest(Known("A", (kind,), decider="Zoe")).words
