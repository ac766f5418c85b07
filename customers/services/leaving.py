"""What rests on a user who leaves, and to whom it can go."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.accounts.roles import Role
from customers.models import Customer, Handover, HandoverItem, HelpRequest, Watch
from customers.services.handover import BATCH, PARTS, Part, withdraw

HELP = Part("", "asked", HelpRequest.objects.filter(state=HelpRequest.State.OPEN, removed_at=None))
# Beside what goes with the customers: what somebody has to do about customers of others.
ALL_PARTS = {**PARTS, "help_requests": HELP}


@dataclass(frozen=True)
class Holdings:
    """What rests on a user: as account manager, as service representative, open work, watching."""

    customers: int = 0
    served: int = 0
    tasks: int = 0
    recurrences: int = 0
    promises: int = 0
    opportunities: int = 0
    help_requests: int = 0
    watched: int = 0

    def __bool__(self) -> bool:
        return any(asdict(self).values())


def holdings(user: User) -> Holdings:
    parts = {
        name: part.open.filter(**{part.whose: user}).count() for name, part in ALL_PARTS.items()
    }
    return Holdings(
        customers=Customer.objects.filter(account_manager=user).count(),
        served=Customer.objects.filter(service_representative=user).count(),
        watched=Watch.objects.filter(user=user).count(),
        **parts,
    )


def takers(giver: User) -> QuerySet[User]:
    """Who can take over: colleagues of the team who may do the same work."""
    if giver.role == Role.SERVICE:
        return User.objects.active().filter(role=Role.SERVICE).exclude(pk=giver.pk)
    colleagues = User.objects.active().exclude(pk=giver.pk).exclude(role=Role.SERVICE)
    if giver.team_id is not None:
        return colleagues.filter(team=giver.team_id)
    return colleagues.filter(role=Role.ACCOUNT_MANAGER)


@transaction.atomic
def end_offers(user: User) -> None:
    """No offer of the user, to the user or of the user's customers stays open."""
    items = HandoverItem.objects.filter(giver=user, is_open=True)
    concerned = Q(by=user) | Q(taker=user) | Q(pk__in=items.values("handover"))
    offers = Handover.objects.filter(concerned, state=Handover.State.OFFERED, moved_at=None)
    for pk in offers.order_by("pk").values_list("pk", flat=True):
        withdraw(pk=pk, reason=_("%(user)s left.") % {"user": user})
    seen = Handover.objects.filter(taker=user, state=Handover.State.OFFERED)
    seen.update(state=Handover.State.ACCEPTED, answered_at=timezone.now())


@transaction.atomic
def move_rest(*, giver: User, taker: User) -> dict[str, int]:
    """What the user has with other people's customers; says how much of what."""
    moved = {}
    for name, part in ALL_PARTS.items():
        rows = part.open.filter(**{part.whose: giver})
        moved[name] = rows.update(**{part.whose: taker}, version=F("version") + 1)
    served = Customer.objects.filter(service_representative=giver)
    moved["served"] = served.update(
        service_representative=taker, version=F("version") + 1, updated_at=timezone.now()
    )
    watches = Watch.objects.filter(user=giver)
    Watch.objects.bulk_create(
        (Watch(user=taker, customer_id=pk) for pk in watches.values_list("customer_id", flat=True)),
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    moved["watched"] = watches.delete()[0]
    return moved
