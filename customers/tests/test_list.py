"""The list of customers: who sees what, filters, sorts, pages."""

import datetime as dt
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from customers.models import Customer, Standing, Tag
from customers.querysets.standing import SORTS
from customers.tests.factories import CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db

URL = "/customers/"


@pytest.fixture
def amy():
    return AccountManagerFactory(team=TeamFactory(name="East"), name="Amy")


@pytest.fixture
def manager():
    return ManagerFactory()


def standing(owner, **fields):
    customer = CustomerFactory(
        account_manager=owner, **{k: fields.pop(k) for k in ("name", "number") if k in fields}
    )
    return StandingFactory(customer=customer, **fields)


def names(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


def get(client, user, **parameters):
    client.force_login(user)
    response = client.get(URL, parameters)
    assert response.status_code == 200
    return response


def test_an_account_manager_begins_with_own_customers_and_turns_to_the_teams(client, amy):
    standing(amy, name="Mine")
    standing(AccountManagerFactory(team=amy.team), name="Ours")
    standing(AccountManagerFactory(), name="Theirs")
    assert names(get(client, amy)) == ["Mine"]
    assert sorted(names(get(client, amy, owner="all"))) == ["Mine", "Ours"]


def test_a_manager_begins_with_all_customers_by_lifetime_value(client, amy, manager):
    standing(amy, name="Small", lifetime_value=10)
    standing(AccountManagerFactory(), name="Large", lifetime_value=900)
    assert names(get(client, manager)) == ["Large", "Small"]


def test_someone_elses_owner_in_the_address_shows_nothing_to_an_account_manager(client, amy):
    other = standing(AccountManagerFactory(), name="Theirs")
    response = get(client, amy, owner=str(other.owner_id))
    assert "Theirs" not in names(response)
    assert "Theirs" not in response.text


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("tier", "A", ["Adam"]),
        ("stage", "decline", ["Adam"]),
        ("risk", "high", ["Adam"]),
        ("risk", "raised", ["Berta"]),
        ("risk", "low", ["Carl"]),
        ("risk_from", "30", ["Adam", "Berta"]),
        ("risk_to", "30", ["Carl"]),
        ("risk_to", "100", ["Adam", "Berta", "Carl"]),
        ("signal", "any", ["Adam", "Berta"]),
        ("signal", "silent", ["Adam"]),
        ("region", "Wales", ["Adam"]),
        ("industry", "Toys", ["Berta"]),
        ("active", "no", ["Carl"]),
        ("band", "high", ["Adam"]),
        ("no_contact", "30", ["Berta", "Carl"]),
        ("no_contact_in", "30", ["Adam", "Carl"]),
        ("no_contact_out", "30", ["Berta", "Carl"]),
        ("key_account", "yes", ["Adam", "Berta"]),
        ("key_account", "no", ["Carl"]),
        ("tag", "Fair", ["Adam", "Carl"]),
        ("value_from", "100", ["Adam", "Berta"]),
        ("value_to", "100", ["Berta", "Carl"]),
        ("owner", "me", []),
        ("owner", "nobody", []),
    ],
)
def test_each_filter_keeps_what_it_says(client, amy, manager, parameter, value, expected):
    today = dt.date.today()
    standing(
        amy,
        name="Adam",
        tier="A",
        stage="decline",
        risk=0.5,
        signal="silent",
        region="Wales",
        value_band="high",
        lifetime_value=200,
        last_contact=today - dt.timedelta(days=3),
        last_contact_in=today - dt.timedelta(days=50),
        last_contact_out=today - dt.timedelta(days=3),
    )
    standing(
        amy,
        name="Berta",
        risk=0.3,
        signal="volume_down",
        industry="Toys",
        lifetime_value=100,
        last_contact=today - dt.timedelta(days=40),
        last_contact_in=today - dt.timedelta(days=5),
        last_contact_out=today - dt.timedelta(days=60),
        is_key_account=True,
    )
    standing(amy, name="Carl", risk=0.1, is_active=False)
    fair = Tag.objects.create(name="Fair")
    fair.customers.set(Customer.objects.exclude(standing__name="Berta"))
    value = str(fair.pk) if parameter == "tag" else value
    assert names(get(client, manager, sort="name", **{parameter: value})) == expected


