"""What may be done to a case: the form of one step, the others named until they are asked for."""

from dataclasses import dataclass
from typing import Any

from complaints import rights
from complaints.forms.actions import FORMS
from complaints.forms.base import ActionForm
from complaints.forms.rows import Lists
from complaints.models import Case
from complaints.services.actions import possible_actions
from complaints.services.desk import SETTLE
from complaints.states import WAITING, Action, State
from crm.accounts.models import User

# What is to be done next in each state; the first that is possible.
NEXT = {
    State.NEW: (Action.ACKNOWLEDGE,),
    State.ACKNOWLEDGED: (Action.ASSESS,),
    State.INVESTIGATING: (Action.PROPOSE,),
    **dict.fromkeys(WAITING, (Action.GO_ON,)),
    State.PROPOSED: (Action.RESOLVE,),
    State.RESOLVED: (Action.CLOSE,),
}


@dataclass(frozen=True)
class Step:
    """What can be done, without the form for it: making all of them took most of the page."""

    action: str
    label: Any
    is_primary: bool
    is_open = False


def possible_steps(found: Case, lists: Lists) -> list[str]:
    """The actions that have a form here, in the order in which people think of them."""
    possible = {str(action) for action in possible_actions(found, lists.user)}
    is_before_proposal = found.is_open and found.state != State.PROPOSED
    if is_before_proposal and rights.may(lists.user, Action.RESOLVE, found):
        possible.add(SETTLE)
    if Action.UNLINK in possible and not lists.linked:
        possible.remove(Action.UNLINK)
    return [action for action in FORMS if action in possible]


def may_take(user: User, step: str, found: Case) -> bool:
    """Settling is resolving, at once."""
    return rights.may(user, Action.RESOLVE if step == SETTLE else step, found)


def steps(
    found: Case, lists: Lists, bound: ActionForm | None, asked: str
) -> list[Step | ActionForm]:
    """What is possible, the next step first, and what was sent in any case.

    With its form comes what was sent, else what the address asks for, else the next step.
    """
    possible = possible_steps(found, lists)
    wanted = [Action.APPROVE] if rights.waits_for_approval(found) else []
    wanted += NEXT.get(found.state, ())
    if found.is_open and found.owner_id is None:
        wanted.append(Action.ASSIGN)  # before an account manager may do anything else
    following = next((str(step) for step in wanted if step in possible), None)
    if bound and bound.action not in possible:
        possible.insert(0, str(bound.action))
    if following:
        possible.remove(following)
        possible.insert(0, following)
    opened = str(bound.action) if bound else asked if asked in possible else following
    made: list[Step | ActionForm] = []
    for action in possible:
        is_primary = action == following
        if action == opened:
            form = bound or FORMS[action](case=found, lists=lists)
            form.is_primary, form.is_open = is_primary, True
            made.append(form)
        else:
            made.append(Step(action, FORMS[action].name_for(found), is_primary))
    return made


def form_alone(found: Case, lists: Lists, step: str, seen: str) -> ActionForm:
    """The form of one step for a page that is open already, whose reader saw the events so far."""
    form = FORMS[step](case=found, lists=lists)
    if seen.isascii() and seen.isdecimal():
        form.initial["expected_seq"] = min(int(seen[:9]), found.last_seq)
    form.take_cursor()
    return form
