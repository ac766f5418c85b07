"""Across customers: promises, opportunities and requests for help; competitors and clubs."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.tests.remembered import forget_remembered
from customers.models import Attendance, Club, Competitor
from customers.tests import record_factories as made
from customers.tests.factories import ContactFactory, CustomerFactory, InteractionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy(client):
    amy = AccountManagerFactory(team=TeamFactory(), name="Amy")
    client.force_login(amy)
    return amy


@pytest.fixture
def counted(client, django_assert_max_num_queries):
    def get(url: str, most: int):
        client.get("/customers/tasks/")
        forget_remembered()
        with django_assert_max_num_queries(most):
            answer = client.get(url)
        assert answer.status_code == 200
        return answer

    return get


def names(answer) -> list[str]:
    return [row["name"] for row in answer.context["table"]["rows"]]


def test_promises_are_mine_my_teams_or_all_that_i_see(client, amy):
    mate = AccountManagerFactory(team=amy.team)
    of_team = CustomerFactory(account_manager=mate, team=amy.team)
    made.PromiseFactory(customer__account_manager=amy, what="mine", due_on="2026-01-02")
    made.PromiseFactory(customer=of_team, what="hers")
    made.PromiseFactory(customer=of_team, owner=ManagerFactory(), what="the boss's")
    made.PromiseFactory(what="elsewhere")
    made.PromiseFactory(
        customer=of_team, owner=amy, what="kept", state="kept", settled_on="2026-01-02"
    )
    url = "/customers/promises/"
    assert names(client.get(url)) == ["mine"]
    assert names(client.get(url, {"whose": "team"})) == ["mine", "hers"]
    assert names(client.get(url, {"whose": "all"})) == ["mine", "hers", "the boss's"]
    assert names(client.get(url, {"state": "kept"})) == ["kept"]
    assert names(client.get(url, {"whose": "x", "state": "x", "page": "x"})) == ["mine"]


def test_a_column_that_says_the_same_in_each_row_is_left_out(client, amy):
    made.PromiseFactory(customer__account_manager=amy, owner=amy)

    def columns(query: str) -> set:
        table = client.get("/customers/promises/" + query).context["table"]
        return {column.read for column in table["columns"]}

    assert not {"owner", "state"} & columns("")
    assert "owner" in columns("?whose=team")
    made.OpportunityFactory(customer__account_manager=amy, owner=amy)
    table = client.get("/customers/opportunities/").context["table"]
    assert "stage" in {column.read for column in table["columns"]}


def test_opportunities_come_by_day_and_those_without_one_last_over_pages(client, amy):
    customer = CustomerFactory(account_manager=amy)
    for n in range(40):
        day = dt.date(2027, 1, 1) + dt.timedelta(days=n) if n < 20 else None
        made.OpportunityFactory(customer=customer, need=f"n{n:02}", expected_on=day, amount=10)
    first = client.get("/customers/opportunities/")
    second = client.get("/customers/opportunities/" + first.context["older_url"])
    assert names(first) + names(second) == [f"n{n:02}" for n in range(40)]
    assert "400" in first.text


def test_who_sees_no_worth_sees_no_opportunities(client, amy):
    client.force_login(ServiceFactory())
    assert client.get("/customers/opportunities/").status_code == 403
    assert client.get("/customers/competitors/").status_code == 403


def test_help_is_asked_of_me_and_by_me(client, amy):
    customer = CustomerFactory(account_manager=amy)
    ben = AccountManagerFactory(team=amy.team)
    made.HelpRequestFactory(customer=customer, asked=amy, created_by=ben, what="of me")
    made.HelpRequestFactory(customer=customer, asked=ben, created_by=amy, what="by me")
    assert names(client.get("/customers/help-requests/")) == ["of me"]
    assert names(client.get("/customers/help-requests/", {"whose": "by_me"})) == ["by me"]


@pytest.mark.parametrize("url", ["promises", "opportunities", "help-requests"])
def test_lists_ask_the_same_of_many_as_of_few(counted, amy, url):
    factory = {
        "promises": made.PromiseFactory,
        "opportunities": made.OpportunityFactory,
        "help-requests": made.HelpRequestFactory,
    }[url]
    for _ in range(35):
        factory(customer__account_manager=amy)
    answer = counted(f"/customers/{url}/", 6)
    assert len(answer.content) < 40_000


def test_a_customers_records_ask_the_same_of_many_as_of_few(counted, amy):
    customer = CustomerFactory(account_manager=amy)
    for n in range(35):
        made.PromiseFactory(customer=customer, contact=ContactFactory(customer=customer))
        made.ReferralFactory(
            customer=customer, referred=CustomerFactory(account_manager=amy), name=f"n{n}"
        )
    for kind in ("promise", "referral"):
        answer = counted(f"/customers/{customer.pk}/records/{kind}/", 9)
        assert len(answer.content) < 60_000


class TestCompetitors:
    def test_the_register_counts_the_customers_that_one_sees(self, client, amy):
        rival = made.CompetitorFactory(name="Rival")
        mine = CustomerFactory(account_manager=amy, name="Mine Ltd")
        made.CompetitorPresenceFactory(customer=mine, competitor=rival, strength="stronger")
        made.CompetitorPresenceFactory(customer__name="Elsewhere Ltd", competitor=rival)
        ((row, count),) = client.get("/customers/competitors/").context["rows"]
        assert (row, count["customers"], count["stronger"]) == (rival, 1, 1)
        page = client.get(f"/customers/competitors/{rival.pk}/")
        assert "Mine Ltd" in page.text
        assert "Elsewhere" not in page.text

    def test_its_page_says_where_it_was_named_and_what_was_decided(self, client, amy):
        rival, mine = made.CompetitorFactory(), CustomerFactory(account_manager=amy)
        InteractionFactory(customer=mine, competitor=rival, subject="They compare prices")
        InteractionFactory(competitor=rival, subject="Elsewhere")
        made.OpportunityFactory(
            customer=mine, competitor=rival, stage="lost", reason="Dear", closed_on="2026-01-02"
        )
        page = client.get(f"/customers/competitors/{rival.pk}/").text
        assert "They compare prices" in page
        assert "Dear" in page
        assert "Elsewhere" not in page

    def test_a_name_is_in_the_register_once(self, client):
        client.force_login(ManagerFactory())
        made.CompetitorFactory(name="Rival")
        answer = client.post("/customers/competitors/new/", {"name": "RIVAL", "is_active": "on"})
        assert "name" in answer.context["form"].errors
        data = {"name": "Other", "website": "other.example", "is_active": "on"}
        assert client.post("/customers/competitors/new/", data).status_code == 302
        assert client.post("/customers/competitors/new/", data).status_code == 200
        assert Competitor.objects.get(name="Other").website == "https://other.example"

    def test_the_pages_ask_a_few(self, counted, amy):
        rival = made.CompetitorFactory()
        for _ in range(35):
            mine = CustomerFactory(account_manager=amy)
            made.CompetitorPresenceFactory(customer=mine, competitor=rival)
            made.CompetitorPresenceFactory(customer=mine)
            InteractionFactory(customer=mine, competitor=rival)
        counted("/customers/competitors/", 5)
        assert len(counted(f"/customers/competitors/{rival.pk}/", 8).content) < 40_000


REGISTERS = {
    "competitor": (made.CompetitorFactory, "/customers/competitors/{pk}/edit/", "name"),
    "club": (made.ClubFactory, "/customers/clubs/{pk}/edit/", "name_en"),
    "level": (made.ClubLevelFactory, "/customers/clubs/levels/{pk}/edit/", "name_en"),
    "event": (made.ClubEventFactory, "/customers/clubs/events/{pk}/edit/", "name"),
}


@pytest.mark.parametrize("which", REGISTERS)
def test_of_two_who_edit_an_entry_the_second_sees_both(client, which):
    factory, url, name = REGISTERS[which]
    url = url.format(pk=factory().pk)
    client.force_login(ManagerFactory())

    def opened(page) -> dict:
        values = {field.html_name: field.value() for field in page.context["form"]}
        values = {
            key: value
            for key, value in values.items()
            if value not in (None, "") and value is not False
        }
        return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in values.items()}

    first = second = opened(client.get(url))
    assert client.post(url, first | {name: "Theirs"}).status_code == 302
    answer = client.post(url, second | {name: "Mine"})
    assert answer.status_code == 409
    (difference,) = answer.context["form"].differences
    assert (difference.theirs, difference.mine) == ("Theirs", "Mine")
    again = opened(answer)
    assert again[name] == "Mine"
    assert client.post(url, again).status_code == 302


class TestClubs:
    @pytest.fixture
    def event(self):
        return made.ClubEventFactory()

    @pytest.fixture
    def member(self, amy, event):
        mine = CustomerFactory(account_manager=amy, name="Mine Ltd")
        made.MembershipFactory(customer=mine, club=event.club)
        return mine

    def mark(self, client, event, mark: str, **data):
        url = f"/customers/clubs/events/{event.pk}/attendance/"
        return client.post(url, {"mark": mark, **data})

    def test_a_club_and_its_levels_are_founded_by_managers(self, client):
        client.force_login(ManagerFactory())
        for _ in range(2):
            client.post("/customers/clubs/new/", {"name_en": "Circle", "is_active": "on"})
        club = Club.objects.get()
        data = {"name_en": "Gold", "position": 1, "is_active": "on", "benefits": "Stock"}
        client.post(f"/customers/clubs/{club.pk}/levels/new/", data)
        assert str(club.levels.get()) == "Gold"
        assert "Stock" in client.get(f"/customers/clubs/{club.pk}/").text

    def test_all_members_people_are_invited_once(self, client, event, member):
        there = ContactFactory(customer=member)
        ContactFactory(customer=member, left_on=dt.date(2025, 1, 1))
        ContactFactory(customer=member, consent="refused")
        ContactFactory()
        elsewhere = ContactFactory()
        made.MembershipFactory(customer=elsewhere.customer, club=event.club)
        for _ in range(2):
            assert self.mark(client, event, "invite").status_code == 302
        assert list(Attendance.objects.values_list("contact", "state")) == [(there.pk, "invited")]

    def test_only_a_levels_people_are_invited(self, client, event, member):
        level = made.ClubLevelFactory(club=event.club)
        ContactFactory(customer=member)
        self.mark(client, event, "invite", level=level.pk)
        assert not Attendance.objects.exists()

    def test_who_came_is_marked_of_those_one_sees(self, client, event, member):
        mine = Attendance.objects.create(event=event, customer=member)
        other = Attendance.objects.create(event=event, customer=CustomerFactory())
        self.mark(client, event, "came", who=[mine.pk, other.pk, "x", "9" * 30])
        assert dict(Attendance.objects.values_list("pk", "state")) == {
            mine.pk: "came",
            other.pk: "invited",
        }
        self.mark(client, event, "off", who=[mine.pk, other.pk])
        assert list(Attendance.objects.all()) == [other]

    def test_a_mark_without_people_says_what_to_do(self, client, event, member):
        client.get("/customers/clubs/")
        self.mark(client, event, "came")
        page = client.get(f"/customers/clubs/events/{event.pk}/attendance/")
        assert "Tick the people first." in page.text

    def test_a_mark_that_is_none_is_refused(self, client, event, member):
        assert self.mark(client, event, "burnt").status_code == 400

    def test_members_of_other_teams_are_not_shown(self, client, event, member):
        made.MembershipFactory(customer__name="Elsewhere Ltd", club=event.club)
        page = client.get(f"/customers/clubs/{event.club_id}/")
        assert "Mine Ltd" in page.text
        assert "Elsewhere" not in page.text
        assert page.context["all_members"] == 1

    def test_service_staff_read_clubs(self, client, event, member):
        client.force_login(ServiceFactory())
        assert client.get(f"/customers/clubs/{event.club_id}/").status_code == 200
        assert self.mark(client, event, "invite").status_code == 403

    def test_the_pages_ask_a_few(self, client, counted, event, amy):
        for _n in range(60):
            person = ContactFactory(customer__account_manager=amy)
            made.MembershipFactory(customer=person.customer, club=event.club)
            Attendance.objects.create(event=event, customer=person.customer, contact=person)
        counted("/customers/clubs/", 6)
        counted(f"/customers/clubs/{event.club_id}/", 9)
        page = counted(f"/customers/clubs/events/{event.pk}/attendance/", 7)
        assert len(page.content) < 40_000
