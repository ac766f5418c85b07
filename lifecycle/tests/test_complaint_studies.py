"""Complaints with values and answers, counted by hand on small companies."""

import datetime as dt

import pytest
from django.urls import reverse

from complaints.models import Case, CaseEvent, Clock
from complaints.states import State
from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from crm.platform.models import Installation, Job
from customers.models import DealingDay, DealingSummary
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.models import ComplaintStudy, Loss, LossAssumptions, NightlyRun
from lifecycle.services import complaint_studies, recovery
from satisfaction.models import Wave
from satisfaction.tests.factories import ResponseFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 6, 7)  # a Sunday


@pytest.fixture
def sue():
    return ServiceFactory()


def moment(day: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=Installation.cached().zone)


def ago(days: int, hour: int = 10) -> dt.datetime:
    return moment(TODAY - dt.timedelta(days=days), hour)


def content(kind: str) -> dict:
    complaint_studies.record(TODAY)
    return ComplaintStudy.objects.get(kind=kind).content


def answered(days: int, **values):
    customer = CustomerFactory()
    ResponseFactory(customer=customer, finished_at=ago(days), started_at=ago(days), **values)
    return customer


def test_the_iceberg_counts_unhappy_customers_and_those_of_them_who_complained(sue):
    answered(100, recommend=10, lowest=75)  # happy
    answered(100, recommend=6)  # silent
    answered(800, recommend=2)  # too long ago
    answered(20, recommend=2)  # it may complain yet
    low = answered(100, recommend=8, lowest=25)
    CaseFactory(customer=low, by=sue, now=ago(250))
    asked = answered(100, recommend=3)
    CaseFactory(customer=asked, by=sue, now=ago(90), kind="request")
    later = answered(100, recommend=3)
    CaseFactory(customer=later, by=sue, now=ago(60))  # more than 30 days after
    found = content("iceberg")
    assert (found["unhappy"], found["speaking"]) == (4, 1)
    assert found["complainants"] == 2


def test_answers_to_the_survey_after_a_complaint_are_none_of_the_iceberg():
    customer = answered(100, recommend=2)
    assert content("iceberg")["unhappy"] == 1
    Wave.objects.filter(responses__customer=customer).update(occasion="complaint")
    assert content("iceberg")["unhappy"] == 0


def test_what_is_at_stake_counts_each_customer_once_and_ages_each_complaint(sue):
    customer = CustomerFactory()
    StandingFactory(customer=customer, lifetime_value=500, value_band="high")
    for days in (0, 2, 5, 9):
        CaseFactory(customer=customer, by=sue, now=ago(days, 23))
    CaseFactory(customer=customer, by=sue, now=ago(9), kind="request")
    CaseFactory(customer=CustomerFactory(), by=sue, now=ago(9), state=State.RESOLVED)
    found = content("stake")
    assert found["ages"] == [1, 1, 1, 1]
    assert (found["customers"], found["value"], found["bands"]) == (1, 500, {"high": 1})
    assert (found["remedies"], found["remedy_cost"]) == (1, 100)


def test_value_is_lost_after_a_complaint_where_one_came_in_the_half_year_before(sue):
    for days_before, counted in ((30, True), (200, False), (-5, False)):
        customer = CustomerFactory()
        CaseFactory(customer=customer, by=sue, now=ago(40 + days_before))
        on = TODAY - dt.timedelta(days=40)
        Loss.objects.create(customer=customer, on=on, value_lost=1_000 if counted else 7)
    found = content("stake")
    assert (found["lost"], found["lost_value"]) == (1, 1_000)


def test_recovery_is_studied_on_sundays_alone():
    complaint_studies.record(TODAY)
    complaint_studies.record(TODAY + dt.timedelta(days=1))
    kept = dict(ComplaintStudy.objects.values_list("kind", "as_of"))
    assert kept["recovery"] == TODAY
    assert kept["stake"] == TODAY + dt.timedelta(days=1)


# The study of TODAY looks at complaints from December 2024 to November 2025.
RECEIVED = dt.date(2025, 3, 12)
SUMS = ("gross", "net", "cost", "known_net")


def buyer(before: int, after: int, industry: str = "Steel"):
    """Bought on so many days of the half-year before March 2025, and of the one after it."""
    customer = CustomerFactory(industry=industry)
    StandingFactory(customer=customer)
    DealingSummary.objects.create(
        customer=customer,
        first_purchase=dt.date(2024, 1, 1),
        last_purchase=dt.date(2025, 9, 1),
        **dict.fromkeys(("purchase_days", "sum_log_gaps", *SUMS), 0),
    )
    days = [dt.date(2025, 2, 20) - dt.timedelta(days=9 * n) for n in range(before)]
    days += [dt.date(2025, 4, 2) + dt.timedelta(days=9 * n) for n in range(after)]
    DealingDay.objects.bulk_create(
        DealingDay(
            customer=customer, day=day, gross=100, net=100, lines=1, returns=0, cost=0, known_net=0
        )
        for day in days
    )
    return customer


