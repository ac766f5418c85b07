"""What the pictures of one dashboard rest on: each thing is read once, however many show it."""

import datetime as dt
from collections.abc import Iterable
from functools import cached_property

from django.db.models import CharField, Value

from complaints.services.figures import Figures, figures_of
from crm.accounts.models import User
from lifecycle.models import BaseCell, StageChange, TierChange
from lifecycle.querysets import FIGURES
from satisfaction.models import Audience, Question, Wave
from satisfaction.services.columns import scales_of
from satisfaction.services.groups import Groups
from satisfaction.services.publishing import is_shown
from satisfaction.services.results import results_of, trend_of

FLOW_DAYS = 92  # as the pages of tiers and stages look back
SUMS = tuple(f"sum_{name}" for name in FIGURES)


class Reads:
    """The figures that a user may see, by whatever a picture shows them."""

    def __init__(self, user: User):
        self.user = user
        self.cells = BaseCell.objects.visible_to(user)

    @cached_property
    def months(self) -> list[dt.date]:
        """The last date of each of thirteen months, oldest first."""
        return self.cells.month_ends()

    @property
    def as_of(self) -> dt.date | None:
        return self.months[-1] if self.months else None

    @cached_property
    def _finest(self) -> list[dict]:
        """By month's end, tier and stage: one question; all that is shown are sums of it."""
        return list(self.cells.filter(as_of__in=self.months).by("as_of", "tier", "stage"))

    def by(self, *names: str) -> list[dict]:
        """Sums at all month-ends, by as_of and what else is named of tier and stage."""
        return summed(self._finest, names)

    def now_by(self, name: str) -> list[dict]:
        return summed([row for row in self._finest if row["as_of"] == self.as_of], (name,))

    @cached_property
    def by_risk(self) -> list[dict]:
        return list(self.cells.at(self.as_of).by("risk_band"))

    @property
    def flows_since(self) -> dt.date:
        return self.as_of - dt.timedelta(days=FLOW_DAYS)

    def flows(self, kind: str) -> list[dict]:
        """From which tier or stage to which, how many went since then."""
        return [flow for flow in self._flows if flow["of"] == kind]

    @cached_property
    def _flows(self) -> list[dict]:
        """Of both by one question."""
        of_tiers, of_stages = (
            model.objects.visible_to(self.user)
            .since(self.flows_since)
            .annotate(of=Value(kind, output_field=CharField()))
            .flows("of")
            for kind, model in (("tier", TierChange), ("stage", StageChange))
        )
        return list(of_tiers.union(of_stages, all=True))

    @cached_property
    def complaints(self) -> Figures:
        """Complaints and requests of the last twelve months, by month, kind and category."""
        return figures_of(self.user)

    @cached_property
    def answers(self) -> tuple[list[Wave], Groups, list[Question]]:
        """The waves with answers that may be shown, oldest first, their figures and questions."""
        waves = Wave.objects.visible_to(self.user).select_related("version__instrument")
        waves = trend_of(list(waves.exclude(version__instrument__audience=Audience.STAFF)))
        groups = results_of(self.user, waves).groups if waves else Groups([])
        shown = [wave for wave in waves if is_shown(groups.of(wave), wave)]
        return shown, groups, list(scales_of(shown)) if shown else []


def summed(rows: Iterable[dict], names: tuple[str, ...]) -> list[dict]:
    """Rows by these names alone, in their order, with the sums of the rows that are alike."""
    found: dict[tuple, dict] = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        known = found.setdefault(key, dict(zip(names, key, strict=True)) | dict.fromkeys(SUMS, 0))
        for name in SUMS:
            known[name] += row[name]
    return [found[key] for key in sorted(found)]
