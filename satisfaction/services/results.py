"""Figures of waves for a reader: prepared ones, else summed now.

With 100,000 responses in a wave summing takes longer than a page may; everybody gets what
`refresh_due` prepared a few minutes ago, and until then what is summed at once. Account managers'
figures are of the customers that they see, added up from `services.cells`. Figures of an anonymous
wave are nobody's own: everybody gets those that were prepared for all.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from crm.platform.models import Installation
from satisfaction.analytics import FEWEST
from satisfaction.models import (
    GroupKind,
    Invitation,
    Question,
    QuestionFigure,
    Response,
    Skip,
    TouchpointFigure,
    Wave,
    WaveFigure,
)
from satisfaction.services import celling, cells, gauging, internal
from satisfaction.services.celling import COMMENTS, LOWEST
from satisfaction.services.coverage import fitting
from satisfaction.services.groups import Group, Groups, figure_of_group, of_row
from satisfaction.services.publishing import is_sealed, published
from satisfaction.services.questions import QuestionSums, figure_of, of_figure, questions_of
from satisfaction.services.sums import known_until, sums_of

# A wave of the trend at most.
WAVES_OF_TREND = 8
# So long after its end a wave is looked at again: what its customers bought becomes known.
DAYS_FRESH = 7
DAYS_WATCHED = 800
# So long figures stand for each response that they rest on: 200,000 are summed each half hour.
WAIT_EACH = dt.timedelta(milliseconds=10)
ROWS = 5_000


@dataclass(frozen=True)
class Results:
    """The groups of some waves, and since when they are known (None: summed just now)."""

    groups: Groups
    computed_at: dt.datetime | None = None


def results_of(
    user,
    waves: Sequence[Wave],
    questions: Sequence[Question] | None = None,
    kinds: Collection[str] | None = None,
    *,
    details: bool = True,
) -> Results:
    """The figures of these waves over the customers whom the user sees.

    Their `questions` are looked up where the caller has not. Of all customers together, and by
    group; where only groups of some `kinds` are wanted, others may be left out, and so may what
    is weighted by revenue and other `details` (`details_of`).
    """
    if not user.sees_worth:
        return Results(Groups([]))
    groups, computed = _prepared(user, waves, kinds, details=details)
    missing = [wave for wave in waves if wave.pk not in computed and not wave.is_anonymous]
    groups += _sum_now(user, missing, questions)
    return Results(Groups(groups), None if missing else min(computed.values(), default=None))


def _prepared(
    user, waves: Sequence[Wave], kinds: Collection[str] | None, *, details: bool
) -> tuple[list[Group], dict[int, dt.datetime]]:
    """What was prepared of these waves, and when."""
    rows = WaveFigure.objects.filter(wave__in=waves)
    if user.sees_all_customers:
        rows = rows if kinds is None else rows.filter(group__in={GroupKind.ALL, *kinds})
        return [of_row(row) for row in rows], {row.wave_id: row.computed_at for row in rows}
    named = {wave.pk for wave in waves if not wave.is_anonymous}
    rows = rows.filter(group=GroupKind.ALL)
    rows = [row for row in rows if row.wave_id not in named or has_cells(row)]
    in_cells = [row.wave_id for row in rows if row.wave_id in named]
    groups = [of_row(row) for row in rows if row.wave_id not in named]
    if in_cells:
        groups += cells.groups_of(user, in_cells, kinds, details=details)
    return groups, {row.wave_id: row.computed_at for row in rows}


def has_cells(row: WaveFigure) -> bool:
    """Whether account managers' figures of its wave were prepared with it."""
    return row.sums.get("details", {}).get("has_cells", False)


def _sum_now(user, waves: Sequence[Wave], questions: Sequence[Question] | None) -> list:
    return sums_of(
        responses=Response.objects.visible_to(user),
        invitations=Invitation.objects.visible_to(user),
        waves=waves,
        as_of=known_until(),
        questions=questions,
    )


