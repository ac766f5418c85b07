"""The short list of complaints: remedies to decide on."""

from decimal import Decimal

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.urls import reverse, reverse_lazy
from django.utils.formats import number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Case
from crm.platform.models import Installation
from crm.today.lists import Ask, Line, ShortList

WHO = Coalesce(NullIf(F("customer__name"), Value("")), F("caller_name"))


def _to_approve(row: dict, _ask: Ask) -> Line:
    cost = Decimal(row["cost"])
    places = 0 if cost == cost.to_integral_value() else 2
    words = number_format(cost, places, use_l10n=True, force_grouping=True)
    address = reverse("complaints:case", args=[row["pk"]])
    return Line(
        name=row["title"],
        url=address,
        why=f"{row['who']} · {words} {Installation.cached().currency}",
        action=_("Decide"),
        action_url=f"{address}#next",
    )


APPROVALS = ShortList(
    key="approvals",
    rows=lambda ask: (
        Case.objects.visible_to(ask.user)
        .waiting_for_approval(Installation.cached())
        .order_by("next_due_at", "pk")
    ),
    columns={
        "pk": F("pk"),
        "title": F("title"),
        "who": WHO,
        # As a text: JSON knows no exact amounts.
        "cost": Cast("remedy_cost", CharField()),
    },
    line=_to_approve,
    more=format_lazy("{}?tab=approval", reverse_lazy("complaints:queue")),
    words=gettext_lazy("Remedies"),
)
