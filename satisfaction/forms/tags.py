"""What a comment is about: one choice among measures and touchpoints."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Touchpoint
from satisfaction.models import COSTS, DIMENSIONS, Measure

MEASURES = (
    *DIMENSIONS,
    *(Measure.OF_PRODUCT, Measure.OF_SERVICE, Measure.OF_STAFF, Measure.OF_IMAGE),
    *COSTS,
    Measure.COMPARED,
    Measure.HANDLING,
    Measure.EFFORT,
)


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """In two groups: value ("m:reliability", "t:3") and words."""
    touchpoints = Touchpoint.objects.filter(is_active=True)
    return [
        (_("Measure"), [(f"m:{one}", Measure(one).label) for one in MEASURES]),
        (_("Touchpoint"), [(f"t:{one.pk}", str(one)) for one in touchpoints]),
    ]


class TagForm(forms.Form):
    about = forms.ChoiceField(
        label=_("What it is about"), widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = choices()

    @property
    def values(self) -> dict:
        """What `services.tags.tag` takes."""
        kind, key = self.cleaned_data["about"].split(":", 1)
        if kind == "m":
            return {"measure": key}
        return {"touchpoint": Touchpoint.objects.get(pk=int(key))}
