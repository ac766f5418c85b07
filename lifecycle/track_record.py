"""The track record of risk and signals as pages tell it: in words, from the newest record.

`summary` is for pages that show it among other things; `right_words` for a signal on a card.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.platform.words import decimal, percent, whole
from customers.models.standing import SignalKind
from lifecycle import backtest_words
from lifecycle.analytics.track_record import ENOUGH
from lifecycle.models import BacktestResult, TrackRecord
from lifecycle.models.track_record import FLAG_KINDS, FlagKind

BANDS = (FlagKind.HIGH, FlagKind.RAISED, FlagKind.LOW, FlagKind.GREEN)
IN_TEN = 10
# Below this the nearest of ten is 0 or would say too little.
FEW = 0.1
MOST_REPLAYED = 60


@dataclass(frozen=True)
class Line:
    """One kind of flag: its record as texts, a judgement in words, and its tone (good or bad)."""

    kind: str
    label: str
    record: TrackRecord
    words: str
    tone: str = ""

    @property
    def url(self) -> str:
        """The rows behind it."""
        if self.kind in SignalKind.values:
            return reverse("value:signal_record", args=[self.kind])
        return reverse("value:missed_leavers") if self.kind == FlagKind.GREEN else ""

    @property
    def flagged(self) -> str:
        return whole(self.record.flagged)

    @property
    def lost(self) -> str:
        return whole(self.record.lost)

    @property
    def precision(self) -> str:
        """With its interval: 71 % (65–77)."""
        found = self.record.shares
        if not self.record.is_enough:
            return "–"
        low, high = round(100 * found.precision_low), round(100 * found.precision_high)
        return f"{percent(found.precision)} ({low}–{high})"

    @property
    def base_rate(self) -> str:
        return percent(self.record.shares.base_rate) if self.record.is_enough else "–"

    @property
    def lift(self) -> str:
        """With its interval: 1.78 (1.58–1.97)."""
        found = self.record.shares
        if not self.record.is_enough:
            return "–"
        ends = f"{decimal(found.lift_low, 2)}–{decimal(found.lift_high, 2)}"
        return f"{decimal(found.lift, 2)} ({ends})"

    @property
    def recall(self) -> str:
        found = self.record.recall
        return "–" if found is None else percent(found)

    @property
    def lead(self) -> str:
        days = self.record.lead_days
        return "–" if days is None or not self.record.is_enough else whole(days)

    @property
    def false_alarms(self) -> str:
        found = self.record.false_alarms
        return "–" if found is None else decimal(found)

    @property
    def weight(self) -> str:
        return decimal(self.record.weight, 2)

    @property
    def dismissed(self) -> str:
        """How many people set aside, and how many of these were indeed no reason to fear."""
        record = self.record
        if not record.dismissed:
            return ""
        return _("%(dismissed)s dismissed, %(stayed)s of them bought on") % {
            "dismissed": whole(record.dismissed),
            "stayed": whole(record.dismissed - record.dismissed_lost),
        }


def lines(kinds, records: dict[str, TrackRecord]) -> list[Line]:
    """A line for each of the kinds that have a record."""
    return [_line(kind, records[kind]) for kind in kinds if kind in records]


def replayed() -> tuple[list[Line], list[dt.date]]:
    """What stored backtests say of the flags that dealings alone tell, and their dates.

    Of cuts a horizon apart, the newest first, so that no absence counts twice.
    """
    newest = BacktestResult.objects.first()
    if newest is None:
        return [], []
    horizon = newest.horizon_days
    results = BacktestResult.objects.filter(horizon_days=horizon)[:MOST_REPLAYED]
    dates: list[dt.date] = []
    records: dict[str, TrackRecord] = {}
    for found in results:
        counted = found.result.get("replayed") or {}
        if not counted or (dates and (dates[-1] - found.as_of).days < horizon):
            continue
        dates.append(found.as_of)
        for kind, sums in counted.items():
            record = records.setdefault(kind, TrackRecord(kind=kind, horizon_days=horizon))
            for name in ("flagged", "lost", "expected"):
                setattr(record, name, getattr(record, name) + sums[name])
    return lines((FlagKind.HIGH, *SignalKind.values), records), dates


def summary(user) -> dict:
    """What a page shows of the track record in short; empty for who does not see risk.

    Keys: `as_of` of the record, `risk` (the line of high risk), `signals` (lines of signals with
    enough outcomes, the best first), `missed` (the line of those without any warning), `headline`
    (the sentence of the newest backtest), `backtest`, and the addresses `url`, `backtest_url`.
    """
    if not user.sees_worth:
        return {}
    records = TrackRecord.objects.newest()
    by_kind = {line.kind: line for line in lines((*SignalKind.values, *BANDS), records)}
    proven = [line for kind, line in by_kind.items() if kind in SignalKind.values]
    proven = [line for line in proven if line.record.is_enough]
    backtest = BacktestResult.objects.first()
    return {
        "as_of": next((record.as_of for record in records.values()), None),
        "risk": by_kind.get(FlagKind.HIGH),
        "missed": by_kind.get(FlagKind.GREEN),
        "signals": sorted(proven, key=lambda line: -line.record.shares.lift),
        "backtest": backtest,
        "headline": backtest_words.headline(backtest.result) if backtest else "",
        "url": reverse("value:track_record"),
        "backtest_url": reverse("value:backtests"),
    }


def with_record(signals: QuerySet) -> QuerySet:
    """Adds `record`, what `words_of` needs of the newest record of each signal's kind."""
    newest = TrackRecord.objects.order_by("-as_of").values("as_of")[:1]
    records = TrackRecord.objects.filter(kind=OuterRef("kind"), as_of=Subquery(newest))
    found = JSONObject(**{name: name for name in ("kind", "flagged", "lost", "expected")})
    return signals.annotate(record=Subquery(records.values(found=found)))


