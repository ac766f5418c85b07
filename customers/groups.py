"""Groups of customers: the tree under the topmost parent, with its figures rolled up."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from decimal import Decimal

from django.db import connection
from django.db.models import Count

from customers.models import Customer, Standing, Task

MOST = 500  # members that a page reads and sums
DEEPEST = 50

# From a customer up to the top and down again to everybody below it; a circle, which the services
# refuse, would end where it meets itself.
MEMBERS = f"""
    WITH RECURSIVE up (id, parent_id, step) AS (
        SELECT id, parent_id, 0 FROM customers_customer WHERE id = %(customer)s
        UNION ALL
        SELECT c.id, c.parent_id, up.step + 1 FROM customers_customer c
        JOIN up ON c.id = up.parent_id WHERE up.step < {DEEPEST}),
    down (id, parent_id, path) AS (
        SELECT id, NULL::bigint, ARRAY[id] FROM (SELECT id FROM up ORDER BY step DESC LIMIT 1) top
        UNION ALL
        SELECT c.id, c.parent_id, down.path || c.id FROM customers_customer c
        JOIN down ON c.parent_id = down.id
        WHERE c.id <> ALL (down.path) AND cardinality(down.path) < {DEEPEST})
    SELECT id, parent_id FROM down LIMIT {MOST + 1}
"""  # noqa: S608 -- numbers of ours
ABOVE = f"""
    WITH RECURSIVE up (id, parent_id, step) AS (
        SELECT id, parent_id, 0 FROM customers_customer WHERE id = %(parent)s
        UNION ALL
        SELECT c.id, c.parent_id, up.step + 1 FROM customers_customer c
        JOIN up ON c.id = up.parent_id WHERE up.step < {DEEPEST})
    SELECT bool_or(id = %(customer)s) OR count(*) > {DEEPEST - 1} FROM up
"""  # noqa: S608 -- numbers of ours
# Serialises who changes parents: two changes that are right alone may close a circle together.
CHANGING = 20_260_117


@dataclass
class Figures:
    """What a member brings, or a part of the tree together."""

    revenue_12m: Decimal = Decimal(0)
    lifetime_value: Decimal = Decimal(0)
    value_at_risk: Decimal = Decimal(0)
    tasks: int = 0
    complaints: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(self))
        )


@dataclass
class Member:
    """A customer in the tree: how deep under the top, its own figures, and with all below it."""

    customer: Customer
    standing: Standing | None
    depth: int
    own: Figures
    total: Figures = field(default_factory=Figures)
    has_children: bool = False

    @property
    def indent(self) -> int:
        """Steps of the page's indentation, which ends somewhere."""
        return min(self.depth, 6)


@dataclass(frozen=True)
class Group:
    """The members that somebody sees, in the order of the tree."""

    members: list[Member]
    hidden: int  # members out of sight
    is_cut: bool  # there are more than `MOST`

    @property
    def total(self) -> Figures:
        return sum((member.own for member in self.members), Figures())


def lock_groups() -> None:
    """Make those who change parents wait for each other till the end of their transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHANGING])


def closes_a_circle(customer_id: int, parent_id: int) -> bool:
    """Whether the customer stands above this parent, or the chain would get too deep."""
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, {"customer": customer_id, "parent": parent_id})
        return cursor.fetchone()[0]


def member_ids(customer_id: int) -> dict[int, int | None]:
    """Everybody in the group with the parent, from the top down; one more than `MOST` at most."""
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, {"customer": customer_id})
        return dict(cursor.fetchall())


def read(customer: Customer, user, count_complaints: Callable[[list[int]], dict]) -> Group:
    """The group of a customer as this person may see it.

    Who stands below somebody out of sight stands below the nearest parent in sight. Complaints are
    a higher floor's: it counts those that are open by customer.
    """
    found = member_ids(customer.pk)
    parents = dict(list(found.items())[:MOST])
    customers = Customer.objects.visible_to(user).filter(pk__in=list(parents))
    seen = {row.pk: row for row in customers.select_related("standing", "account_manager")}
    own = _figures(seen, user, count_complaints)
    children = defaultdict(list)
    for pk in seen:
        children[_nearest(pk, parents, seen)].append(seen[pk])
    members: list[Member] = []
    for top in _by_name(children[None]):
        _add(members, top, 0, children, own)
    return Group(members, len(parents) - len(seen), len(found) > MOST)


def _figures(
    seen: dict[int, Customer], user, count_complaints: Callable[[list[int]], dict]
) -> dict[int, Figures]:
    """Own figures by customer; nothing for those who see no worth."""
    own = {pk: Figures() for pk in seen}
    if not user.sees_worth:
        return own
    for pk, customer in seen.items():
        if standing := _standing(customer):
            own[pk].revenue_12m = standing.revenue_12m
            own[pk].lifetime_value = standing.lifetime_value
            own[pk].value_at_risk = standing.value_at_risk
    open_tasks = Task.objects.filter(customer__in=list(seen), state=Task.State.OPEN)
    for pk, count in open_tasks.order_by().values_list("customer").annotate(Count("pk")):
        own[pk].tasks = count
    for pk, count in count_complaints(list(seen)).items():
        own[pk].complaints = count
    return own


def _standing(customer: Customer) -> Standing | None:
    return getattr(customer, "standing", None)


def _nearest(pk: int, parents: dict[int, int | None], seen: dict[int, Customer]) -> int | None:
    above = parents[pk]
    while above is not None and above not in seen:
        above = parents.get(above)
    return above


def _by_name(customers: list[Customer]) -> list[Customer]:
    def key(customer: Customer) -> tuple:
        standing = _standing(customer)
        return (standing.name_key if standing else customer.name.lower(), customer.pk)

    return sorted(customers, key=key)


def _add(members: list, customer: Customer, depth: int, children: dict, own: dict) -> Figures:
    """The customer and, behind it, all below; returns what they come to together."""
    member = Member(customer, _standing(customer), depth, own[customer.pk])
    members.append(member)
    below = _by_name(children[customer.pk])
    member.has_children = bool(below)
    member.total = sum(
        (_add(members, child, depth + 1, children, own) for child in below), member.own
    )
    return member.total