def test_filters_by_owner_and_team_work_together_with_others(client, amy, manager):
    standing(amy, name="Right", tier="A")
    standing(amy, name="Other tier", tier="B")
    standing(AccountManagerFactory(), name="Other team", tier="A")
    found = get(client, manager, team=str(amy.team_id), owner=str(amy.pk), tier="A")
    assert names(found) == ["Right"]


@pytest.mark.parametrize("key", sorted(SORTS))
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_sort_orders_both_ways(client, amy, manager, key, sign):
    for n in (2, 0, 1):
        standing(
            amy,
            name=f"N{n}",
            number=f"K{n}",
            tier="CBA"[n],
            lifetime_value=n,
            value_at_risk=n,
            risk=n / 10,
            revenue_12m=n,
            last_purchase=dt.date(2025, 1, n + 1),
            last_contact=dt.date(2025, 2, n + 1),
            last_contact_in=dt.date(2025, 3, n + 1),
            last_contact_out=dt.date(2025, 4, n + 1),
        )
    expected = ["N0", "N1", "N2"] if key != "tier" else ["N2", "N1", "N0"]
    assert names(get(client, manager, sort=sign + key)) == (expected[::-1] if sign else expected)


def test_headers_say_how_the_list_is_sorted_and_turn_it(client, amy):
    standing(amy)
    text = get(client, amy, sort="-value", tier="C").text
    assert text.count("aria-sort") == 1
    assert 'aria-sort="descending"' in text
    assert "sort=value&amp;tier=C" in text.replace(
        "?tier=C&amp;sort=value", "?sort=value&amp;tier=C"
    )


