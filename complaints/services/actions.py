"""What people, customers and the clock do to a case: `act` is the one way to change its state."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Actor, Case, CaseEvent, Severity
from complaints.services import corrective, following, linking, mails, needs
from complaints.services.events import append, by_of, impossible, lock, lock_people, lock_with
from complaints.states import SOLVED, WAITING, Action, State, after
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform.models import Installation

__all__ = ["Refused", "act", "possible_actions", "settle"]

# Words beside the case: they neither change it nor are in anybody's way.
WORDS = (Action.COMMENT, Action.REPLY, Action.ATTACH, Action.LINK, Action.UNLINK)
MAILED = (Action.ACKNOWLEDGE, Action.REPLY, Action.RESOLVE, Action.REJECT)


@transaction.atomic
def act(
    *,
    case: Case,
    action: str,
    by: User | None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    actor: str = Actor.USER,
    now: dt.datetime | None = None,
    expected_seq: int | None = None,
) -> Case:
    """Do something to a case; returns it as it then is.

    `values` are fields of the case that the action sets; `data` what it brings along beside:
    `waiting_for` and `until` of asking; `told` (what the customer was told) of acknowledging,
    replying, resolving and rejecting, with `mail` when it goes out by mail; `recourse` of
    rejecting; `corrective` of resolving a grave complaint; the number of another case as `target`
    of merging, as `linked` of linking and unlinking. A comment's words are its `reason`.
    `expected_seq` is the last event that the person saw. Raises Refused for what a person can
    mend, PermissionDenied for what is not theirs to do.
    """
    values, data = _with_locked_owner(by, values or {}), dict(data or {})
    locked = lock_with(case.pk, data.get("target") or data.get("linked"))
    step = needs.Step(
        case=locked,
        action=Action(action),
        by=by_of(actor, by),
        actor=actor,
        now=now or timezone.now(),
        reason=reason,
        data=data,
        fields=values,
    )
    _check(step, expected_seq)
    if not _is_nothing(step):
        _happen(step)
    return locked


def _with_locked_owner(by: User | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the owner as the row is now that it is locked: active or not."""
    owner = values.get("owner")
    people = lock_people(by, owner)
    known = {"owner": people.get(getattr(owner, "pk", owner), owner)} if owner else {}
    return {**values, **known}


def _check(step: needs.Step, expected_seq: int | None) -> None:
    """Whose it is to do comes first: who may not, learns nothing else."""
    if not rights.may(step.by, step.action, step.case, step.actor):
        raise PermissionDenied
    _check_nobody_was_faster(step, expected_seq)
    _check_state(step)
    needs.check(step)


def _check_nobody_was_faster(step: needs.Step, expected_seq: int | None) -> None:
    if expected_seq is None or step.action in WORDS or step.case.last_seq == expected_seq:
        return
    since = step.case.events.filter(seq__gt=expected_seq).exclude(action__in=WORDS)
    event = since.select_related("by").order_by("seq").first()
    if event is not None:
        raise Refused(
            _("Meanwhile: %(who)s, %(action)s. Look at the case again before you go on.")
            % {
                "who": event.by or event.get_actor_display(),
                "action": event.get_action_display(),
            }
        )


def _check_state(step: needs.Step) -> None:
    if not _is_possible(step.case, step.action):
        raise impossible(step.case)


def _is_possible(case: Case, action: str) -> bool:
    if not rights.knows_action(case, action):
        return False
    if action == Action.UNMERGE:
        return case.state == State.MERGED
    return after(action, case.state) is not None


def _is_nothing(step: needs.Step) -> bool:
    """A change that changes nothing leaves no event."""
    if step.action == Action.CHANGE:
        return not step.fields
    return step.action == Action.ASSIGN and step.fields["owner"] == step.case.owner


def _happen(step: needs.Step) -> CaseEvent:
    case, was = step.case, step.case.severity
    if step.action in (Action.CHANGE, Action.ASSIGN):
        step.data["was"] = {name: _stored(case, name) for name in step.fields}
    event = append(
        case,
        step.action,
        by=step.by,
        actor=step.actor,
        now=step.now,
        reason=step.reason,
        data=step.data,
        fields=step.fields,
    )
    if step.action in MAILED and step.data.get("mail"):
        mails.write_to_customer(case, event, _words_to_customer(step))
    if case.severity == Severity.CRITICAL != was:
        mails.alert_critical(case, event)
    if given := step.data.get("corrective"):
        corrective.plan_given(case, step.by, given)
    if step.action in (Action.LINK, Action.UNLINK):
        linking.keep(case, event)
    following.tell_of(case, event)
    return event


def _words_to_customer(step: needs.Step) -> str:
    """Of a rejection also what the customer can do about it."""
    words = [step.text("told"), step.text("recourse")]
    return "\n\n".join(word for word in words if word) or mails.received(step.case)


def _stored(case: Case, name: str) -> Any:
    value = getattr(case, Case._meta.get_field(name).attname)
    return value if isinstance(value, str | int | bool | None) else str(value)


def possible_actions(case: Case, user: User) -> list[Action]:
    """What this user can do to the case now, in the order of the table."""
    return [
        action
        for action in Action
        if action != Action.LOG
        and _is_possible(case, action)
        and rights.may(user, action, case)
        and _makes_sense(case, action, user)
    ]


def _makes_sense(case: Case, action: str, user: User) -> bool:
    """What the state allows, but the cost or the calendar does not."""
    if action == Action.APPROVE:
        return rights.waits_for_approval(case)
    if action == Action.RESOLVE:
        return rights.may_spend(user, case)
    if action == Action.REOPEN and case.state in SOLVED:
        days = Installation.cached().reopening_days
        return timezone.now() <= case.resolved_at + dt.timedelta(days=days)
    return True


@transaction.atomic
def settle(
    *,
    case: Case,
    by: User,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    now: dt.datetime | None = None,
    expected_seq: int | None = None,
) -> Case:
    """Decide on the spot: all steps that are left until the case is resolved, or none.

    `values` are those of assessing and proposing, `data` what the customer was told.
    """
    lock_people(by, values.get("owner"))
    locked = lock(case.pk)
    now = now or timezone.now()
    common = {"by": by, "now": now}
    for action in _steps_left(locked):
        wanted = needs.SETTABLE.get(action, set())
        fields = {name: value for name, value in values.items() if name in wanted}
        if action == Action.ASSIGN:
            fields = {"owner": by}
        locked = act(
            case=locked,
            action=action,
            values=fields,
            data=data if action == Action.RESOLVE else None,
            expected_seq=expected_seq,
            **common,
        )
        expected_seq = None  # what came since are our own steps
    return locked


def _steps_left(case: Case) -> list[Action]:
    """From the state of the case to resolved; who settles is in charge if nobody is."""
    assess, propose = [Action.ASSESS, Action.PROPOSE], [Action.PROPOSE]
    beginning = {
        State.NEW: [Action.ACKNOWLEDGE, *assess],
        State.ACKNOWLEDGED: assess,
        State.INVESTIGATING: propose,
        **{state: [Action.GO_ON, *propose] for state in WAITING},
        State.PROPOSED: [],
    }
    if case.state not in beginning:
        raise impossible(case)
    claim = [] if case.owner_id else [Action.ASSIGN]
    return [*claim, *beginning[case.state], Action.RESOLVE]
