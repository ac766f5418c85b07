"""Log what passed between us and a customer, and correct it later."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.platform.edits import NOTHING, VersionedForm
from crm.platform.forms import AttachmentsField
from customers.forms.work import in_reach, possible_assignees
from customers.models import Competitor, Contact, Interaction
from customers.services.interactions import NextStep

# Clocks of browsers go wrong by a little.
AHEAD = dt.timedelta(minutes=1)
# Nobody means an earlier one, and a moment of the year 1 can't be told in every zone.
FIRST_YEAR = 1950
# Boxes to tick are quicker than a list, as long as they are few.
MOST_BOXES = 40
LATELY = 200  # so many interactions back somebody was met lately
MINUTE = "%Y-%m-%dT%H:%M"


class MinuteField(forms.DateTimeField):
    """A moment to the minute, shown as the browser sends it, so that both compare."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE)

    def prepare_value(self, value):
        value = super().prepare_value(value)
        return value.strftime(MINUTE) if isinstance(value, dt.datetime) else value


class InteractionFields(forms.ModelForm):
    """What both forms ask; choices are of one customer and of those who work with it."""

    at = MinuteField(label=_("Time"))
    heard = forms.MultipleChoiceField(
        label=_("What was heard"),
        required=False,
        choices=Interaction.Heard,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Interaction
        fields = (
            *("kind", "direction", "at", "contact", "contacts", "colleagues"),
            *("subject", "notes", "heard", "competitor", "outcome"),
        )
        widgets = {"notes": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "notes": _("@username tells a colleague."),
            "competitor": _("Not in the list? Managers add competitors; note the name meanwhile."),
        }

    def __init__(self, *args, user, customer, everybody: bool = False, **kwargs):
        self.user, self.customer, self.everybody = user, customer, everybody
        self.unshown = 0  # contacts that are not offered as others, until everybody is asked for
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        now = self.instance
        kinds = dict.fromkeys([*Interaction.LOGGED, *([now.kind] if now.pk else [])])
        self.fields["kind"].choices = [(kind, Interaction.Kind(kind).label) for kind in kinds]
        self._offer_contacts()
        self._offer_colleagues()
        competitors = Competitor.objects.filter(Q(is_active=True) | Q(pk=now.competitor_id))
        self.fields["competitor"].queryset = competitors
        self.fields["competitor"].empty_label = NOTHING

    def _offer_contacts(self) -> None:
        """Those who are there first; who was erased only where the interaction names them."""
        now, people = self.instance, Contact.objects.filter(customer=self.customer)
        named = Q(pk=now.contact_id)
        if now.pk:
            named |= Q(pk__in=now.contacts.values("pk"))
        people = people.filter(Q(erased_at=None) | named)
        people = people.order_by(F("left_on").asc(nulls_first=True), "name", "pk")
        choices = [
            (pk, _("%(name)s (left)") % {"name": name} if left else name)
            for pk, name, left in people.values_list("pk", "name", "left_on")
        ]
        self.fields["contact"].queryset = self.fields["contacts"].queryset = people
        self.fields["contact"].choices = [("", "–"), *choices]
        self._offer_several("contacts", choices)
        if len(choices) > MOST_BOXES and not self.everybody:
            self._offer_those_met_lately(choices)

    def _offer_those_met_lately(self, choices: list) -> None:
        """Of hundreds only some, so that the form stays short; others may be sent all the same."""
        rows = Interaction.objects.filter(customer=self.customer).order_by("-at", "-pk")
        lately = dict.fromkeys(rows.values_list("contact", flat=True)[:LATELY])
        chosen = self["contacts"].value() or []
        met = {str(pk) for pk in list(lately)[:MOST_BOXES]}
        met |= {str(getattr(one, "pk", one)) for one in chosen}
        shown = [choice for choice in choices if str(choice[0]) in met]
        field = self.fields["contacts"]
        field.widget = forms.CheckboxSelectMultiple(choices=shown)
        self.unshown = len(choices) - len(shown)

    def _offer_colleagues(self) -> None:
        now = self.instance
        first = now.by_id or self.user.pk
        people = possible_assignees(self.customer)
        if now.pk:
            chosen = Q(pk__in=now.colleagues.values("pk"))
            people = User.objects.filter(Q(pk__in=people.values("pk")) | chosen).order_by("name")
        self.fields["colleagues"].queryset = people.exclude(pk=first)
        self.people = list(people)
        others = [(person.pk, str(person)) for person in self.people if person.pk != first]
        self._offer_several("colleagues", others)

    def _offer_several(self, name: str, choices: list) -> None:
        few = len(choices) <= MOST_BOXES
        field = self.fields[name]
        field.widget = forms.CheckboxSelectMultiple() if few else forms.SelectMultiple()
        field.choices = choices

    def clean_at(self) -> dt.datetime:
        at, before = self.cleaned_data["at"], self.instance.at
        if at > timezone.now() + AHEAD:
            raise ValidationError(_("This time has not come yet; plan it as a task instead."))
        in_reach(at.date(), FIRST_YEAR)
        # The form shows minutes; who leaves them alone leaves the seconds alone too.
        same = self.instance.pk and before.replace(second=0, microsecond=0) == at
        return before if same else at

    def clean(self) -> dict:
        cleaned = super().clean()
        heard, named = cleaned.get("heard") or [], Interaction.Heard.COMPETITOR.value
        if cleaned.get("competitor") and named not in heard:
            cleaned["heard"] = [*heard, named]
        elif named in heard and not cleaned.get("competitor") and "competitor" not in self.errors:
            self.add_error("competitor", _("Say which competitor was named."))
        if cleaned.get("contact") and cleaned.get("contacts"):
            cleaned["contacts"] = cleaned["contacts"].exclude(pk=cleaned["contact"].pk)
        return cleaned


class InteractionForm(InteractionFields):
    """A new one: with what is to be done next, and files."""

    attachments = AttachmentsField()
    next_step = forms.CharField(
        label=_("What is to be done"),
        required=False,
        max_length=200,
        help_text=_("Makes a task."),
    )
    next_due_on = forms.DateField(
        label=_("By"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    next_assignee = forms.ModelChoiceField(
        label=_("Who does it"), required=False, queryset=User.objects.none(), empty_label=None
    )
    # What stands on top; the rest is asked for by who needs it.
    FIRST = ("kind", "direction", "contact", "subject", "notes")
    STEP = ("next_step", "next_due_on", "next_assignee")

    def __init__(self, *args, focus: str = "kind", **kwargs):
        super().__init__(*args, **kwargs)
        self._adapt_to_user()
        self.initial.setdefault("at", timezone.now())
        self.initial["next_assignee"] = self.user.pk
        self.fields["next_assignee"].queryset = possible_assignees(self.customer)
        self.fields["next_assignee"].choices = [(one.pk, str(one)) for one in self.people]
        self.fields[focus].widget.attrs["autofocus"] = True

    def clean_next_due_on(self) -> dt.date | None:
        return in_reach(self.cleaned_data["next_due_on"])

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("next_due_on") and not cleaned.get("next_step"):
            self.add_error("next_step", _("Say what is to be done by then."))
        dated = cleaned.get("next_due_on") or "next_due_on" in self.errors
        if cleaned.get("next_step") and not dated:
            self.add_error("next_due_on", _("Say by when."))
        return cleaned

    @property
    def more_fields(self) -> list:
        elsewhere = {*self.FIRST, *self.STEP}
        return [field for field in self.visible_fields() if field.name not in elsewhere]

    @property
    def more_is_open(self) -> bool:
        """Something under "more" is wrong or was filled in."""
        usual = {"at", "attachments"}
        asked = [field for field in self.more_fields if field.errors or field.name not in usual]
        return any(field.errors or field.value() for field in asked)

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    @property
    def step(self) -> NextStep | None:
        cleaned = self.cleaned_data
        if not cleaned["next_step"]:
            return None
        return NextStep(
            title=cleaned["next_step"],
            due_on=cleaned["next_due_on"],
            assignee=cleaned["next_assignee"] or self.user,
        )


class InteractionEditForm(InteractionFields, VersionedForm):
    """Correct one that is logged."""


class FilesForm(forms.Form):
    """Files to hang on what is there already."""

    attachments = AttachmentsField(required=True, label=_("Add files"))
