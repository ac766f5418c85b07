"""The next run of a survey that is held again and again: its plan copied, nothing sent."""

import calendar
import datetime as dt
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.platform.models import Installation
from satisfaction.models import Frequency, InstrumentVersion, Wave
from satisfaction.services.waves import Refused, locked, name_once

MONTHS = {
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 3,
    Frequency.HALF_YEARLY: 6,
    Frequency.YEARLY: 12,
}
COPIED = (
    *("purpose", "department", "frequency", "occasion", "channel", "is_anonymous", "selection"),
    *("sample_size", "reminders", "in_charge", "verifier"),
)
# One seed for all would ask the same sample each time.
SEEDS = 1_000_000
LONGEST_NAME = 120


def is_repeated(wave: Wave) -> bool:
    return wave.frequency in MONTHS and wave.occasion == Wave.Occasion.PLAN


@transaction.atomic
def plan_next(*, wave: Wave, by: User) -> Wave:
    """The plan of the next period, with the newest version of its questionnaire.

    A wave is followed by one: who comes second gets the plan that stands there.
    """
    wave = locked(wave)
    if following := Wave.objects.filter(follows=wave).first():
        return following
    if not is_repeated(wave):
        raise Refused(_("Its plan does not say that it is repeated."))
    if not wave.version.instrument.is_active:  # what is out of use may ask nothing any more
        raise Refused(_("Its questionnaire is out of use: put it to use first."))
    opens, closes = next_days(wave, Installation.cached().today())
    newest = InstrumentVersion.objects.filter(instrument=wave.version.instrument_id)
    with name_once():
        return Wave.objects.create(
            **{name: getattr(wave, name) for name in COPIED},
            name=_free_name(wave.name, opens),
            version=newest.order_by("-number").first(),
            seed=secrets.randbelow(SEEDS),
            opens_on=opens,
            closes_on=closes,
            follows=wave,
            created_by=by,
        )


def next_days(wave: Wave, today: dt.date) -> tuple[dt.date, dt.date]:
    """When the next one opens and closes: periods later, the first that is not over yet."""
    length = wave.closes_on - wave.opens_on
    periods, step = 1, MONTHS[Frequency(wave.frequency)]
    while (opens := _later(wave.opens_on, periods * step)) + length < today:
        periods += 1
    return opens, opens + length


def _later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _free_name(name: str, opens: dt.date) -> str:
    """The name with the month it opens in, in place of the one that an earlier copy was given."""
    head, _dash, tail = name.rpartition(" ")
    if head and len(tail) == 7 and tail[4] == "-" and tail.replace("-", "").isdecimal():
        name = head
    base = f"{name[: LONGEST_NAME - 13]} {opens:%Y-%m}"
    found, number = base, 1
    while Wave.objects.filter(name=found).exists():
        number += 1
        found = f"{base} ({number})"
    return found
