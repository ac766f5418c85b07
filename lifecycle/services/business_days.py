"""Business days as moments."""

import datetime as dt

from crm.platform.models import Installation


def end_of(day: dt.date) -> dt.datetime:
    """The moment at which a day is over, where the installation is."""
    zone = Installation.get().zone
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
