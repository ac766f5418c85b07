"""Figures of waves for a reader: prepared ones for those who see all customers, else summed now.

With 100,000 responses in a wave summing takes longer than a page may; a reader of all customers
gets what `refresh_due` prepared a few minutes ago, and until then what is summed at once. Account
managers' figures are of the customers that they see today, and summed when they ask. Figures of an
anonymous wave are nobody's own: everybody gets those that were prepared for all.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Count, FloatField, Q, Sum, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from crm.platform.models import Installation
from customers.models import Standing
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
from satisfaction.services import gauging, internal
from satisfaction.services.groups import Groups, figure_of_group, of_row
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
# Answers that the results of a wave begin with.
LOWEST, COMMENTS = 8, 6


@dataclass(frozen=True)
class Results:
    """The groups of some waves, and since when they are known (None: summed just now)."""

    groups: Groups
    computed_at: dt.datetime | None = None


def results_of(user, waves: Sequence[Wave], questions: Sequence[Question] | None = None) -> Results:
    """The figures of these waves over the customers whom the user sees.

    Their `questions` are looked up where the caller has not.
    """
    if not user.sees_worth:
        return Results(Groups([]))
    rows = WaveFigure.objects.filter(wave__in=waves)
    if not user.sees_all_customers:
        rows = rows.filter(wave__is_anonymous=True, group=GroupKind.ALL)
    rows = list(rows) if user.sees_all_customers or _anonymous(waves) else []
    known = {row.wave_id for row in rows}
    missing = [wave for wave in waves if wave.pk not in known and not wave.is_anonymous]
    groups = [*map(of_row, rows), *_sum_now(user, missing, questions)]
    computed = min((row.computed_at for row in rows), default=None)
    return Results(Groups(groups), None if missing else computed)


def _anonymous(waves: Sequence[Wave]) -> bool:
    return any(wave.is_anonymous for wave in waves)


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
    prepared = [wave for wave in waves if user.sees_all_customers or wave.is_anonymous]
    prepared = [wave for wave in prepared if "details" in groups.of(wave).sums]
    rows = QuestionFigure.objects.filter(wave__in=prepared)
    if not user.sees_all_customers:
        rows = rows.filter(group=GroupKind.ALL)
    elif not every:
        rows = rows.filter(Q(group=GroupKind.ALL) | Q(code=code))
    found = [of_figure(row) for row in rows]
    missing = [wave for wave in waves if wave not in prepared and not wave.is_anonymous]
    if missing:
        responses = Response.objects.visible_to(user)
        found += questions_of(responses=responses, waves=missing, grouped=every or bool(code))
    return found


def details_of(user, wave: Wave, groups: Groups) -> dict:
    """How often each answer was given, and whom the wave reached; prepared with the figures."""
    prepared = groups.of(wave).sums.get("details")
    if prepared and user.sees_all_customers:
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
    known = answered.filter(customer__isnull=False)
    if wave.is_anonymous:  # only that they answered is known, and nothing of what
        known = invitations.filter(wave=wave, state=Invitation.State.FINISHED)
    # Put together first: three conditions joined by "or" would look at every customer there is.
    first, *others = (
        rows.filter(wave=wave).order_by().values("customer") for rows in (invitations, skips, known)
    )
    has_answered = Q(pk__in=known.order_by().values("customer"))
    revenue = Greatest("revenue_12m", Value(0), output_field=FloatField())
    sums = Standing.objects.filter(pk__in=first.union(*others)).aggregate(
        fitting=Count("pk"),
        answered=Count("pk", filter=has_answered),
        revenue=Sum(revenue, default=0.0),
        answered_revenue=Sum(revenue, filter=has_answered, default=0.0),
    )
    return {"answers": [list(row) for row in answered.answer_counts()], "coverage": sums}


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
    groups, questions = published(
        wave,
        sums_of(
            responses=everything,
            invitations=Invitation.objects.all(),
            waves=[wave],
            as_of=known_until(),
        ),
        questions_of(responses=everything, waves=[wave]),
    )
    everybody = Groups(groups).of(wave)
    details = _details(wave, everything, Invitation.objects.all(), Skip.objects.all())
    details["internal"] = internal.of_everybody(wave, Installation.cached().today())
    details |= _named(wave)
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
    """The lowest scores and the newest words, as they were prepared for those who see all."""
    rows = Response.objects.visible_to(user).finished().filter(wave=wave)
    if user.sees_all_customers and "lowest" in details:
        lowest, comments = details["lowest"], details["comments"]
        found = rows.with_row().in_bulk([*lowest, *comments])
        return (
            [found[pk] for pk in lowest if pk in found],
            [found[pk] for pk in comments if pk in found],
        )
    return list(rows.worst()[:LOWEST]), list(rows.comments()[:COMMENTS])


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
