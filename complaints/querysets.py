"""All reads of cases, `visible_to(user)` first."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Aggregate, Count, Exists, F, FloatField, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce, TruncMonth

from complaints.states import OPEN, PAUSING
from crm.accounts.roles import Role
from customers.querysets import Order, Page, keyset_page, visible
from customers.querysets.finding import LOOKED_THROUGH, MOST_BESIDE, MOST_FOUND, Way
from customers.services.tokens import phone_tokens, words

MANAGING = (Role.MANAGER, Role.ADMINISTRATOR)
COUNTED_UP_TO = 1_000
PAGE_SIZE = 32  # a page weighs no more than 40 kB, and half of its time goes into rows
# What a row of a list shows, of the case and of what it belongs to. Rows are many, and most of what
# they cost is to be read and made into objects.
IN_A_ROW = (
    *("kind", "title", "severity", "state", "tier", "caller_name", "remedy_cost", "is_breached"),
    *("received_at", "next_due_at", "waiting_until", "ended_at", "customer", "owner", "terms"),
    *("category__names", "category__code", "owner__name", "owner__username"),
    *("customer__name", "customer__standing__lifetime_value", "customer__standing__value_band"),
)

# Filters of the queue; their names are those of its form.
FILTERS = {
    "kind": lambda kind: Q(kind=kind),
    "severity": lambda severity: Q(severity=severity),
    "category": lambda category: Q(category=category),
    "tier": lambda tier: Q(tier=tier),
    "state": lambda state: Q(state=state),
    "late": lambda _late: Q(is_breached=True),
    "reopened": lambda _reopened: Q(reopened__gt=0),
}


class CappedCount(models.Subquery):
    """How many rows a query has, as a column; the query has to be cut at the cap."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = models.IntegerField()


