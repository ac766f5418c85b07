"""The state table of a case: which action leads from which state to which. The only place.

Everything else asks here: the model before it adds an event, the database by constraints made
of `TRANSITIONS`, the pages for what they may offer.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    NEW = "new", _("new")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    INVESTIGATING = "investigating", _("investigating")
    WAITING_CUSTOMER = "waiting_customer", _("waiting for customer")
    WAITING_THIRD = "waiting_third", _("waiting for third party")
    PROPOSED = "proposed", _("resolution proposed")
    RESOLVED = "resolved", _("resolved")
    CLOSED = "closed", _("closed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REJECTED = "rejected", _("rejected")
    MERGED = "merged", _("merged")


WAITING = (State.WAITING_CUSTOMER, State.WAITING_THIRD)
# Somebody has something to do, or waits for somebody who has.
OPEN = (State.NEW, State.ACKNOWLEDGED, State.INVESTIGATING, *WAITING, State.PROPOSED)
ENDED = tuple(state for state in State if state not in OPEN)
# The problem was solved, whether or not the customer has said so yet.
SOLVED = (State.RESOLVED, State.CLOSED)
# In these the resolution clock stands.
PAUSING = WAITING


class Action(TextChoices):
    """What somebody does to a case; each becomes an event."""

    LOG = "log", _("logged")
    ACKNOWLEDGE = "acknowledge", _("acknowledged")
    ASSESS = "assess", _("assessed")
    ASK_CUSTOMER = "ask_customer", _("asked the customer")
    ASK_THIRD = "ask_third", _("asked a third party")
    GO_ON = "go_on", _("went on")
    PROPOSE = "propose", _("proposed a resolution")
    SEND_BACK = "send_back", _("sent back")
    RESOLVE = "resolve", _("resolved")
    CLOSE = "close", _("closed")
    REOPEN = "reopen", _("reopened")
    WITHDRAW = "withdraw", _("withdrawn")
    REJECT = "reject", _("rejected")
    MERGE = "merge", _("merged")
    UNMERGE = "unmerge", _("taken apart again")
    # These leave the state as it is.
    ASSIGN = "assign", _("assigned")
    CHANGE = "change", _("changed")
    APPROVE = "approve", _("approved the resolution")
    REPLY = "reply", _("wrote to the customer")
    COMMENT = "comment", _("commented inside")
    ATTACH = "attach", _("attached")
    LINK = "link", _("linked")
    UNLINK = "unlink", _("unlinked")


NOTES = (
    Action.ASSIGN,
    Action.CHANGE,
    Action.APPROVE,
    Action.REPLY,
    Action.COMMENT,
    Action.ATTACH,
    Action.LINK,
    Action.UNLINK,
)
BEGINNING = ""  # the state before there was a case


def _table() -> dict[Action, frozenset[tuple[str, str]]]:
    investigating = State.INVESTIGATING
    moves = {
        Action.LOG: [(BEGINNING, State.NEW)],
        Action.ACKNOWLEDGE: [(State.NEW, State.ACKNOWLEDGED)],
        Action.ASSESS: [(State.ACKNOWLEDGED, investigating)],
        Action.ASK_CUSTOMER: [(investigating, State.WAITING_CUSTOMER)],
        Action.ASK_THIRD: [(investigating, State.WAITING_THIRD)],
        Action.GO_ON: [(state, investigating) for state in WAITING],
        Action.PROPOSE: [(investigating, State.PROPOSED)],
        Action.SEND_BACK: [(State.PROPOSED, investigating)],
        Action.RESOLVE: [(State.PROPOSED, State.RESOLVED)],
        Action.CLOSE: [(State.RESOLVED, State.CLOSED)],
        Action.REOPEN: [(state, investigating) for state in SOLVED],
        Action.WITHDRAW: [(state, State.WITHDRAWN) for state in OPEN],
        Action.REJECT: [(state, State.REJECTED) for state in OPEN],
        Action.MERGE: [(state, State.MERGED) for state in OPEN],
        Action.UNMERGE: [(State.MERGED, state) for state in OPEN],
    }
    # A note is possible in every state; approval concerns a proposal only.
    moves |= {note: [(state, state) for state in State] for note in NOTES}
    moves[Action.APPROVE] = [(State.PROPOSED, State.PROPOSED)]
    return {
        action: frozenset((str(before), str(after)) for before, after in pairs)
        for action, pairs in moves.items()
    }


TRANSITIONS = _table()


def after(action: str, before: str) -> str | None:
    """The state that the action leads to; None where it is not possible.

    An unmerged case goes back to where it was, which the case knows: see `Case.state_after`.
    """
    found = {end for start, end in TRANSITIONS[Action(action)] if start == before}
    return found.pop() if len(found) == 1 else None