@pytest.fixture
def only_march(monkeypatch):
    """Customers without complaint stand for March alone."""
    monkeypatch.setattr(recovery, "MONTHS", 1)
    return dt.date(2025, 10, 5)  # whose only month is March 2025


def test_complainants_are_held_against_like_customers_before_and_after(sue, only_march):
    for after in (5, 7):
        CaseFactory(customer=buyer(4, after), by=sue, now=moment(RECEIVED), state=State.RESOLVED)
    for after in (2, 4):
        buyer(4, after)
    buyer(4, 20, industry="Food")  # another industry
    buyer(9, 20)  # bought more often
    CaseFactory(customer=buyer(4, 1, "Food"), by=sue, now=moment(RECEIVED, 11), kind="request")
    found = recovery.study(only_march)
    assert (found["first"], found["last"]) == ("2025-03-01", "2025-03-01")
    effect = found["groups"]["all"]["purchases"]
    # 6 − 4 of those who complained, 3 − 4 of the two like them.
    assert effect["effect"] == pytest.approx(3)
    assert (effect["matched"], effect["unmatched"], effect["controls"]) == (2, 0, 2)
    assert found["groups"]["all"]["sales"]["effect"] == pytest.approx(300)
    assert found["groups"]["all"]["satisfaction"]["effect"] is None


def test_groups_are_by_speed_by_who_was_in_charge_and_by_who_decided(sue, only_march):
    fast, slow = (
        CaseFactory(
            customer=buyer(4, after), by=sue, owner=sue, now=moment(RECEIVED), state=State.RESOLVED
        )
        for after in (6, 4)
    )
    buyer(4, 4)
    Clock.objects.filter(case=slow, kind="resolution").update(breached_at=moment(RECEIVED, 11))
    last = CaseEvent.objects.get(case=slow, seq=slow.last_seq)
    common = {"case": slow, "before": State.RESOLVED, "after": State.RESOLVED, "by": sue}
    other = ServiceFactory()
    CaseEvent.objects.create(
        seq=last.seq + 1,
        follows=last.seq,
        action="assign",
        at=last.at,
        data={"values": {"owner": other.pk}},
        **common,
    )
    Case.objects.filter(pk=slow.pk).update(last_seq=last.seq + 1)
    study = recovery.study(only_march)
    found = {name: group["purchases"]["effect"] for name, group in study["groups"].items()}
    assert (found["in_time"], found["late"]) == (2, 0)
    assert (found["one"], found["several"]) == (2, 0)
    assert (found["on_the_spot"], found["passed_up"]) == (1, None)
    assert fast.pk != slow.pk
    pairs = {name: pair["purchases"]["difference"] for name, pair in study["pairs"].items()}
    assert pairs == {"in_time": 2, "one": 2, "on_the_spot": None}


def test_the_probability_alive_is_that_of_the_newest_model_at_both_dates(sue, only_march):
    job = Job.objects.create(kind="nightly")
    timing = {"r": 1.0, "alpha": 10.0, "a": 1.0, "b": 3.0, "customers": 4}
    NightlyRun.objects.create(
        as_of=only_march, job=job, models_used={"trained": {"timing": timing}}
    )
    CaseFactory(customer=buyer(4, 7), by=sue, now=moment(RECEIVED), state=State.RESOLVED)
    buyer(4, 2)

    def alive(repeats: int, last: int, age: int) -> float:
        """MBG/NBD: 1 / (1 + a / (b + x) ((alpha + T) / (alpha + t_x))^(r + x))."""
        return 1 / (1 + 1 / (3 + repeats) * ((10 + age) / (10 + last)) ** (1 + repeats))

    # First of 24 January; before it ends on 28 February, after on 27 September.
    found = recovery.study(only_march)["groups"]["all"]["alive"]
    assert found["before"] == found["control_before"] == pytest.approx(alive(3, 27, 35))
    assert found["after"] == pytest.approx(alive(10, 122, 246))
    assert found["control_after"] == pytest.approx(alive(5, 77, 246))
    assert found["effect"] == pytest.approx(alive(10, 122, 246) - alive(5, 77, 246))
    NightlyRun.objects.all().delete()
    assert recovery.study(only_march)["groups"]["all"]["alive"]["matched"] == 0


def test_withdrawn_in_time_is_neither_in_time_nor_late(sue, only_march):
    case = CaseFactory(customer=buyer(4, 7), by=sue, now=moment(RECEIVED), state=State.RESOLVED)
    buyer(4, 2)
    Clock.objects.filter(case=case, kind="resolution").update(state=Clock.State.ENDED)
    groups = recovery.study(only_march)["groups"]
    assert {name: groups[name]["purchases"]["matched"] for name in ("all", "in_time", "late")} == {
        "all": 1,
        "in_time": 0,
        "late": 0,
    }


