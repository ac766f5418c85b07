"""What each action needs before it may happen: the last column but one of the state table."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Actor, Case, Category
from complaints.services import corrective, linking, mails
from complaints.states import OPEN, Action
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform.models import Installation
from customers.models import Customer, Standing
from customers.models.standing import Tier

# The fields of a case that an action may set.
SETTABLE = {
    Action.ACKNOWLEDGE: {"owner"},
    Action.ASSESS: {
        *("severity", "category", "owner", "scope", "is_safety", "immediate_action"),
        *("touchpoint", "product"),
    },
    Action.PROPOSE: {"root_cause", "root_cause_notes", "remedy", "remedy_cost"},
    Action.ASSIGN: {"owner"},
    Action.CHANGE: {
        *("customer", "contact", "caller_name", "caller_phone", "caller_email"),
        *("title", "description", "channel", "category", "touchpoint", "severity", "product"),
        *("order_reference", "remedy_sought", "scope", "is_safety", "immediate_action"),
        *("root_cause", "root_cause_notes", "remedy", "tier"),
    },
}
REASONED = (Action.SEND_BACK, Action.REOPEN, Action.WITHDRAW, Action.REJECT, Action.COMMENT)
ASKING = (Action.ASK_CUSTOMER, Action.ASK_THIRD)
# The year 9999 in a zone behind UTC is a year that no page could read again.
LONGEST_WAIT = dt.timedelta(days=366)


@dataclass
class Step:
    """An action about to happen, with what it brings along."""

    case: Case
    action: str
    by: User | None
    actor: str
    now: dt.datetime
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """The field as it will be."""
        return self.fields.get(name, getattr(self.case, name))

    def text(self, name: str) -> str:
        return str(self.data.get(name) or "").strip()


def check(step: Step) -> None:
    """Raise Refused where something is missing; completes what follows from what was given."""
    _clean_fields(step)
    if step.fields.get("category") != step.case.category:
        check_category(step.case.kind, step.fields.get("category"))
    step.reason = step.reason.strip()
    if step.action in REASONED and not step.reason:
        raise Refused(_("Say why."), "reason")
    if step.action in ASKING:
        _check_waiting(step)
    if need := NEEDS.get(step.action):
        need(step)
    if step.fields.get("owner"):
        _check_owner(step)
    if step.data.get("mail") and not mails.address_of(step.case):
        raise Refused(_("No e-mail address of the customer is known."), "mail")


def _clean_fields(step: Step) -> None:
    strangers = set(step.fields) - SETTABLE.get(step.action, set())
    if strangers:
        raise ValueError(f"{step.action} does not set {', '.join(sorted(strangers))}")
    step.fields = clean_fields(step.case, step.fields)


def clean_fields(case: Case, fields: dict[str, Any]) -> dict[str, Any]:
    """The values as the model takes them: choices, lengths and amounts checked."""
    return {name: _clean(case, name, value) for name, value in fields.items()}


def _clean(case: Case, name: str, value: Any) -> Any:
    described = Case._meta.get_field(name)
    try:
        if not isinstance(described, models.ForeignKey):
            return described.clean(value, case)
        if value is None or isinstance(value, models.Model):
            return value
        return described.related_model._default_manager.get(pk=described.clean(value, case))
    except ValidationError as error:
        raise Refused(" ".join(error.messages), name) from None


def check_category(kind: str, category: Category | None) -> None:
    """Complaints and service requests each may have categories of their own."""
    if category and not category.is_for(kind):
        words = _("“%(category)s” is not for cases of this kind.")
        raise Refused(words % {"category": category}, "category")


def _check_waiting(step: Step) -> None:
    step.data["waiting_for"] = step.text("waiting_for")
    if not step.data["waiting_for"]:
        raise Refused(_("Say what the case waits for."), "waiting_for")
    until = step.data.get("until")
    if isinstance(until, str):
        until = parse_datetime(until)
    if until is None or until.tzinfo is None:
        raise Refused(_("Say until when the case waits."), "until")
    if until <= step.now:
        raise Refused(_("Choose a time to come."), "until")
    if until > step.now + LONGEST_WAIT:
        words = _("%(field)s: lies before 1900 or more than a year ahead.")
        raise Refused(words % {"field": _("Until when")}, "until")
    step.data["until"] = until.isoformat()


def _acknowledge(step: Step) -> None:
    """The customer hears that we have it: in somebody's words, else in the usual ones."""
    step.data["told"] = step.text("told") or mails.received(step.case)


def _assess(step: Step) -> None:
    if not step.value("category"):
        raise Refused(_("Choose a category."), "category")
    if not step.value("owner"):
        raise Refused(_("Choose who is in charge."), "owner")


