"""The list of customers: filters, sorts, capped count, choices, all over Standing alone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q

from customers.models.signal_kinds import SignalGroup
from customers.querysets.access import visible
from customers.querysets.found import FoundStandings
from customers.querysets.paging import Order, Page, keyset_page

COUNTED_UP_TO = 1_000
MOST_CHOICES = 200

# Shares at which risk is called high, raised, low: from, and below.
RISK_BANDS = {"high": (0.5, None), "raised": (0.25, 0.5), "low": (0.0, 0.25)}


@dataclass(frozen=True)
class Sort:
    """A sort of the list; `worth`: only for those who may see the figure."""

    column: str
    worth: bool = False


SORTS = {
    "name": Sort("name_key"),
    "number": Sort("number"),
    "tier": Sort("tier"),
    "value": Sort("lifetime_value", worth=True),
    "at_risk": Sort("value_at_risk", worth=True),
    "risk": Sort("risk", worth=True),
    "revenue": Sort("revenue_12m", worth=True),
    "purchase": Sort("last_purchase"),
    "contact": Sort("last_contact"),
    "contact_in": Sort("last_contact_in"),
    "contact_out": Sort("last_contact_out"),
}

# Filters that would tell what somebody without worth may not see.
WORTH_FILTERS = ("risk", "risk_from", "risk_to", "signal", "value_from", "value_to")


def _risk(band: str) -> Q:
    least, below = RISK_BANDS[band]
    rule = Q(risk__gte=least)
    return rule & Q(risk__lt=below) if below is not None else rule


def _risk_below(percent) -> Q:
    return Q() if percent >= 100 else Q(risk__lt=float(percent) / 100)


def _signal(kind: str) -> Q:
    if kind == "any":
        return ~Q(signal="")
    if kind in SignalGroup.values:
        return Q(signal__in=SignalGroup(kind).kinds)
    return Q(signal=kind)


def _tagged(tag) -> Q:
    """By the through table's index of tag, or of customer and tag: whichever is shorter."""
    through = apps.get_model("customers", "Customer").tags.through
    return Q(Exists(through.objects.filter(customer=OuterRef("pk"), tag=int(tag))))


def _key_account(yes: str) -> Q:
    """Of tier A, or picked by a manager."""
    is_key = Q(tier="A") | Q(is_key_account=True)
    return is_key if yes == "yes" else ~is_key


# Days without contact: of any kind, from the customer, from us.
NO_CONTACT = {
    "no_contact": "last_contact",
    "no_contact_in": "last_contact_in",
    "no_contact_out": "last_contact_out",
}
FILTERS = {
    "key_account": _key_account,
    "tag": _tagged,
    "team": lambda team: Q(team=team),
    "tier": lambda tier: Q(tier=tier),
    "stage": lambda stage: Q(stage=stage),
    "band": lambda band: Q(value_band=band),
    "region": lambda region: Q(region=region),
    "industry": lambda industry: Q(industry=industry),
    "active": lambda active: Q(is_active=active == "yes"),
    "contact_before": lambda day: Q(last_contact__lt=day),
    "risk": _risk,
    "risk_from": lambda percent: Q(risk__gte=float(percent) / 100),
    "risk_to": _risk_below,
    "signal": _signal,
    "value_from": lambda least: Q(lifetime_value__gte=least),
    "value_to": lambda most: Q(lifetime_value__lte=most),
}


class StandingQuerySet(FoundStandings):
    def visible_to(self, user):
        return self.filter(visible(user, "owner_id", "team_id"))

    def matching(self, criteria: Mapping, today: dt.date):
        """The filters of the list's form; empty ones filter nothing."""
        rows = self
        for name, value in criteria.items():
            if name in FILTERS and value not in (None, ""):
                rows = rows.filter(FILTERS[name](value))
        for name, column in NO_CONTACT.items():
            if days := criteria.get(name):
                rows = rows.filter(**{f"{column}__lt": today - dt.timedelta(days=days)})
        return rows

    def owned_by(self, owner: str, user):
        """`me`, `nobody`, the id of a user, or everybody's (empty and `all`)."""
        if owner == "me":
            return self.filter(owner=user.pk)
        if owner == "nobody":
            return self.filter(owner=None)
        return self.filter(owner=int(owner)) if owner.isdecimal() else self

    def sorted_by(self, sort: str, descending: bool):
        sign = "-" if descending else ""
        return self.order_by(f"{sign}{SORTS[sort].column}", f"{sign}pk")

    def page(self, sort: str, descending: bool, cursor: str) -> Page:
        return keyset_page(self, Order(SORTS[sort].column, descending), cursor)

    def at_risk(self):
        """Those with something at stake, most first."""
        return self.filter(value_at_risk__gt=0).order_by("-value_at_risk", "-pk")

    def count_capped(self, cap: int = COUNTED_UP_TO) -> int:
        """How many, but never counting past the cap: cap + 1 means more."""
        return self.order_by()[: cap + 1].count()

    def choices(self, user) -> dict[str, list[str]]:
        """Regions and industries of the customers that the user sees, in one query."""
        rows = _all_choices() if user.sees_all_customers else self._seen_choices(user)
        found: dict[str, list[str]] = {"region": [], "industry": []}
        for column, value in rows:
            found[column].append(value)
        return {column: sorted(values) for column, values in found.items()}

    def _seen_choices(self, user) -> Iterable[tuple[str, str]]:
        def of(column: str):
            rows = self.visible_to(user).exclude(**{column: ""}).order_by()
            named = rows.annotate(which=models.Value(column, output_field=models.CharField()))
            return named.values_list("which", column).distinct()[:MOST_CHOICES]

        return of("region").union(of("industry"), all=True)


def _all_choices() -> list[tuple[str, str]]:
    """Distinct values by hopping along the index: no scan, however many customers there are."""
    hops = """
        (WITH RECURSIVE hop AS (
            (SELECT {column} AS value FROM customers_standing
             WHERE {column} > '' ORDER BY {column} LIMIT 1)
            UNION ALL
            SELECT (SELECT {column} FROM customers_standing
                    WHERE {column} > hop.value ORDER BY {column} LIMIT 1)
            FROM hop WHERE hop.value IS NOT NULL)
         SELECT '{column}', value FROM hop WHERE value IS NOT NULL LIMIT %s)
    """
    statement = " UNION ALL ".join(hops.format(column=name) for name in ("region", "industry"))
    with connection.cursor() as cursor:
        cursor.execute(statement, [MOST_CHOICES, MOST_CHOICES])
        return cursor.fetchall()
