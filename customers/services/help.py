"""Who hears of a request for help: who is asked, then who asked, then who is thanked."""

from django.conf import settings

from customers.models import HelpRequest, Notice
from customers.services.following import tell

User = settings.AUTH_USER_MODEL


def tell_of_help(help_request: HelpRequest, by: "User") -> None:
    """Notices of how the request now stands; the same state tells nobody twice."""
    if help_request.removed_at:
        return
    pk, what = help_request.pk, help_request.what
    told = [(help_request.asked, f"help:{pk}", what)]
    if not help_request.is_open:
        cause = f"help-answer:{pk}:{help_request.answered_at:%Y%m%d%H%M%S}"
        told = [(help_request.created_by, cause, f"{what} – {help_request.answer}")]
    if help_request.thanks:
        told = [(help_request.asked, f"help-thanks:{pk}", f"{what} – {help_request.thanks}")]
    common = {"customer": help_request.customer, "kind": Notice.Kind.HELP, "by": by}
    for user, cause, text in told:
        if user:
            tell(users=[user], cause=cause, text=text, **common)
