"""Whom a wave reached: customers who fitted its plan, those who answered, and their revenue."""

from django.db.models import Count, FloatField, Q, QuerySet, Sum, Value
from django.db.models.functions import Greatest

from customers.models import Standing
from satisfaction.models import Invitation, Wave

REVENUE = Greatest("revenue_12m", Value(0), output_field=FloatField())


def fitting(
    wave: Wave, responses: QuerySet, invitations: QuerySet, skips: QuerySet
) -> tuple[QuerySet[Standing], dict]:
    """The customers who fitted the plan, and the aggregates that tell how many of them answered."""
    known = responses.finished().filter(wave=wave, customer__isnull=False)
    if wave.is_anonymous:  # only that they answered is known, and nothing of what
        known = invitations.filter(wave=wave, state=Invitation.State.FINISHED)
    # Put together first: three conditions joined by "or" would look at every customer there is.
    first, *others = (
        rows.filter(wave=wave).order_by().values("customer") for rows in (invitations, skips, known)
    )
    has_answered = Q(pk__in=known.order_by().values("customer"))
    return Standing.objects.filter(pk__in=first.union(*others)).order_by(), {
        "fitting": Count("pk"),
        "answered": Count("pk", filter=has_answered),
        "revenue": Sum(REVENUE, default=0.0),
        "answered_revenue": Sum(REVENUE, filter=has_answered, default=0.0),
    }
