import copy
import datetime as dt

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from crm.platform.models import Job
from lifecycle.models import NightlyRun
from lifecycle.run_words import parameters

pytestmark = pytest.mark.django_db
NIGHT = dt.date(2026, 3, 9)
USED = {
    "settings": {"risk_horizon_days": None},
    "horizon_days": 96,
    "value_horizon_days": 1096,
    "trained": {
        "timing": {"r": 0.5, "alpha": 20.0, "a": 0.5, "b": 4.5, "k": 2},
        "spend": {"p": 6.25, "q": 3.74, "v": 15.4},
        "population": {"order": 412.0, "net_ratio": 0.94, "margin": 0.4},
        "choice": {
            "method": "model",
            "reason": "least_error",
            "horizon": 96,
            "errors": {"model": 562.0},
        },
        "risk": {"reason": "trained"},
    },
    "tier_basis": "margin",
    "cut_amounts": [5000.0, None],
    "season": None,
}


def night(as_of=NIGHT, used=USED, **fields) -> NightlyRun:
    job = Job.objects.create(kind="nightly", state="done")
    for shard in range(2):
        job.steps.create(position=0, name="score", shard=shard, rows=500, seconds=0.5, state="done")
    return NightlyRun.objects.create(as_of=as_of, job=job, models_used=used, **fields)


def changed(**timing) -> dict:
    used = copy.deepcopy(USED)
    used["trained"]["timing"] |= timing
    return used


def page(client, run) -> str:
    return client.get(reverse("value:nightly_run", args=[run.pk])).content.decode()


@pytest.fixture
def manager(client):
    user = ManagerFactory()
    client.force_login(user)
    return user


def test_the_page_tells_steps_parameters_and_warnings(client, manager):
    text = page(client, night(customers=1234, warnings=["margin_assumed"]))
    for words in (
        *("1,234", "1,000", "96 days", "80.0", "10.0 %", "412", "No costs are known"),
        *("Value customers", "least error at an earlier cut, 96 days ago", "not season-adjusted"),
    ):
        assert words in text
    assert "The night before" not in text


def test_what_moved_since_the_night_before_is_marked(client, manager):
    night(NIGHT - dt.timedelta(days=1))
    text = page(client, night(used=changed(alpha=22.0)))
    assert text.count(">moved<") == 1
    assert "1 figure changed by more than a twentieth" in text


def test_a_little_more_is_no_move():
    shown = parameters(changed(alpha=20.4), USED, "GBP")
    assert not any(one.has_moved for one in shown)
    assert {one.before for one in shown} >= {"80.0"}


def test_another_method_is_a_move():
    used = copy.deepcopy(USED)
    used["trained"]["choice"] |= {"method": "last_window", "reason": "too_few_repeaters"}
    moved = [one.key for one in parameters(used, USED, "GBP") if one.has_moved]
    assert moved == ["method"]


@pytest.mark.parametrize(
    ("variance", "text"), [(0.0144, "13 %"), (0.0, "0 %"), (None, "not known")]
)
def test_how_far_seasons_of_single_customers_differ_is_told(variance, text):
    """Logarithms differ by 0.12, so amounts by e^0.12 - 1."""
    shown = parameters(USED | {"own_seasons": variance}, USED, "GBP")
    assert {one.key: one.text.replace("\xa0", " ") for one in shown}["own_seasons"] == text


@pytest.mark.parametrize("used", [{}, {"trained": {}}, {"trained": {"choice": {}, "risk": {}}}])
def test_a_run_that_is_not_that_far_yet_is_shown(client, manager, used):
    assert "Night of" in page(client, night(used=used))


def test_the_list_leads_to_each_night(client, manager):
    run = night()
    text = client.get(reverse("value:nightly_runs")).content.decode()
    assert reverse("value:nightly_run", args=[run.pk]) in text


def test_it_is_for_managers(client):
    client.force_login(AccountManagerFactory())
    address = reverse("value:nightly_run", args=[night().pk])
    assert client.get(address).status_code == 403


def test_a_night_that_there_is_not_is_not_found(client, manager):
    assert client.get(reverse("value:nightly_run", args=[0])).status_code == 404
