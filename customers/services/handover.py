"""Handing a leaving user's customers and open tasks to somebody else, all at once."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts import services as accounts
from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.accounts.roles import Role
from customers.models import Customer, Task
from customers.services.derived import refresh_derived


@dataclass(frozen=True)
class Holdings:
    """What rests on a user."""

    customers: int  # as account manager
    served: int  # as service representative
    tasks: int  # open ones

    def __bool__(self) -> bool:
        return any((self.customers, self.served, self.tasks))


def holdings(user: User) -> Holdings:
    return Holdings(
        customers=Customer.objects.filter(account_manager=user).count(),
        served=Customer.objects.filter(service_representative=user).count(),
        tasks=Task.objects.filter(assignee=user, state=Task.State.OPEN).count(),
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
def deactivate_user(*, actor: User, user_id: int, taker: User | None) -> Holdings:
    """End a user's access; what rests on the user moves to the taker, or it is refused."""
    # First, since it locks the user's row: nobody can give the user a customer meanwhile.
    user = accounts.deactivate(actor=actor, user_id=user_id)
    held = holdings(user)
    if held and taker is None:
        raise accounts.Refused(_("Choose who takes over."), "taker")
    if held:
        _hand_over(actor=actor, giver=user, taker=taker, held=held)
    return held


def _hand_over(*, actor: User, giver: User, taker: User, held: Holdings) -> None:
    now = timezone.now()
    changed = {"version": F("version") + 1, "updated_at": now}
    owned = Customer.objects.filter(account_manager=giver)
    ids = list(owned.order_by("pk").select_for_update().values_list("pk", flat=True))
    team = F("team_id") if taker.team_id is None else taker.team_id
    owned.update(account_manager=taker, team_id=team, **changed)
    Customer.objects.filter(service_representative=giver).update(
        service_representative=taker, **changed
    )
    Task.objects.filter(assignee=giver, state=Task.State.OPEN).update(assignee=taker)
    refresh_derived(ids)
    audit(
        actor,
        Action.CUSTOMERS_HANDED_OVER,
        giver,
        to=str(taker),
        customers=held.customers,
        served=held.served,
        tasks=held.tasks,
    )