def _propose(step: Step) -> None:
    """Root cause, remedy and cost are asked of complaints alone; a new proposal is unapproved."""
    step.fields["approved_cost"] = None
    if not rights.needs_cause(step.case):
        return
    if not step.value("root_cause"):
        raise Refused(_("Choose the root cause."), "root_cause")
    if not step.value("remedy"):
        raise Refused(_("Choose the remedy."), "remedy")
    cost = step.value("remedy_cost")
    if cost is None or cost < 0:
        raise Refused(_("Write what the remedy costs; 0 for nothing."), "remedy_cost")
    most = Installation.cached().authority_manager
    if cost > most:
        # Nobody could approve it.
        words = _("Managers may give %(most)s at most.")
        raise Refused(words % {"most": number_format(most)}, "remedy_cost")


def _approve(step: Step) -> None:
    step.fields["approved_cost"] = rights.cost_of(step.case)


def _resolve(step: Step) -> None:
    step.data["told"] = _told(step)
    if not rights.may_spend(step.by, step.case):
        raise Refused(
            _("The remedy costs more than you may decide alone: it has to be approved first."),
            "remedy_cost",
        )
    corrective.check_given(step.case, step.by, step.data)


def _reply(step: Step) -> None:
    step.data["told"] = _told(step)


def _told(step: Step) -> str:
    told = step.text("told")
    if not told:
        raise Refused(_("Write what the customer was told."), "told")
    return told


def _reopen(step: Step) -> None:
    """Who was in charge may have left meanwhile, or see the customer no more."""
    owner = step.case.owner
    if owner and not (owner.is_active and rights.sees(owner, step.case.customer_id)):
        step.fields["owner"] = None
    days = Installation.cached().reopening_days
    if step.now > step.case.resolved_at + dt.timedelta(days=days):
        raise Refused(
            _("It was resolved more than %(days)s days ago: log a new case.") % {"days": days}
        )


def _reject(step: Step) -> None:
    if step.text("told"):
        step.data["told"] = step.text("told")
    step.data["recourse"] = step.text("recourse")
    if not step.data["recourse"]:
        raise Refused(_("Write what the customer can do about it."), "recourse")


def _merge(step: Step) -> None:
    """The target is open, so it is merged into nothing itself, and no circle can come about."""
    seen = Case.objects.visible_to(step.by).filter(pk=step.data.get("target") or 0).first()
    if seen is None:
        raise Refused(_("Choose the case that it is merged into."), "target")
    if seen.pk == step.case.pk:
        raise Refused(_("A case can't be merged into itself."), "target")
    if seen.state not in OPEN:
        raise Refused(_("The other case is no longer open."), "target")
    step.data["target"] = seen.pk


def _assign(step: Step) -> None:
    if "owner" not in step.fields:
        raise Refused(_("Choose who is in charge."), "owner")


def _change(step: Step) -> None:
    """Only what really changes; another customer brings another tier."""
    if step.actor == Actor.USER:
        step.fields.pop("tier", None)
    contact, customer = step.value("contact"), step.value("customer")
    if contact and (customer is None or contact.customer_id != customer.pk):
        step.fields["contact"] = None
    if customer is None and not step.value("caller_name"):
        raise Refused(_("Say whose case it is."), "caller_name")
    changed = {name: value for name, value in step.fields.items() if _differs(step, name)}
    if "customer" in changed:
        changed |= _of_other_customer(step, customer)
    step.fields = changed


def _of_other_customer(step: Step, customer: Customer | None) -> dict[str, Any]:
    """The tier, and nobody in charge where who was does not see this customer."""
    pk = customer.pk if customer else None
    if step.by and not rights.sees(step.by, pk):
        raise Refused(_("Choose one of your customers."), "customer")
    owner = step.case.owner
    keeps_owner = owner is None or rights.sees(owner, pk)
    return {"tier": tier_of(pk)} | ({} if keeps_owner else {"owner": None})


def _differs(step: Step, name: str) -> bool:
    return getattr(step.case, name) != step.fields[name]


def tier_of(customer_id: int | None) -> str:
    """As the last nightly run has it; who is not known is served as the many."""
    tier = Standing.objects.filter(customer=customer_id).values_list("tier", flat=True).first()
    return tier or Tier.C


def _check_owner(step: Step) -> None:
    owner = step.fields["owner"]
    if not owner.is_active:
        raise Refused(_("%(name)s can't sign in any more.") % {"name": owner}, "owner")
    if not Case.objects.visible_to(owner).filter(pk=step.case.pk).exists():
        raise Refused(_("%(name)s does not see this customer.") % {"name": owner}, "owner")


NEEDS: dict[str, Callable[[Step], None]] = {
    Action.ACKNOWLEDGE: _acknowledge,
    Action.ASSESS: _assess,
    Action.PROPOSE: _propose,
    Action.APPROVE: _approve,
    Action.RESOLVE: _resolve,
    Action.REPLY: _reply,
    Action.REOPEN: _reopen,
    Action.REJECT: _reject,
    Action.MERGE: _merge,
    Action.ASSIGN: _assign,
    Action.CHANGE: _change,
    Action.LINK: lambda step: linking.check_link(step.case, step.by, step.data),
    Action.UNLINK: lambda step: linking.check_unlink(step.case, step.data),
}
