"""Rules of care programmes."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.platform.named import NamedForm
from customers.care_words import DEMANDS
from customers.models import CareRule

FIXED = ("tier", "action", "trigger")


class CareRuleForm(NamedForm):
    class Meta:
        model = CareRule
        fields = (
            *("tier", "action", "trigger", "days", "sample_percent", "who", "ahead_days"),
            "is_active",
        )
        help_texts = {
            "days": _("What is met once, such as a complete file, is due within so many days."),
            "sample_percent": _("Empty: all customers of the tier."),
            "ahead_days": _("The task of what is met once comes at once, five a person at most."),
            "who": _("Where that person is missing, the account manager, else the team lead."),
            "is_active": _("Out of use, what is owed by it now is dropped tonight."),
        }

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        if self.instance.pk:
            for name in FIXED:
                del self.fields[name]
        else:
            del self.fields["is_active"]

    def clean(self) -> dict:
        cleaned = super().clean()
        action = cleaned.get("action", self.instance.action)
        trigger = cleaned.get("trigger", self.instance.trigger)
        every, first = CareRule.Trigger.EVERY, CareRule.Trigger.FIRST_PURCHASE
        # Demands are met or not: nobody asks for them after each purchase, or of a sample.
        if action in DEMANDS and trigger not in (every, first):
            self.add_error("trigger", ValidationError(_("This is met once, not again each time.")))
        if cleaned.get("sample_percent") and (action in DEMANDS or trigger != every):
            text = _("A sample is drawn only of what is done again every N days.")
            self.add_error("sample_percent", ValidationError(text))
        return cleaned
