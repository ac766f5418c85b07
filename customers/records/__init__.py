"""The kinds of small records about a customer: what each is, who writes it, how it is shown.

One set of views and of templates serves them all: a kind is one entry in `KINDS` and its forms.
"""

from customers.records.kind import RecordKind, Way
from customers.records.relations import HELP, IDEA, MEMBERSHIP, PROMISE, REFERRAL, TEAM
from customers.records.worth import BENEFIT, COMPETITOR, CREDIT, OPPORTUNITY, YEAR_FIGURE

__all__ = ["KINDS", "RecordKind", "Way"]

# In the order in which pages list them.
KINDS: dict[str, RecordKind] = {
    kind.key: kind
    for kind in (
        *(PROMISE, OPPORTUNITY, HELP, IDEA, REFERRAL, BENEFIT),
        *(YEAR_FIGURE, CREDIT, COMPETITOR, TEAM, MEMBERSHIP),
    )
}
