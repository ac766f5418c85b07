"""What people of the demo company changed of late, whom they mention, and whom they watch.

Everything goes the way of the pages, so that the history says who changed what from what to what.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.platform.acting import acting
from customers.models import Contact, Customer, Interaction
from customers.services.contacts import edit_contact
from customers.services.customers import edit_customer
from customers.services.following import watch
from customers.services.interactions import log_interaction

EMMA, RORY, HELEN = "emma.whitfield", "rory.mcallen", "helen.zhao"
GU, SHEN, GRACE, XU = "gu.yifan", "shen.jiayi", "grace.okoye", "xu.min"
# Who changed at whose first customers, which of them, and what, in this order.
OF_CUSTOMERS: tuple[tuple[str, str, int, Mapping[str, Any]], ...] = (
    (EMMA, EMMA, 0, {"main_business": "Gearboxes and couplings for packaging lines"}),
    (HELEN, EMMA, 0, {"segment": "Growth", "won_through": "fair"}),
    (EMMA, EMMA, 0, {"main_business": "Gearboxes, couplings and service for packaging lines"}),
    (EMMA, EMMA, 1, {"has_problem": True, "problem_reason": "Two invoices are disputed"}),
    (RORY, EMMA, 1, {"has_problem": False, "problem_reason": ""}),
    (RORY, RORY, 0, {"notes": "Goods in are closed on Friday afternoons."}),
    (GU, GU, 0, {"main_business": "包装机械减速机和联轴器"}),
    (GU, GU, 0, {"has_problem": True, "problem_reason": "两张发票有争议"}),
    (SHEN, GU, 0, {"has_problem": False, "problem_reason": ""}),
    (HELEN, GU, 1, {"segment": "重点培育", "won_through": "referral"}),
)
OF_CONTACTS: tuple[tuple[str, str, int, Mapping[str, Any]], ...] = (
    (EMMA, EMMA, 0, {"title": "Head of purchasing", "attitude": "supporter"}),
    (RORY, EMMA, 0, {"channel": "email"}),
    (EMMA, EMMA, 1, {"department": "Maintenance"}),
    (GU, GU, 0, {"title": "采购总监", "attitude": "supporter"}),
    (SHEN, GU, 1, {"department": "设备部"}),
)
# Who watches whose first customers, how many.
WATCHES = ((HELEN, EMMA, 4), (HELEN, GU, 3), (RORY, EMMA, 2), (EMMA, RORY, 2), (GRACE, EMMA, 2))
WATCHES += ((SHEN, GU, 2), (XU, GU, 1), (EMMA, EMMA, 3), (GU, GU, 3))
# Who logged what with whose customer, mentioning somebody.
TALKS = (
    *((EMMA, EMMA, 0, "Frame contract for next year"),),
    *((RORY, EMMA, 1, "Disputed invoices settled"),),
    *((GU, GU, 0, "谈明年框架合同"),),
)
NOTES = (
    "They want prices for three years. @helen.zhao, can we go below the list for gearboxes?"
    " @grace.okoye, please keep the spare parts together for them.",
    "Both invoices are paid now. @emma.whitfield, they expect your call this week.",
    "客户希望三年价格不变。@helen.zhao 请看减速机能否低于目录价，@shen.jiayi 下周一起去拜访。",
)


@transaction.atomic
def add_followed() -> None:
    """Watches first, so that what is logged afterwards is told to those who watch."""
    people = {user.username: user for user in User.objects.select_related("team")}
    firsts = {name: _first_customers(people[name]) for name in (EMMA, RORY, GU)}
    for who, whose, count in WATCHES:
        for customer in firsts[whose][:count]:
            watch(user=people[who], customer=customer, on=True)
    for who, whose, place, values in OF_CUSTOMERS:
        customer = Customer.objects.get(pk=firsts[whose][place].pk)
        with acting(people[who]):
            edit_customer(pk=customer.pk, version=customer.version, values=values)
    for who, whose, place, values in OF_CONTACTS:
        contact = Contact.objects.filter(customer=firsts[whose][place]).order_by("pk").first()
        if contact:
            with acting(people[who]):
                edit_contact(pk=contact.pk, version=contact.version, values=values)
    for (who, whose, place, subject), notes in zip(TALKS, NOTES, strict=True):
        with acting(people[who]):
            log_interaction(
                customer=firsts[whose][place],
                by=people[who],
                kind=Interaction.Kind.CALL,
                direction=Interaction.Direction.OUT,
                at=timezone.now() - dt.timedelta(hours=3),
                subject=subject,
                notes=notes,
            )


def _first_customers(owner: User) -> Sequence[Customer]:
    """Companies that buy, with somebody to talk to."""
    own = Customer.objects.filter(account_manager=owner, is_active=True, contacts__isnull=False)
    return list(own.distinct().order_by("number")[:4])
