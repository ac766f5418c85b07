"""The roles: one a user."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    SERVICE = "service", _("Service staff")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")


# The ranks a manager may invite and edit.
BELOW_MANAGERS = (Role.ACCOUNT_MANAGER, Role.SERVICE)
