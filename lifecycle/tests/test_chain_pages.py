"""The page of the service-profit chain, and the list of who is happy below our cost."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, TeamFactory
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.models import Box, ChainFigure, ChainLink
from lifecycle.tests.factories import ValuationFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 4, 15)
QUARTER = 4 * 2026


def figure(team, box, value, quarter=QUARTER, n=10):
    ChainFigure.objects.create(
        team=team, quarter=quarter, box=box, n=n, value=value, computed_on=DAY
    )


def link(source, target, n, r, low=None, high=None, **more):
    values = {"team": None, "level": "teams", "lag": 1, **more}
    ChainLink.objects.create(
        source=source, target=target, n=n, r=r, low=low, high=high, computed_on=DAY, **values
    )


@pytest.fixture
def north():
    return TeamFactory(name="North")


def page(client, **parameters):
    client.force_login(ManagerFactory())
    response = client.get("/value/satisfaction/chain/", parameters)
    assert response.status_code == 200
    return response


def arrows(response) -> dict:
    return {
        (arrow["source"], one["box"].label): arrow
        for column in response.context["columns"]
        for one in column["boxes"]
        for arrow in one["arrows"]
    }


def boxes(response) -> dict:
    columns = response.context["columns"]
    return {one["box"].box: one["box"] for column in columns for one in column["boxes"]}


def test_without_figures_it_says_what_it_takes(client):
    assert "No chain yet" in page(client).text


def test_arrows_are_as_thick_as_clear_links_are_close(client, north):
    figure(north, Box.SATISFACTION, 72.25)
    link(Box.SATISFACTION, Box.RETENTION, 48, 0.62, 0.4, 0.77)
    link(Box.SATISFACTION, Box.RELATED, 48, -0.35, -0.6, -0.05)
    link(Box.RECOMMEND, Box.REFERRALS, 48, 0.6, -0.1, 0.8)
    link(Box.DELIVERING, Box.SATISFACTION, 4, 1.0)
    link(Box.CAPABILITY, Box.STAFF, 12, None, lag=0)
    found = arrows(page(client))
    told = {key: (arrow["width"], str(arrow["words"])) for key, arrow in found.items()}
    assert told == {
        ("Satisfaction of customers", "Retention"): (3, "strong: both are high together"),
        ("Satisfaction of customers", "Related sales"): (
            2,
            "moderate: one is high where the other is low",
        ),
        ("Would recommend us", "Referrals"): (0, "no clear link"),
        ("Ability to deliver value", "Satisfaction of customers"): (0, "too few to tell"),
        ("Capability to serve", "Satisfaction of staff"): (0, "all alike, nothing to compare"),
    }


def test_of_too_few_pairs_no_correlation_is_shown(client, north):
    figure(north, Box.SATISFACTION, 72)
    link(Box.DELIVERING, Box.SATISFACTION, 9, 0.93)
    response = page(client)
    assert "0.93" not in response.text
    assert "9 pairs of quarters" in response.text
    assert "Too little is known yet to tell any link" in response.text


def test_where_teams_are_too_few_customers_tell(client, north):
    figure(north, Box.SATISFACTION, 72)
    of_customers = {"level": "customers", "lag": 2}
    link(Box.SATISFACTION, Box.RETENTION, 6, 0.1)
    link(Box.SATISFACTION, Box.RETENTION, 1204, 0.15, 0.09, 0.2, **of_customers)
    link(Box.SATISFACTION, Box.RELATED, 30, 0.1, -0.2, 0.4)
    link(Box.SATISFACTION, Box.RELATED, 1204, 0.4, 0.3, 0.5, **of_customers)
    found = arrows(page(client))
    retention = found["Satisfaction of customers", "Retention"]
    assert (retention["n"], retention["lag"]) == ("1,204 customers", "the half-year after")
    assert found["Satisfaction of customers", "Related sales"]["n"] == "30 pairs of quarters"


def test_other_lags_stand_apart_and_count_for_nothing(client, north):
    figure(north, Box.SATISFACTION, 72)
    link(Box.SATISFACTION, Box.RETENTION, 48, 0.1, -0.2, 0.4)
    link(Box.SATISFACTION, Box.RETENTION, 44, 0.9, 0.8, 0.95, lag=2)
    response = page(client)
    assert response.context["finding"] == "0 of 1 links with enough figures show clearly"
    assert [row["r"] for row in response.context["rows"]] == ["+0.10"]
    assert [row["lag"] for row in response.context["other_lags"]] == ["2 quarters later"]


def test_a_team_has_its_own_boxes_and_links(client, north):
    south = TeamFactory(name="South")
    figure(north, Box.RETENTION, 80, n=30)
    figure(south, Box.RETENTION, 60, n=10)
    figure(south, Box.RETENTION, 10, quarter=QUARTER - 1)
    figure(north, Box.GROWTH, 4.24)
    link(Box.RETENTION, Box.GROWTH, 40, 0.6, 0.3, 0.8)
    link(Box.RETENTION, Box.GROWTH, 11, 0.2, -0.5, 0.7, team=south)
    together, of_south = page(client), page(client, team=south.pk)
    assert (boxes(together)[Box.RETENTION].figure, boxes(together)[Box.RETENTION].n) == (
        "75.0 %",
        "40",
    )
    assert boxes(together)[Box.GROWTH].figure == "+4.2 %"
    assert boxes(of_south)[Box.RETENTION].figure == "60.0 %"
    assert boxes(of_south)[Box.GROWTH].figure == ""
    assert arrows(of_south)["Retention", "Growth"]["words"] == "no clear link"
    assert page(client, team="zzz").context["team"] is None


def test_it_asks_a_fixed_number_of_questions(client, django_assert_max_num_queries):
    for team in TeamFactory.create_batch(6):
        for box in Box:
            figure(team, box, 50)
        link(Box.RETENTION, Box.GROWTH, 40, 0.6, 0.3, 0.8, team=team)
    client.force_login(ManagerFactory())
    client.get("/value/satisfaction/chain/")
    with django_assert_max_num_queries(8):
        client.get("/value/satisfaction/chain/")


class TestHappyBelowCost:
    @pytest.fixture
    def amy(self):
        return AccountManagerFactory(team=TeamFactory())

    def valued(self, owner, name, **values):
        customer = CustomerFactory(account_manager=owner, team=owner.team, name=name)
        StandingFactory(customer=customer)
        ValuationFactory(customer=customer, **values)
        return customer

    @pytest.fixture
    def base(self, amy):
        for name, values in {
            "Index": {"satisfaction": 75, "margin_12m": 100, "cost_12m": 150},
            "Promoter": {"recommend": 9, "margin_12m": -20, "cost_12m": 60},
            "Just under": {"satisfaction": 74.9, "recommend": 8.9, "cost_12m": 500},
            "Even": {"satisfaction": 90, "margin_12m": 50, "cost_12m": 50},
            "Pays": {"satisfaction": 90, "margin_12m": 500, "cost_12m": 50},
            "Silent": {"margin_12m": 0, "cost_12m": 50},
        }.items():
            self.valued(amy, name, **values)
        self.valued(AccountManagerFactory(), "Theirs", satisfaction=80, cost_12m=70)

    def names(self, client, user) -> list[str]:
        client.force_login(user)
        response = client.get("/value/satisfaction/happy-below-cost/")
        return [row.customer.name for row in response.context["rows"]]

    def test_who_is_happy_and_costs_more_than_it_leaves_the_most_first(self, client, base, amy):
        assert self.names(client, amy) == ["Promoter", "Index"]
        assert self.names(client, ManagerFactory()) == ["Promoter", "Theirs", "Index"]

    def test_the_export_has_the_same_rows(self, client, base, amy):
        client.force_login(amy)
        response = client.get("/exports/lists/happy-below-cost/", {"as": "csv"})
        lines = b"".join(response).decode("utf-8-sig").splitlines()
        assert [line.split(",")[1] for line in lines[1:]] == ["Promoter", "Index"]
        assert lines[1].endswith("80") or lines[1].endswith("80.00")

    def test_pages_go_on_after_the_last_row(self, client, amy):
        for number in range(51):
            self.valued(amy, f"C{number}", satisfaction=80, cost_12m=number + 1)
        client.force_login(amy)
        first = client.get("/value/satisfaction/happy-below-cost/")
        second = client.get("/value/satisfaction/happy-below-cost/" + first.context["older_url"])
        assert len(first.context["rows"]) == 50
        assert [row.cost_12m for row in second.context["rows"]] == [1]
