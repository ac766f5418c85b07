"""Who gets in: a token in the Authorization header, with the scope that the operation asks for."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from ninja.security import HttpBearer

from crm.accounts.models import Scope
from crm.accounts.tokens import Machine, machine_of, note_use
from crm.api.problems import Refusal
from crm.platform.limits import Limit, client_of

# For each token; a call may bring 1,000 rows.
CALLS = Limit("api-calls", most=300, seconds=60)
# For each client that knocks without a good token. Guessing is hopeless (256 random bits).
MISSES = Limit("api-misses", most=60, seconds=60)


class Token(HttpBearer):
    """The token of another system. `scope` is what the operation asks for."""

    def __init__(self, scope: Scope):
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Machine:
        machine = super().__call__(request)
        if machine is None:
            _count(MISSES, client_of(request))
            words = _("Send a token that holds, as Authorization: Bearer …")
            raise Refusal(401, "no_token", words)
        _count(CALLS, str(machine.token.pk))
        if not machine.may(self.scope):
            words = _("This token has not the scope %(scope)s.")
            raise Refusal(403, "wrong_scope", words % {"scope": self.scope.value})
        note_use(machine.token)
        return machine

    @sensitive_variables("token")
    def authenticate(self, request: HttpRequest, token: str) -> Machine | None:
        return machine_of(token.strip())


def _count(limit: Limit, who: str) -> None:
    if not limit.count(who):
        words = _("Too many calls: wait as long as Retry-After says.")
        raise Refusal(429, "too_many_calls", words, retry_after=limit.seconds_left())
