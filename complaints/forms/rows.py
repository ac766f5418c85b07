"""Choices among rows that were read once for all forms of a page."""

from functools import cached_property

from django import forms

from complaints.forms.log import in_charge_of
from complaints.models import CannedText, Case, Category, CorrectiveAction, RootCause
from complaints.services.desk import SETTLE
from complaints.services.linking import linked_to
from crm.accounts.models import User

MOST_OTHERS = 50


class RowField(forms.TypedChoiceField):
    """One of some rows; `fill` says which. Cleans to the row, or None."""

    def __init__(self, **kwargs):
        super().__init__(coerce=self._row, empty_value=None, **kwargs)
        self._rows: dict[str, object] = {}

    def fill(self, rows, empty: str | None = "–") -> None:
        self._rows = {str(row.pk): row for row in rows}
        nothing = [] if empty is None else [("", empty)]
        # A category says which group it stands in.
        named = ((key, getattr(row, "path", None) or str(row)) for key, row in self._rows.items())
        self.choices = [*nothing, *named]

    def _row(self, value: str):
        return self._rows[str(value)]

    def __deepcopy__(self, memo):
        copied = super().__deepcopy__(memo)
        # Bound to the copy, which is filled for its own form.
        copied.coerce, copied._rows = copied._row, {}
        return copied


class Lists:
    """What the forms and the history of a case choose from and name, each read when asked for."""

    def __init__(self, case: Case, user: User):
        self.case, self.user = case, user

    @cached_property
    def all_categories(self) -> list[Category]:
        return list(Category.objects.in_tree())

    @cached_property
    def all_causes(self) -> list[RootCause]:
        return list(RootCause.objects.all())

    @property
    def categories(self) -> list[Category]:
        present = self.case.category_id
        rows = (row for row in self.all_categories if row.is_for(self.case.kind))
        others = (row for row in self.all_categories if row.pk == present)
        return _in_use(list(dict.fromkeys([*rows, *others])), present)

    @property
    def causes(self) -> list[RootCause]:
        return _in_use(self.all_causes, self.case.root_cause_id)

    @cached_property
    def people(self) -> list[User]:
        """Who may be in charge; who is stays a choice."""
        found = list(in_charge_of(self.case.customer, self.user))
        owner = self.case.owner
        return found if owner is None or owner in found else [owner, *found]

    @cached_property
    def contacts(self) -> list:
        if self.case.customer_id is None:
            return []
        found = list(self.case.customer.contacts.filter(left_on__isnull=True).order_by("name"))
        contact = self.case.contact
        return found if contact is None or contact in found else [contact, *found]

    @cached_property
    def others(self) -> list[Case]:
        """Other cases of the customer, or of the same caller, open ones first."""
        cases = Case.objects.visible_to(self.user).of_same(self.case).select_related("owner")
        found = list(cases.order_by("-received_at", "-pk")[:MOST_OTHERS])
        return sorted(found, key=lambda case: not case.is_open)

    @cached_property
    def linked(self) -> list[Case]:
        return linked_to(self.case, self.user)

    @cached_property
    def merged(self) -> list[Case]:
        """What was merged into it; of another customer too, where somebody named it."""
        cases = Case.objects.visible_to(self.user).filter(merged_into=self.case.pk)
        return list(cases.select_related("owner").order_by("-pk"))

    @cached_property
    def corrective(self) -> list[CorrectiveAction]:
        return list(self.case.corrective_actions.select_related("owner", "checked_by"))

    @cached_property
    def canned(self) -> list[CannedText]:
        """Ready texts for cases like this one."""
        return list(CannedText.objects.for_case(self.case))

    def canned_for(self, action: str) -> list[CannedText]:
        """Settling ends in the words that resolving has."""
        uses = ("", CannedText.Use.RESOLVE if action == SETTLE else action)
        return [row for row in self.canned if row.use in uses]

    @property
    def open_others(self) -> list[Case]:
        return [case for case in self.others if case.is_open]


def _in_use(rows: list, current: int | None) -> list:
    return [row for row in rows if row.is_active or row.pk == current]
