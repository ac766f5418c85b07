"""Which actions lead a case from one state to another, by the state table alone."""

from collections import deque

from complaints.states import BEGINNING, Action, State, after

# What a history goes by; nothing of it is taken back.
FORWARD = (
    *(Action.LOG, Action.ACKNOWLEDGE, Action.ASSESS, Action.ASK_CUSTOMER, Action.ASK_THIRD),
    *(Action.GO_ON, Action.PROPOSE, Action.RESOLVE, Action.CLOSE, Action.WITHDRAW),
    Action.REJECT,
)
Step = tuple[str, str, str]  # action, state before, state after


def ways_from(start: str) -> dict[str, list[Step]]:
    """The shortest way to each state that can be reached; the way to where one is, is empty."""
    found: dict[str, list[Step]] = {start: []}
    queue = deque([start])
    while queue:
        before = queue.popleft()
        for action in FORWARD:
            state = after(action, before)
            if state is not None and state not in found:
                found[state] = [*found[before], (str(action), before, state)]
                queue.append(state)
    return found


def all_steps() -> list[tuple]:
    """(start, target, number of the step from 1, action, before, after); number 0 for no step."""
    rows = []
    for start in (BEGINNING, *map(str, State)):
        for target, way in ways_from(start).items():
            rows.append((start, target, 0, "", "", ""))
            rows += [(start, target, at, *step) for at, step in enumerate(way, start=1)]
    # Who closed it had it resolved.
    rows.append((str(State.CLOSED), str(State.RESOLVED), 0, "", "", ""))
    return rows
