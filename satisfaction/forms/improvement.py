"""An improvement action: what is changed, by whom, until when, and what came of it."""

import datetime as dt

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.forms.work import in_reach
from satisfaction.models import (
    SCALES,
    Aspect,
    Audience,
    ImprovementAction,
    Question,
    Wave,
)

USUAL_DAYS = 60


class ImprovementForm(VersionedForm):
    class Meta:
        model = ImprovementAction
        fields = (
            *("finding", "cause", "what", "measure", "owner", "due_on", "aim"),
            *("gauge", "wave_before", "wave_after", "state", "result"),
        )
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "finding": forms.Textarea(attrs={"rows": 2}),
            "cause": forms.Textarea(attrs={"rows": 2}),
            "aim": forms.Textarea(attrs={"rows": 3}),
            "result": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "aim": _("What customers will notice, and by which figure it shows."),
            "gauge": _("The same measure before and after tells whether it helped."),
            "wave_before": _("Where it was found."),
            "wave_after": _("Chosen once there is one: a wave that opened later."),
            "result": _("What came of it; asked for once it is done."),
        }

    def _adapt_to_user(self) -> None:
        people = Q(is_active=True) & ~Q(role=Role.SERVICE)
        people |= Q(pk=self.instance.owner_id)
        self.fields["owner"].queryset = User.objects.filter(people).order_by("name")
        waves = Wave.objects.exclude(state=Wave.State.PLANNED)
        waves = waves.exclude(version__instrument__audience=Audience.STAFF).order_by("-opens_on")
        for name in ("wave_before", "wave_after"):
            self.fields[name].queryset = waves
        if not self.instance.pk:
            del self.fields["state"], self.fields["result"], self.fields["wave_after"]
            due = Installation.cached().today() + dt.timedelta(days=USUAL_DAYS)
            self.initial.setdefault("due_on", due)

    def clean_due_on(self) -> dt.date:
        return in_reach(self.cleaned_data["due_on"])

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("state") == ImprovementAction.State.DONE and not cleaned.get("result"):
            self.add_error("result", _("Say what came of it."))
        self._check_waves(cleaned)
        return cleaned

    def _check_waves(self, cleaned: dict) -> None:
        """Both asked for the measure, the later one later."""
        gauge, before, after = (
            cleaned.get(name) for name in ("gauge", "wave_before", "wave_after")
        )
        if before and not gauge:
            self.add_error("gauge", _("Choose the measure that the wave is compared by."))
        if after and not before:
            self.add_error("wave_before", _("Choose the wave that it is compared with."))
        elif after and after.opens_on <= before.opens_on:
            self.add_error("wave_after", _("This wave opened no later than the wave before."))
        for name, wave in (("wave_before", before), ("wave_after", after)):
            if gauge and wave and not asks_for(wave, gauge):
                self.add_error(name, _("This wave did not ask for the measure."))


def asks_for(wave: Wave, measure: str) -> bool:
    """Whether a wave has a question on a scale for it."""
    questions = Question.objects.filter(version=wave.version_id, measure=measure)
    return questions.filter(kind__in=list(SCALES), aspect=Aspect.PERCEPTION).exists()


class VerdictForm(forms.Form):
    """What the verifier says, beginning with what the figures say."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=ImprovementAction.Verdict.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What the verifier says"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
