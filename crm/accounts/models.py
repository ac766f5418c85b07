"""Users, teams, invitations and the audit log."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.querysets import (
    ApiTokenQuerySet,
    AuditQuerySet,
    InvitationQuerySet,
    UserQuerySet,
)
from crm.accounts.roles import Role


class Team(models.Model):
    """Account managers who stand in for each other: they see each other's customers."""

    name = models.CharField(pgettext_lazy("of a company", "name"), max_length=100, unique=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Makes users; passwords are hashed."""

    @classmethod
    def normalize_email(cls, email: str) -> str:
        """In small letters: signing in looks for them so, whatever was typed."""
        return (email or "").lower()

    def create_user(self, username: str, email: str, password: str | None = None, **fields):
        user = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, email: str, password: str | None = None, **fields):
        """The first administrator (`manage.py createsuperuser`)."""
        return self.create_user(username, email, password, role=Role.ADMINISTRATOR, **fields)


class User(AbstractBaseUser):
    """A person who signs in, with one role. Deactivated, never deleted."""

    username = models.CharField(
        _("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=150)
    email = models.EmailField(_("e-mail"))
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.ACCOUNT_MANAGER)
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
        verbose_name=_("team"),
    )
    is_team_lead = models.BooleanField(_("team lead"), default=False)
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: as the browser asks."),
    )

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)

    class Digest(models.TextChoices):
        DAILY = "daily", _("Once a day, if there is anything")
        NEVER = "never", _("Never")

    digest = models.CharField(
        _("mail about mentions and watched customers"),
        max_length=5,
        choices=Digest,
        default=Digest.DAILY,
        db_default=Digest.DAILY,
    )
    # When last; being active again does not bring the sessions of before back.
    deactivated_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "name"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def _get_session_auth_hash(self, secret=None) -> str:
        """Sessions end with the password, and with whatever decides what their holder may see."""
        rights = [self.role, self.team_id, self.is_active, self.deactivated_at]
        return salted_hmac(
            "crm.accounts.models.User.session",
            "|".join([self.password, *map(str, rights)]),
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    # Roles decide everything; Django's admin is for administrators only.
    @property
    def is_staff(self) -> bool:
        return self.is_administrator

    @property
    def is_superuser(self) -> bool:
        return self.is_administrator

    def has_perm(self, perm: str, obj=None) -> bool:
        return self.is_active and self.is_administrator

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_administrator

    @property
    def is_manager(self) -> bool:
        """Administrators are managers too."""
        return self.role in {Role.MANAGER, Role.ADMINISTRATOR}

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def sees_all_customers(self) -> bool:
        return self.role != Role.ACCOUNT_MANAGER

    @property
    def sees_worth(self) -> bool:
        """May see lifetime value, risk, signals and revenue; the others see tier and band."""
        return self.role != Role.SERVICE


class Invitation(models.Model):
    """A way in for one person: a secret link sent by mail, of which only the hash is kept."""

    email = models.EmailField(_("e-mail"))
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=150)
    role = models.CharField(_("role"), max_length=16, choices=Role)
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("team"),
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Can be accepted still."""
        return self.accepted_at is None and self.revoked_at is None and not self.is_expired


class Scope(models.TextChoices):
    """What another system may do; they know scopes by these names, so they never change."""

    CUSTOMERS_WRITE = "customers:write", _("Push customers")
    TRANSACTIONS_WRITE = "transactions:write", _("Push transactions")
    COMPLAINTS_WRITE = "complaints:write", _("Push complaints, and read what became of them")
    STANDINGS_READ = "standings:read", _("Read customers and their figures")
    SIGNALS_READ = "signals:read", _("Read signals")


class ApiToken(models.Model):
    """What another system shows to get in: a secret of which only the hash is kept."""

    name = models.CharField(
        pgettext_lazy("of a company", "name"),
        max_length=100,
        help_text=_("Which system it is for. History names it by this."),
    )
    # So that people tell tokens apart; far too short to guess the rest.
    prefix = models.CharField(max_length=12, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope), verbose_name=_("what it may do")
    )
    # By which keys it calls customers, invoices and complaints.
    source = models.SlugField(_("source"), max_length=60, db_index=False)
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("team"),
        help_text=_("It sees and changes this team's customers only. Empty: all customers."),
    )
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_good(self) -> bool:
        return self.revoked_at is None and not self.is_expired

    @property
    def last_moment(self) -> dt.datetime:
        """On its last day still, where it ends with a day."""
        return self.expires_at - dt.timedelta(seconds=1)

    @property
    def scopes_in_words(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]


class AuditEntry(models.Model):
    """Who did what when. The application's database role can add rows, never change them."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    details = models.JSONField(default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
