"""Reads of waves and responses, `visible_to(user)` first; those of invitations stand beside it.

Service staff see the answers after complaints, which have waves of their own, and no others.
"""

import datetime as dt
from collections.abc import Mapping

from django.apps import apps
from django.db import models

from complaints.models import Case
from complaints.querysets import visible_cases
from customers.querysets import Order, Page, keyset_page, visible
from satisfaction.lookups import Says

COUNTED_UP_TO = 1_000
# By what stands in other tables: each response is looked up there.
COUNTED_BESIDE = 100
BESIDE = ("measure", "complaint")


class WaveQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The plan is no secret of a customer; what came back is for `Response`."""
        return self.all() if user.sees_worth else self.none()


class OfCustomers(models.QuerySet):
    def visible_to(self, user):
        if not user.sees_worth:
            return self.none()
        return self.filter(visible(user, "customer__account_manager_id", "customer__team_id"))


class SkipQuerySet(OfCustomers):
    def counts_of(self, wave) -> dict[str, int]:
        """How many were skipped for each reason."""
        counted = self.filter(wave=wave).order_by().values_list("reason")
        return dict(counted.annotate(number=models.Count("pk")))


# The lower two of five points, and what is said of 0 to 10.
LOW = 25
ATTITUDES = {
    "promoter": models.Q(recommend__gte=9),
    "passive": models.Q(recommend__range=(7, 8)),
    "detractor": models.Q(recommend__lte=6),
}
# Complaints of so many days before an answer count as its past.
DAYS_BEFORE = 180


def _low_on(measure: str):
    """Answered one of the lower two points on what a question measures."""
    answers = apps.get_model("satisfaction", "Answer").objects
    low = answers.filter(response=models.OuterRef("pk"), question__measure=measure, score__lte=2)
    return models.Q(models.Exists(low))


def _after_complaint(kind: str):
    """By what the customer had complained of before: nothing, in time, late or still open."""
    answered = models.OuterRef("finished_at")
    past = (
        Case.objects.complaints()
        .exclude(state="merged")
        .filter(
            customer=models.OuterRef("customer"),
            received_at__lt=answered,
            received_at__gte=answered - dt.timedelta(days=DAYS_BEFORE),
        )
    )
    was_open = models.Q(ended_at__isnull=True) | models.Q(ended_at__gt=answered)
    breached = models.Q(clocks__kind="resolution", clocks__breached_at__lte=answered)
    late = models.Exists(past.filter(was_open | breached))
    if kind == "late":
        return models.Q(late)
    if kind == "in_time":
        return models.Q(models.Exists(past)) & ~models.Q(late)
    return ~models.Q(models.Exists(past))


def _tagged(about: str):
    """Words about a measure ("m:reliability") or a touchpoint ("t:3")."""
    kind, key = about.split(":", 1)
    tags = apps.get_model("satisfaction", "ResponseTag").objects
    of = {"measure": key} if kind == "m" else {"touchpoint": key}
    return models.Q(models.Exists(tags.filter(response=models.OuterRef("pk"), **of)))


FILTERS = {
    "wave": lambda wave: models.Q(wave=wave),
    "tier": lambda tier: models.Q(tier=tier),
    "stage": lambda stage: models.Q(stage=stage),
    "region": lambda region: models.Q(customer__region=region),
    "team": lambda team: models.Q(team=team),
    "owner": lambda owner: models.Q(owner=owner),
    "attitude": lambda attitude: ATTITUDES[attitude],
    "measure": _low_on,
    "complaint": _after_complaint,
    "recommend": lambda score: models.Q(recommend=score),
    "overall": lambda score: models.Q(overall__range=(score - 0.05, score + 0.05)),
    "q": lambda words: models.Q(Says(models.F("comment"), words)) & ~models.Q(comment=""),
    "words": lambda _chosen: ~models.Q(comment=""),
    "tag": _tagged,
}


class ResponseQuerySet(OfCustomers):
    def visible_to(self, user):
        """Of customers, and by a public link; anonymous ones and our own staff's are figures alone.

        One by one, with its tier or time, an anonymous answer might lead to a person. Service
        staff read what was said of how cases were settled that they see, and nothing else.
        """
        if user.is_authenticated and user.is_active and not user.sees_worth:
            return self.filter(
                visible_cases(user, "invitation__case__"), wave__occasion="complaint"
            )
        by_public_link = models.Q(invitation__isnull=True, wave__is_anonymous=False)
        shown = models.Q(customer__isnull=False) | by_public_link
        return super().visible_to(user).filter(shown)

    def finished(self):
        return self.filter(finished_at__isnull=False)

    def published(self, wave):
        """The answers of an anonymous wave, once nothing is added any more and none is of a few.

        Who reads them must leave out of which group they are. Their keys tell no order.
        """
        rows = self.finished().filter(wave=wave)
        figures = apps.get_model("satisfaction", "WaveFigure").objects
        shown = figures.filter(wave=wave, group="all", sums__details__is_published=True)
        return rows.filter(models.Exists(shown)) if wave.is_anonymous else rows.none()

    def words_of(self, wave):
        """What was written in an anonymous wave, without anything that is known of who wrote it."""
        return self.published(wave).exclude(comment="").order_by("pk").only("comment", "language")

    def matching(self, criteria: Mapping):
        """The filters of the list's form; empty ones filter nothing."""
        rows = self
        for name, value in criteria.items():
            if name in FILTERS and value not in ("", None):
                rows = rows.filter(FILTERS[name](value))
        return rows

    def with_row(self):
        """With what a row of a list shows."""
        return self.select_related("customer__standing", "contact", "wave")

    def page(self, cursor: str) -> Page:
        """The newest first."""
        return keyset_page(self.with_row(), Order("finished_at", descending=True), cursor)

    def worst(self):
        """Low scores, the worst first; of equal ones that of the most valuable customer."""
        return (
            self.filter(lowest__lte=LOW)
            .with_row()
            .order_by("lowest", models.F("customer__standing__lifetime_value").desc(), "pk")
        )

    def comments(self):
        """Those with words, the newest first."""
        return self.exclude(comment="").with_row().order_by("-finished_at", "-pk")

    def answer_counts(self):
        """How many gave each pair of answers: overall, 0 to 10, responses."""
        pairs = self.order_by().values_list("overall", "recommend")
        return pairs.annotate(number=models.Count("pk"))

    def count_capped(self, cap: int = COUNTED_UP_TO) -> int:
        """Counted no further than the cap: one more means more than it."""
        return self.order_by().values("pk")[: cap + 1].count()
