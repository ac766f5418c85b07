"""What people do to a case: a form for each action, with the fields that it needs."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints import rights
from complaints.forms.base import (
    ActionForm,
    Owned,
    WithCorrective,
    WithMail,
    WithOther,
    WithReason,
    text,
)
from complaints.forms.log import ProductField
from complaints.forms.rows import RowField
from complaints.history import INSIDE, OUTWARD
from complaints.models import Case, Kind, Remedy, Severity
from complaints.services.desk import SETTLE
from complaints.services.mails import received
from complaints.states import Action
from customers.models import Customer

USUAL_WAIT = dt.timedelta(days=3)
NOON = dt.time(12)
ANY = [("", "–")]
# Cases to choose from; any other is named by its number.
MOST_OFFERED = 12


class AcknowledgeForm(WithMail, Owned):
    action = Action.ACKNOWLEDGE
    label = _("Acknowledge")
    hint = _("The customer knows that we have it.")
    VALUES = ("owner",)
    field_order = ["expected_seq", "canned", "told", "mail", "owner"]

    told = text(_("Word to the customer"), rows=2, required=False, max_length=10_000)

    def prepare(self) -> None:
        super().prepare()
        self.fields["owner"].required = False
        usual = _("Left empty, it says: “%(words)s”")
        self.fields["told"].help_text = usual % {"words": received(self.case)}


class AssessForm(Owned):
    action = Action.ASSESS
    label = _("Assess")
    button = _("Begin to investigate")
    VALUES = ("severity", "category", "owner", "scope", "is_safety", "immediate_action")
    field_order = [
        *("expected_seq", "severity", "category", "owner", "scope", "immediate_action"),
        "is_safety",
    ]

    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    category = RowField(label=_("Category"))
    owner = RowField(label=_("In charge"))
    scope = forms.CharField(label=_("Scope: how much, how many"), max_length=300, required=False)
    immediate_action = forms.CharField(label=_("Immediate action"), max_length=300, required=False)
    is_safety = forms.BooleanField(label=_("People or goods in danger"), required=False)

    def prepare(self) -> None:
        super().prepare()
        self.fields["category"].fill(self.lists.categories)


class AskCustomerForm(ActionForm):
    action = Action.ASK_CUSTOMER
    label = _("Wait for the customer")
    hint = _("The time of waiting is not counted.")
    DATA = ("waiting_for", "until")

    waiting_for = forms.CharField(label=_("For what"), max_length=300)
    until = forms.DateTimeField(
        label=_("Until when"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def prepare(self) -> None:
        if self.action == Action.ASK_CUSTOMER:
            # Of a third party it stays inside.
            words = _("Who follows the case by its link reads this.")
            self.fields["waiting_for"].help_text = words
        day = timezone.localdate() + USUAL_WAIT
        self.initial["until"] = timezone.make_aware(dt.datetime.combine(day, NOON))

    @property
    def event_data(self) -> dict[str, Any]:
        return super().event_data | {"until": self.cleaned_data["until"].isoformat()}


class AskThirdForm(AskCustomerForm):
    action = Action.ASK_THIRD
    label = _("Wait for a third party")


class GoOnForm(WithReason):
    action = Action.GO_ON
    label = _("Go on")
    reason_label = _("What came")
    reason_required = False


class ProposeForm(WithMail):
    """Requests are done, not remedied: they need neither cause nor remedy."""

    action = Action.PROPOSE
    label = _("Propose a resolution")
    VALUES = ("root_cause", "root_cause_notes", "remedy", "remedy_cost")
    NOT_OF_REQUESTS = VALUES
    field_order = ["expected_seq", *VALUES, "canned", "told", "mail"]

    root_cause = RowField(label=_("Root cause"))
    remedy = forms.ChoiceField(label=_("Remedy"), choices=[*ANY, *Remedy.choices])
    remedy_cost = forms.DecimalField(
        label=_("What it costs us"), min_value=0, max_digits=12, decimal_places=2
    )
    root_cause_notes = text(_("How it came about"), rows=2, required=False, max_length=4_000)
    told = text(
        _("What the customer was told of it, if anything"),
        rows=2,
        required=False,
        max_length=10_000,
    )

    def prepare(self) -> None:
        super().prepare()
        if not rights.needs_cause(self.case):
            for name in self.NOT_OF_REQUESTS:
                del self.fields[name]
            self.hint = _("What was asked for is done.")
        else:
            self.fields["root_cause"].fill(self.lists.causes)
            if not self.case.remedy:
                self.initial["remedy"] = self.case.remedy_sought

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("mail") and not cleaned.get("told"):
            self.add_error("told", _("Write what the mail says."))
        return cleaned


class SettleForm(WithCorrective, ProposeForm):
    """All steps that are left, in one: who answers decides on the spot."""

    action = SETTLE
    label = _("Settle on the spot")
    hint = _("Decided and told at once: the case is then resolved.")
    VALUES = ("severity", "category", *ProposeForm.VALUES)
    field_order = [
        *("expected_seq", "category", "severity", "root_cause", "remedy", "remedy_cost"),
        *("root_cause_notes", "canned", "told", "mail", *WithCorrective.CORRECTIVE),
    ]

    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    category = RowField(label=_("Category"))
    told = text(_("What the customer was told"), max_length=10_000)

    def prepare(self) -> None:
        super().prepare()
        self.fields["category"].fill(self.lists.categories)

    def asks_for_change(self) -> bool:
        """Whatever the severity: it is chosen in the same form."""
        return self.case.kind == Kind.COMPLAINT and not self.lists.corrective


class ApproveForm(WithReason):
    action = Action.APPROVE
    label = _("Approve the cost")
    reason_label = _("Remark")
    reason_required = False


class SendBackForm(WithReason):
    action = Action.SEND_BACK
    label = _("Send back")


class ResolveForm(WithCorrective, WithMail):
    action = Action.RESOLVE
    label = _("Resolve")
    field_order = ["expected_seq", "canned", "told", "mail", *WithCorrective.CORRECTIVE]

    @classmethod
    def name_for(cls, case: Case) -> Any:
        return _("Done") if case.kind == Kind.REQUEST else cls.label


class CloseForm(WithReason):
    action = Action.CLOSE
    label = _("Close")
    hint = _("The customer accepts. Without a word it closes by itself.")
    reason_label = _("What the customer says")
    reason_required = False


class ReopenForm(WithReason):
    action = Action.REOPEN
    label = _("Reopen")


class ReplyForm(WithMail):
    action = Action.REPLY
    tone = OUTWARD
    label = _("Reply to the customer")
    button = _("Reply")


class CommentForm(WithReason):
    action = Action.COMMENT
    label = _("Comment inside")
    tone = INSIDE
    hint = _("The customer never sees it. @name calls a colleague, by user name.")
    reason_label = _("For colleagues only")


class AssignForm(Owned):
    """To somebody else: who is in charge is not offered, but no mistake where sent twice."""

    action = Action.ASSIGN
    label = _("Assign")
    VALUES = ("owner",)

    def prepare(self) -> None:
        super().prepare()
        present, user = self.case.owner, self.lists.user
        if present is None:
            return
        offered = [one for one in self.fields["owner"].choices if one[0] != str(present.pk)]
        self.fields["owner"].widget.choices = [("", "–"), *offered]
        is_free = user != present and user in self.lists.people
        self.initial["owner"] = user if is_free else None


class WithdrawForm(WithReason):
    action = Action.WITHDRAW
    label = _("Withdrawn by the customer")
    reason_label = _("What the customer said")
    is_grave = True


class RejectForm(WithReason, WithMail):
    action = Action.REJECT
    label = _("Reject")
    is_grave = True
    DATA = ("told", "recourse", "mail")
    field_order = ["expected_seq", "reason", "canned", "told", "recourse", "mail"]

    told = text(_("What the customer was told"), required=False, max_length=10_000)
    recourse = text(_("What the customer can do about it"), rows=2, max_length=2_000)


class MergeForm(WithOther, WithReason):
    action = Action.MERGE
    label = _("Merge")
    hint = _("Into another open case, which is then handled for both.")
    reason_required = False
    key = "target"

    target = RowField(label=_("Into"))

    def offered(self) -> list[Case]:
        return self.lists.open_others[:MOST_OFFERED]


class LinkForm(WithOther, WithReason):
    action = Action.LINK
    label = _("Link to another case")
    button = _("Link")
    hint = _("Both stay what they are; each shows the other.")
    reason_required = False
    key = "linked"

    linked = RowField(label=_("Belongs to"))

    def offered(self) -> list[Case]:
        linked = {case.pk for case in self.lists.linked}
        offered = [case for case in self.lists.others if case.pk not in linked]
        return offered[:MOST_OFFERED]


class UnlinkForm(WithReason):
    action = Action.UNLINK
    label = _("Unlink")
    reason_required = False

    linked = RowField(label=_("Does not belong to"))

    def prepare(self) -> None:
        self.fields["linked"].fill(self.lists.linked, None)
        super().prepare()

    @property
    def event_data(self) -> dict[str, Any]:
        return {"linked": self.cleaned_data["linked"].pk}


class UnmergeForm(WithReason):
    action = Action.UNMERGE
    label = _("Take apart again")
    reason_required = False


class ChangeForm(ActionForm):
    """What was written down wrong, or became known later."""

    action = Action.CHANGE
    label = _("Correct")
    button = _("Save")
    VALUES = (
        *("title", "contact", "caller_name", "caller_phone", "caller_email", "category"),
        *("severity", "product", "order_reference", "remedy_sought"),
    )

    title = forms.CharField(label=_("Title"), max_length=120)
    customer_number = forms.CharField(
        label=_("Number of the customer"), max_length=60, required=False
    )
    contact = RowField(label=_("Contact"), required=False)
    caller_name = forms.CharField(label=_("Name of the caller"), max_length=150, required=False)
    caller_phone = forms.CharField(label=_("Phone of the caller"), max_length=60, required=False)
    caller_email = forms.EmailField(label=_("E-mail of the caller"), required=False)
    category = RowField(label=_("Category"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    product = ProductField()
    order_reference = forms.CharField(label=_("Order or invoice"), max_length=120, required=False)
    remedy_sought = forms.ChoiceField(
        label=_("Remedy sought"), choices=[*ANY, *Remedy.choices], required=False
    )

    def prepare(self) -> None:
        self.fields["category"].fill(self.lists.categories)
        self.initial["product"] = self.case.product.code if self.case.product_id else ""
        if self.case.customer_id is None:
            del self.fields["contact"]
            return
        del self.fields["customer_number"]
        self.fields["contact"].fill(self.lists.contacts)

    def clean_customer_number(self) -> Customer | None:
        number = self.cleaned_data["customer_number"]
        if not number:
            return None
        customer = Customer.objects.visible_to(self.lists.user).numbered(number).first()
        if customer is None:
            raise ValidationError(_("You have no customer with this number."))
        return customer

    @property
    def values(self) -> dict[str, Any]:
        """What the person changed: a colleague's other fields stay as they are."""
        changed = {
            name: value for name, value in super().values.items() if name in self.changed_data
        }
        if customer := self.cleaned_data.get("customer_number"):
            changed["customer"] = customer
        return changed


FORMS: dict[str, type[ActionForm]] = {
    str(form.action): form
    for form in (
        *(AcknowledgeForm, AssessForm, ProposeForm, ApproveForm, ResolveForm, GoOnForm, CloseForm),
        *(ReplyForm, CommentForm, AskCustomerForm, AskThirdForm, SettleForm, SendBackForm),
        *(ReopenForm, AssignForm, ChangeForm, LinkForm, UnlinkForm, MergeForm, UnmergeForm),
        *(WithdrawForm, RejectForm),
    )
}
