"""The customer card, as a table of contents: which panels stand where, in which order.

A panel is a template and a function that reads what it shows; one that answers None is left out
for this person. `read` loads the customer with its one-row figures; each panel costs one or two
queries more, however many customers or dealings there are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from crm.card import keeping, panels, timeline, voices
from crm.card.facts import Facts
from crm.card.header import header

__all__ = ["Facts", "context"]


@dataclass(frozen=True)
class Panel:
    template: str
    read: Callable[[Facts], dict | None]


LEFT = (
    Panel("crm/card_signals.html", panels.signals),
    Panel("crm/card_complaints.html", voices.complaints),
    Panel("crm/card_dealings.html", panels.dealings),
    Panel("crm/card_timeline.html", timeline.first_page),
)
RIGHT = (
    Panel("crm/card_tasks.html", panels.tasks),
    Panel("crm/card_satisfaction.html", voices.satisfaction),
    Panel("crm/card_value.html", panels.value),
    Panel("crm/card_contacts.html", keeping.contacts),
    Panel("crm/card_organisation.html", panels.organisation),
    Panel("crm/card_history.html", panels.history),
)


def context(facts: Facts, before: str = "") -> dict:
    """All of the card; with a cursor of the timeline that panel shows what is older."""
    place = timeline.read_place(before)
    older = {timeline.first_page: lambda facts: timeline.page(facts, place)} if place else {}

    def read(column: tuple[Panel, ...]) -> list[dict]:
        found = [(panel, older.get(panel.read, panel.read)(facts)) for panel in column]
        return [{"template": panel.template, **data} for panel, data in found if data is not None]

    left, right = read(LEFT), read(RIGHT)
    return {
        "customer": facts.customer,
        "standing": facts.standing,
        "standing_date": facts.standing.computed_on,
        "today": facts.today,
        "older_shown": place is not None,
        **header(facts),
        "left": left,
        "right": right,
    }
