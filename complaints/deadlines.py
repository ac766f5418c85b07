"""How the clocks of a case stand at a moment: in words, and as a share for a bar."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.models import Case, Clock, ClockKind
from complaints.models.cases import NEVER_DUE
from complaints.services.terms import terms_of, work_of
from complaints.states import WAITING
from complaints.worktime import WorkTime

HOUR = 60
# From so many hours on the minutes say nothing more.
ROUND_HOURS = 10
CALM, SOON, LATE, STILL = "calm", "soon", "late", "still"


@dataclass(frozen=True)
class Deadline:
    """A clock at a moment; `used` is the share of its time, None where a bar would say nothing."""

    clock: str
    words: str
    tone: str
    used: float | None = None
    due: str = ""  # when it is up


def short_moment(moment: dt.datetime) -> str:
    """Without the year: deadlines are near."""
    return date_format(localtime(moment), pgettext("date format without year", "j M, H:i"))


def duration(minutes: float, *, is_exact: bool = False) -> str:
    """Business time in hours and minutes; days would be read as days of the calendar."""
    whole = int(minutes)
    hours, rest = divmod(whole, HOUR)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest or (hours >= ROUND_HOURS and not is_exact):
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def next_deadline(case: Case, now: dt.datetime) -> Deadline:
    """The clock by which the case stands in the queue; its waiting, where none runs."""
    running = [clock for clock in case.clocks.all() if clock.state == Clock.State.RUNNING]
    if running:
        nearest = min(running, key=lambda clock: clock.due_at)
        return deadline(nearest, case, now)
    return Deadline(clock="", words=_standing(case), tone=STILL)


def deadlines(case: Case, now: dt.datetime) -> list[Deadline]:
    """The clocks of a case, the earliest promise first; of the next response the latest turn."""
    latest = {clock.kind: clock for clock in sorted(case.clocks.all(), key=lambda one: one.turn)}
    clocks = sorted(latest.values(), key=lambda clock: clock.target)
    return [deadline(clock, case, now) for clock in clocks]


def deadline(clock: Clock, case: Case, now: dt.datetime) -> Deadline:
    name = str(ClockKind(clock.kind).label)
    if clock.state == Clock.State.RUNNING:
        return _running(clock, name, work_of(terms_of(case.terms_id)), now)
    used = clock.minutes / clock.target
    over = clock.minutes - clock.target
    tone = LATE if clock.breached_at else CALM
    if clock.state == Clock.State.PAUSED:
        words = _("stands at %(used)s of %(target)s")
        return Deadline(name, words % _spans(clock), LATE if clock.breached_at else STILL, used)
    if clock.state == Clock.State.ENDED:
        return Deadline(name, _("ended with the case"), STILL)
    if clock.breached_at and over > 0:
        words = _("%(late)s late") % {"late": duration(over)}
    else:
        words = _("met in %(used)s of %(target)s") % _spans(clock)
    return Deadline(name, words, tone, used)


def _spans(clock: Clock) -> dict[str, str]:
    return {"used": duration(clock.minutes), "target": duration(clock.target)}


def _running(clock: Clock, name: str, work: WorkTime, now: dt.datetime) -> Deadline:
    if clock.due_at == NEVER_DUE:
        return Deadline(name, _("stands still"), STILL)  # the calendar never opens again
    if clock.due_at <= now:
        words = _("overdue by %(late)s") % {"late": duration(work.minutes(clock.due_at, now))}
        return Deadline(name, words, LATE, 1, short_moment(clock.due_at))
    left = work.minutes(now, clock.due_at)
    words = _("%(left)s left of %(target)s") % {
        "left": duration(left),
        "target": duration(clock.target),
    }
    tone = LATE if clock.breached_at else SOON if clock.warn_at <= now else CALM
    return Deadline(name, words, tone, 1 - left / clock.target, short_moment(clock.due_at))


def _standing(case: Case) -> str:
    if case.state in WAITING and case.waiting_until:
        return _("waiting until %(day)s") % {"day": short_moment(case.waiting_until)}
    return _("stands still")
