"""Versions as those who answer need them: with the name of the questionnaire and the questions."""

import datetime as dt
import time

from satisfaction.models import InstrumentVersion

SECONDS = 10
MOST = 100
_remembered: dict[tuple[int, dt.datetime], tuple[InstrumentVersion, float]] = {}


def to_ask(version_id: int, frozen_at: dt.datetime | None) -> InstrumentVersion:
    """A version with its instrument and its questions; a frozen one from the process's memory.

    Thousands answer the same one within minutes, and of a frozen one nothing changes but the name
    of its questionnaire: for that it is read again every few seconds.
    """
    if frozen_at is None:
        return _read(version_id)
    version, until = _remembered.get((version_id, frozen_at), (None, 0.0))
    if version is None or time.monotonic() > until:
        version = _read(version_id)
        if len(_remembered) >= MOST:
            _remembered.clear()
        _remembered[version_id, frozen_at] = version, time.monotonic() + SECONDS
    return version


def _read(version_id: int) -> InstrumentVersion:
    rows = InstrumentVersion.objects.select_related("instrument").prefetch_related("questions")
    return rows.get(pk=version_id)
