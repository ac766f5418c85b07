"""Teams, and the log of who did what."""

import pytest
from django.urls import reverse

from crm.accounts.audit import audit
from crm.accounts.models import AuditEntry, Team
from crm.accounts.tests.factories import AccountManagerFactory, AdministratorFactory, TeamFactory
from crm.platform.tests.browsing import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = AdministratorFactory(name="Ada")
    client.force_login(user)
    return user


def test_the_list_counts_active_users(client, administrator):
    team = TeamFactory(name="North")
    AccountManagerFactory.create_batch(2, team=team)
    AccountManagerFactory(team=team, is_active=False)
    (row,) = client.get(reverse("accounts:teams")).context["teams"]
    assert (row.name, row.members) == ("North", 2)


def test_a_team_is_made_and_renamed_and_both_stand_in_the_log(client, administrator):
    client.post(reverse("accounts:team_create"), {"name": "North"})
    team = Team.objects.get()
    page = reverse("accounts:team_edit", args=[team.pk])
    client.post(page, sent(client.get(page)) | {"name": "North East"})
    team.refresh_from_db()
    assert team.name == "North East"
    log = client.get(reverse("accounts:audit")).content.decode()
    assert "Team renamed" in log
    assert "North → North East" in log


def test_two_teams_do_not_share_a_name(client, administrator):
    TeamFactory(name="North")
    answer = client.post(reverse("accounts:team_create"), {"name": "North"})
    assert "name" in answer.context["form"].errors


class TestAudit:
    def test_pages_go_back_and_forth_without_gaps_or_doubles(self, client, administrator):
        for number in range(120):
            audit(administrator, "team.created", f"Team {number}")

        def page(query=""):
            answer = client.get(reverse("accounts:audit") + query)
            subjects = [row["entry"].subject for row in answer.context["rows"]]
            return subjects, answer.context["newer_url"], answer.context["older_url"]

        first, newer, older = page()
        assert newer == ""
        second, back, older = page(older)
        third, back, end = page(older)
        assert end == ""
        assert [*first, *second, *third] == [f"Team {n}" for n in reversed(range(120))]
        assert page(back)[0] == second
        assert page(page(back)[1])[0] == first

    def test_a_broken_address_shows_the_newest(self, client, administrator):
        audit(administrator, "team.created", "Team 1")
        for query in ("?before=x", "?after=²", "?before=99999999999999999999"):
            assert len(client.get(reverse("accounts:audit") + query).context["rows"]) == 1

    def test_an_action_of_another_app_shows_its_key(self, client, administrator):
        audit(None, "export.made", "customers", sheets=12)
        page = client.get(reverse("accounts:audit")).content.decode()
        assert "export.made" in page
        assert "sheets: 12" in page

    def test_the_page_costs_the_same_for_every_length(
        self, client, administrator, django_assert_max_num_queries
    ):
        client.get(reverse("accounts:audit"))
        for number in range(60):
            audit(AccountManagerFactory(), "team.created", f"Team {number}")
        with django_assert_max_num_queries(4):
            client.get(reverse("accounts:audit"))

    def test_nobody_else_sees_it(self, administrator):
        audit(administrator, "team.created", "x")
        assert AuditEntry.objects.visible_to(administrator).count() == 1
        assert not AuditEntry.objects.visible_to(AccountManagerFactory()).exists()
