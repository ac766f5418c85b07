import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.models import (
    BaseCell,
    Move,
    MoveCell,
    StageCell,
    StageChange,
    StandingMonth,
    TierChange,
)
from lifecycle.services import movement
from lifecycle.services.base import record_base
from lifecycle.stage_figures import by_pattern, by_stage, fared
from lifecycle.tests.factories import ValuationFactory

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 3, 31)
START = dt.date(2025, 3, 31)
MID = dt.date(2025, 9, 15)


def customer(owner, name, tiers, *, value=0, revenue=0, **fields):
    """`tiers` is its history: (date, tier), the first one without a tier before."""
    made = CustomerFactory(account_manager=owner, name=name)
    before = ""
    for on, tier in tiers:
        TierChange.objects.create(customer=made, on=on, before=before, after=tier, basis=1)
        before = tier
    StandingFactory(
        customer=made, tier=before, lifetime_value=value, revenue_12m=revenue, computed_on=AS_OF
    )
    ValuationFactory(customer=made, as_of=AS_OF, **fields)
    return made


@pytest.fixture
def mine():
    return AccountManagerFactory()


@pytest.fixture
def base(mine):
    """Hand-made: A stays, A falls to B, B rises through C to A, a new one, one of another team."""
    early = dt.date(2024, 1, 1)
    made = {
        "stays": customer(mine, "Stays", [(early, "A")], value=500, revenue=90),
        "falls": customer(mine, "Falls", [(early, "A"), (MID, "B")], value=100, revenue=20),
        "rises": customer(
            mine, "Rises", [(early, "B"), (MID, "C"), (AS_OF, "A")], value=300, revenue=70
        ),
        "new": customer(mine, "New", [(MID, "C")], value=10, revenue=5),
        "other": customer(AccountManagerFactory(), "Other", [(early, "A")], value=7, revenue=1),
    }
    for name, revenue in (("stays", 80), ("falls", 60), ("rises", 30), ("other", 2)):
        StandingMonth.objects.create(
            month=dt.date(2025, 2, 28),
            customer=made[name],
            tier="A",
            raw_tier="A",
            stage="stability",
            risk=0,
            lifetime_value=0,
            value_at_risk=0,
            revenue_12m=revenue,
        )
    record_base(AS_OF)
    return made


def found(move, user=None):
    cells = MoveCell.objects.filter(move=move)
    cells = cells.visible_to(user) if user else cells
    rows = cells.by("before", "after", sums=("customers", "revenue_before", "value_after"))
    return {
        (row["before"], row["after"]): (
            row["sum_customers"],
            int(row["sum_revenue_before"]),
            int(row["sum_value_after"]),
        )
        for row in rows
    }


class TestComparing:
    def test_the_matrix_of_a_year_by_hand(self, base, mine):
        move = movement.compare(kind="tier", start=START, end=AS_OF)
        assert found(move) == {
            ("A", "A"): (2, 82, 507),
            ("A", "B"): (1, 60, 100),
            ("B", "A"): (1, 30, 300),
            ("", "C"): (1, 0, 10),
        }
        assert (move.start_figures, move.end_figures) == (dt.date(2025, 2, 28), AS_OF)
        assert found(move, mine)["A", "A"] == (1, 80, 500)

    def test_between_two_dates_of_the_past(self, base):
        move = movement.compare(kind="tier", start=START, end=dt.date(2025, 12, 31))
        assert {pair: cell[0] for pair, cell in found(move).items()} == {
            ("A", "A"): 2,
            ("A", "B"): 1,
            ("B", "C"): 1,
            ("", "C"): 1,
        }
        # No month-end later than that of February is recorded by then.
        assert move.end_figures == dt.date(2025, 2, 28)

    def test_a_change_on_the_first_day_counts_as_before_it(self, base):
        move = movement.compare(kind="tier", start=MID, end=AS_OF)
        assert found(move)["B", "B"][0] == 1
        assert found(move)["C", "A"][0] == 1

    def test_asking_twice_counts_once(self, base):
        first = movement.compare(kind="tier", start=START, end=AS_OF)
        assert movement.compare(kind="tier", start=START, end=AS_OF) == first
        assert Move.objects.count() == 1

    def test_the_night_counts_the_usual_spans_anew(self, base):
        movement.compare(kind="tier", start=MID, end=AS_OF)
        movement.record(AS_OF)
        spans = set(Move.objects.values_list("kind", "start", "end"))
        assert spans == {
            (kind, start, AS_OF)
            for kind in ("tier", "stage")
            for start in (START, dt.date(2025, 12, 31))
        }

    def test_a_year_begins_with_the_first_night(self, mine):
        assert movement.year_back(AS_OF) == START
        made = CustomerFactory(account_manager=mine)
        StageChange.objects.create(customer=made, on=MID, before="", after="formation")
        assert movement.year_back(AS_OF) == MID

    def test_before_the_first_night_there_is_nothing(self):
        assert movement.compare(kind="tier", start=START, end=AS_OF) is None


