"""Ready texts to customers: their places are filled in from a short list, and by nothing else.

A text is no template: what stands between braces is looked up by name, once, and what is filled in
is not looked through again.
"""

import re
from collections.abc import Callable, Mapping

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from complaints.models import CannedText, Case, ClockKind
from crm.accounts.models import User
from crm.platform.models import Installation
from crm.platform.models.texts import in_language

PLACE = re.compile(r"\{([^{}]*)\}")


def _contact(case: Case, _user: User) -> str:
    return case.contact.name if case.contact_id else case.caller_name or case.who


def _deadline(case: Case, _user: User) -> str:
    """Of the resolution, while its clock runs."""
    clocks = (clock for clock in case.clocks.all() if clock.kind == ClockKind.RESOLUTION)
    due = next((clock.due_at for clock in clocks if clock.due_at), None)
    return date_format(localtime(due), "DATETIME_FORMAT") if due else "–"


def _day(moment) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")


# What may stand between braces, what people are told it is, and where it comes from.
PLACES: Mapping[str, tuple[str, Callable[[Case, User], str]]] = {
    "customer": (_("name of the customer"), lambda case, _user: case.who),
    "contact": (_("who complained"), _contact),
    "reference": (_("number of the case"), lambda case, _user: case.reference),
    "title": (_("title of the case"), lambda case, _user: case.title),
    "received": (_("day it came in"), lambda case, _user: _day(case.received_at)),
    "order": (_("order or invoice"), lambda case, _user: case.order_reference or "–"),
    "product": (_("product"), lambda case, _user: case.product.name if case.product_id else "–"),
    "owner": (_("who is in charge"), lambda case, user: str(case.owner or user)),
    "deadline": (_("until when it is to be resolved"), _deadline),
    "remedy": (_("remedy"), lambda case, _user: case.get_remedy_display() or "–"),
    "company": (_("our company"), lambda _case, _user: Installation.cached().name or "Perennial"),
}


def unknown_places(text: str) -> list[str]:
    """What stands between braces and can't be filled in, in its order."""
    return [name for name in dict.fromkeys(PLACE.findall(text)) if name not in PLACES]


def filled(chosen: CannedText, case: Case, user: User) -> str:
    """The text for this case, in the language of its contact, else of who writes."""
    language = (case.contact.language if case.contact_id else "") or translation.get_language()
    with translation.override(language):
        text = in_language(chosen.texts, language)
        return PLACE.sub(lambda place: _fill(place, case, user), text)


def _fill(place: re.Match, case: Case, user: User) -> str:
    """A name that is not known stays as it was written."""
    known = PLACES.get(place[1])
    return known[1](case, user) if known else place[0]
