"""Lists of the administration: imports, mailings, people, nights, the audit log, exports."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.audit import Action
from crm.accounts.forms import UserFilter
from crm.accounts.models import AuditEntry, User
from crm.accounts.views.audit import told
from crm.exports.columns import Column, Type
from crm.exports.lists.parts import moment
from crm.exports.table import Asked, Table, administrators, managers, with_worth
from customers.models import ImportRun, Mailing, MailingRecipient


def _users(asked: Asked) -> QuerySet:
    visible = User.objects.visible_to(asked.user).select_related("team")
    return UserFilter(asked.parameters, viewer=asked.user).found_in(visible).order_by("name", "pk")


def _imports(asked: Asked) -> QuerySet:
    return ImportRun.objects.select_related("source", "started_by").order_by("-pk")


def _audit(asked: Asked) -> QuerySet:
    entries = AuditEntry.objects.visible_to(asked.user)
    return entries.select_related("actor").order_by("-pk")


def _action(entry: AuditEntry) -> str:
    return str(dict(Action.choices).get(entry.action, entry.action))


def _mailings(asked: Asked) -> QuerySet:
    mailings = Mailing.objects.visible_to(asked.user)
    return mailings.select_related("made_by").order_by(*Mailing._meta.ordering)


def _reached(asked: Asked, rows: list[Mailing]) -> None:
    found = MailingRecipient.objects.reached([row.pk for row in rows])
    for row in rows:
        row.sent_to, row.refused = found.get(row.pk, (0, 0))


TABLES = (
    Table(
        key="imports",
        page="customers:imports",
        title=_("Imports"),
        rows=_imports,
        may=managers,
        columns=(
            moment("created_at", _("time")),
            Column("kind", _("kind")),
            Column("file_name", _("file")),
            Column("source", _("source"), "source.code"),
            Column("state", _("state")),
            Column("rows", _("rows"), type=Type.COUNT),
            Column("new", _("new"), type=Type.COUNT),
            Column("changed", _("changed"), type=Type.COUNT),
            Column("same", _("same"), type=Type.COUNT),
            Column("wrong", _("wrong"), type=Type.COUNT),
            Column("started_by", _("who"), "started_by.name"),
            moment("finished_at", _("finished")),
        ),
    ),
    Table(
        key="mailings",
        page="customers:mailings",
        title=_("News mailings"),
        rows=_mailings,
        may=with_worth,
        prepare=_reached,
        columns=(
            Column("name", pgettext_lazy("of a mailing", "name")),
            Column("made_by", _("by"), "made_by.name"),
            moment("made_at", _("made")),
            moment("sent_at", _("sent")),
            Column("sent_to", _("recipients"), type=Type.COUNT),
            Column("refused", _("refuse further ones"), type=Type.COUNT),
        ),
    ),
    Table(
        key="users",
        page="accounts:users",
        title=_("Users"),
        rows=_users,
        may=managers,
        columns=(
            Column("name", pgettext_lazy("of a person", "name")),
            Column("username", _("user name")),
            Column("email", _("e-mail")),
            Column("role", _("role")),
            Column("team", _("team"), "team.name"),
            Column("is_active", _("active")),
            moment("last_login", _("last sign-in")),
        ),
    ),
    Table(
        key="audit-log",
        page="accounts:audit",
        title=_("Audit log"),
        rows=_audit,
        may=administrators,
        columns=(
            moment("at", _("time")),
            Column("actor", _("who"), "actor.name"),
            Column("action", _("what"), _action),
            Column("subject", _("of what")),
            Column("details", _("details"), told),
        ),
    ),
)
