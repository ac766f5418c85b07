"""What is planted in the whole demo company is found by its pages: surveys, chain, recovery."""

import datetime as dt

import numpy as np
import pytest

from crm.demo import company, surveys
from crm.demo.load import load
from customers.models import Customer
from lifecycle.models import Box, ChainLink
from lifecycle.services import chain, recovery, rollup
from lifecycle.services.shards import EVERYBODY
from satisfaction.models import Invitation, Response, Wave
from satisfaction.services import sums

TODAY = dt.date(2026, 7, 15)
YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture(scope="module")
def whole(kept_rows):
    """All 2,000 customers, loaded once."""
    load(today=TODAY)
    rollup.roll_up(shard=EVERYBODY, as_of=YESTERDAY, everybody=False)


def groups_of(kind):
    """The groups of the waves that are over, added up."""
    waves = Wave.objects.filter(version__instrument__code="service-quality")
    waves = list(waves.filter(state=Wave.State.CLOSED))
    found = sums.sums_of(
        responses=Response.objects.all(),
        invitations=Invitation.objects.all(),
        waves=waves,
        as_of=TODAY,
    )
    added = {}
    for group in found:
        if group.kind == kind:
            added[group.key] = added[group.key] + group if group.key in added else group
    return added


@pytest.mark.soak
def test_the_pages_find_what_is_planted(whole):
    """Slow answers lower satisfaction, and low satisfaction raises leaving."""
    by_complaint = groups_of("complaint")
    late, none = by_complaint[sums.LATE], by_complaint[sums.NO_COMPLAINT]
    assert late.customers >= 15
    assert none.customers >= 300
    assert none.index.value - late.index.value > 8
    assert none.nps.value - late.nps.value > 30

    made = company.build(company.SEED, TODAY)
    left = {sums.PROMOTERS: [], sums.DETRACTORS: []}
    numbers = dict(Customer.objects.values_list("pk", "number"))
    for plan in surveys.plans(TODAY)[:2]:
        months = plan.closes + dt.timedelta(days=182)
        for one in Response.objects.finished().filter(wave__opens_on=plan.opens):
            truth = made.planted.loc[int(numbers[one.customer_id][1:]) - 10_001]
            if one.recommend is None or truth["last"].date() < plan.opens:
                continue
            gone = not truth["alive"] and truth["last"].date() <= months
            if one.recommend >= 9:
                left[sums.PROMOTERS].append(gone)
            elif one.recommend <= 6:
                left[sums.DETRACTORS].append(gone)
    assert np.mean(left[sums.DETRACTORS]) >= 1.5 * np.mean(left[sums.PROMOTERS])
    assert min(map(len, left.values())) >= 60


@pytest.mark.soak
def test_every_link_of_the_chain_has_the_sign_that_is_planted(whole):
    chain.record(YESTERDAY)
    lags = {(source, target): lag for source, target, lag in chain.LINKS}
    links = [
        link
        for link in ChainLink.objects.filter(team=None)
        if link.level == "customers" or lags[link.source, link.target] == link.lag
    ]
    told = [link for link in links if link.n >= 10]
    assert all(link.r > 0 for link in told)
    clear = {(link.source, link.target) for link in told if link.low > 0}
    # What customers say and do, by customers; what it brings, by teams.
    assert clear >= {
        (Box.SATISFACTION, Box.RETENTION),
        (Box.SATISFACTION, Box.RELATED),
        (Box.RECOMMEND, Box.REFERRALS),
        (Box.RETENTION, Box.PROFIT),
        (Box.RELATED, Box.PROFIT),
    }
    assert all(link.low is None for link in links if link.n < 10)


@pytest.mark.soak
def test_who_was_answered_in_time_buys_on_and_who_waited_buys_less(whole):
    study = recovery.study(YESTERDAY)
    groups = study["groups"]
    soon, late = (groups[name]["purchases"] for name in ("in_time", "late"))
    assert soon["matched"] > 60
    assert late["matched"] > 15
    assert soon["low"] > 0 > late["effect"]
    assert late["high"] < soon["low"]
    # Several in charge, and passed up, are so few in a company of this size that chance may hide
    # what is planted: the intervals have to hold it, and the page says how little they can tell.
    pairs = {first: found["purchases"] for first, found in study["pairs"].items()}
    assert pairs["in_time"]["low"] > 0
    assert pairs["one"]["high"] > 0
    assert pairs["on_the_spot"]["high"] is None or pairs["on_the_spot"]["high"] > 0
