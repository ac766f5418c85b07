"""Who may see a page may take its list out, and gets no more than the page would show."""

import pytest
from django.urls import reverse

from crm.accounts.audit import Action
from crm.accounts.models import AuditEntry
from crm.exports.lists import BY_PAGE, TABLES
from crm.tests.access import ROLES
from crm.tests.access_table import PAGES
from crm.tests.exports.taken import column, path_of, read_csv, read_xlsx, take
from crm.tests.hidden import NUMBER, WORD, marked_customer
from customers.records import KINDS
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ROLES)
def test_each_role_takes_out_the_lists_whose_pages_it_may_open(world, role):
    client, wrong = world.client(role), {}
    for key, table in TABLES.items():
        expected = PAGES[table.page].of("GET", role)
        for form in ("csv", "xlsx"):
            found = take(client, key, path_of(world, key), form=form)
            if str(found.status_code) != expected:
                wrong[key, form] = f"{found.status_code} instead of {expected}"
            elif expected == "200":
                assert found.headers["Content-Disposition"].startswith(
                    f'attachment; filename="{key}'
                )
                assert found.headers["Cache-Control"] == "private, no-store"
    assert not wrong


def test_nobody_takes_anything_out_without_signing_in(world):
    for key in TABLES:
        answer = take(world.client("anonymous"), key, path_of(world, key))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))
    assert not AuditEntry.objects.filter(action=Action.LIST_EXPORTED).exists()


def test_every_page_of_the_register_is_a_page_and_its_own():
    assert set(BY_PAGE) <= set(PAGES)
    assert len(BY_PAGE) == len(TABLES)


def test_a_list_that_is_not_there_is_not_found(client, amy):
    client.force_login(amy)
    assert take(client, "secrets").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_list_tells_service_staff_what_they_may_not_see(world, form):
    customer = marked_customer(world.users["owner"])
    client = world.client("service")
    for key, table in TABLES.items():
        if PAGES[table.page].of("GET", "service") != "200":
            continue
        kinds = KINDS if key == "records-of-customer" else [""]
        for kind in kinds:
            asked = {**path_of(world, key), "kind": kind} if kind else path_of(world, key)
            if asked.get("pk") and table.page.startswith(("customers:", "timeline")):
                asked["pk"] = customer.pk
            answer = take(client, key, {**asked, "sort": "-value", "value_from": "1"}, form=form)
            if answer.status_code != 200:
                assert kind or key.startswith(("club", "competitor")), key
                continue
            text = str(read_csv(answer.body) if form == "csv" else read_xlsx(answer.body))
            assert WORD not in text, key
            assert str(NUMBER) not in text, key


def test_columns_of_worth_are_not_there_for_who_names_them_in_the_address(world):
    hidden = {"value", "at_risk", "risk", "revenue", "acquisition_cost"}
    rows = read_csv(take(world.client("service"), "customers", {"column": list(hidden)}).body)
    assert not {"Lifetime value", "Value at risk", "Risk", "12-month revenue"} & set(rows[0])
    assert "Cost of winning it" not in rows[0]
    assert "Value band" in rows[0]


def test_service_staff_can_neither_sort_nor_filter_by_worth(world):
    poor, rich = CustomerFactory(name="A Poor Ltd"), CustomerFactory(name="Z Rich Ltd")
    StandingFactory(customer=poor, lifetime_value=1)
    StandingFactory(customer=rich, lifetime_value=10_000_000)
    client = world.client("service")
    plain = read_csv(take(client, "customers").body)
    asked = {"sort": "-value", "value_from": "1000000", "risk": "high", "signal": "any"}
    assert read_csv(take(client, "customers", asked).body) == plain


def test_account_managers_get_their_teams_customers_and_no_others(world):
    theirs = ContactFactory(customer__account_manager=world.users["outsider"], name="Zoe Other")
    ours = ContactFactory(customer__account_manager=world.users["owner"], name="Ann Ours")
    StandingFactory(customer=theirs.customer)
    StandingFactory(customer=ours.customer)
    client = world.client("owner")
    customers = column(read_csv(take(client, "customers", {"owner": "all"}).body), "Number")
    assert ours.customer.number in customers
    assert theirs.customer.number not in customers
    names = column(read_csv(take(client, "contacts").body), "Name")
    assert "Ann Ours" in names
    assert "Zoe Other" not in names


def test_ticked_rows_are_taken_out_only_where_they_are_in_sight(world):
    ours, theirs = (
        CustomerFactory(account_manager=world.users[role]) for role in ("owner", "outsider")
    )
    for customer in (ours, theirs):
        StandingFactory(customer=customer)
    client = world.client("owner")
    sent = {"kind": "export", "customer": [ours.pk, theirs.pk], "query": "owner=all&sort=name"}
    answer = client.post(reverse("customers:mass"), sent)
    assert answer.status_code == 302
    rows = read_csv(b"".join(client.get(answer.headers["Location"] + "&as=csv")))
    assert column(rows, "Number") == [ours.number]


def test_all_of_a_filter_is_taken_out_from_the_list_of_ticks(world):
    StandingFactory(customer=CustomerFactory(account_manager=world.users["owner"]), tier="A")
    client = world.client("owner")
    sent = {"kind": "export", "all": "1", "query": "tier=A&sort=name"}
    location = client.post(reverse("customers:mass"), sent).headers["Location"]
    rows = read_csv(b"".join(client.get(location + "&as=csv")))
    assert rows == read_csv(take(client, "customers", {"tier": "A", "sort": "name"}).body)
    assert set(column(rows, "Tier")) == {"A"}
