"""Reads of users, invitations and the audit log: who may see whom."""

from django.db import models
from django.db.models import Q

from crm.accounts.roles import BELOW_MANAGERS, Role


def _visible(viewer) -> Q:
    """Administrators see everybody, managers their own team below managers' rank."""
    if not viewer.is_authenticated or not viewer.is_active or not viewer.is_manager:
        return Q(pk__in=[])
    if viewer.is_administrator:
        return Q()
    if viewer.team_id is None:
        return Q(pk__in=[])
    return Q(team_id=viewer.team_id, role__in=BELOW_MANAGERS)


class UserQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return self.filter(_visible(viewer))

    def active(self):
        return self.filter(is_active=True)

    def administrators(self):
        """Those who can still sign in and administer."""
        return self.filter(role=Role.ADMINISTRATOR, is_active=True)

    def found_by(self, words: str):
        """Every word is a part of the name, the user name or the address."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(name__icontains=word) | Q(username__icontains=word) | Q(email__icontains=word)
            )
        return found


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return self.filter(_visible(viewer))

    def open(self):
        """Neither accepted nor revoked; the expired ones wait to be sent again."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """For administrators only."""
        allowed = viewer.is_authenticated and viewer.is_active and viewer.is_administrator
        return self if allowed else self.none()


class AuditQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """For administrators only."""
        allowed = viewer.is_authenticated and viewer.is_active and viewer.is_administrator
        return self if allowed else self.none()
