"""Making, editing and verifying improvement actions."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.platform.edits import save_version
from satisfaction.analytics import Comparison, Moments, compare
from satisfaction.models import BURDENS, ImprovementAction
from satisfaction.services import gauging

State, Verdict = ImprovementAction.State, ImprovementAction.Verdict
# A verdict stands on these; where one of them changes, it has to be given anew.
STANDS_ON = ("gauge", "wave_before", "wave_after")


class NotComparedError(Exception):
    """There is no later wave yet that asked for the same measure."""


@transaction.atomic
def create_action(*, by: User, values: Mapping[str, Any]) -> ImprovementAction:
    """A new action; the same click sent twice makes one."""
    same = {name: values[name] for name in ("what", "measure", "owner", "due_on")}
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    twin = ImprovementAction.objects.open().filter(made_by=by, **same).first()
    if twin:
        return twin
    action = ImprovementAction.objects.create(made_by=by, **values)
    gauging.gauge(action)
    return action


@transaction.atomic
def edit_action(*, pk: int, version: int, values: Mapping[str, Any]) -> ImprovementAction:
    """Write the values, unless somebody saved since (NewerChange); notes when it was closed."""
    before = ImprovementAction.objects.select_for_update(of=("self",)).get(pk=pk)
    closed_at = None
    if values.get("state", State.OPEN) != State.OPEN:
        closed_at = before.closed_at or timezone.now()
    values = {**values, "closed_at": closed_at}
    has_moved = any(name in values and values[name] != getattr(before, name) for name in STANDS_ON)
    if has_moved:
        values |= {"verdict": "", "verification": "", "verified_by": None, "verified_at": None}
    action = save_version(ImprovementAction.objects.all(), pk, version, values)
    if has_moved:
        gauging.gauge(action)
    return action


def may_verify(user: User, action: ImprovementAction) -> bool:
    """The verifier that the later wave's plan names, and managers."""
    wave = action.wave_after
    return user.is_manager or bool(wave and user.sees_worth and wave.verifier_id == user.pk)


@transaction.atomic
def verify_action(
    *, action: ImprovementAction, by: User, verdict: str, words: str
) -> ImprovementAction:
    """Judge an action by its measure in the later wave; figures are counted once more for it."""
    rows = ImprovementAction.objects.select_for_update(of=("self",))
    action = rows.select_related("wave_before", "wave_after").get(pk=action.pk)
    if not may_verify(by, action):
        raise PermissionDenied
    gauging.gauge(action)
    action.refresh_from_db(fields=["gauged"])
    if comparison_of(action) is None:
        raise NotComparedError
    action.verdict, action.verification = verdict, words.strip()
    action.verified_by, action.verified_at = by, timezone.now()
    action.version += 1
    action.save(update_fields=["verdict", "verification", "verified_by", "verified_at", "version"])
    return action


def moments_of(action: ImprovementAction, when: str) -> Moments:
    """The measure in the wave before or after."""
    return Moments(*action.gauged.get(when, (0, 0.0, 0.0)))


def comparison_of(action: ImprovementAction) -> Comparison | None:
    """The change of the measure in points of 0 to 100; None before both waves have answers."""
    if not {"before", "after"} <= action.gauged.keys():
        return None
    return compare(moments_of(action, "after"), moments_of(action, "before"))


def proposed_verdict(action: ImprovementAction) -> str:
    """What the figures say: chance is no change, and less of a cost is better."""
    found = comparison_of(action)
    if found is None:
        return ""
    if not found.is_significant or not found.difference:
        return Verdict.SAME
    is_better = (found.difference > 0) != (action.gauge in BURDENS)
    return Verdict.BETTER if is_better else Verdict.WORSE
