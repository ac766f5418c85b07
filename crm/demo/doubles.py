"""Customers of the demo company that look like one: typed twice, by two people, in two writings.

No customer is added: of two small ones the second takes on what somebody would have typed for the
first. Some are one, some are two all the same; the nightly list of doubles finds them.
"""

from collections.abc import Mapping

from crm.accounts.models import User
from customers.models import Customer, DuplicatePair
from customers.services import doubles
from customers.services.derived import refresh_derived

# Whose customers, and what the second has of the first.
PAIRS = (
    ("emma.whitfield", ("name", "phone")),
    ("emma.whitfield", ("phone", "website")),
    ("rory.mcallen", ("name", "website", "tax_number")),
    ("deng.kai", ("name", "phone")),
    ("gu.yifan", ("name",)),
    ("huang.wenjing", ("tax_number", "phone")),
)
# Two workshops on one site: they share the switchboard, and somebody has said that they are two.
TWO_ALL_THE_SAME = ("gu.yifan", ("phone",), "helen.zhao")
COPIED = ("short_name", "industry", "region", "segment", "main_business")
# Legal forms and how others write them.
FORMS = (
    ("有限责任公司", "公司"),
    ("有限公司", "公司"),
    (" Ltd", " LIMITED"),
    (" Limited", " Ltd"),
    (" plc", " PLC"),
    (" GmbH", " G.m.b.H."),
)


def add_doubles() -> None:
    """Make the pairs, and find them as the night would."""
    people = User.objects.in_bulk(field_name="username")
    used: set[int] = set()
    for number, (who, shared) in enumerate(PAIRS, 1):
        _make_alike(people[who], shared, number, used)
    owner, shared, manager = TWO_ALL_THE_SAME
    two = _make_alike(people[owner], shared, len(PAIRS) + 1, used)
    doubles.find_all()
    pair = DuplicatePair.objects.filter(first__in=two, second__in=two)
    doubles.dismiss(pair=pair, by=people[manager])


def _make_alike(owner: User, shared: tuple[str, ...], number: int, used: set[int]) -> list[int]:
    """Two of the owner's customers about which little is known, alike in what is shared."""
    own = Customer.objects.filter(account_manager=owner, parent=None, children=None)
    free = own.exclude(pk__in=used).filter(tasks=None, handover_items=None, cases=None)
    found = list(free.exclude(phone="").order_by("-number").distinct()[:2])
    if len(found) < 2:  # in a small company of tests
        return []
    first, second = found
    used |= {first.pk, second.pk}
    if "tax_number" in shared:
        first.tax_number = f"9{number:02d}4471{number:02d}"
        first.save(update_fields=["tax_number"])
    values = _typed_again(first, shared)
    Customer.objects.filter(pk=second.pk).update(**values)
    refresh_derived([first.pk, second.pk])
    return [first.pk, second.pk]


def _typed_again(customer: Customer, shared: tuple[str, ...]) -> Mapping[str, str]:
    writings = {
        "name": other_form(customer.name),
        "phone": other_writing(customer.phone),
        "website": customer.website,
        "tax_number": f"{customer.tax_number[:3]} {customer.tax_number[3:]}",
    }
    found = {name: writings[name] for name in shared}
    if "name" in shared:  # the same company, of which the second person knew less
        found |= {name: getattr(customer, name) for name in COPIED} | {"email": "", "address": ""}
    return found


def other_form(name: str) -> str:
    """The name with its legal form in another writing."""
    for form, other in FORMS:
        if name.endswith(form):
            return name.removesuffix(form) + other
    return name.upper()


def other_writing(phone: str) -> str:
    """The number without the marks between its digits."""
    return "".join(char for char in phone if char.isdigit() or char == "+")
