"""Care in words: when a rule asks for something, and what a person does about it next."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import CareDue, CareRule, Interaction

Action, Trigger = CareRule.Action, CareRule.Trigger
# Which kind of interaction is logged for it.
LOGGED_AS = {
    Action.CONTACT: Interaction.Kind.CALL,
    Action.CALL: Interaction.Kind.CALL,
    Action.VISIT: Interaction.Kind.VISIT,
    Action.EXECUTIVE: Interaction.Kind.VISIT,
}
DEMANDS = (Action.FILE, Action.CLUB, Action.REPRESENTATIVE)


@dataclass(frozen=True)
class Step:
    """A link that leads to where it is done."""

    label: str
    url: str


def when(rule: CareRule) -> str:
    """Such as: every 90 days."""
    if rule.trigger == Trigger.EVERY and rule.action in DEMANDS:
        words = ngettext("within %(days)d day", "within %(days)d days", rule.days)
    elif rule.trigger == Trigger.EVERY:
        words = ngettext("every day", "every %(days)d days", rule.days)
    elif rule.trigger == Trigger.FIRST_PURCHASE:
        words = ngettext(
            "within %(days)d day of the first purchase",
            "within %(days)d days of the first purchase",
            rule.days,
        )
    elif rule.trigger == Trigger.DELIVERY:
        words = ngettext(
            "within %(days)d day of each purchase",
            "within %(days)d days of each purchase",
            rule.days,
        )
    else:
        words = ngettext(
            "no second purchase within %(days)d day",
            "no second purchase within %(days)d days",
            rule.days,
        )
    return words % {"days": rule.days}


def next_step(user, rule: CareRule, due: CareDue) -> Step | None:
    """Where this person gives this care; none for what a mailing does."""
    customer = due.customer_id
    if kind := LOGGED_AS.get(rule.action):
        parameters = {"kind": kind}
        if due.task_id and due.task.is_open:
            parameters["task"] = due.task_id
        address = reverse("customers:interaction_create", args=[customer])
        return Step(_("Log it"), f"{address}?{urlencode(parameters)}")
    if not user.sees_worth:
        return None
    if rule.action in (Action.FILE, Action.REPRESENTATIVE):
        return Step(_("Open the file"), reverse("customers:edit", args=[customer]))
    if rule.action == Action.CLUB:
        address = reverse("customers:record_create", args=[customer, "membership"])
        return Step(_("Add membership"), address)
    return None
