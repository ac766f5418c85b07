"""The pages of care: rules for managers, what is owed, and one customer's past."""

import datetime as dt

import pytest

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import Installation
from crm.platform.tests.remembered import forget_remembered
from customers.models import CareDue, CareRule
from customers.services.care import keep_up
from customers.tests.factories import (
    CustomerFactory,
    InteractionFactory,
    StandingFactory,
    ready_care_rules,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ready_rules():
    ready_care_rules()


@pytest.fixture
def manager(client):
    manager = ManagerFactory(name="Max")
    client.force_login(manager)
    return manager


def customer(owner, tier="A", **fields):
    made = CustomerFactory(account_manager=owner, **fields)
    StandingFactory(customer=made, tier=tier)
    return made


def new_rule(**changes) -> dict:
    return {
        "name_en": "Birthday card",
        "name_zh-hans": "生日贺卡",
        "tier": "A",
        "action": "contact",
        "trigger": "every",
        "days": "365",
        "sample_percent": "",
        "who": "owner",
        "ahead_days": "14",
    } | changes


def edited(rule: CareRule, **changes) -> dict:
    return {
        "name_en": rule.names["en"],
        "name_zh-hans": rule.names["zh-hans"],
        "days": str(rule.days),
        "sample_percent": rule.sample_percent or "",
        "who": rule.who,
        "ahead_days": str(rule.ahead_days),
        "is_active": "on",
    } | changes


class TestReadyRules:
    def test_each_tier_is_owed_what_the_one_below_is_and_more(self):
        by_tier = {tier: [] for tier in "ABC"}
        for rule in CareRule.objects.all():
            by_tier[rule.tier].append((rule.action, rule.days, rule.sample_percent))
        assert [action for action, _days, _share in by_tier["C"]] == ["file", "news", "call"]
        assert by_tier["B"][:3] == by_tier["C"]
        assert by_tier["A"][:5] == by_tier["B"]
        rhythms = {action: days for action, days, _share in by_tier["A"]}
        assert rhythms["contact"] == 60
        assert (rhythms["visit"], rhythms["executive"], rhythms["report"]) == (91, 365, 182)
        assert all(len(rule.names) == 2 for rule in CareRule.objects.all())


class TestRules:
    def test_everybody_reads_them_and_only_managers_change_them(self, client, amy):
        for user in (amy, ServiceFactory()):
            client.force_login(user)
            page = client.get("/customers/settings/care/")
            assert b"Visit each quarter" in page.content
            assert b"/edit/" not in page.content
            assert client.get("/customers/settings/care/new/").status_code == 403

    def test_the_page_says_how_many_customers_a_tier_has_before_anything_is_saved(
        self, client, manager, amy
    ):
        for _ in range(3):
            customer(amy)
        keep_up()
        rule = CareRule.objects.get(tier="A", action="visit")
        assert b"3 customers" in client.get("/customers/settings/care/").content
        assert b"3 customers" in client.get("/customers/settings/care/new/").content
        page = client.get(f"/customers/settings/care/{rule.pk}/edit/").content
        assert b"3 customers are owed it now" in page

    def test_a_manager_adds_a_rule_that_holds_from_today(self, client, manager):
        answer = client.post("/customers/settings/care/new/", new_rule())
        assert answer.status_code == 302
        rule = CareRule.objects.get(names__en="Birthday card")
        assert rule.since == Installation.get().today()
        assert rule.position == CareRule.objects.filter(tier="A").count()
        assert AuditEntry.objects.filter(action="settings.changed").exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"action": "club", "trigger": "delivery"},
            {"action": "file", "sample_percent": "10"},
            {"trigger": "first", "sample_percent": "10"},
            {"days": "0"},
            {"name_en": "", "name_zh-hans": ""},
        ],
    )
    def test_a_rule_that_makes_no_sense_is_refused(self, client, manager, wrong):
        before = CareRule.objects.count()
        assert client.post("/customers/settings/care/new/", new_rule(**wrong)).status_code == 200
        assert CareRule.objects.count() == before

    def test_a_rule_is_taken_out_of_use_and_owed_no_more(self, client, manager, amy):
        acorn = customer(amy)
        keep_up()
        rule = CareRule.objects.get(tier="A", action="visit")
        values = edited(rule, version=rule.version)
        del values["is_active"]
        client.post(f"/customers/settings/care/{rule.pk}/edit/", values)
        keep_up()
        assert CareDue.objects.get(customer=acorn, rule=rule).state == "void"

    def test_two_managers_change_one_rule_and_the_second_sees_both_versions(self, client, manager):
        rule = CareRule.objects.get(tier="A", action="visit")
        address = f"/customers/settings/care/{rule.pk}/edit/"
        opened = client.get(address).context["form"]
        hidden = {name: opened[name].value() for name in ("version", "seen")}
        client.post(address, edited(rule, **hidden, days="80"))
        answer = client.post(address, edited(rule, **hidden, ahead_days="30"))
        assert answer.status_code == 409
        assert b"80" in answer.content
        form = answer.context["form"]
        assert form["days"].value() == 80
        assert form["ahead_days"].value() == "30"
        again = {name: form[name].value() for name in ("version", "seen", "days", "ahead_days")}
        assert client.post(address, edited(rule, **again)).status_code == 302
        rule.refresh_from_db()
        assert (rule.days, rule.ahead_days) == (80, 30)


