"""Lists around the service-profit chain: who is happy below our cost, what our people can do."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.exports.columns import Column, Type
from crm.exports.lists.parts import of_customer
from crm.exports.table import Asked, Table, with_worth
from lifecycle.views.unprofitable import happy_below_cost
from satisfaction.models import StaffCompetence
from satisfaction.models.competences import AREAS
from satisfaction.views import competences


def _happy(asked: Asked) -> QuerySet:
    return happy_below_cost(asked.user).order_by("-shortfall", "-pk")


def _people(asked: Asked) -> QuerySet[User]:
    """Of the team that the page shows."""
    teams = competences.teams_of(asked.user)
    shown = competences.shown_team(asked.user, asked.parameters.get("team", ""), teams)
    return competences.people_of(asked.user, shown)


def _add_ratings(asked: Asked, people: list[User]) -> None:
    ratings = StaffCompetence.objects.visible_to(asked.user).filter(user__in=people).newest()
    found = {rating.user_id: rating for rating in ratings}
    for person in people:
        person.rating = found.get(person.pk)


def _mark(area: str) -> Column:
    label = StaffCompetence._meta.get_field(area).verbose_name
    return Column(area, label, f"rating.{area}", Type.COUNT)


TABLES = (
    Table(
        key="happy-below-cost",
        page="value:unprofitable",
        title=_("Happy below our cost"),
        rows=_happy,
        may=with_worth,
        columns=(
            *of_customer(),
            Column("tier", _("tier"), "customer.standing.tier"),
            Column("owner", _("account manager"), "customer.account_manager.name"),
            Column("index", _("satisfaction index"), "satisfaction", Type.NUMBER),
            Column("recommend", _("Would recommend us"), type=Type.NUMBER),
            Column("margin", _("12-month margin"), "margin_12m", Type.MONEY, True),
            Column("cost", _("Cost to serve, 12 months"), "cost_12m", Type.MONEY, True),
            Column("shortfall", _("Short by"), type=Type.MONEY, worth=True),
        ),
    ),
    Table(
        key="competences",
        page="satisfaction:competences",
        title=_("Competences of staff"),
        rows=_people,
        prepare=_add_ratings,
        columns=(
            Column("name", _("Who")),
            Column("team", _("team"), "team.name"),
            *map(_mark, AREAS),
            Column("mean", _("Mean"), "rating.mean", Type.NUMBER),
            Column("on", _("Rated on"), "rating.on", Type.DATE),
        ),
    ),
)
