"""A filter of the list under a name; the columns and the sort it opens with."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from crm.platform.edits import VersionedForm
from customers.forms.listing import CustomerFilter
from customers.models import SavedView

LONGEST_QUERY = SavedView._meta.get_field("query").max_length


def plain_query(text: str) -> str:
    """The filters and the sort of an address, without what belongs to one visit of the list."""
    known = {*CustomerFilter.base_fields, "sort"}
    query = QueryDict(mutable=True)
    for name, value in QueryDict(text).items():
        if name in known and value:
            query[name] = value
    return query.urlencode()


class SavedViewForm(VersionedForm):
    """Name and sharing; the filter comes with the address of the list it is made from."""

    class Meta:
        model = SavedView
        fields = ("name", "team")
        help_texts = {"team": _("Colleagues see of it what they may see themselves.")}

    query = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        if self.user.team_id is None:
            del self.fields["team"]
            return
        self.fields["team"].queryset = Team.objects.filter(pk=self.user.team_id)
        self.fields["team"].empty_label = _("nobody: only I see it")

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        same = SavedView.objects.filter(user=self.user, name=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(_("You have a filter of this name already."))
        return name

    def clean_query(self) -> str:
        query = plain_query(self.cleaned_data["query"])
        if len(query) > LONGEST_QUERY:
            raise ValidationError(_("This filter is too long to be saved."))
        return query


class ColumnsForm(forms.Form):
    """What the list shows of each customer, and how it is sorted when it opens."""

    columns = forms.MultipleChoiceField(
        label=_("Columns"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sort = forms.ChoiceField(label=_("Sorted by, when it opens"), required=False)

    def __init__(self, *args, columns, sorts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["columns"].choices = columns
        self.fields["sort"].choices = sorts