def test_without_complaints_there_is_nothing_to_compare(only_march):
    buyer(4, 4)
    assert recovery.study(only_march)["groups"] == {}


# Pages

SILENCE, RECOVERY = reverse("value:silence"), reverse("value:recovery")
STAKE = {
    "ages": [1, 1, 1, 1],
    "open": 4,
    "customers": 3,
    "value": 900,
    "bands": {"high": 2, "low": 1},
    "mean_value": 100,
    "remedies": 2,
    "remedy_cost": 70,
    "lost": 1,
    "lost_value": 40,
}


@pytest.fixture
def boss(client):
    manager = ManagerFactory()
    client.force_login(manager)
    return manager


def kept(unhappy: int, speaking: int) -> None:
    seen = {"unhappy": unhappy, "speaking": speaking, "complainants": 10, "days": 730}
    ComplaintStudy.objects.create(kind="iceberg", as_of=TODAY, content=seen)
    ComplaintStudy.objects.create(kind="stake", as_of=TODAY, content=STAKE)


def test_before_the_first_night_the_pages_say_so(client, boss):
    assert "Nothing is counted yet" in client.get(SILENCE).text
    assert "Nothing to compare yet" in client.get(RECOVERY).text


def test_enough_answers_give_our_own_figure_with_its_interval(client, boss):
    kept(40, 10)
    page = client.get(SILENCE)
    assert "For each who complains 3.0 stay silent: about 30 customers a year" in page.text
    assert "1.5 to 6.0 for each" in page.text
    assert page.context["tiles"][1]["value"] == "107"  # 0 + 12 + 23 + 72


def test_too_few_answers_give_the_textbook_s_figure_and_say_so(client, boss):
    kept(10, 2)
    page = client.get(SILENCE)
    assert "24.0 stay silent: about 240 customers" in page.text
    assert "the textbook’s figure" in page.text


def test_what_a_manager_supposes_is_kept_and_reckoned_with(client, boss):
    kept(40, 10)
    form = client.get(SILENCE).context["form"]
    typed = {"leave_silent": "0.5", "leave_speaking": "0.2", "told": "10", "put_off": "0.01"}
    hidden = {name: form[name].value() for name in ("version", "seen")}
    sent = client.post(SILENCE, {**typed, **hidden, "silent": "4", "value": "1000"})
    assert sent.status_code == 302
    loss = client.get(SILENCE).context["loss"]
    assert (loss["customers"], loss["money"]) == ("27", "27,000")  # as in the formula's test
    assert LossAssumptions.of(ManagerFactory()).silent is None
    wrong = client.post(SILENCE, {**typed, **hidden, "leave_silent": "1.5"})
    assert wrong.context["form"].errors


def test_the_proof_says_what_is_clear_and_what_is_too_little(client, boss):
    nothing = {"effect": None, "low": None, "high": None, "matched": 0, "unmatched": 2}
    nothing |= dict.fromkeys(("before", "after", "control_before", "control_after"))
    nothing["controls"] = 0
    clear = nothing | {"effect": 2.5, "low": 1.5, "high": 3.5, "matched": 40, "controls": 90}
    groups = {
        group: dict.fromkeys(recovery.MEASURES, nothing) | {"purchases": clear}
        for group in recovery.GROUPS
    }
    seen = {"difference": 2.5, "low": 1.5, "high": 3.5, "first": 40, "second": 12}
    pairs = {
        "in_time": {"purchases": seen},
        "one": {"purchases": seen | {"difference": 1.0, "low": -1.5}},
        "on_the_spot": {"purchases": seen | {"low": None, "high": None, "second": 4}},
    }
    study = {"first": "2025-01-01", "last": "2025-12-01", "groups": groups, "pairs": pairs}
    ComplaintStudy.objects.create(kind="recovery", as_of=TODAY, content=study)
    page = client.get(RECOVERY)
    first = page.context["measures"][0]
    assert first["data"]["least"] == 0
    assert first["title"] == "Against like customers: resolved in time +2.5, late +2.5"
    assert "Needs answers before and after" in page.text
    assert [pair["words"] for pair in first["pairs"]] == [
        "+2.5, clear: +1.5 to +3.5 in 95 of 100 cases",
        "+1.0 may be chance: 40 and 12 matched don't show less than 2.5",
        "too few to tell: 40 and 4 matched, it takes 10 of each",
    ]
    # Studies that were made before there were pairs are shown all the same.
    ComplaintStudy.objects.update(content={**study, "pairs": {}})
    assert client.get(RECOVERY).context["measures"][0]["pairs"] == []
