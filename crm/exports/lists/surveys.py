"""Lists about asking: the invitations of a wave, and the customers that never answer."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import moment, of_customer
from crm.exports.table import Asked, Table, with_worth
from customers.models import Standing
from satisfaction.forms.followers import InvitationFilter, SilentFilter
from satisfaction.models import Invitation, Wave
from satisfaction.views.wave_followers import add_attempts, add_counts, followed, silent_accounts


def _invitations(asked: Asked) -> QuerySet:
    wave = get_object_or_404(Wave.objects.visible_to(asked.user), pk=asked.pk())
    form = InvitationFilter(asked.parameters)
    return followed(asked.user, wave).matching(form.criteria).with_row().order_by("pk")


def _add_attempts(_asked: Asked, rows: list[Invitation]) -> None:
    add_attempts(rows)


def _silent(asked: Asked) -> QuerySet:
    rows = silent_accounts(asked.user, SilentFilter(asked.parameters).value)
    return rows.order_by("-lifetime_value", "-pk")


def _add_counts(asked: Asked, rows: list[Standing]) -> None:
    add_counts(rows, SilentFilter(asked.parameters).value)


TABLES = (
    Table(
        key="invitations",
        page="satisfaction:wave_invitations",
        title=_("Invitations"),
        rows=_invitations,
        may=with_worth,
        prepare=_add_attempts,
        columns=(
            *of_customer(),
            Column("contact", _("contact"), "contact.name"),
            Column("role", _("role in buying"), "contact.role"),
            Column("user", _("of our staff"), "user.name"),
            Column("state", _("state")),
            Column("tier", _("tier")),
            Column("owner", _("account manager"), "owner.name"),
            Column("agent", _("service representative"), "agent.name"),
            Column("email", _("e-mail")),
            Column("phone", _("phone"), "contact.phone"),
            Column("mobile", _("mobile"), "contact.mobile"),
            Column("office", _("phone of the customer"), "customer.phone"),
            moment("sent_at", _("sent")),
            Column("reminders", _("reminders"), type=Type.COUNT),
            moment("reminded_at", _("reminded last")),
            moment("finished_at", _("finished")),
            Column("entered_by", _("typed in by"), "response.entered_by.name"),
            Column("entered_way", _("typed in: how"), "response.entered_way"),
            Column("tried", _("attempts"), type=Type.COUNT),
            Column("tried_on", _("tried last"), type=Type.DATE),
            Column("again_on", _("try again on"), type=Type.DATE),
        ),
    ),
    Table(
        key="silent-accounts",
        page="satisfaction:silent",
        title=_("Asked, never answering"),
        rows=_silent,
        may=with_worth,
        prepare=_add_counts,
        columns=(
            *of_customer(),
            Column("tier", _("tier")),
            Column("lifetime_value", _("lifetime value"), type=Type.MONEY, worth=True),
            Column("asked", _("asked"), type=Type.COUNT),
            moment("last_asked", _("asked last")),
            Column("declined", _("declined"), type=Type.COUNT),
            Column("owner", _("account manager"), "owner.name"),
        ),
    ),
)
