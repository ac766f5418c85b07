"""The customer card, as a table of contents: which panels stand where, in which order.

A panel is a template and a function that reads what it shows; one that answers None is left out
for this person. `read` loads the customer with its one-row figures; most panels share one query
(crm/card/records.py), the others cost one or two, however many customers or dealings there are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from crm.card import keeping, panels, timeline, voices
from crm.card.brief import brief
from crm.card.facts import Facts
from crm.card.header import header
from crm.card.organisation import organisation
from customers.services import card_layout

__all__ = ["Facts", "context"]


@dataclass(frozen=True)
class Panel:
    """A panel and its key, which names its template and its place in a layout of managers."""

    key: str
    read: Callable[[Facts], dict | None]

    @property
    def template(self) -> str:
        return f"crm/card_{self.key}.html"


LEFT = (
    Panel("brief", brief),
    Panel("signals", panels.signals),
    Panel("dealings", panels.dealings),
    Panel("complaints", voices.complaints),
    Panel("opportunities", keeping.opportunities),
    Panel("plan", keeping.plan),
    Panel("business", keeping.business),
    Panel("exchange", keeping.exchange),
    Panel("timeline", timeline.on_card),
)
RIGHT = (
    Panel("tasks", panels.tasks),
    Panel("care", keeping.care),
    Panel("contacts", keeping.contacts),
    Panel("promises", keeping.promises),
    Panel("value", panels.value),
    Panel("satisfaction", voices.satisfaction),
    Panel("together", keeping.together),
    Panel("organisation", organisation),
    Panel("history", panels.history),
)
BY_KEY = {panel.key: panel for panel in (*LEFT, *RIGHT)}
KEYS = tuple(tuple(panel.key for panel in column) for column in (LEFT, RIGHT))


def context(facts: Facts) -> dict:
    """All of the card, in the order that managers gave it."""

    def read(keys: list[str]) -> list[dict]:
        found = ((BY_KEY[key], BY_KEY[key].read(facts)) for key in keys)
        return [{"template": panel.template, **data} for panel, data in found if data is not None]

    left, right = (read(keys) for keys in card_layout.order(*KEYS))
    return {
        "customer": facts.customer,
        "standing": facts.standing,
        "standing_date": facts.standing.computed_on,
        "today": facts.today,
        **header(facts),
        "left": left,
        "right": right,
    }
