"""The head of a card: what is always in sight, and the four figures under it."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.card.facts import Facts, year_before
from customers.records import KINDS
from lifecycle.words import alive_words

# What is written down most often; the page of all records leads to the other kinds.
TO_ADD = ("promise", "opportunity", "help", "idea")


def header(facts: Facts) -> dict:
    """Next task, how likely it is still there, what may be done; tiles for those who see worth."""
    records = facts.records
    found = {
        "next_task": facts.tasks[0] if facts.tasks else None,
        "may_edit": facts.worth,
        "may_hand_over": facts.user.is_manager
        or facts.customer.account_manager_id == facts.user.pk,
        "is_watched": records["is_watched"],
        "offer": records["offer"],
        "in_group": bool(facts.parent or records["members"]),
        "tags": records["tags"],
        "is_key": facts.worth and facts.standing.is_key_account,
        "kinds": [KINDS[key] for key in TO_ADD if KINDS[key].may_write(facts.user)],
        "tiles": _tiles(facts) if facts.worth else [],
    }
    if facts.valuation and facts.standing.has_purchased:
        found["alive"] = facts.valuation.probability_alive
        found["alive_words"] = alive_words(facts.valuation.probability_alive)
    return found


def _tiles(facts: Facts) -> list[dict]:
    """Each figure opens to its rows or its formula."""
    pk, standing = facts.customer.pk, facts.standing
    figures = reverse("value:figures", args=[pk])
    if standing.computed_on is None:
        return []
    return [
        {
            "label": _("Lifetime value"),
            "money": standing.lifetime_value,
            "explain": f"{figures}#value",
        },
        {
            "label": _("Value at risk"),
            "money": standing.value_at_risk,
            "explain": f"{figures}#risk",
        },
        {
            "label": _("Risk"),
            "share": standing.risk if standing.has_purchased else None,
            "explain": f"{figures}#risk",
        },
        {
            "label": _("12-month revenue"),
            "money": standing.revenue_12m,
            "link": _year_of_dealings(facts),
            "explain": f"{figures}#revenue",
        },
    ]


def _year_of_dealings(facts: Facts) -> str:
    start = year_before(facts.as_of) + dt.timedelta(days=1)
    dealings = reverse("customers:dealings", args=[facts.customer.pk])
    return f"{dealings}?start={start}&end={facts.as_of}"
