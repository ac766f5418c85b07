"""Inviting members to what a club does, and noting who came."""

from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction

from customers.models import Attendance, ClubEvent, ClubLevel, Contact, Customer, Membership

User = settings.AUTH_USER_MODEL

INVITE = """
    INSERT INTO customers_attendance (event_id, customer_id, contact_id, state)
    SELECT %s, person.customer_id, person.id, 'invited' FROM ({people}) person
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def invite_members(*, event: ClubEvent, by: "User", level: ClubLevel | None = None) -> int:
    """Put all who can be invited on the event's list, once; says how many came onto it.

    Those are the contacts that are still there and did not refuse to be contacted, of the members
    on the event's day whom this person sees.
    """
    ClubEvent.objects.select_for_update().get(pk=event.pk)
    members = Membership.objects.visible_to(by).ending_after(event.on).filter(club=event.club_id)
    if level:
        members = members.filter(level=level)
    people = Contact.objects.filter(
        customer__in=members.values("customer"), left_on=None, erased_at=None
    ).exclude(consent=Contact.Consent.REFUSED)
    people = people.filter(customer__in=Customer.objects.filter(is_active=True).values("pk"))
    query, values = people.order_by().values("customer_id", "id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(INVITE.format(people=query), [event.pk, *values])
        return cursor.rowcount


@transaction.atomic
def mark_attendance(*, event: ClubEvent, by: "User", chosen: Iterable[int], state: str) -> int:
    """Note the same of all chosen ones whom this person sees; says of how many."""
    rows = _chosen(event, by, chosen)
    return rows.update(state=state)


@transaction.atomic
def take_off(*, event: ClubEvent, by: "User", chosen: Iterable[int]) -> int:
    """Take the chosen ones off the event's list."""
    return _chosen(event, by, chosen).delete()[0]


def _chosen(event: ClubEvent, by: "User", chosen: Iterable[int]):
    seen = Attendance.objects.visible_to(by).filter(event=event, pk__in=list(chosen))
    return Attendance.objects.filter(pk__in=seen.values("pk"))
