"""Signals on pages: words in both languages, the groups of kinds, and the rows each opens to."""

import datetime as dt

import pytest
from django.utils import translation

from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import ManagerFactory
from customers.models.signal_kinds import NO_REASON, SignalGroup, SignalKind
from customers.tests.factories import CustomerFactory, InteractionFactory, StandingFactory
from lifecycle.models import Signal
from lifecycle.services.base import record_base
from satisfaction.tests.factories import InvitationFactory, ResponseFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
ON = {"on": "2026-06-01"}
# One evidence of each kind, and others that read otherwise; rows are made by the fixture below.
EVIDENCE = [
    ("silent", {"days_since": 90, "usual_gap": 12.4}),
    ("no_contact", {"days": 90, "habit": 20, "rhythm": None, "tier": "A"}),
    ("no_contact", {"days": 90, "habit": 40, "rhythm": 30, "tier": "A"}),
    ("decision_maker_left", {"contact": 1, "others": 0, **ON}),
    ("decision_maker_left", {"contact": 1, "others": 2, **ON}),
    ("one_contact", {"contact": 1}),
    ("care_missed", {"care": 3, "promises": 0, "days": 91}),
    ("care_missed", {"care": 1, "promises": 2, "days": 91}),
    ("speaks_of_ending", {"interaction": "made", "heard": "ending", **ON}),
    ("speaks_of_ending", {"interaction": "made", "heard": "compares", **ON}),
    ("complaint_open", {"cases": 1, "days": 5, "severity": "major"}),
    ("complaint_late", {"cases": 2, "hours": 100, "solved": True}),
    ("complaint_repeated", {"cases": 2, "same": True, "days": 0}),
    ("complaint_reopened", {"case": "made", "open": True, "times": 1, **ON}),
    ("complaint_silence", {"case": "made", "days": 40, "usual_gap": 12.5, **ON}),
    ("low_score", {"response": "made", "recommend": 3, "index": 40, "lowest": 20, **ON}),
    ("low_score", {"recommend": 3, "index": 40, "lowest": 20, **ON}),  # as of former versions
    ("score_falling", {"response": "made", "now": 40, "before": 80, **ON}),
    ("stopped_answering", {"asked": 2, "last_answer": "2025-06-01"}),
    ("below_others", {"response": "made", "score": 25, **ON}),
    ("below_others", {"response": "made", "score": 0, **ON}),
    ("peers_fall", {"of": "industry", "name": "Steel & Co", "peers": 30, "change": -0.2}),
    ("peers_fall", {"of": "region", "name": "North", "peers": 30, "change": -0.2}),
    ("volume_down", {"kind": "at_once", "change": -0.4}),
    ("volume_down", {"kind": "lately", "days": 30.0, "change": -0.4}),
    ("fewer_categories", {"categories": 4, "given_up": 1, "names": ["Paper & ink"]}),
    ("fewer_categories", {"categories": 9, "given_up": 4, "names": ["A", "B", "C"]}),
    ("smaller_orders", {"order_before": 1200.4, "order_now": 700, "change": -0.42, "orders": 5}),
    ("more_returns", {"share_before": 0.02, "share_now": 0.2, "return_days": 3}),
    ("margin_down", {"margin_before": 0.4, "margin_now": 0.25}),
    ("paying_slower", {"credit": 1, "now": "late", "before": "punctual", **ON}),
    ("competitor", {"how": "gaining", "name": "Rival", "interaction": None, **ON}),
    ("competitor", {"how": "named", "name": None, "interaction": "made", **ON}),
    ("share_down", {"year": 2025, "share": 0.2, "year_before": 2024, "share_before": 0.4}),
]


@pytest.fixture
def made():
    """The rows that evidence names, of one customer."""
    customer = CustomerFactory()
    StandingFactory(customer=customer)
    return customer, {
        "interaction": InteractionFactory(customer=customer).pk,
        "case": CaseFactory(customer=customer).pk,
        "response": ResponseFactory(invitation=InvitationFactory(customer=customer)).pk,
    }


