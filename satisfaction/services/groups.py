"""The figures of a group of customers, from their sums."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from satisfaction import analytics
from satisfaction.analytics import Estimate, Moments, Pairs, Regression
from satisfaction.models import GroupKind, Measure, Wave, WaveFigure
from satisfaction.services.columns import DRIVERS

# Of these alone an index is none of satisfaction: 50 is as good as others are.
OTHER_SCALES = (Measure.COMPARED, Measure.EFFORT)
# What is weighted by revenue too.
WEIGHTED = ("index", "nps")
# Fewer customers than these say little.
FEW = 20
# Ends of the names of sums of which those of two waves are not added.
BY_REVENUE, WITH_OVERALL = " by revenue", " and overall"
NOT_ADDED = (BY_REVENUE, WITH_OVERALL, "crossed", "details")


@dataclass(frozen=True)
class Group:
    """Customers of one wave (or of several, added up) that share something."""

    kind: str
    key: str
    wave: int | None = None
    customers: int = 0
    responses: int = 0
    sent: int = 0
    # By measure (customers, sum, sum of squares), 0 to 100 but `nps` (-1 to 1) and `satisfied` (0
    # to 1); "index by revenue" five sums; "reliability and overall" as `analytics.powers`;
    # "delivered" and "equation" as `Pairs`; "crossed" sums and products; "bought" and "left".
    sums: dict = field(default_factory=dict)

    def __add__(self, other: "Group") -> "Group":
        """Both together: a customer of two waves counts in each, as if it were two."""
        names = [name for name in {**self.sums, **other.sums} if not name.endswith(NOT_ADDED)]
        sums = {name: added(self.sums.get(name), other.sums.get(name)) for name in names}
        return Group(
            self.kind,
            self.key,
            None,
            self.customers + other.customers,
            self.responses + other.responses,
            self.sent + other.sent,
            sums,
        )

    def moments(self, measure: str) -> Moments:
        return Moments(*(self.sums.get(measure) or (0, 0, 0)))

    def mean(self, measure: str, least: float = 0, most: float = 100) -> Estimate:
        """Of a measure of 0 to 100; of a gap or a difference, of -100 to 100."""
        return analytics.mean(self.moments(measure), least, most)

    @property
    def index(self) -> Estimate:
        return self.mean("index")

    @property
    def nps(self) -> Estimate:
        return analytics.nps(self.moments("nps"))

    @property
    def satisfied(self) -> Estimate:
        """The share in the upper two boxes."""
        return self.part("satisfied")

    @property
    def rate(self) -> float | None:
        """Responses to invitations; a link by hand has no invitation that was sent."""
        rate = analytics.response_rate(self.responses, self.sent)
        return None if rate is None else min(1.0, rate)

    def weighted(self, measure: str) -> Estimate:
        """Weighted by revenue, on 0 to 100 (NPS: -100 to 100)."""
        sums = self.sums.get(f"{measure} by revenue") or (0, 0, 0, 0, 0)
        if measure != "nps":
            return analytics.weighted_of_sums(*sums, least=0, most=100)
        w, w2, w4, wx, moved = sums
        in_points = (w, w2, w4, 100 * wx, 10_000 * moved)
        return analytics.weighted_of_sums(*in_points, least=-100, most=100)

    def importance(self, dimension: str) -> Estimate:
        """How strongly a dimension goes with overall satisfaction, over customers."""
        return analytics.correlation(*(self.sums.get(f"{dimension}{WITH_OVERALL}") or (0,)))

    def regression(self, drivers: Sequence[str]) -> Regression | None:
        """Overall satisfaction on all drivers that were asked; None where too few said all."""
        n, totals, rows = self.sums.get("crossed") or (0, [], [])
        if len(totals) != len(drivers) + 1 or not analytics.enough(n, len(drivers)):
            return None
        products = [
            [row[j] if j <= i else rows[j][i] for j in range(len(totals))]
            for i, row in enumerate(rows)
        ]
        matrix = analytics.correlations(n, totals, products)
        return None if matrix is None else analytics.regression(matrix, n)

    @property
    def drivers(self) -> list[str]:
        """What was asked that overall satisfaction may come from, in the order of `crossed`."""
        return [one for one in map(str, DRIVERS) if f"{one}{WITH_OVERALL}" in self.sums]

    @property
    def is_of_satisfaction(self) -> bool:
        """Whether the index is one of satisfaction, and not of another scale alone."""
        asked = self.drivers
        return self.has("overall") or not asked or any(one not in OTHER_SCALES for one in asked)

    def ratio(self, name: str) -> Estimate:
        """What customers get over what they give: "delivered", or their value "equation"."""
        return analytics.ratio(Pairs(*(self.sums.get(name) or ())))

    def part(self, measure: str) -> Estimate:
        """The share of customers, of a measure that is 1 or 0 of a respondent."""
        sums = self.moments(measure)
        return analytics.share(sums.total, sums.n)

    def has(self, measure: str) -> bool:
        """Whether anybody has said something of it."""
        return bool((self.sums.get(measure) or (0,))[0])

    @property
    def leaving(self) -> Estimate:
        """Of those who had bought before the wave, the share that bought nothing after it."""
        return analytics.share(self.sums.get("left") or 0, self.sums.get("bought") or 0)

    @property
    def is_few(self) -> bool:
        return self.customers < FEW


def added(one, other):
    """Two sums of the same name, which may be lists of sums, or lists of such lists; None is 0."""
    if isinstance(one, list | tuple) or isinstance(other, list | tuple):
        width = len(one or other)
        pairs = zip(one or [0] * width, other or [0] * width, strict=True)
        return [added(a, b) for a, b in pairs]
    return (one or 0) + (other or 0)


def of_row(row: WaveFigure) -> Group:
    return Group(row.group, row.key, row.wave_id, row.customers, row.responses, row.sent, row.sums)


def figure_of_group(group: Group, wave: Wave, now: dt.datetime) -> WaveFigure:
    return WaveFigure(
        wave=wave,
        group=group.kind,
        key=group.key,
        customers=group.customers,
        responses=group.responses,
        sent=group.sent,
        sums=group.sums,
        computed_at=now,
    )


class Groups:
    """Groups of some waves, to be asked for."""

    def __init__(self, groups: Iterable[Group]):
        self._found = {(group.wave, group.kind, group.key): group for group in groups}

    def __iter__(self):
        return iter(self._found.values())

    def of(self, wave) -> Group:
        """All customers of a wave together; without any it is empty."""
        empty = Group(GroupKind.ALL, "", wave.pk)
        return self._found.get((wave.pk, GroupKind.ALL, ""), empty)

    def by(self, wave, kind: str) -> dict[str, Group]:
        """The groups of a wave by their key."""
        return {
            key: group
            for (pk, found, key), group in self._found.items()
            if pk == wave.pk and found == kind
        }

    def together(self, kind: str) -> dict[str, Group]:
        """The groups of all waves, added up by their key."""
        added: dict[str, Group] = {}
        for (_wave, found, key), group in self._found.items():
            if found == kind:
                added[key] = added[key] + group if key in added else group
        return added

    def counts(self, kind: str) -> Counter:
        return Counter({key: group.customers for key, group in self.together(kind).items()})
