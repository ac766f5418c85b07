"""Who sees and edits whom."""

import pytest
from django.urls import reverse

from crm.accounts import services
from crm.accounts.models import AuditEntry, User
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory(name="North")


@pytest.fixture
def manager(team):
    return ManagerFactory(team=team, name="Maria")


@pytest.fixture
def lena(team):
    return AccountManagerFactory(team=team, name="Lena", email="lena@example.com")


def entered(user: User, **changes) -> dict:
    """What the form posts when only these are changed."""
    values = {
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "team": user.team_id or "",
        "version": user.version,
    }
    if user.is_team_lead:
        values["is_team_lead"] = "on"
    return values | changes


def edit(client, user, **changes):
    return client.post(reverse("accounts:user_edit", args=[user.pk]), entered(user, **changes))


class TestList:
    def test_an_administrator_sees_everybody(self, client, lena, manager):
        client.force_login(AdministratorFactory())
        page = client.get(reverse("accounts:users")).content.decode()
        assert "Lena" in page
        assert "Maria" in page

    def test_a_manager_sees_the_own_team_below_managers_only(self, client, lena, manager, team):
        ManagerFactory(team=team, name="Other Manager")
        AccountManagerFactory(name="Of another team")
        client.force_login(manager)
        found = list(client.get(reverse("accounts:users")).context["page"].object_list)
        assert found == [lena]

    def test_a_manager_without_a_team_sees_nobody_not_all_the_teamless(self, client):
        ServiceFactory(team=None)
        client.force_login(ManagerFactory(team=None))
        assert not client.get(reverse("accounts:users")).context["page"].object_list

    def test_the_list_filters_by_words_role_team_and_state(self, client, lena, manager, team):
        gone = AccountManagerFactory(name="Gone", is_active=False)
        client.force_login(AdministratorFactory(name="Admin"))

        def found(query):
            page = client.get(reverse("accounts:users") + query).context["page"]
            return [user.name for user in page.object_list]

        assert found("?q=LENA@exam") == ["Lena"]
        assert found(f"?role=manager&team={team.pk}") == ["Maria"]
        assert found("?state=inactive") == [gone.name]
        assert len(found("?state=all")) == 4
        assert found("?role=nonsense&team=x&state=y&page=z") == ["Admin", "Lena", "Maria"]

    def test_the_list_costs_the_same_for_one_and_for_fifty(
        self, client, django_assert_max_num_queries
    ):
        client.force_login(AdministratorFactory())
        client.get(reverse("accounts:users"))
        AccountManagerFactory.create_batch(55)
        with django_assert_max_num_queries(9):
            client.get(reverse("accounts:users"))


