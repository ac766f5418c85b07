"""What a manager sees of what complaints teach."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from complaints import learning_reads as reads
from complaints.analytics.times import bucket_of
from complaints.learning_reads import next_month
from complaints.models import (
    Category,
    CountedMonth,
    CustomersOfMonth,
    ImprovementProposal,
    LearningCell,
    RootCause,
    TimeCell,
    WeekCell,
)
from complaints.services.proposals import full_weeks
from complaints.tests.factories import ProposalFactory, listed
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from crm.platform.models import Installation

pytestmark = pytest.mark.django_db

LEARNING, CONTROL = reverse("complaints:learning"), reverse("complaints:control")


@pytest.fixture
def boss(client):
    manager = ManagerFactory()
    client.force_login(manager)
    return manager


def months(number: int) -> list[dt.date]:
    """The first days of the last months, the current one last."""
    found = [Installation.cached().today().replace(day=1)]
    while len(found) < number:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return found[::-1]


def cell(month: dt.date, complaints: int, **values) -> None:
    sums = ("solved", "reopened", "handled", "first_contact", "remedies", "remedy_cost")
    usual = {"dimension": "all"} | dict.fromkeys(sums, 0)
    LearningCell.objects.create(month=month, complaints=complaints, **(usual | values))
    CountedMonth.objects.get_or_create(
        month=month,
        defaults={"cases": 1, "events": 1, "open_cases": 0, "counted_at": timezone.now()},
    )


def test_the_overview_adds_cells_up_and_names_the_vital_few(client, boss):
    product, price = (listed(Category, code) for code in ("product", "price"))
    before, now = months(2)
    cell(before, 6, category=product, solved=5, reopened=1, handled=4, first_contact=3)
    cell(now, 2, category=product, remedies=2, remedy_cost=50)
    cell(now, 2, category=price)
    cell(now, 1, dimension="tier", key="A", category=product)
    CustomersOfMonth.objects.create(month=before, dimension="all", customers=300)
    page = client.get(LEARNING)
    assert [tile["value"] for tile in page.context["tiles"]] == [
        "10",
        "2.00",  # 6 of 300: the current month does not know its customers
        "75.0 %",
        "20.0 %",
        "50",
    ]
    found = page.context["categories"]
    assert found["data"]["values"] == [8, 2]
    assert found["data"]["cumulated"] == [0.8, 1.0]
    assert found["title"].startswith("1 of 2 make 80 % of 10 complaints")
    # Bars are named and lead as the rows of the table behind them.
    assert found["data"]["rows_lead"]
    labels, links = zip(*((row[0]["text"], row[0]["href"]) for row in found["rows"]), strict=True)
    assert labels == (str(product), str(price))
    narrowed = client.get(links[0].replace("?", f"{LEARNING}?"))
    assert narrowed.context["totals"]["complaints"] == 8
    of_tier = client.get(LEARNING, {"of": "tier:A"})
    assert of_tier.context["totals"]["complaints"] == 1


def test_times_are_of_severities_and_tiers_with_the_open_ones_in_them(client, boss):
    (now,) = months(1)
    cell(now, 4)

    def time(minutes: int, severity: str, dimension="all", key="", **counts):
        TimeCell.objects.create(
            month=now,
            dimension=dimension,
            key=key,
            severity=severity,
            clock="resolution",
            bucket=int(bucket_of(minutes)),
            **(dict.fromkeys(("met", "met_late", "open", "open_late"), 0) | counts),
        )

    time(60, "minor", met=1)
    time(120, "major", met=1, met_late=1)
    time(600, "major", open=1, open_late=1)
    time(60, "minor", "tier", "A", met=1)
    time(60, "major", "tier", "A", met=1)
    time(900, "minor", "tier", "B", met=1)
    rows = {row["label"]: row for row in client.get(LEARNING).context["times"]}
    assert rows["Resolution"]["in_time"] == "33.3 %"
    assert rows["Resolution"]["median"] == "2.0"
    assert rows["Resolution"]["ninetieth"] == "not known yet"
    assert (rows["Major"]["n"], rows["Major"]["open"]) == ("2", "1")
    assert (rows["Tier A"]["median"], rows["Tier A"]["n"]) == ("1.0", "2")  # of all severities
    assert rows["Tier B"]["n"] == "1"
    (alone,) = client.get(LEARNING, {"of": "tier:B"}).context["times"][:1]
    assert (alone["label"], alone["n"]) == ("Resolution", "1")


def test_cells_read_once_give_what_each_question_by_itself_would(boss):
    product, price = (listed(Category, code) for code in ("product", "price"))
    cause = listed(RootCause, "advice")
    shown = months(6)
    for place, month in enumerate(shown):
        values = {"solved": place, "handled": 1, "remedies": 1, "remedy_cost": 2 * place}
        cell(month, place + 1, category=product, root_cause=cause, **values)
        cell(month, 3, category=price)
        cell(month, 2, root_cause=cause)
        cell(month, 50, dimension="tier", key="A", category=price)
    look = reads.Look(shown[3], shown[5])
    for one in (look, replace(look, category=price.pk), replace(look, cause=cause.pk)):
        sums = {name: Sum(name) for name in reads.SUMS}
        now, before, by_month = reads.summed(one)
        assert now == one.cells().aggregate(**sums)
        assert before == one.before().cells().aggregate(**sums)
        rows = (
            one.cells()
            .order_by("month")
            .values_list("month")
            .annotate(Sum("complaints"), Sum("remedy_cost"))
        )
        assert [(m, by_month[m]["n"], by_month[m]["cost"]) for m in sorted(by_month)] == list(rows)
        for name, found in zip(("category", "root_cause"), reads.by_kind(one), strict=True):
            asked = one.cells().order_by().values(name).annotate(n=Sum("complaints"))
            assert found == list(asked.order_by("-n", name))


def test_what_is_not_understood_counts_as_not_chosen(client, boss):
    cell(months(1)[0], 1)
    strange = {"first": "x", "of": "tier:Z", "category": "9999", "cause": "' or 1=1"}
    page = client.get(LEARNING, strange)
    assert page.context["totals"]["complaints"] == 1
    # In wrong order they are turned round.
    first, last = months(2)
    cell(first, 2)
    page = client.get(LEARNING, {"first": last, "last": first})
    assert page.context["totals"]["complaints"] == 3


def test_before_the_first_night_the_pages_say_so(client, boss):
    assert "Nothing is counted yet" in client.get(LEARNING).text
    assert client.get(CONTROL).context["chart"] is None
    assert "No proposal here" in client.get(reverse("complaints:proposals")).text


def test_the_control_chart_tells_the_rule_that_fired_in_words(client, boss):
    weeks = full_weeks(Installation.cached().today() - dt.timedelta(days=1), 52)
    for week in weeks:
        WeekCell.objects.create(month=week.replace(day=1), week=week, complaints=4)
    WeekCell.objects.create(month=weeks[-1].replace(day=1), week=weeks[-1], complaints=9)
    page = client.get(CONTROL, {"by": "week"})
    assert page.context["chart"]["data"]["values"][-1] == 13
    assert page.context["chart"]["data"]["high"][0] == 10  # 4 + 3 × √4
    (fired,) = page.context["fired"]
    assert fired["is_high"]
    assert "one point beyond three standard deviations" in page.text


def test_months_with_known_customers_are_charted_per_hundred_of_them(client, boss):
    for month in months(13)[:-1]:
        cell(month, 6)
        CustomersOfMonth.objects.create(month=month, dimension="all", customers=200)
    look = {"first": months(13)[0]}
    page = client.get(CONTROL, look)
    assert page.context["is_rate"]
    assert page.context["chart"]["data"]["values"] == [3.0] * 12  # the current one is not over
    CustomersOfMonth.objects.filter(month=months(13)[3]).delete()
    page = client.get(CONTROL, look)
    assert not page.context["is_rate"]
    assert page.context["chart"]["data"]["values"] == [6.0] * 12


def test_pages_cost_the_same_number_of_questions_whatever_there_is(
    client, boss, django_assert_max_num_queries
):
    for month in months(13):
        for code in ("product", "price"):
            cell(month, 6, category=listed(Category, code))
    for _customer in range(3):
        ProposalFactory()
    for address in (LEARNING, CONTROL, reverse("complaints:proposals")):
        client.get(address)
        with django_assert_max_num_queries(24):
            client.get(address)


def post(client, one: ImprovementProposal, **values):
    usual = {"version": one.version, "seen": "{}", "state": "open", "due_on": "", "reason": ""}
    return client.post(reverse("complaints:proposal", args=[one.pk]), usual | values)


def test_a_proposal_asks_for_owner_or_reason_and_moves_to_its_tab(client, boss):
    one, service = ProposalFactory(), ServiceFactory()
    assert "Say who does it." in post(client, one, state="accepted").text
    assert "Say why it is rejected." in post(client, one, state="rejected").text
    assert "Say what came of it." in post(client, one, state="done").text
    due = Installation.cached().today() + dt.timedelta(days=9)
    sent = post(client, one, state="accepted", owner=service.pk, due_on=due, reason="New seals")
    assert sent.status_code == 302
    rows = client.get(reverse("complaints:proposals"), {"show": "accepted"}).context["rows"]
    assert [row.pk for row in rows] == [one.pk]
    assert not client.get(reverse("complaints:proposals")).context["rows"]


def test_taking_an_old_one_up_again_beside_a_newer_one_is_refused(client, boss):
    old = ProposalFactory(state="rejected", reason="No", decided_at=timezone.now())
    ProposalFactory(customer=old.customer, root_cause=old.root_cause)
    assert "A newer proposal of the same is open already." in post(client, old).text


def test_whoever_is_put_in_charge_sees_it_and_does_not_decide(client, amy):
    kind = ImprovementProposal.Kind.RISING
    evidence = {"week": "2026-05-25", "count": 12, "centre": 4.0, "high": 10.0, "rules": [1]}
    values = {"kind": kind, "customer": None, "evidence": evidence}
    other = ProposalFactory(**values)
    mine = ProposalFactory(**values, root_cause=listed(RootCause, "advice"), owner=amy)
    client.force_login(amy)
    page = client.get(reverse("complaints:proposal", args=[mine.pk]))
    assert "12 in the week of 25 May 2026" in page.text
    assert client.get(reverse("complaints:proposal", args=[other.pk])).status_code == 404
    assert post(client, mine).status_code == 403


def test_a_month_is_followed_by_the_next():
    assert next_month(dt.date(2026, 12, 1)) == dt.date(2027, 1, 1)