def many(owner, count, **fields):
    customers = CustomerFactory.create_batch(count, account_manager=owner)
    rows = [
        Standing(
            customer=customer,
            number=customer.number,
            name=customer.name,
            name_key=f"name {n:04d}",
            owner=owner,
            team=owner.team,
            lifetime_value=Decimal(n // 7),
            **fields,
        )
        for n, customer in enumerate(customers)
    ]
    return Standing.objects.bulk_create(rows)


def follow(client, response, which: str):
    url = response.context[which]
    assert url
    return client.get(URL + url)


def test_pages_go_forward_and_back_without_gap_or_double(client, amy):
    rows = many(amy, 120)
    first = get(client, amy, sort="-value")
    second = follow(client, first, "older_url")
    third = follow(client, second, "older_url")
    shown = [row.pk for page in (first, second, third) for row in page.context["rows"]]
    assert len(shown) == len(set(shown)) == len(rows)
    values = [row.lifetime_value for p in (first, second, third) for row in p.context["rows"]]
    assert values == sorted(values, reverse=True)
    assert third.context["older_url"] == ""
    back = follow(client, third, "newer_url")
    assert [r.pk for r in back.context["rows"]] == [r.pk for r in second.context["rows"]]
    start = follow(client, back, "newer_url")
    assert [r.pk for r in start.context["rows"]] == [r.pk for r in first.context["rows"]]
    assert start.context["newer_url"] == ""


def test_the_list_says_which_of_how_many_it_shows(client, amy, monkeypatch):
    many(amy, 60)
    first = get(client, amy, sort="name")
    assert first.context["summary"] == "Customers 1–50 of 60"
    assert follow(client, first, "older_url").context["summary"] == "Customers 51–60 of 60"


def test_the_count_stops_at_its_cap(amy):
    many(amy, 12)
    assert Standing.objects.visible_to(amy).count_capped(10) == 11
    assert Standing.objects.visible_to(amy).count_capped(20) == 12


def test_a_page_keeps_the_filter_and_the_sort(client, amy):
    many(amy, 60, region="Wales")
    first = get(client, amy, sort="-name", region="Wales")
    query = parse_qs(urlsplit(first.context["older_url"]).query)
    assert (query["sort"], query["region"]) == (["-name"], ["Wales"])


@pytest.mark.parametrize(
    "page", ["x", "%00", "W10", "bnVsbA", "WzEsMiwzLDRd", "WyJhIiwgLTEsIDAsIDFd", "[" * 2000, "é"]
)
def test_a_page_that_somebody_made_up_is_the_first(client, amy, page):
    many(amy, 3)
    assert len(get(client, amy, page=page).context["rows"]) == 3


def test_a_cursor_of_another_sort_is_no_error(client, amy):
    many(amy, 60)
    first = get(client, amy, sort="name")
    query = parse_qs(urlsplit(first.context["older_url"]).query)
    for sort in SORTS:
        assert get(client, amy, sort=sort, page=query["page"][0])


@pytest.mark.parametrize(
    "parameters",
    [
        {"owner": "abc"},
        {"owner": "99999999999999999999"},
        {"team": "' OR 1=1"},
        {"tier": "Z"},
        {"risk_from": "NaN"},
        {"value_from": "1e999"},
        {"no_contact": "-5"},
        {"no_contact": "99999999999"},
        {"region": "\0"},
        {"sort": "-secret"},
        {"sort": "lifetime_value; DROP TABLE"},
    ],
)
def test_what_is_not_understood_is_left_out_and_said(client, amy, parameters):
    standing(amy, name="Mine")
    response = get(client, amy, **parameters)
    assert response.status_code == 200
    if "sort" not in parameters:
        assert "Not understood" in response.text


def test_service_staff_see_the_band_and_no_worth(client, amy):
    standing(
        amy,
        name="Mine",
        lifetime_value=Decimal("98765"),
        value_at_risk=Decimal("4321"),
        risk=0.77,
        signal="silent",
        revenue_12m=Decimal("13579"),
        value_band="high",
    )
    text = get(client, ServiceFactory()).text
    for hidden in (
        "98,765",
        "4,321",
        "77 %",
        "Silent beyond",
        "13,579",
        "Lifetime value",
        "sort=risk",
    ):
        assert hidden not in text
    assert "High" in text


@pytest.mark.parametrize("key", [key for key, sort in SORTS.items() if sort.worth])
def test_the_order_does_not_tell_service_staff_what_is_hidden(client, amy, key):
    for n, name in enumerate(["B", "C", "A"]):
        standing(amy, name=name, lifetime_value=n, value_at_risk=n, risk=n / 10, revenue_12m=n)
    response = get(client, ServiceFactory(), sort=f"-{key}")
    assert names(response) == ["A", "B", "C"]
    assert "Your role does not show" in response.text


@pytest.mark.parametrize(
    "parameters",
    [{"risk": "high"}, {"risk_from": "50"}, {"signal": "any"}, {"value_from": "500"}],
)
def test_filters_do_not_tell_service_staff_what_is_hidden(client, amy, parameters):
    standing(amy, name="High", risk=0.9, signal="silent", lifetime_value=1000)
    standing(amy, name="Low")
    response = get(client, ServiceFactory(), sort="name", **parameters)
    assert names(response) == ["High", "Low"]
    assert "Your role does not show" in response.text


def test_the_choices_of_an_account_manager_are_those_of_visible_customers(client, amy, manager):
    standing(amy, region="Wales", industry="Toys")
    standing(AccountManagerFactory(), region="Tibet", industry="Boats")
    choices = Standing.objects.choices(amy)
    assert choices == {"region": ["Wales"], "industry": ["Toys"]}
    assert Standing.objects.choices(manager) == {
        "region": ["Tibet", "Wales"],
        "industry": ["Boats", "Toys"],
    }
    assert "Tibet" not in get(client, amy).text


def test_an_empty_list_says_what_to_do(client, amy, manager):
    assert "Import customers" in get(client, manager).text
    assert "Clear the filter" in get(client, amy, tier="A").text


def test_a_deactivated_user_sees_nothing(amy):
    standing(amy)
    amy.is_active = False
    assert not Standing.objects.visible_to(amy).exists()


def test_the_list_is_only_read(client, amy):
    client.force_login(amy)
    assert client.post(URL).status_code == 405


def test_who_is_not_signed_in_is_sent_to_the_sign_in(client):
    response = client.get(URL)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_an_empty_list_says_to_each_role_what_to_do(client, amy, manager):
    assert "You look after no customer yet" in get(client, amy).text
    assert "/customers/new/" in get(client, amy, owner="all").text.partition("empty-state")[2]
    assert "/customers/imports/new/" in get(client, manager).text
    assert "account managers add them" in get(client, ServiceFactory()).text
    assert "No customer matches" in get(client, amy, tier="A").text
