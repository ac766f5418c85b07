"""A touchpoint: its name in each language, who answers for it, the standard to hold."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.platform.named import NamedForm
from customers.models import Touchpoint


class TouchpointForm(NamedForm):
    class Meta:
        model = Touchpoint
        fields = ("owner", "standard", "position", "is_active")
        help_texts = {
            "owner": _("Answers for what customers meet here."),
            "standard": _("Such as: answered within two hours."),
            "position": _("Lower numbers stand first."),
            "is_active": _("What is out of use is no longer offered."),
        }

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        people = Q(is_active=True) | Q(pk=self.instance.owner_id)
        self.fields["owner"].queryset = User.objects.filter(people).order_by("name")
        if not self.instance.pk:
            del self.fields["is_active"]
