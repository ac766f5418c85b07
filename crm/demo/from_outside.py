"""Two complaints that came from outside the evening before: by the public form, and by mail.

They go the way of the form and of the mailbox, without the mails that would leave there.
"""

import datetime as dt
import uuid

from django.db import transaction

from complaints.models import Actor, Case, IncomingMail
from complaints.services.actions import act
from complaints.services.cases import log_case
from complaints.states import Action
from crm.accounts.models import User
from customers.models import Contact

OWN = uuid.UUID("3f0a6a52-5b0a-4c63-9a3e-2f9c4d1b7e10")
EMMA = "emma.whitfield"
# Before midnight; nobody is at work any more.
FORM_BEFORE, MAIL_BEFORE, REPLY_BEFORE = (
    *(dt.timedelta(hours=3), dt.timedelta(hours=2, minutes=30), dt.timedelta(hours=2)),
)
THANKS = "Thank you for telling us. We have your message and look into it."
OF_THE_FORM = {
    "caller_name": "Oliver Marsh",
    "caller_phone": "020 7946 0321",
    "description": "The driver left two boxes in the rain in front of our gate. The bearings in"
    " them have rust spots. Nobody had called before.",
    "order_reference": "Delivery note of yesterday",
    "remedy_sought": "replacement",
    "channel": "form",
}
BY_MAIL = "The coupling that came last week is a size smaller than on the order confirmation."
REPLY = "I forgot to say: we need it by Friday, the line stands still."
QUOTED = "\n\nOn {day}, Service wrote:\n> Thank you for telling us.\n> We look into it.\n"


@transaction.atomic
def add_from_outside(midnight: dt.datetime) -> int:
    """How many cases it added."""
    _log("form", OF_THE_FORM, midnight - FORM_BEFORE)
    contact = (
        Contact.objects.filter(customer__account_manager=User.objects.get(username=EMMA))
        .exclude(email="")
        .order_by("customer", "pk")
        .select_related("customer")
        .first()
    )
    if contact is None:
        return 1
    values = {
        "customer": contact.customer,
        "contact": contact,
        "caller_email": contact.email,
        "title": "Wrong size of coupling",
        "description": BY_MAIL,
        "channel": "email",
    }
    _write_again(_log("mail", values, midnight - MAIL_BEFORE), midnight - REPLY_BEFORE)
    return 2


def _log(name: str, values: dict, at: dt.datetime) -> Case:
    case = log_case(
        by=None,
        values=values,
        submission=uuid.uuid5(OWN, name),
        actor=Actor.CUSTOMER,
        now=at,
    )
    return act(
        case=case,
        action=Action.ACKNOWLEDGE,
        by=None,
        actor=Actor.SYSTEM,
        data={"told": THANKS},
        now=at,
    )


def _write_again(case: Case, at: dt.datetime) -> None:
    """The customer answers the acknowledgement, which the mail quotes."""
    mail = IncomingMail.objects.create(
        identity="wrong-size@customer.example",
        outcome=IncomingMail.Outcome.REPLY,
        case=case,
        text=REPLY + QUOTED.format(day=f"{at:%d %B %Y}"),
        read_at=at,
    )
    data = {"told": REPLY, "mail_read": mail.pk}
    act(case=case, action=Action.REPLY, by=None, actor=Actor.CUSTOMER, data=data, now=at)