class TestEdit:
    def test_a_manager_changes_name_address_and_lead(self, client, manager, lena):
        client.force_login(manager)
        answer = edit(client, lena, name="Lena Li", email="li@example.com", is_team_lead="on")
        assert answer.status_code == 302
        lena.refresh_from_db()
        assert (lena.name, lena.email, lena.is_team_lead) == ("Lena Li", "li@example.com", True)

    def test_a_manager_cannot_raise_anybody_to_managers_rank(self, client, manager, lena):
        client.force_login(manager)
        for role in ("manager", "administrator"):
            assert edit(client, lena, role=role).status_code == 200
        lena.refresh_from_db()
        assert lena.role == "account_manager"

    def test_a_manager_cannot_move_anybody_to_another_team(self, client, manager, lena, team):
        client.force_login(manager)
        edit(client, lena, team=TeamFactory().pk, name="Moved?")
        lena.refresh_from_db()
        assert (lena.team, lena.name) == (team, "Moved?")

    def test_who_is_invisible_does_not_exist(self, client, manager):
        client.force_login(manager)
        for stranger in (manager, AccountManagerFactory(), AdministratorFactory()):
            assert edit(client, stranger, name="x").status_code == 404

    def test_an_administrator_gives_any_role(self, client, lena):
        client.force_login(AdministratorFactory())
        edit(client, lena, role="manager")
        lena.refresh_from_db()
        assert lena.role == "manager"
        entry = AuditEntry.objects.get(action="user.changed")
        assert entry.details["role"] == ["account_manager", "manager"]

    def test_an_address_belongs_to_one_user(self, client, manager, lena):
        AccountManagerFactory(email="taken@example.com")
        client.force_login(manager)
        answer = edit(client, lena, email="Taken@Example.com")
        assert "email" in answer.context["form"].errors

    def test_a_changed_address_is_told_to_the_old_one(self, client, manager, lena, outbox):
        client.force_login(manager)
        edit(client, lena, email="li@example.com")
        message = outbox.get()
        assert message.recipient == "lena@example.com"
        assert "li@example.com" in message.body

    def test_saving_nothing_new_writes_nothing(self, client, manager, lena):
        client.force_login(manager)
        assert edit(client, lena).status_code == 302
        lena.refresh_from_db()
        assert lena.version == 1
        assert not AuditEntry.objects.exists()

    def test_saving_over_a_newer_change_is_refused_and_shows_both(self, client, manager, lena):
        client.force_login(manager)
        stale = entered(lena, name="Mine")
        services.change_user(
            actor=manager, user_id=lena.pk, values={"name": "Theirs"}, version=lena.version
        )
        answer = client.post(reverse("accounts:user_edit", args=[lena.pk]), stale)
        page = answer.content.decode()
        assert answer.status_code == 409
        name = answer.context["form"].differences[0]
        assert (name.theirs, name.mine, name.kept_mine) == ("Theirs", "Mine", True)
        assert "Theirs" in page
        assert 'value="Mine"' in page
        lena.refresh_from_db()
        assert lena.name == "Theirs"
        # The second time the person knows, and it is saved.
        again = stale | {"version": answer.context["form"]["version"].value()}
        assert client.post(reverse("accounts:user_edit", args=[lena.pk]), again).status_code == 302
        lena.refresh_from_db()
        assert lena.name == "Mine"

    def test_the_last_active_administrator_keeps_the_role(self, client):
        only = AdministratorFactory()
        AdministratorFactory(is_active=False)
        client.force_login(only)
        answer = edit(client, only, role="manager")
        assert "last active administrator" in answer.content.decode()
        only.refresh_from_db()
        assert only.role == "administrator"

    def test_an_administrator_may_step_down_while_another_stays(self, client):
        one, _other = AdministratorFactory.create_batch(2)
        client.force_login(one)
        assert edit(client, one, role="manager").status_code == 302
        # The own session goes on: the person knows of the change.
        assert client.get(reverse("accounts:teams")).status_code == 403


class TestTwoStepReset:
    def test_an_administrator_lets_a_user_in_who_lost_the_phone(self, client, lena, outbox):
        from allauth.mfa.models import Authenticator

        Authenticator.objects.create(user=lena, type="totp", data={"secret": "x"})
        client.force_login(AdministratorFactory())
        client.post(reverse("accounts:user_two_step_reset", args=[lena.pk]))
        assert not Authenticator.objects.exists()
        assert outbox.get().recipient == lena.email
        assert AuditEntry.objects.get().action == "user.two_step_reset"

    def test_a_manager_may_not(self, client, manager, lena):
        client.force_login(manager)
        url = reverse("accounts:user_two_step_reset", args=[lena.pk])
        assert client.post(url).status_code == 403


class TestReactivate:
    def test_a_deactivated_user_can_be_let_in_again(self, client, manager, lena):
        services.deactivate(actor=manager, user_id=lena.pk)
        client.force_login(manager)
        client.post(reverse("accounts:user_reactivate", args=[lena.pk]))
        lena.refresh_from_db()
        assert lena.is_active
        actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
        assert actions == ["user.deactivated", "user.reactivated"]