def questions_for(
    user, waves: Sequence[Wave], groups: Groups, code: str = "", *, every: bool = False
) -> list[QuestionSums]:
    """Each question of these waves over the user's customers, prepared where the groups are.

    By group too the one with the code, or `every` one.
    """
    if not user.sees_worth:
        return []
    prepared = [wave for wave in waves if "details" in groups.of(wave).sums]
    of_all = [wave for wave in prepared if user.sees_all_customers or wave.is_anonymous]
    rows = QuestionFigure.objects.filter(wave__in=of_all)
    if not user.sees_all_customers:
        rows = rows.filter(group=GroupKind.ALL)
    elif not every:
        rows = rows.filter(Q(group=GroupKind.ALL) | Q(code=code))
    found = [of_figure(row) for row in rows] if of_all else []
    in_cells = [wave.pk for wave in prepared if wave not in of_all]
    if in_cells:
        found += cells.questions_of(user, in_cells, code, every=every)
    missing = [wave for wave in waves if wave not in prepared and not wave.is_anonymous]
    if missing:
        responses = Response.objects.visible_to(user)
        found += questions_of(responses=responses, waves=missing, grouped=every or bool(code))
    return found


def details_of(user, wave: Wave, groups: Groups) -> dict:
    """How often each answer was given, and whom the wave reached; prepared with the figures."""
    prepared = groups.of(wave).sums.get("details")
    if prepared and (user.sees_all_customers or not wave.is_anonymous):
        return prepared
    found = _details(
        wave,
        Response.objects.visible_to(user),
        Invitation.objects.visible_to(user),
        Skip.objects.visible_to(user),
    )
    return found | {"answers": prepared["answers"]} if prepared else found


def _details(wave: Wave, responses, invitations, skips) -> dict:
    """Customers who fitted the plan, those who answered, and the 12-month revenue of both."""
    answered = responses.finished().filter(wave=wave)
    rows, sums = fitting(wave, responses, invitations, skips)
    answers = [list(row) for row in answered.answer_counts()]
    return {"answers": answers, "coverage": rows.aggregate(**sums)}


def trend_of(waves: Sequence[Wave]) -> list[Wave]:
    """The waves that can be compared with the newest that was sent, oldest first."""
    # Those after a complaint or a loss are no points of the same line.
    by_plan = [wave for wave in waves if wave.occasion == Wave.Occasion.PLAN]
    sent = [wave for wave in by_plan if wave.state != Wave.State.PLANNED]
    if not sent:
        return []
    instrument = sent[0].version.instrument_id
    alike = [wave for wave in sent if wave.version.instrument_id == instrument]
    return alike[:WAVES_OF_TREND][::-1]


@transaction.atomic
def refresh(wave: Wave) -> int:
    """Prepare the figures of a wave anew; returns how many groups it has.

    Two workers do it one after the other; answers come in meanwhile, so the lock lets keys be
    referred to.
    """
    if not Wave.objects.select_for_update(no_key=True).filter(pk=wave.pk).exists():
        return 0  # deleted meanwhile
    now = timezone.now()
    everything = Response.objects.all()
    groups, questions = published(wave, *_summed(wave))
    everybody = Groups(groups).of(wave)
    details = _details(wave, everything, Invitation.objects.all(), Skip.objects.all())
    details["internal"] = internal.of_everybody(wave, Installation.cached().today())
    details |= _named(wave)
    details["has_cells"] = not wave.is_anonymous
    if wave.is_anonymous:
        details |= {"is_sealed": is_sealed(wave), "is_published": bool(everybody.sums)}
        details |= {} if everybody.sums else {"answers": []}
    groups = [group for group in groups if group.kind != GroupKind.ALL]
    groups.append(replace(everybody, sums=everybody.sums | {"details": details}))
    WaveFigure.objects.filter(wave=wave).delete()
    WaveFigure.objects.bulk_create(figure_of_group(group, wave, now) for group in groups)
    QuestionFigure.objects.filter(wave=wave).delete()
    QuestionFigure.objects.bulk_create(map(figure_of, questions), batch_size=ROWS)
    _refresh_touchpoints(wave, is_shown=bool(everybody.sums))
    return len(groups)


def _summed(wave: Wave) -> tuple[list[Group], list[QuestionSums]]:
    """Over all customers; the figures of cells are kept on the way."""
    if wave.is_anonymous:
        everything = Response.objects.all()
        asked = Invitation.objects.all()
        sums = sums_of(responses=everything, invitations=asked, waves=[wave], as_of=known_until())
        return sums, questions_of(responses=everything, waves=[wave])
    groups, questions = celling.summed(wave, known_until())
    celling.store(wave, groups, questions)
    return groups.get(None, []), questions.get(None, [])


