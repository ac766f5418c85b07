"""Reads of the people at customers."""

import datetime as dt
import re
from collections.abc import Mapping

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat, Replace, Upper

from customers.querysets.access import OfVisibleCustomers
from customers.querysets.finding import SHORTEST_PART
from customers.querysets.paging import Order, Page, keyset_page

COUNTED_UP_TO = 1_000
BIRTHDAY_DAYS = 30
MOST_WORDS = 4
# What a phone number may be written with; its last digits tell it, whatever country code or zero
# stands before them.
PHONE = re.compile(r"^\+?[\d\s()./-]{3,}$")
TELLING_DIGITS = 8
CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")


def name_and_mail():
    """What words are looked for in, as its index has it."""
    return Upper(Concat("name", Value(" "), "email", output_field=TextField()))


def phone_digits():
    """What numbers are looked for in: the digits of each, with a space between the two."""
    phone, mobile = (Replace(column, Value(" ")) for column in ("phone", "mobile"))
    both = Concat(phone, Value(" "), mobile, output_field=TextField())
    no_digit, everywhere = Value("[^0-9 ]"), Value("g")
    return Func(
        *(both, no_digit, Value(""), everywhere),
        function="regexp_replace",
        output_field=TextField(),
    )


def day_of_year():
    """Month and day as one number: 229 is the 29th of February."""
    return F("birthday__month") * 100 + F("birthday__day")


class ContactQuerySet(OfVisibleCustomers):
    def there(self):
        """Who has not left, and is known still."""
        return self.filter(left_on=None, erased_at=None)

    def matching(self, criteria: Mapping[str, str], today: dt.date, *, few: bool = False):
        """The filters of the pages; empty ones filter nothing. `few`: these are of one customer."""
        rows = self
        for name, value in criteria.items():
            if value and name != "q":
                rows = rows.filter(_rule(name, value)) if name != "birthday" else rows.born(today)
        return rows.with_part(criteria.get("q", ""), few=few)

    def with_part(self, text: str, *, few: bool = False):
        """A number in any format, else each word somewhere in name or e-mail."""
        if PHONE.match(text):
            number = re.sub(r"\D", "", text).lstrip("0")[-TELLING_DIGITS:]
            return self.alias(digits=phone_digits()).filter(digits__contains=number)
        rows = self.alias(words=name_and_mail()) if text else self
        for word in text.upper().split()[:MOST_WORDS]:
            rows = rows.filter(Q(words__contains=word) if few else _holds(word))
        return rows

    def born(self, today: dt.date, days: int = BIRTHDAY_DAYS):
        """Whose birthday is today or within so many days after, also beyond the new year."""
        until = today + dt.timedelta(days=days)
        first, last = (day.month * 100 + day.day for day in (today, until))
        rows = self.filter(birthday__isnull=False).alias(day_of_year=day_of_year())
        since, till = Q(day_of_year__gte=first), Q(day_of_year__lte=last)
        return rows.filter(since & till if first <= last else since | till)

    def page(self, cursor: str, size: int) -> Page:
        return keyset_page(self, Order("name"), cursor, size)

    def count_capped(self, cap: int = COUNTED_UP_TO) -> int:
        """How many, but never counting past the cap: cap + 1 means more."""
        return self.order_by()[: cap + 1].count()


def _holds(word: str) -> Q:
    """The word anywhere. The index has three letters at least, so that shorter ones go by others.

    Two Chinese characters by the search words of the customer, one or two letters by the beginning
    of the name.
    """
    if len(word) >= SHORTEST_PART:
        return Q(words__contains=word)
    if len(word) > 1 and CJK.fullmatch(word):
        return Q(words__contains=word, customer__tokens__tokens__contains=[word])
    return Q(words__startswith=word)


def _rule(name: str, value: str) -> Q:
    if name == "left":
        return Q(left_on__isnull=value == "no")
    if name == "consent" and value == "unknown":
        return Q(consent="")
    if name == "role" and value == "none":
        return Q(role="")
    return Q(**{name: value})
