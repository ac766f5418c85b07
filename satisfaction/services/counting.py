"""Counts that are kept beside large tables: see `models.counts`."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from satisfaction.count_reads import Asked
from satisfaction.models import AskedCount, Invitation, Wave

# Waves of so many invitations are counted when somebody asks.
COUNTED_LIVE = 5_000
# So long after its last day a wave is counted with the others, and then once a day.
STILL_CHANGING, ONCE = dt.timedelta(days=30), dt.timedelta(days=1)

# What others write meanwhile is not seen, and so stays; of two who do it at once the second finds
# rows gone, and leaves them out.
KIND = "opened_on, due_on, outcome, in_time, is_closed"
ADD_UP = f"""
WITH alike AS (
    SELECT {KIND} FROM satisfaction_loopcount
    GROUP BY {KIND} HAVING count(*) > 1 OR sum(number) = 0
), gone AS (
    DELETE FROM satisfaction_loopcount WHERE ({KIND}) IN (TABLE alike) RETURNING *
)
INSERT INTO satisfaction_loopcount ({KIND}, number)
SELECT {KIND}, sum(number) FROM gone GROUP BY {KIND} HAVING sum(number) <> 0
"""  # noqa: S608 -- names of this file


def asked_in(waves: Iterable[int]) -> dict[int, Asked]:
    """How far each of these waves has come; one without invitations is left out."""
    kept = AskedCount.objects.filter(wave__in=waves).asked_in()
    large = {pk: one for pk, one in kept.items() if one.number > COUNTED_LIVE}
    small = [pk for pk in waves if pk not in large]
    return large | (Invitation.objects.filter(wave__in=small).asked_in() if small else {})


@transaction.atomic
def count_asked() -> int:
    """Count the invitations of waves anew; safe to repeat. Returns how many waves."""
    now = timezone.now()
    with connection.cursor() as cursor:
        # Two workers do it one after the other; pages read on meanwhile.
        cursor.execute("LOCK TABLE satisfaction_askedcount IN SHARE ROW EXCLUSIVE MODE")
    due = _due(now)
    AskedCount.objects.filter(wave__in=due).delete()
    AskedCount.objects.bulk_create(
        AskedCount(wave_id=wave, state=state, reminders=reminders, number=number, counted_at=now)
        for wave, state, reminders, number in Invitation.objects.filter(wave__in=due).kinds()
    )
    return len(due)


def _due(now: dt.datetime) -> list[int]:
    waves = Wave.objects.exclude(state=Wave.State.PLANNED).order_by()
    is_over = Q(state=Wave.State.CLOSED, closes_on__lt=(now - STILL_CHANGING).date())
    lately = AskedCount.objects.filter(wave=OuterRef("pk"), counted_at__gt=now - ONCE)
    return list(waves.exclude(is_over, Exists(lately)).values_list("pk", flat=True))


def add_up_loops() -> None:
    """One row of each kind is left, and none where there is nothing."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_UP)
