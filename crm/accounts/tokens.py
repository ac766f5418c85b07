"""Tokens of other systems: made and revoked by administrators, known by their hashes alone."""

import datetime as dt
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from crm.accounts.audit import Action, audit
from crm.accounts.models import ApiToken, Team, User
from crm.accounts.services import Refused
from crm.platform.secret_links import hash_of, new_token

# By it people, logs and scanners of code tell what it is.
MARK = "prn_"
SHOWN = 10  # characters of a token that stay readable
LONGEST_DAYS = 365
# The last use is written at most so often, so that reading costs no write.
USE_NOTED_EACH = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Machine:
    """Another system at work, as `visible_to` and `acting` ask a user who it is.

    Its number is that of its token below zero: no person has it, so nothing is a machine's own.
    """

    token: ApiToken

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_manager: ClassVar[bool] = False
    is_administrator: ClassVar[bool] = False
    sees_worth: ClassVar[bool] = True

    @property
    def pk(self) -> int:
        return -self.token.pk

    @property
    def team_id(self) -> int | None:
        return self.token.team_id

    @property
    def sees_all_customers(self) -> bool:
        return self.token.team_id is None

    @property
    def source(self) -> str:
        return self.token.source

    def may(self, scope: str) -> bool:
        return scope in self.token.scopes


@transaction.atomic
@sensitive_variables("token")
def create_token(
    *,
    actor: User,
    name: str,
    scopes: Sequence[str],
    source: str,
    team: Team | None,
    expires_at: dt.datetime,
) -> tuple[ApiToken, str]:
    """A new token, and its text, which nobody can find out later."""
    now = timezone.now()
    if not now < expires_at <= now + dt.timedelta(days=LONGEST_DAYS + 1):
        raise Refused(_("Choose a day within a year."), "expires_on")
    token = MARK + new_token()
    made = ApiToken.objects.create(
        name=name,
        prefix=token[:SHOWN],
        token_hash=hash_of(token),
        scopes=list(scopes),
        source=source,
        team=team,
        expires_at=expires_at,
        created_by=actor,
    )
    audit(
        actor,
        Action.API_TOKEN_MADE,
        name,
        scopes=", ".join(scopes),
        source=source,
        team=str(team or ""),
        expires_at=made.last_moment.isoformat(timespec="minutes"),
    )
    return made, token


@transaction.atomic
def revoke_token(*, actor: User, token_id: int) -> bool:
    """End a token at once; False where somebody has done so before."""
    open_ones = ApiToken.objects.filter(pk=token_id, revoked_at=None)
    if not open_ones.update(revoked_at=timezone.now()):
        return False
    audit(actor, Action.API_TOKEN_REVOKED, ApiToken.objects.get(pk=token_id))
    return True


@sensitive_variables("text", "wanted")
def machine_of(text: str) -> Machine | None:
    """Whose token this is; None for one that is unknown, expired or revoked.

    Found by the index of the hashes: how long that takes tells of the hash and nothing of the
    token.
    """
    wanted = hash_of(text)
    token = ApiToken.objects.filter(token_hash=wanted).first()
    if token is None or not hmac.compare_digest(token.token_hash, wanted) or not token.is_good:
        return None
    return Machine(token)


def note_use(token: ApiToken) -> None:
    """Write down that it is used, at most once a minute."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at <= now - USE_NOTED_EACH:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EACH)
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)


def names_of(machines: Iterable[int]) -> dict[int, str]:
    """The names of machines by their numbers, for what they have done."""
    tokens = ApiToken.objects.filter(pk__in=[-pk for pk in machines])
    return {-pk: name for pk, name in tokens.values_list("pk", "name")}
