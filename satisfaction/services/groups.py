"""The figures of a group of customers, from their sums."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from satisfaction import analytics
from satisfaction.analytics import Estimate, Moments
from satisfaction.models import DIMENSIONS, GroupKind, WaveFigure

# What is summed of each customer; all 0 to 100 but `nps` (-1 to 1) and `satisfied` (0 to 1).
MEASURES = ("index", "overall", "nps", "satisfied", *(str(one) for one in DIMENSIONS))
# Of these also weighted by revenue.
WEIGHTED = ("index", "nps")
# Fewer customers than these say little.
FEW = 20


@dataclass(frozen=True)
class Group:
    """Customers of one wave (or of several, added up) that share something."""

    kind: str
    key: str
    wave: int | None = None
    customers: int = 0
    responses: int = 0
    sent: int = 0
    # By measure (customers, sum, sum of squares); "index weighted" five sums; "reliability with
    # overall" correlation and customers; "bought" and "left" customers.
    sums: dict = field(default_factory=dict)

    def __add__(self, other: "Group") -> "Group":
        """Both together: a customer of two waves counts in each, as if it were two."""
        names = (*MEASURES, "bought", "left")
        sums = {name: _added(self.sums.get(name), other.sums.get(name)) for name in names}
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

    def mean(self, measure: str) -> Estimate:
        """Of a measure of 0 to 100."""
        return analytics.mean(self.moments(measure))

    @property
    def index(self) -> Estimate:
        return self.mean("index")

    @property
    def nps(self) -> Estimate:
        return analytics.nps(self.moments("nps"))

    @property
    def satisfied(self) -> Estimate:
        """The share in the upper two boxes."""
        sums = self.moments("satisfied")
        return analytics.share(sums.total, sums.n)

    @property
    def rate(self) -> float | None:
        """Responses to invitations; a link by hand has no invitation that was sent."""
        rate = analytics.response_rate(self.responses, self.sent)
        return None if rate is None else min(1.0, rate)

    def weighted(self, measure: str) -> Estimate:
        """Weighted by revenue, on 0 to 100 (NPS: -100 to 100)."""
        sums = self.sums.get(f"{measure} weighted") or (0, 0, 0, 0, 0)
        if measure != "nps":
            return analytics.weighted_of_sums(*sums, least=0, most=100)
        w, w2, wx, w2x, w2x2 = sums
        in_points = (w, w2, 100 * wx, 100 * w2x, 10_000 * w2x2)
        return analytics.weighted_of_sums(*in_points, least=-100, most=100)

    def importance(self, dimension: str) -> Estimate:
        """How strongly a dimension goes with overall satisfaction, over customers."""
        return analytics.correlation(*(self.sums.get(f"{dimension} with overall") or (None, 0)))

    @property
    def leaving(self) -> Estimate:
        """Of those who had bought before the wave, the share that bought nothing after it."""
        return analytics.share(self.sums.get("left") or 0, self.sums.get("bought") or 0)

    @property
    def is_few(self) -> bool:
        return self.customers < FEW


def _added(one, other):
    if isinstance(one, list | tuple) or isinstance(other, list | tuple):
        width = len(one or other)
        return [a + b for a, b in zip(one or [0] * width, other or [0] * width, strict=True)]
    return (one or 0) + (other or 0)


def of_row(row: WaveFigure) -> Group:
    return Group(row.group, row.key, row.wave_id, row.customers, row.responses, row.sent, row.sums)


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
