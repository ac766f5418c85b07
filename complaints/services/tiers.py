"""Cases follow their customer's tier: the nightly run sets it, the clocks then aim anew."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from complaints.models import Actor, Case
from complaints.services.clocks import BATCH, rederive
from complaints.services.events import append_note_to_all
from complaints.states import Action
from customers.models.standing import Tier


def retier(now: dt.datetime | None = None) -> int:
    """Give open cases the tier that their customer has now; returns how many changed."""
    now, changed = now or timezone.now(), 0
    for tier in Tier.values:
        # A case in somebody's hands is skipped, so a batch may be short: the next hour brings it.
        while batch := _retier(tier, now):
            changed += batch
    return changed


@transaction.atomic
def _retier(tier: str, now: dt.datetime) -> int:
    cases = list(
        Case.objects.open()
        .filter(customer__standing__tier=tier)
        .exclude(tier=tier)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)[:BATCH]
    )
    if not cases:
        return 0
    append_note_to_all(
        cases, Action.CHANGE, by=None, actor=Actor.SYSTEM, now=now, fields={"tier": tier}
    )
    return rederive(cases, now)