class OneOf(models.Func):
    """Whether a column is in an array, which is read before the rows: an index takes it whole."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


def visible_cases(user, prefix: str = "") -> Q:
    """Of visible customers; those of nobody known are seen by who sees all customers."""
    return visible(user, f"{prefix}customer__account_manager_id", f"{prefix}customer__team_id")


def to_approve(limits) -> Q:
    """Proposed above what who is in charge may decide alone, and not agreed to: the rule of
    `rights.waits_for_approval`, by the limits of the installation."""
    lead = max(limits.authority_team_lead, limits.authority_service)
    limit = models.Case(
        models.When(owner__role__in=MANAGING, then=limits.authority_manager),
        models.When(owner__is_team_lead=True, then=lead),
        default=limits.authority_service,
    )
    # Nobody may decide less than that: it spares most cases the look at who is in charge.
    least = min(limits.authority_service, limits.authority_manager)
    agreed = Q(approved_cost__isnull=False, approved_cost__gte=F("remedy_cost"))
    above = Q(remedy_cost__gt=limit) & Q(remedy_cost__gt=least)
    return ~agreed & above & Q(state="proposed")


def watched_by(user) -> Exists:
    watches = apps.get_model("complaints", "CaseWatch").objects
    return Exists(watches.filter(case=OuterRef("pk"), user=user.pk))


def among_watched(user) -> Q:
    """The same for many cases: those that somebody watches are few, and read once."""
    watches = apps.get_model("complaints", "CaseWatch").objects
    return Q(pk__in=watches.filter(user=user.pk).order_by().values("case"))


def of_own_customers(user) -> Q:
    """Of the customers that this person is account manager of, who are read once as well."""
    customers = apps.get_model("customers", "Customer").objects
    return Q(customer__in=customers.filter(account_manager=user.pk).order_by().values("pk"))


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible_cases(user))

    def found_for(self, user):
        """The same for lists of cases of many customers: who these are is looked up at once, and
        their cases are found in one pass over an index that begins with the customer.

        Joined, each customer is looked for by itself, most of whom have no such case.
        """
        if not user.is_authenticated or user.sees_all_customers:
            return self.visible_to(user)
        customers = apps.get_model("customers", "Customer").objects.visible_to(user)
        return self.filter(OneOf(F("customer"), ArraySubquery(customers.order_by().values("pk"))))

    def open(self):
        return self.filter(state__in=OPEN)

    def waiting(self):
        return self.filter(state__in=PAUSING)

    def complaints(self):
        """Without service requests, which are not counted as complaints."""
        return self.filter(kind="complaint")

    def late(self):
        """With a deadline missed."""
        return self.filter(is_breached=True)

    def reopened(self):
        """Solved once, and open again."""
        return self.open().filter(reopened__gt=0)

    def unassigned(self):
        return self.filter(owner__isnull=True)

    def waiting_for_approval(self, limits):
        return self.filter(to_approve(limits))

    def owned_by(self, user):
        return self.filter(owner=user.pk)

    def of_customers_of(self, user):
        """Of the customers that this person is account manager of."""
        return self.filter(customer__account_manager=user.pk)

    def of_same(self, case):
        """The others of its customer; of a caller whom nobody knows, those with the same phone or
        address, which stand among the words that cases are found by."""
        others = self.exclude(pk=case.pk)
        if case.customer_id:
            return others.filter(customer=case.customer_id)
        rule = Q(pk__in=[])
        if phones := phone_tokens(case.caller_phone):
            rule |= Q(tokens__tokens__overlap=sorted(phones))
        if email := case.caller_email:
            rule |= Q(tokens__tokens__contains=words(email), caller_email__iexact=email)
        return others.filter(rule)

    def linked_to(self, case):
        """Those that somebody said belong to it.

        Each side by its own index: asked for either side at once, all cases are read.
        """
        links = apps.get_model("complaints", "CaseLink").objects.order_by()
        later = links.filter(one=case).values_list("other")
        return self.filter(
            pk__in=later.union(links.filter(other=case).values_list("one"), all=True)
        )

    def followed_by(self, user):
        """With whether this person watches each."""
        return self.annotate(is_watched=watched_by(user))

    def matching(self, criteria: Mapping):
        """The filters of the queue's form; empty ones filter nothing."""
        rows = self
        for name, value in criteria.items():
            if name in FILTERS and value:
                rows = rows.filter(FILTERS[name](value))
        return rows

    def with_row(self):
        """With what a row of a list shows, in two queries for a page; of its clocks, those that
        run."""
        rows = self.select_related("customer__standing", "owner", "category").only(*IN_A_ROW)
        clocks = apps.get_model("complaints", "Clock").objects
        running = clocks.filter(state="running").order_by("due_at")
        return rows.prefetch_related(Prefetch("clocks", running))

    def with_page(self):
        """With what the page of a case shows."""
        rows = self.select_related(
            *("customer__standing", "customer__account_manager", "contact", "owner", "category"),
            *("touchpoint", "product", "root_cause", "merged_into"),
        )
        return rows.prefetch_related("clocks")

    def page(self, order: Order, cursor: str) -> Page:
        return keyset_page(self.with_row(), order, cursor, PAGE_SIZE)

    def capped(self, cap: int = COUNTED_UP_TO):
        """Cut for counting: cap + 1 rows mean more than the cap."""
        return self.order_by().values("pk")[: cap + 1]

    def count_capped(self, cap: int = COUNTED_UP_TO) -> int:
        return self.capped(cap).count()

    def found(self, *, number: int | None, text: str, ways: Sequence[Way], most: int):
        """The one with the number, those of the order, then the newest with the words.

        Start from `visible_to`; evaluate it within `by_index()`.
        """
        rows = self.order_by().values("pk")
        arms = [rows.filter(pk=number)] if number else []
        if any(all(group.tokens for group in way) for way in ways):
            tokens = apps.get_model("complaints", "CaseTokens").objects
            having = tokens.having(ways).values("pk")
            is_common = tokens.is_common(ways)
            if is_common:
                arms.append(self._newest_among(having, most))
            if not is_common or any(len(way) > 1 for way in ways):
                # By a sum, which no index has in order: else the planner reads all from the newest
                # on until there are enough, and rare words make it read everything.
                newest = having.order_by((F("pk") + 0).desc())
                newest = newest[: MOST_BESIDE if is_common else MOST_FOUND]
                arms.append(rows.filter(pk__in=newest))
        if not arms:
            return self.none()
        candidates = arms[0].union(*arms[1:]) if arms[1:] else arms[0]
        ranks = [models.When(order_reference__iexact=text, then=1)]
        if number:
            ranks.insert(0, models.When(pk=number, then=0))
        rank = models.Case(*ranks, default=2, output_field=models.IntegerField())
        found = self.model.objects.filter(pk__in=candidates).select_related("customer")
        return found.annotate(rank=rank).order_by("rank", "-pk")[:most]

    def _newest_among(self, found: models.QuerySet, most: int):
        """The newest of those found, looking through the latest cases alone."""
        latest = self.model.objects.aggregate(latest=models.Max("pk"))["latest"] or 0
        rows = self.filter(pk__gt=latest - LOOKED_THROUGH, pk__in=found)
        return rows.order_by("-pk").values("pk")[:most]

    def load(self):
        """How many are open in each state, by kind, with those past a deadline and of nobody."""
        return (
            self.open()
            .order_by()
            .values("state", "kind")
            .annotate(
                cases=Count("pk"),
                late=Count("pk", filter=Q(is_breached=True)),
                unassigned=Count("pk", filter=Q(owner__isnull=True)),
            )
        )

    def received_by_month(self, since: dt.datetime, zone: zoneinfo.ZoneInfo):
        """Counts by month (in the zone), kind and category of what came in since."""
        month = TruncMonth("received_at", tzinfo=zone)
        rows = self.filter(received_at__gte=since).order_by().annotate(month=month)
        return rows.values("month", "kind", "category").annotate(cases=Count("pk"))

    def most_urgent_of(self, customer_ids: Iterable[int]) -> dict[int, models.Model]:
        """The case of each of these customers that is due first."""
        rows = self.filter(customer__in=list(customer_ids)).order_by("-next_due_at", "-pk")
        return {case.customer_id: case for case in rows}


class EventQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible_cases(user, "case__"))


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible_cases(user, "case__"))


class CaseWatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible_cases(user, "case__"))


class CaseLinkQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whose cases both are in sight."""
        return self.filter(visible_cases(user, "one__"), visible_cases(user, "other__"))

    def of(self, case):
        return self.filter(Q(one=case) | Q(other=case))


class CategoryQuerySet(models.QuerySet):
    def in_tree(self):
        """Each group, then what belongs to it; with the groups' names."""
        place = Coalesce("parent__position", "position")
        group = Coalesce("parent", "pk", output_field=models.BigIntegerField())
        is_below = F("parent").asc(nulls_first=True)
        return self.select_related("parent").order_by(place, group, is_below, "position", "pk")

    def for_kind(self, kind: str):
        """Those for cases of the kind; what names none is for all."""
        return self.filter(kind__in=["", kind])


class CannedTextQuerySet(models.QuerySet):
    def for_case(self, case):
        """Those in use for cases of its kind and severity; what names neither is for all."""
        rows = self.filter(is_active=True, kind__in=["", case.kind])
        return rows.filter(severity__in=["", case.severity])


class CorrectiveQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible_cases(user, "case__"))

    def to_do(self):
        return self.filter(state="open")

    def to_check(self):
        """Done, and nobody has said whether it helped."""
        return self.filter(state="done", verdict="")

    def settled(self):
        return self.filter(Q(state="dropped") | ~Q(verdict=""))


class IncomingMailQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of visible cases; what went into none belongs to who looks after the mailbox."""
        of_cases = self.filter(visible_cases(user, "case__"), case__isnull=False)
        return self if user.is_manager else of_cases

    def outlived(self, moment: dt.datetime):
        """Read before that moment, and in no case."""
        return self.filter(case__isnull=True, read_at__lt=moment)

    def outcomes(self, since: dt.datetime) -> dict[str, int]:
        """How many were read since, by what was done with them."""
        rows = self.filter(read_at__gte=since).order_by().values_list("outcome")
        return dict(rows.annotate(mails=Count("pk")))


class Percentile(Aggregate):
    """The value below which a share of the rows lies, interpolated (PostgreSQL)."""

    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression, share: float, **extra):
        super().__init__(expression, share=float(share), **extra)


class ClockQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible_cases(user, "case__"))

    def met_since(self, moment: dt.datetime):
        return self.filter(state="met", stopped_at__gte=moment)

    def times(self, *dimensions: str):
        """Of clocks that were met: how many, how many in time, median and 90th percentile.

        Minutes of business time; rows by the dimensions, which may follow `case`.
        """
        return (
            self.order_by()
            .values(*dimensions)
            .annotate(
                cases=Count("pk"),
                in_time=Count("pk", filter=Q(breached_at__isnull=True)),
                median=Percentile("minutes", 0.5),
                ninetieth=Percentile("minutes", 0.9),
            )
        )
