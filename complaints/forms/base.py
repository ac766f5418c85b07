"""What the forms of all actions on a case have in common."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from complaints import canned, rights
from complaints.forms.rows import Lists, RowField
from complaints.models import Case
from complaints.references import number_in
from complaints.services.corrective import USUAL_DAYS
from complaints.services.mails import address_of
from crm.platform.models import Installation
from customers.forms.work import in_reach

ROWS_OF_A_LETTER = 10
CONTROLS = {"select": "form-select", "checkbox": "form-check-input"}


def text(label, *, rows: int = 3, required: bool = True, **kwargs) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class ActionForm(forms.Form):
    """Base: knows the case, and the last event that its reader saw."""

    action: str = ""
    label: Any = ""  # on the way to the form
    button: Any = ""  # that sends it; the label by default
    hint: Any = ""
    is_grave = False  # ends the case without an answer
    tone = ""  # for colleagues only, or for the customer
    VALUES: tuple[str, ...] = ()  # fields of the case
    DATA: tuple[str, ...] = ()  # what the event keeps beside

    # Set by the page: the one thing to do next; open at once.
    is_primary = is_open = False

    expected_seq = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1
    )

    use_required_attribute = False

    def __init__(self, data=None, *, case: Case, lists: Lists):
        super().__init__(data, auto_id=f"{self.action}-%s")
        self.case, self.lists = case, lists
        self.label = self.name_for(case)
        self.initial["expected_seq"] = case.last_seq
        self.button = self.button or self.label
        for name in self.VALUES:
            self.initial.setdefault(name, getattr(case, name, None))
        self.prepare()
        for name, field in self.fields.items():
            kind = self[name].widget_type
            field.widget.attrs.setdefault("class", CONTROLS.get(kind, "form-control"))
            value = self.initial.get(name)
            if isinstance(value, Model):
                self.initial[name] = str(value.pk)

    def prepare(self) -> None:
        """Choices and starting values of this case."""

    @classmethod
    def name_for(cls, case: Case) -> Any:
        """What leads to the form, before there is one."""
        return cls.label

    def take_cursor(self) -> None:
        """Who asked for the form types into its first field at once."""
        first = next((field for field in self.visible_fields() if field.name != "canned"), None)
        if first is not None:
            first.field.widget.attrs["autofocus"] = True

    @property
    def reason(self) -> str:
        return self.cleaned_data.get("reason", "")

    @property
    def event_data(self) -> dict[str, Any]:
        found = {name: self.cleaned_data.get(name) for name in self.DATA if name in self.fields}
        return {name: value for name, value in found.items() if value not in ("", None, False)}

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.VALUES if name in self.fields}

    @classmethod
    def typed(cls, data: QueryDict, *, case: Case, lists: Lists) -> "ActionForm":
        """The form as it was typed so far, and not yet judged."""
        form = cls(case=case, lists=lists)
        for name, field in form.fields.items():
            form.initial[name] = field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        return form

    def beside(self, name: str) -> str | None:
        """The field that what a rule says of `name` stands at; None is above all of them."""
        return name if name in self.fields else None

    def start_anew(self, last_seq: int) -> None:
        """What was typed stays; what happened meanwhile counts as seen."""
        self.data = self.data.copy()
        self.data["expected_seq"] = str(last_seq)


class WithReason(ActionForm):
    reason_label = _("Why")
    reason_required = True

    def prepare(self) -> None:
        super().prepare()
        self.fields["reason"] = text(
            self.reason_label, rows=2, required=self.reason_required, max_length=4_000
        )


class WithCanned(ActionForm):
    """Words to the customer, with ready ones to take; choosing needs no script."""

    told = text(_("What the customer was told"), max_length=10_000)
    canned = RowField(label=_("Ready text"), required=False)

    def prepare(self) -> None:
        super().prepare()
        if texts := self.lists.canned_for(self.action):
            self.fields["canned"].fill(texts)
        else:
            del self.fields["canned"]

    def insert_canned(self) -> None:
        """Put the chosen text behind what was typed, in the language of the customer."""
        chosen = next(
            (row for row in self.lists.canned if str(row.pk) == str(self.initial.get("canned"))),
            None,
        )
        if chosen is None:
            return
        words = canned.filled(chosen, self.case, self.lists.user)
        typed = str(self.initial.get("told") or "").rstrip()
        self.initial["told"] = f"{typed}\n\n{words}" if typed else words
        self.fields["told"].widget.attrs["rows"] = ROWS_OF_A_LETTER


class WithMail(WithCanned):
    """What is told can go out by mail, where an address is known."""

    DATA = ("told", "mail")
    field_order = ["expected_seq", "canned", "told", "mail"]

    mail = forms.BooleanField(required=False)

    def prepare(self) -> None:
        super().prepare()
        if address := address_of(self.case):
            self.fields["mail"].label = _("Send it by mail to %(address)s") % {"address": address}
        else:
            del self.fields["mail"]


class WithCorrective(ActionForm):
    """What is changed on our side; grave complaints are not resolved without.

    By whom can be changed later: until then it is who is in charge.
    """

    CORRECTIVE = ("corrective_what", "corrective_due_on")

    corrective_what = forms.CharField(
        label=_("What is changed on our side"), max_length=300, required=False
    )
    corrective_due_on = forms.DateField(
        label=_("Changed by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def prepare(self) -> None:
        super().prepare()
        if not self.asks_for_change():
            for name in self.CORRECTIVE:
                del self.fields[name]
            return
        due = Installation.cached().today() + dt.timedelta(days=USUAL_DAYS)
        self.initial["corrective_due_on"] = due
        self.fields["corrective_what"].help_text = _(
            "Needed after major and critical complaints, so that it does not come again."
        )

    def clean_corrective_due_on(self) -> dt.date | None:
        return in_reach(self.cleaned_data["corrective_due_on"])

    def asks_for_change(self) -> bool:
        return rights.needs_corrective_action(self.case) and not self.lists.corrective

    def clean(self) -> dict:
        cleaned = super().clean()
        is_planned, due = cleaned.get("corrective_what"), "corrective_due_on"
        if is_planned and not cleaned.get(due) and due not in self.errors:
            self.add_error(due, self.fields[due].error_messages["required"])
        return cleaned

    @property
    def event_data(self) -> dict[str, Any]:
        found, cleaned = super().event_data, self.cleaned_data
        if not cleaned.get("corrective_what"):
            return found
        given = {
            "what": cleaned["corrective_what"],
            "owner": self.case.owner_id or self.lists.user.pk,
            "due_on": cleaned["corrective_due_on"].isoformat(),
        }
        return found | {"corrective": given}


class WithOther(ActionForm):
    """Another case, chosen among those of the customer or named by its number."""

    key = ""  # of the choice, and of what the event keeps

    reference = forms.CharField(
        label=_("Or by its number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "C00012", "autocomplete": "off"}),
    )

    def offered(self) -> list[Case]:
        return []

    def beside(self, name: str) -> str | None:
        return "reference" if name == self.key else super().beside(name)

    def prepare(self) -> None:
        super().prepare()
        self.fields[self.key].fill(self.offered())
        self.fields[self.key].required = False
        if not self.offered():
            del self.fields[self.key]
            self.fields["reference"].label = _("Number of the other case")

    def clean_reference(self) -> Case | None:
        name = self.cleaned_data["reference"]
        if not name:
            return None
        found = Case.objects.visible_to(self.lists.user).filter(pk=number_in(name) or 0).first()
        if found is None:
            raise ValidationError(_("No case is called “%(ref)s”.") % {"ref": name})
        return found

    @property
    def event_data(self) -> dict[str, Any]:
        chosen = self.cleaned_data.get("reference") or self.cleaned_data.get(self.key)
        return {self.key: chosen.pk if chosen else None}


class Owned(ActionForm):
    owner = RowField(label=_("In charge"))

    def prepare(self) -> None:
        super().prepare()
        self.fields["owner"].fill(self.lists.people, None if self.case.owner_id else "–")
        if self.case.owner_id is None and self.lists.user in self.lists.people:
            self.initial["owner"] = self.lists.user
