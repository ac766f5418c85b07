"""Writes around users: invite, change, deactivate; teams; the installation's settings."""

import datetime as dt
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.accounts.audit import Action, audit, changes
from crm.accounts.models import Invitation, Team, User
from crm.accounts.roles import Role
from crm.platform import outbox
from crm.platform.edits import NewerChange, save_version
from crm.platform.models import Installation
from crm.platform.secret_links import hash_of, new_token

INVITATION_DAYS = 7


class Refused(Exception):  # noqa: N818 -- an outcome for the person, no fault
    """A rule forbids the change; the text says which."""

    def __init__(self, message, field: str | None = None):
        super().__init__(message)
        self.message, self.field = message, field


# -- invitations


@transaction.atomic
def invite(*, actor: User, values: dict, link: Callable[[str], str]) -> Invitation:
    """Invite a person; `link` makes the address of the secret page from the token."""
    token = new_token()
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                **values, token_hash=hash_of(token), invited_by=actor, expires_at=_expiry()
            )
    except IntegrityError:
        raise Refused(_("This address is invited already: send it again."), "email") from None
    _send_invitation(invitation, link(token))
    rights = {"role": invitation.role, "team": str(invitation.team or "")}
    audit(actor, Action.USER_INVITED, invitation, **rights)
    return invitation


@transaction.atomic
def send_again(*, actor: User, invitation_id: int, link: Callable[[str], str]) -> Invitation:
    """A new link by a new mail; the old link is dead from now on."""
    invitation = _open_invitation(invitation_id)
    token = new_token()
    invitation.token_hash, invitation.expires_at = hash_of(token), _expiry()
    invitation.save(update_fields=["token_hash", "expires_at"])
    _send_invitation(invitation, link(token))
    audit(actor, Action.INVITATION_SENT_AGAIN, invitation)
    return invitation


@transaction.atomic
def revoke(*, actor: User, invitation_id: int) -> Invitation:
    invitation = _open_invitation(invitation_id)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    audit(actor, Action.INVITATION_REVOKED, invitation)
    return invitation


@transaction.atomic
def accept(*, invitation_id: int, username: str, name: str, password: str) -> User:
    """Make the invited user, once."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if not invitation.is_open:
        raise Refused(_("This invitation can't be used any more."))
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise Refused(_("There is a user with your e-mail address already: sign in instead."))
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    rights = {"role": invitation.role, "team": invitation.team}
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                username, invitation.email, password, name=name, **rights
            )
    except IntegrityError:
        raise Refused(_("This user name is taken."), "username") from None
    audit(user, Action.INVITATION_ACCEPTED, user)
    return user


def _open_invitation(pk: int) -> Invitation:
    invitation = Invitation.objects.select_for_update().get(pk=pk)
    if invitation.accepted_at or invitation.revoked_at:
        raise Refused(_("This invitation was accepted or revoked meanwhile."))
    return invitation


def _expiry() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=INVITATION_DAYS)


def _send_invitation(invitation: Invitation, address: str) -> None:
    company = Installation.get().name or "Perennial"
    outbox.enqueue(
        cause=f"invitation:{invitation.token_hash}",
        recipient=invitation.email,
        subject=gettext("Your access to %(company)s") % {"company": company},
        body=gettext(
            "Hello %(name)s,\n\n"
            "%(inviter)s invites you to %(company)s. Choose your password here:\n\n"
            "%(address)s\n\n"
            "The link is for you only and holds for %(days)s days.\n"
        )
        % {
            "name": invitation.name,
            "inviter": invitation.invited_by,
            "company": company,
            "address": address,
            "days": INVITATION_DAYS,
        },
    )


# -- users


@transaction.atomic
def change_user(*, actor: User, user_id: int, values: dict, version: int) -> User:
    """Save what a manager entered, unless somebody saved in between or a rule forbids it."""
    user, administrators = _lock(user_id)
    if user.version != version:
        raise NewerChange(user)
    before = {name: getattr(user, name) for name in values}
    log = changes(before, values)
    if not log:
        return user
    for name, value in values.items():
        setattr(user, name, value)
    if "role" in log and user.is_active and not user.is_administrator:
        _keep_one(administrators, without=user, field="role")
    user.version += 1
    user.save(update_fields=[*values, "version"])
    audit(actor, Action.USER_CHANGED, user, **log)
    if "email" in log:
        _tell_old_address(user, before["email"])
    return user


@transaction.atomic
def deactivate(*, actor: User, user_id: int) -> User:
    """End a user's access now: sign-in, sessions and links. The rows stay."""
    user, administrators = _lock(user_id)
    if user.pk == actor.pk:
        raise Refused(_("You can't deactivate yourself: ask another administrator."))
    if not user.is_active:
        return user
    _keep_one(administrators, without=user)
    user.is_active, user.deactivated_at = False, timezone.now()
    user.version += 1
    user.save(update_fields=["is_active", "deactivated_at", "version"])
    audit(actor, Action.USER_DEACTIVATED, user)
    return user


