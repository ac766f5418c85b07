"""What an import is expected to do with a file."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """Refused as a whole for this reason; or these rows are in, and those lines are wrong."""

    refusal: str = ""
    # Of each transaction: customer's key, reference, date and amount, between spaces.
    rows: tuple[str, ...] = ()
    # Line of the file -> the codes of its flaws.
    wrong: dict[int, str] = field(default_factory=dict)


def refused(code: str) -> Answer:
    return Answer(refusal=code)


def taken(*rows: str, wrong: dict[int, str] | None = None) -> Answer:
    return Answer(rows=rows, wrong=wrong or {})
