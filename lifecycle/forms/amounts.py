"""What an interaction costs, and what a customer's knowledge is worth."""

from collections.abc import Mapping

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from crm.platform.words import whole
from lifecycle.models import ValueAmounts


class ValueAmountsForm(VersionedForm):
    """`occurred` tells how often each was in twelve months, where a night has counted."""

    class Meta:
        model = ValueAmounts
        fields = (*ValueAmounts.INTERACTIONS, *ValueAmounts.IDEAS)

    def __init__(self, *args, occurred: Mapping[str, int] | None = None, **kwargs):
        self.occurred = occurred
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        if self.occurred is None:
            return
        for name, field in self.fields.items():
            if name in self._meta.fields:
                count = whole(self.occurred.get(name, 0))
                field.help_text = format_lazy(_("{count} in the last twelve months"), count=count)

    @property
    def costs(self) -> list:
        """The fields of what interactions cost."""
        return [self[name] for name in ValueAmounts.INTERACTIONS]

    @property
    def knowledge(self) -> list:
        """The fields of what knowledge is worth."""
        return [self[name] for name in ValueAmounts.IDEAS]
