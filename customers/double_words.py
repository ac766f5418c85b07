"""What possible doubles share, in words."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crm.platform.words import listed

# In the order of `customers.doubles.WEIGHTS`.
REASONS = {
    "tax": _("tax number"),
    "name": _("name but for its legal form"),
    "phone": _("phone"),
    "domain": _("web domain"),
}


def reason_words(reasons: Iterable[str]) -> str:
    """What two customers share; codes of another version as such."""
    return listed(REASONS.get(reason, reason) for reason in reasons)