class TestOwed:
    def test_mine_are_mine_and_a_lead_sees_the_teams(self, client, amy):
        mine, other = customer(amy), customer(AccountManagerFactory(team=amy.team))
        stranger = customer(AccountManagerFactory(), name="Stranger Ltd")
        keep_up()
        client.force_login(amy)
        page = client.get("/customers/care/?action=visit")
        assert [due.customer for due in page.context["rows"]] == [mine]
        page = client.get("/customers/care/?action=visit&whose=team")
        assert [due.customer for due in page.context["rows"]] == [mine]
        amy.is_team_lead = True
        amy.save()
        page = client.get("/customers/care/?action=visit&whose=team")
        assert {due.customer for due in page.context["rows"]} == {mine, other}
        assert stranger.name.encode() not in page.content

    def test_service_sees_what_is_owed_to_those_it_represents(self, client, amy):
        grace = ServiceFactory()
        acorn = customer(amy)
        acorn.service_representative = grace
        acorn.save()
        customer(amy)
        keep_up()
        client.force_login(grace)
        page = client.get("/customers/care/")
        assert {due.customer for due in page.context["rows"]} == {acorn}
        assert f"/customers/{acorn.pk}/edit/" not in page.content.decode()

    def test_pages_follow_each_other_and_ask_a_few_questions(
        self, client, amy, django_assert_max_num_queries
    ):
        for _ in range(30):
            customer(amy)
        keep_up()
        client.force_login(amy)
        client.get("/customers/care/")
        forget_remembered()
        with django_assert_max_num_queries(6):
            page = client.get("/customers/care/")
        first = [due.pk for due in page.context["rows"]]
        second = client.get("/customers/care/" + page.context["older_url"])
        assert not set(first) & {due.pk for due in second.context["rows"]}
        dates = [due.due_on for due in second.context["rows"]]
        assert dates == sorted(dates)
        assert len(page.content) < 40_000


class TestOfOneCustomer:
    def test_it_shows_what_is_owed_and_by_what_it_was_kept(
        self, client, amy, django_assert_max_num_queries
    ):
        acorn = customer(amy)
        today = Installation.get().today()
        keep_up()
        InteractionFactory(customer=acorn, kind="visit", subject="Saw the new line")
        keep_up()
        visits = CareRule.objects.get(tier="A", action="visit")
        begins = today - dt.timedelta(days=200)
        CareDue.objects.create(
            rule=visits,
            customer=acorn,
            starts_on=begins,
            due_on=begins + dt.timedelta(days=90),
            state="missed",
            settled_on=begins + dt.timedelta(days=91),
        )
        client.force_login(amy)
        client.get("/customers/care/")
        forget_remembered()
        with django_assert_max_num_queries(11):
            page = client.get(f"/customers/{acorn.pk}/care/")
        text = page.content.decode()
        assert "Saw the new line" in text
        assert "2 of 3 kept in twelve months" in text
        row = next(row for row in page.context["rows"] if row["rule"] == visits)
        assert (row["kept"], row["missed"], row["due"].state) == (1, 1, "owed")

    def test_who_does_not_see_the_customer_does_not_see_its_care(self, client, amy):
        acorn = customer(amy)
        client.force_login(AccountManagerFactory())
        assert client.get(f"/customers/{acorn.pk}/care/").status_code == 404