@transaction.atomic
def reactivate(*, actor: User, user_id: int) -> User:
    user, _administrators = _lock(user_id)
    if user.is_active:
        return user
    user.is_active = True
    user.version += 1
    user.save(update_fields=["is_active", "version"])
    audit(actor, Action.USER_REACTIVATED, user)
    return user


@transaction.atomic
def reset_two_step(*, actor: User, user_id: int) -> User:
    """For who lost the phone and the recovery codes: the password alone signs in again."""
    user, _administrators = _lock(user_id)
    if Authenticator.objects.filter(user=user).delete()[0]:
        audit(actor, Action.TWO_STEP_RESET, user)
        outbox.enqueue(
            cause=f"two-step-reset:{user.pk}:{timezone.now().isoformat()}",
            recipient=user.email,
            subject=gettext("Two-step sign-in was switched off"),
            body=gettext("%(actor)s switched off two-step sign-in for your account.\n")
            % {"actor": actor},
        )
    return user


@transaction.atomic
def set_preferences(*, user_id: int, values: dict) -> User:
    """What users choose for themselves: name, language, theme, mails."""
    user = User.objects.select_for_update().get(pk=user_id)
    for name, value in values.items():
        setattr(user, name, value)
    user.version += 1
    user.save(update_fields=[*values, "version"])
    return user


def _lock(user_id: int) -> tuple[User, list[User]]:
    """The user and the active administrators, locked.

    Always together and in one order, so that two administrators who deactivate each other wait
    for one another instead of leaving none, or a deadlock.
    """
    wanted = Q(pk=user_id) | Q(role=Role.ADMINISTRATOR, is_active=True)
    locked = list(User.objects.filter(wanted).order_by("pk").select_for_update())
    user = next(user for user in locked if user.pk == user_id)
    return user, [user for user in locked if user.is_administrator and user.is_active]


def _keep_one(administrators: list[User], *, without: User, field: str | None = None) -> None:
    if [administrator.pk for administrator in administrators] == [without.pk]:
        raise Refused(
            _("This is the last active administrator: make somebody else one first."), field
        )


def _tell_old_address(user: User, address: str) -> None:
    outbox.enqueue(
        cause=f"address-changed:{user.pk}:{user.version}",
        recipient=address,
        subject=gettext("Your e-mail address was changed"),
        body=gettext(
            "The e-mail address of your account %(username)s is now %(email)s."
            " If this is not right, speak to your administrator.\n"
        )
        % {"username": user.username, "email": user.email},
    )


# -- teams


@transaction.atomic
def create_team(*, actor: User, name: str) -> Team:
    team = Team.objects.create(name=name)
    audit(actor, Action.TEAM_CREATED, team)
    return team


@transaction.atomic
def rename_team(*, actor: User, team_id: int, version: int, name: str) -> Team:
    """Raises NewerChange when somebody renamed it since this version."""
    before = Team.objects.get(pk=team_id).name
    team = save_version(Team.objects.all(), team_id, version, {"name": name})
    audit(actor, Action.TEAM_RENAMED, team, name=[before, name])
    return team


# -- the installation's settings


@transaction.atomic
def change_settings(*, actor: User, values: dict, version: int) -> Installation:
    """Save what a manager entered, unless somebody saved in between."""
    Installation.get()
    installation = Installation.objects.select_for_update().get(pk=1)
    if installation.version != version:
        raise NewerChange(installation)
    log = changes({name: getattr(installation, name) for name in values}, values)
    if not log:
        return installation
    for name, value in values.items():
        setattr(installation, name, value)
    installation.version += 1
    installation.save(update_fields=[*values, "version"])
    audit(actor, Action.SETTINGS_CHANGED, "", **log)
    transaction.on_commit(Installation.forget)
    return installation