def _named(wave: Wave) -> dict[str, list[int]]:
    """Whose answers the results begin with; of an anonymous wave nobody's."""
    if wave.is_anonymous:
        return {}
    rows = Response.objects.finished().filter(wave=wave)
    return {
        "lowest": list(rows.worst().values_list("pk", flat=True)[:LOWEST]),
        "comments": list(rows.comments().values_list("pk", flat=True)[:COMMENTS]),
    }


def named_of(user, wave: Wave, details: dict) -> tuple[list[Response], list[Response]]:
    """The lowest scores and the newest words, as they were prepared."""
    rows = Response.objects.visible_to(user).finished().filter(wave=wave)
    lowest, comments = rows, rows
    if "lowest" in details:  # of several cells there are more than are shown
        lowest, comments = (rows.filter(pk__in=details[name]) for name in ("lowest", "comments"))
    return list(lowest.worst()[:LOWEST]), list(comments.comments()[:COMMENTS])


def _refresh_touchpoints(wave: Wave, *, is_shown: bool) -> None:
    gauging.refresh_touchpoints(wave)
    if wave.is_anonymous:
        hidden = Q(customers__lt=FEWEST) if is_shown else Q()
        TouchpointFigure.objects.filter(hidden, wave=wave).delete()


def refresh_due() -> int:
    """Prepare what has changed since it was prepared; safe to repeat. Returns the waves."""
    due = _due(timezone.now())
    for wave in due:
        refresh(wave)
    return len(due)


def _due(now: dt.datetime) -> list[Wave]:
    """Waves without figures or with old ones, and running ones with other counts than then.

    Counts tell what times can't: an answer may be committed after one that was finished later.
    """
    waves = Wave.objects.exclude(state=Wave.State.PLANNED)
    waves = list(waves.filter(closes_on__gte=now.date() - dt.timedelta(days=DAYS_WATCHED)))
    rows = WaveFigure.objects.filter(group=GroupKind.ALL, wave__in=waves)
    prepared = {row.wave_id: row for row in rows}
    running = [wave for wave in waves if _is_running(wave, now.date())]
    counted = _counts(running)
    due = []
    for wave in waves:
        row = prepared.get(wave.pk)
        is_old = row is None or row.computed_at < now - dt.timedelta(days=1)
        is_old = is_old or not (wave.is_anonymous or has_cells(row))
        if is_old or _can_be_opened(wave, row) or _has_changed(wave, row, counted, now):
            due.append(wave)
    return due


def _has_changed(wave: Wave, row: WaveFigure, counted: dict, now: dt.datetime) -> bool:
    """Other counts than were summed, and the figures have stood as long as they should."""
    changed = wave.pk in counted and counted[wave.pk] != (row.responses, row.sent)
    return changed and row.computed_at <= now - row.responses * WAIT_EACH


def _can_be_opened(wave: Wave, row: WaveFigure) -> bool:
    """Anonymous, and not sealed any more as it was when its figures were made."""
    return row.sums.get("details", {}).get("is_sealed", False) and not is_sealed(wave)


def _is_running(wave: Wave, today: dt.date) -> bool:
    """Answers may still come in."""
    return wave.state == Wave.State.OPEN or wave.closes_on >= today - dt.timedelta(days=DAYS_FRESH)


def _counts(waves: Sequence[Wave]) -> dict[int, tuple[int, int]]:
    """Finished responses and sent invitations of each wave."""
    finished = Response.objects.finished().filter(wave__in=waves).order_by().values("wave")
    responses = dict(finished.annotate(n=Count("pk")).values_list("wave", "n"))
    invited = Invitation.objects.filter(wave__in=waves).order_by().values("wave")
    sent = dict(
        invited.annotate(n=Count("pk", filter=Q(sent_at__isnull=False))).values_list("wave", "n")
    )
    return {wave.pk: (responses.get(wave.pk, 0), sent.get(wave.pk, 0)) for wave in waves}
