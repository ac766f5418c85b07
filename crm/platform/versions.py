"""Lost-update protection: saving over somebody's newer change is refused, showing both."""

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import NewerChange

__all__ = ["NewerChange", "VersionedForm"]


class VersionedForm(forms.ModelForm):
    """A form that knows which version of its object it was opened with.

    The service that saves compares `opened_version` under a lock and raises NewerChange; the view
    then calls `show_newer`, which keeps what was typed and says beside each field what holds now.
    """

    # The model's count of edits; a form whose model calls something else so names its own.
    count_of_edits = "version"

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        edits = getattr(self.instance, self.count_of_edits)
        self.fields[self.count_of_edits].initial = edits

    @property
    def opened_version(self) -> int:
        return self.cleaned_data[self.count_of_edits]

    def values(self) -> dict:
        """What the person may set, cleaned."""
        return {
            name: self.cleaned_data[name]
            for name, field in self.fields.items()
            if name != self.count_of_edits and not field.disabled
        }

    def show_newer(self, current) -> None:
        """Says what somebody else saved meanwhile; saving again takes the typed values."""
        self.add_error(
            None,
            _(
                "Somebody else has saved this since you opened it. Your entries stand in the"
                " fields; what holds now is said beside those that differ. Save again to"
                " replace it with yours."
            ),
        )
        typed = self.values()
        for name, value in typed.items():
            if getattr(current, name) != value:
                self.add_error(name, _("Now: %(value)s") % {"value": self._shown(current, name)})
        self.data = self.data.copy()
        edits = getattr(current, self.count_of_edits)
        self.data[self.add_prefix(self.count_of_edits)] = str(edits)

    def _shown(self, current, name: str):
        """A stored value as a person reads it in this form."""
        display = getattr(current, f"get_{name}_display", None)
        value = getattr(current, name)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if value in (None, "", []):
            return "–"
        return display() if display else self.fields[name].prepare_value(value)