class TestPages:
    def test_a_cell_opens_to_its_customers(self, client, base, mine):
        client.force_login(mine)
        movement.record(AS_OF)
        page = client.get(reverse("value:moves", args=["tier"]))
        cell = reverse("value:moved", args=["tier", "A", "B"])
        assert cell in page.content.decode()
        names = {
            ("A", "A"): ["Stays"],
            ("A", "B"): ["Falls"],
            ("B", "A"): ["Rises"],
            ("none", "C"): ["New"],
            ("C", "A"): [],
        }
        span = {"start": START, "end": AS_OF}
        for pair, wanted in names.items():
            page = client.get(reverse("value:moved", args=["tier", *pair]), span)
            assert [row.name for row in page.context["rows"]] == wanted

    def test_other_dates_are_counted_when_asked_for(self, client, base):
        client.force_login(ManagerFactory())
        span = {"start": "2025-06-30", "end": "2026-03-31"}
        page = client.get(reverse("value:moves", args=["tier"]), span)
        assert "Count it" in page.content.decode()
        answer = client.post(reverse("value:moves_count", args=["tier"]), span, follow=True)
        assert "moved up" in answer.content.decode()

    @pytest.mark.parametrize(
        "span",
        [
            {"start": "2026-03-31", "end": "2025-06-30"},
            {"start": "x", "end": "2025-06-30"},
            {"start": "2025-06-30", "end": "2027-06-30"},
            {"start": "2025-06-30"},
        ],
    )
    def test_wrong_dates_are_told_and_count_nothing(self, client, base, span):
        client.force_login(ManagerFactory())
        assert client.get(reverse("value:moves", args=["stage"]), span).status_code == 200
        client.post(reverse("value:moves_count", args=["stage"]), span)
        assert not Move.objects.exists()
        assert client.get(reverse("value:moved", args=["tier", "A", "B"]), span).status_code == 404

    def test_service_staff_and_wrong_words(self, client, base):
        client.force_login(ServiceFactory())
        assert client.get(reverse("value:moves", args=["tier"])).status_code == 403
        client.force_login(ManagerFactory())
        assert client.get(reverse("value:moves", args=["risk"])).status_code == 404
        assert client.get(reverse("value:moved", args=["tier", "A", "Z"])).status_code == 404

    @pytest.mark.parametrize(
        ("name", "args"),
        [
            ("moves", ["tier"]),
            ("moved", ["tier", "A", "A"]),
            ("pattern", ["A"]),
            ("overrides", ["tier"]),
            ("stages", []),
        ],
    )
    def test_pages_ask_few_questions(
        self, client, base, mine, django_assert_max_num_queries, name, args
    ):
        client.force_login(mine)
        movement.record(AS_OF)
        page = reverse(f"value:{name}", args=args)
        client.get(page)
        with django_assert_max_num_queries(15):
            assert client.get(page).status_code == 200

    def test_before_the_first_night_the_page_says_so(self, client):
        BaseCell.objects.all().delete()
        client.force_login(ManagerFactory())
        assert client.get(reverse("value:moves", args=["tier"])).status_code == 200


class TestStages:
    def in_stage(self, owner, stage, days, *, pattern="", margin=10, cost=3, active=0):
        made = CustomerFactory(account_manager=owner)
        StandingFactory(customer=made, stage=stage, revenue_12m=100, lifetime_value=50)
        ValuationFactory(
            customer=made,
            as_of=AS_OF,
            margin_12m=margin,
            cost_12m=cost,
            pattern=pattern,
            value_if_active=active,
            stage_since=AS_OF - dt.timedelta(days=days),
        )
        return made

    def test_input_output_and_median_time_by_hand(self, mine):
        for days in (10, 70, 75, 400):
            self.in_stage(mine, "formation", days)
        movement.record(AS_OF)
        row = by_stage(StageCell.objects.visible_to(mine))["formation"]
        assert (row.customers, row.revenue, row.value) == (4, 400, 200)
        assert (row.margin, row.cost) == (40, 12)
        # Months 0, 2, 2 and 13: the second of four is half through month 2.
        assert row.months == pytest.approx(2.5)

    def test_patterns_with_counts_and_value(self, mine):
        self.in_stage(mine, "ended", 5, pattern="A", active=30)
        self.in_stage(mine, "decline", 5, pattern="A", active=12)
        self.in_stage(mine, "ended", 5)
        self.in_stage(mine, "stability", 5)
        self.in_stage(AccountManagerFactory(), "ended", 5, pattern="D", active=1)
        movement.record(AS_OF)
        rows = {row.letter: row for row in by_pattern(StageCell.objects.visible_to(mine))}
        assert (rows["A"].customers, rows["A"].declining, rows["A"].if_active) == (2, 1, 42)
        assert rows["A"].share == pytest.approx(2 / 3)
        assert (rows["D"].customers, rows[""].customers) == (0, 1)

    def test_how_last_years_stages_fared(self, mine):
        grown = self.in_stage(mine, "stability", 100)
        StageChange.objects.create(
            customer=grown, on=dt.date(2024, 6, 1), before="", after="formation"
        )
        StageChange.objects.create(
            customer=grown, on=dt.date(2025, 12, 1), before="formation", after="stability"
        )
        StandingMonth.objects.create(
            month=START,
            customer=grown,
            tier="A",
            raw_tier="A",
            stage="formation",
            risk=0,
            lifetime_value=0,
            value_at_risk=0,
            revenue_12m=Decimal(40),
        )
        movement.record(AS_OF)
        move, rows = fared(mine, AS_OF)
        assert move.start_figures == START
        (row,) = rows
        assert (row.stage, row.customers, row.now) == ("formation", 1, [("stability", 1)])
        assert (row.before, row.after, row.change) == (40, 100, pytest.approx(1.5))

    def test_the_list_of_a_pattern(self, client, mine):
        best = self.in_stage(mine, "ended", 5, pattern="B", active=90)
        least = self.in_stage(mine, "ended", 5, pattern="B", active=9)
        self.in_stage(mine, "ended", 5, pattern="C", active=99)
        client.force_login(mine)
        page = client.get(reverse("value:pattern", args=["B"]))
        assert [row.pk for row in page.context["rows"]] == [best.pk, least.pk]
        assert client.get(reverse("value:pattern", args=["Z"])).status_code == 404