def words_of(signal) -> str:
    """How often this kind of signal was right; the signal comes from `with_record`."""
    return right_words(TrackRecord(**signal.record)) if signal.record else ""


def right_words(record: TrackRecord | None) -> str:
    """How often a signal was right, as one would say it; empty where there is no record."""
    if record is None:
        return ""
    if not record.is_enough:
        known = {"known": whole(record.flagged), "enough": ENOUGH}
        return _("track record: not enough yet, %(known)s of %(enough)s") % known
    found = record.shares
    whole_of = IN_TEN if found.precision >= FEW else IN_TEN**2
    values = {
        "right": round(whole_of * found.precision),
        "cases": whole_of,
        "lift": decimal(found.lift),
    }
    if not record.earns_its_weight:
        return _("right in %(right)d of %(cases)d cases, no better than chance") % values
    return _("right in %(right)d of %(cases)d cases, %(lift)s times chance") % values


def _line(kind: str, record: TrackRecord) -> Line:
    label = str(FLAG_KINDS[kind])
    if not record.is_enough:
        text = _("not enough yet: %(known)s of %(enough)s with a known outcome")
        words = text % {"known": whole(record.flagged), "enough": ENOUGH}
        return Line(kind, label, record, words)
    return Line(kind, label, record, *_judgement(kind, record))


def _judgement(kind: str, record: TrackRecord) -> tuple[str, str]:
    found = record.shares
    if kind in {FlagKind.LOW, FlagKind.GREEN}:
        if found.lift_high < 1:
            return _("left less often than comparable customers"), "good"
        return _("left no less often than comparable customers"), "bad"
    if kind == FlagKind.RAISED:
        return _("between the others"), ""
    if found.lift_low > 1:
        return _("earns its weight"), "good"
    if found.lift_high < 1:
        return _("left less often than comparable customers: it warns in vain"), "bad"
    return _("no better than chance so far: it does not earn its weight"), "bad"
