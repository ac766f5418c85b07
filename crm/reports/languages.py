"""In which language a paper for a customer is written: theirs, not that of who writes it."""

from collections import Counter

from django.conf import settings
from django.utils.translation import get_language

from customers.models import Contact, Customer

CODES = [code for code, _name in settings.LANGUAGES]
# Who reads it first: what they prefer counts more.
FIRST = (Contact.Role.DECISION_MAKER, Contact.Role.SPONSOR)


def preferred(customer: Customer, user) -> str:
    """What most of its people prefer, those who decide before all; else that of its name."""
    people = Contact.objects.visible_to(user).there().filter(customer=customer)
    known = list(people.exclude(language="").values_list("role", "language"))
    for spoken in (
        [language for role, language in known if role in FIRST],
        [language for _role, language in known],
    ):
        if spoken:
            return Counter(spoken).most_common(1)[0][0]
    if any("\u4e00" <= character <= "\u9fff" for character in customer.name):
        return "zh-hans"
    return get_language() or settings.LANGUAGE_CODE


def chosen(asked: str, customer: Customer, user) -> str:
    """The language asked for in the address, else the preferred one."""
    return asked if asked in CODES else preferred(customer, user)