def signals_of(made) -> list[Signal]:
    customer, rows = made
    return [
        Signal(
            customer=customer,
            kind=kind,
            strength=0.5,
            first_seen=DAY,
            last_seen=DAY,
            evidence={
                key: rows[key] if value == "made" else value for key, value in evidence.items()
            },
        )
        for kind, evidence in EVIDENCE
    ]


def test_each_kind_has_words_in_both_languages_and_opens_to_its_rows(client, made):
    signals = signals_of(made)
    assert {signal.kind for signal in signals} == set(SignalKind.values)
    client.force_login(ManagerFactory())
    opened = {}
    for signal in signals:
        for language in ("en", "zh-hans"):
            with translation.override(language):
                assert signal.words
        opened.setdefault(signal.rows_url, signal.kind)
    for address, kind in opened.items():
        assert client.get(address).status_code == 200, kind


def test_evidence_reads_as_a_sentence(made):
    words = [signal.words for signal in signals_of(made)]
    assert "No contact for 90 days, usually every 20" in words
    assert "No contact for 90 days, tier A is owed one every 30" in words
    assert "2 promises not kept and 1 care action missed within 91 days" in words
    assert "Has given up 4 of its 9 categories, among them “A”, “B”, “C”" in words
    assert "The last 5 orders are 42 % smaller: 700 on average, 1,200 before" in words
    assert "Not only with us: 30 other customers in Steel & Co buy 20 % less" in words


def test_every_kind_stands_in_one_group_and_the_markets_is_no_reason():
    kinds = [kind for group in SignalGroup for kind in group.kinds]
    assert sorted(kinds) == sorted(SignalKind)
    assert NO_REASON == (SignalKind.PEERS_FALL,)


def test_the_strongest_of_a_customer_is_never_the_markets(made):
    customer, _rows = made
    for kind, strength in (("peers_fall", 0.5), ("one_contact", 0.15)):
        Signal.objects.create(
            customer=customer,
            kind=kind,
            strength=strength,
            first_seen=DAY,
            last_seen=DAY,
            evidence={"of": "region", "name": "North", "peers": 30, "change": -0.5},
        )
    strongest = Signal.objects.strongest_of([customer.pk])
    assert strongest[customer.pk].kind == "one_contact"


def test_the_card_links_each_signal_to_its_rows(client, made):
    customer, _rows = made
    for signal in {signal.kind: signal for signal in signals_of(made)}.values():
        signal.save()
    client.force_login(ManagerFactory())
    page = client.get(f"/customers/{customer.pk}/").text
    assert "Competitiveness signals" in page
    for signal in Signal.objects.all():
        assert signal.rows_url.replace("&", "&amp;") in page


def test_the_list_filters_by_a_kind_and_by_a_whole_group(client):
    silent, smaller, returning = (
        StandingFactory(signal=kind) for kind in ("silent", "smaller_orders", "more_returns")
    )
    client.force_login(ManagerFactory())

    def found(signal):
        page = client.get(f"/customers/?owner=all&more=1&signal={signal}")
        return {row.pk for row in page.context["rows"]}, page.text

    rows, text = found("revenue")
    assert rows == {smaller.pk, returning.pk}
    assert "Revenue and profit signals" in text
    assert '<optgroup label="Competitiveness signals">' in text
    assert "peers_fall" not in text
    assert found("more_returns")[0] == {returning.pk}
    assert found("any")[0] == {silent.pk, smaller.pk, returning.pk}


def test_the_churn_page_counts_by_group_and_kind(client):
    for kind, at_risk in (("silent", 10), ("silent", 20), ("low_score", 5), ("share_down", 7)):
        StandingFactory(signal=kind, value_at_risk=at_risk)
    record_base(DAY)
    client.force_login(ManagerFactory())
    groups = client.get("/value/churn/").context["signals"]
    assert [(group["customers"], group["value_at_risk"]) for group in groups] == [
        *((3, 35), (0, 0), (1, 7)),
    ]
    assert [(row["label"], row["customers"]) for row in groups[0]["rows"]] == [
        ("Silent beyond its own rhythm", 2),
        ("Low satisfaction", 1),
    ]
