"""The lists that cases are sorted by: what a case is about, and why it happened."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models import Category, RootCause
from crm.platform.named import NamedForm

RETIRED = _("What is out of use stays on its cases, and is no longer offered.")


class ListedForm(NamedForm):
    """New entries are in use."""

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        if not self.instance.pk:
            del self.fields["is_active"]


class CategoryForm(ListedForm):
    class Meta:
        model = Category
        fields = ("parent", "position", "is_active")
        help_texts = {
            "parent": _("Empty for a group. A category belongs to one group at most."),
            "position": _("Lower numbers stand first."),
            "is_active": RETIRED,
        }

    def _adapt_to_user(self) -> None:
        """Groups hold categories, and stand in no group themselves."""
        super()._adapt_to_user()
        offered = Q(parent=None, is_active=True) | Q(pk=self.instance.parent_id)
        groups = Category.objects.filter(offered).exclude(pk=self.instance.pk)
        holds = self.instance.pk and self.instance.children.exists()
        self.fields["parent"].queryset = Category.objects.none() if holds else groups


class RootCauseForm(ListedForm):
    class Meta:
        model = RootCause
        fields = ("position", "is_active")
        help_texts = {"position": _("Lower numbers stand first."), "is_active": RETIRED}
