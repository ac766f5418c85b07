"""What is planted in the surveys of the demo company is found by its pages."""

import datetime as dt

import numpy as np
import pytest

from crm.demo import company, surveys
from crm.demo.load import load
from customers.models import Customer
from satisfaction.models import Invitation, Response, Wave
from satisfaction.services import sums

TODAY = dt.date(2026, 7, 15)


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
def test_the_pages_find_what_is_planted(db):
    """Slow answers lower satisfaction, and low satisfaction raises leaving."""
    load(today=TODAY)
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
