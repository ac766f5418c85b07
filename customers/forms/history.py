"""The filter of the history of a customer's fields."""

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.history import kinds_for


class HistoryFilter(forms.Form):
    """What is not valid in the address filters nothing."""

    thing = forms.ChoiceField(label=_("What"), required=False)
    by = forms.ModelChoiceField(
        label=_("Who"),
        required=False,
        queryset=User.objects.none(),
        empty_label=_("Everybody"),
    )

    def __init__(self, data, *, user: User, changes):
        super().__init__(data)
        self.fields["thing"].choices = [("", _("Everything")), *kinds_for(user)]
        actors = changes.order_by().values("actor").distinct()
        self.fields["by"].queryset = User.objects.filter(pk__in=actors)

    def found_in(self, changes):
        self.is_valid()
        if table := self.cleaned_data.get("thing"):
            changes = changes.filter(table=table)
        if user := self.cleaned_data.get("by"):
            changes = changes.filter(actor=user)
        return changes

    @property
    def query(self) -> dict[str, str]:
        """What holds of the filter, as the address has it."""
        chosen = {name: self.cleaned_data.get(name) for name in self.fields}
        return {name: str(getattr(each, "pk", each)) for name, each in chosen.items() if each}
