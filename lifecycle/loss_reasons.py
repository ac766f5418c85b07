"""Why customers left, in numbers, beside the split that textbooks tell."""

from collections.abc import Mapping
from dataclasses import dataclass

from lifecycle.models.lost import OURS, LossReason
from satisfaction.analytics import Estimate, share

# Why customers change the supplier, in percent: 1 died and 3 moved away, 5 friends of theirs,
# 9 competitors, 14 dissatisfied with the service, 68 indifference of staff. A much quoted survey
# of consumers: it names neither product nor image.
TEXTBOOK = {
    LossReason.CUSTOMER: 0.04,
    LossReason.SOCIAL: 0.05,
    LossReason.COMPETITOR: 0.09,
    LossReason.SERVICE: 0.14,
    LossReason.STAFF: 0.68,
}


@dataclass(frozen=True)
class Reason:
    """A reason: how many losses, which share of those reviewed, the value lost; the textbook's."""

    key: str
    label: str
    is_ours: bool
    number: int
    share: Estimate
    value: float
    textbook: float | None


@dataclass(frozen=True)
class Split:
    """All reasons, ours first, and which share of the losses is ours."""

    rows: list[Reason]
    n: int
    ours: Estimate
    textbook_ours: float


def split(counted: Mapping[str, tuple[int, float]]) -> Split:
    """From the number of reviews and the value lost by reason."""
    n = sum(number for number, _value in counted.values())
    rows = []
    for reason in LossReason:
        number, value = counted.get(reason, (0, 0.0))
        label, textbook = str(reason.label), TEXTBOOK.get(reason)
        known = share(number, n)
        rows.append(Reason(reason.value, label, reason in OURS, number, known, value, textbook))
    ours = sum(row.number for row in rows if row.is_ours)
    told = sum(row.textbook or 0 for row in rows if row.is_ours)
    return Split(rows, n, share(ours, n), told)
