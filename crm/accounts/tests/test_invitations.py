"""The way in: a secret link by mail, of which only the hash is kept."""

import datetime as dt
import re
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import AuditEntry, Invitation, User
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    InvitationFactory,
    ManagerFactory,
)
from crm.platform.secret_links import hash_of

pytestmark = pytest.mark.django_db
CHOSEN = {
    "name": "Lena Li",
    "username": "lena",
    "password": "a quiet green hill 7",
    "again": "a quiet green hill 7",
}


def invite(client, **values):
    filled = {"name": "Lena", "email": "lena@example.com", "role": "service", "team": ""}
    return client.post(reverse("accounts:invite"), filled | values)


def link_in(message) -> str:
    return re.search(r"http://testserver(/users/invitation/\S+)", message.body)[1]


@pytest.fixture
def link(client, outbox):
    """The secret address of a fresh invitation, as the invited person gets it."""
    client.force_login(AdministratorFactory())
    assert invite(client).status_code == 302
    client.logout()
    return link_in(outbox.get())


def test_only_the_hash_of_the_token_is_kept(link):
    token = link.split("/")[-2]
    assert len(token) >= 43
    invitation = Invitation.objects.get()
    assert invitation.token_hash == hash_of(token)
    assert token not in str(list(Invitation.objects.values()))
    assert token not in str(list(AuditEntry.objects.values()))
    assert dt.timedelta(days=6, hours=23) < invitation.expires_at - timezone.now()


def test_an_invited_person_chooses_a_password_and_is_signed_in(client, link):
    assert client.get(link).status_code == 200
    answer = client.post(link, CHOSEN)
    assert answer.status_code == 302
    user = User.objects.get(username="lena")
    assert (user.name, user.email, user.role) == ("Lena Li", "lena@example.com", "service")
    assert user.check_password(CHOSEN["password"])
    assert client.get(reverse("accounts:preferences")).status_code == 200
    assert AuditEntry.objects.first().action == "invitation.accepted"


def test_looking_at_the_page_records_nothing(client, link):
    before = list(Invitation.objects.values())
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert list(Invitation.objects.values()) == before
    assert User.objects.count() == 1
    assert "sessionid" not in client.cookies or not client.cookies["sessionid"].value


def test_a_link_works_once(client, link):
    client.post(link, CHOSEN)
    client.logout()
    answer = client.get(link)
    assert answer.status_code == 410
    assert "accepted already" in answer.content.decode()
    assert client.post(link, CHOSEN | {"username": "other"}).status_code == 410
    assert User.objects.count() == 2


def test_an_unknown_token_is_not_found(client):
    assert client.get(reverse("accounts:invitation_accept", args=["x" * 43])).status_code == 404
    assert client.get(reverse("accounts:invitation_accept", args=["信"])).status_code == 404


def test_an_expired_link_says_so(client, link):
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    answer = client.get(link)
    assert answer.status_code == 410
    assert "has expired" in answer.content.decode()
    assert client.post(link, CHOSEN).status_code == 410


def test_the_page_is_sent_and_kept_nowhere(client, link):
    for answer in (client.get(link), client.post(link, {})):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store, private"


def test_a_post_from_another_site_is_refused_though_it_knows_the_link(client, link):
    answer = client.post(link, CHOSEN, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert User.objects.count() == 1


def test_weak_and_differing_passwords_are_refused(client, link):
    for password, again in (("short", "short"), ("lena@example.com", "lena@example.com")):
        answer = client.post(link, CHOSEN | {"password": password, "again": again})
        assert "password" in answer.context["form"].errors
    answer = client.post(link, CHOSEN | {"again": "something else"})
    assert "again" in answer.context["form"].errors


def test_a_user_name_is_free_and_nobodys_address(client, link):
    AccountManagerFactory(username="Taken", email="boss@example.com")
    for name in ("taken", "boss@example.com"):
        answer = client.post(link, CHOSEN | {"username": name})
        assert "username" in answer.context["form"].errors


def test_who_got_an_account_meanwhile_is_told_to_sign_in(client, link):
    AccountManagerFactory(email="Lena@example.com")
    answer = client.post(link, CHOSEN)
    assert "sign in instead" in answer.content.decode()


def test_sending_again_makes_a_new_link_and_kills_the_old(client, link, outbox):
    client.force_login(User.objects.get())
    pk = Invitation.objects.get().pk
    client.post(reverse("accounts:invitation_send_again", args=[pk]))
    client.logout()
    new = link_in(outbox.last())
    assert new != link
    assert client.get(link).status_code == 404
    assert client.get(new).status_code == 200


def test_a_revoked_link_is_dead(client, link):
    client.force_login(User.objects.get())
    client.post(reverse("accounts:invitation_revoke", args=[Invitation.objects.get().pk]))
    client.logout()
    assert "revoked" in client.get(link).content.decode()
    assert client.post(link, CHOSEN).status_code == 410


def test_what_is_revoked_is_not_sent_again(client, link, outbox):
    client.force_login(User.objects.get())
    pk = Invitation.objects.get().pk
    client.post(reverse("accounts:invitation_revoke", args=[pk]))
    client.post(reverse("accounts:invitation_send_again", args=[pk]))
    assert outbox.count() == 1


class TestWhoMayInvite:
    def test_a_manager_invites_into_the_own_team_below_managers(self, client, outbox):
        manager = ManagerFactory()
        client.force_login(manager)
        assert invite(client, team=AccountManagerFactory().team_id).status_code == 302
        invitation = Invitation.objects.get()
        assert (invitation.team, invitation.role) == (manager.team, "service")
        assert invite(client, email="b@example.com", role="administrator").status_code == 200
        assert outbox.count() == 1

    def test_a_manager_without_a_team_invites_nobody(self, client):
        client.force_login(ManagerFactory(team=None))
        assert invite(client).status_code == 403

    def test_invitations_of_other_teams_do_not_exist_for_a_manager(self, client):
        theirs = InvitationFactory()
        client.force_login(ManagerFactory())
        for name in ("invitation_revoke", "invitation_send_again"):
            url = reverse(f"accounts:{name}", args=[theirs.pk])
            assert client.post(url).status_code == 404

    def test_nobody_is_invited_twice_or_who_is_here_already(self, client):
        client.force_login(AdministratorFactory(email="me@example.com"))
        assert invite(client, email="ME@example.com").status_code == 200
        assert invite(client).status_code == 302
        assert invite(client, email="Lena@example.com").status_code == 200
        assert Invitation.objects.count() == 1

    def test_an_invitation_that_was_revoked_can_be_made_anew(self, client):
        client.force_login(AdministratorFactory())
        invite(client)
        client.post(reverse("accounts:invitation_revoke", args=[Invitation.objects.get().pk]))
        assert invite(client).status_code == 302

    def test_two_at_once_make_one_invitation(self, client):
        client.force_login(AdministratorFactory())
        invite(client)
        # As if the form's look at the table came before the other's insert.
        unseen = "crm.accounts.forms.InvitationForm.clean_email"
        with mock.patch(unseen, return_value="lena@example.com"):
            answer = invite(client)
        assert "invited already" in answer.content.decode()
        assert Invitation.objects.count() == 1
