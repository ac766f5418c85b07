"""Customers and their contacts, by what was typed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import CharField, Value
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.search.asking import Asked
from crm.search.hits import Explanation, Field, Hit, Kind
from customers.models import (
    Contact,
    Customer,
    CustomerIdentity,
    FormerNumber,
    SearchToken,
    Standing,
)
from customers.querysets.finding import Way
from customers.querysets.found import Rank

CUSTOMERS, CONTACTS = "customers", "contacts"
# Of one customer so many contacts are told; of so many it is looked who fits.
MOST_OF_ONE, MOST_CONTACTS = 3, 2_000
SHOWN = ("name", "short_name", "aliases", "phone", "email", "website", "tax_number")


def customers_found(user, asked: Asked, limit: int, *, alike: bool) -> list[Kind]:
    """Customers that are found by themselves, and contacts of those that only these tell."""
    ways = asked.ways(SearchToken.objects.all(), alike=alike)
    if alike and not ways:
        return []
    # What may not be seen may not order either.
    order = "worth" if user.sees_worth else "name"
    seen = Standing.objects.visible_to(user)
    rows = seen.found(asked.wanted(ways), order=order, most=limit + 1)
    fields = _fields(rows)
    own = [row for row in rows if not row.by_contact]
    customers = [_customer(row, fields[row.pk], asked, ways) for row in own]
    by_contact = [row for row in rows if row.by_contact]
    contacts = _contacts(user, by_contact, fields, asked, ways)
    return [
        Kind(CUSTOMERS, _("Customers"), customers[:limit], len(customers) > limit),
        Kind(CONTACTS, _("Contacts"), contacts[:limit], len(contacts) > limit),
    ]


def _customer(row: Standing, fields: list[Field], asked: Asked, ways: Sequence[Way]) -> Hit:
    if is_exact := row.rank == Rank.NUMBER:
        fields = sorted(fields, key=lambda one: one.text.casefold() != asked.text.casefold())
    told = Explanation(fields, asked, ways)
    return Hit(
        of=row,
        customer=row.pk,
        title=told.shown("title", row.name),
        number=told.shown("number", row.number),
        facts=[row.region] if row.region else [],
        reasons=told.reasons,
        is_exact=is_exact,
    )


def _fields(rows: Sequence[Standing]) -> dict[int, list[Field]]:
    """What each customer can be found by, most telling first."""
    ids = [row.pk for row in rows]
    numbers = _numbers(ids)
    found = {}
    for pk, name, short, aliases, phone, email, website, tax in Customer.objects.filter(
        pk__in=ids
    ).values_list("pk", *SHOWN):
        other = [short, *aliases.splitlines()]
        found[pk] = [
            Field(_("name"), name, shown="title"),
            *(Field(_("other name"), text) for text in other),
            *numbers[pk],
            Field(_("phone"), phone),
            Field(_("e-mail"), email),
            Field(_("website"), website),
            Field(_("tax number"), tax),
        ]
    for row in rows:
        found[row.pk].insert(1, Field(_("number"), row.number, shown="number"))
    return found


def _numbers(ids: Sequence[int]) -> dict[int, list[Field]]:
    """By which numbers customers are known elsewhere, and were known before a merge."""
    elsewhere = CustomerIdentity.objects.filter(customer__in=ids)
    former = FormerNumber.objects.filter(customer__in=ids)
    rows = elsewhere.values_list("customer_id", "key", "source__code").union(
        former.values_list("customer_id", "number", Value("", CharField()))
    )
    numbers = defaultdict(list)
    for customer, number, source in rows:
        label = _("number in %(source)s") % {"source": source} if source else _("former number")
        numbers[customer].append(Field(label, number))
    return numbers


def _contacts(
    user,
    rows: Sequence[Standing],
    fields: dict[int, list[Field]],
    asked: Asked,
    ways: Sequence[Way],
) -> list[Hit]:
    """The contacts by whom these customers are found, in their order."""
    if not rows:
        return []
    people = defaultdict(list)
    contacts = Contact.objects.visible_to(user).filter(customer__in=[row.pk for row in rows])
    for contact in contacts.filter(erased_at=None).order_by("left_on", "name", "pk")[
        :MOST_CONTACTS
    ]:
        people[contact.customer_id].append(contact)
    found = []
    for row in rows:
        of_customer = [_of_customer(one) for one in fields[row.pk]]
        told = [(row, one, _explain(one, of_customer, asked, ways)) for one in people[row.pk]]
        found += sorted((t for t in told if t[2]), key=lambda one: not one[2].is_whole)[
            :MOST_OF_ONE
        ]
    # Who has some of the words counts only where nobody has all of them.
    whole = [one for one in found if one[2].is_whole]
    return [_contact(*one) for one in whole or found]


def _of_customer(one: Field) -> Field:
    """A field of the customer beside those of the contact."""
    if one.shown == "title":
        return Field(_("customer"), one.text, shown="whose")
    return Field(one.label, one.text)


def _explain(
    contact: Contact, of_customer: Iterable[Field], asked: Asked, ways: Sequence[Way]
) -> Explanation | None:
    """Why the contact is found, unless nothing of it was."""
    own = [
        Field(pgettext("of a person", "name"), contact.name, shown="title"),
        Field(_("e-mail"), contact.email),
        Field(_("mobile"), contact.mobile),
        Field(_("phone"), contact.phone),
    ]
    own = [one for one in own if one.text]
    told = Explanation([*own, *of_customer], asked, ways)
    return told if told.took(len(own)) else None


def _contact(row: Standing, contact: Contact, told: Explanation) -> Hit:
    return Hit(
        of=contact,
        customer=row.pk,
        title=told.shown("title", contact.name),
        whose=told.shown("whose", row.name),
        facts=[] if contact.is_there else [_("has left")],
        reasons=told.reasons,
    )
