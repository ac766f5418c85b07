"""All settings on one page: what can be set, what that does, and who may change it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm.accounts.models import User
from customers.models import DuplicatePair

MOST_WAITING = 1_000  # more are not counted: it would cost the page too much


def everybody(user: User) -> bool:
    return True


def with_worth(user: User) -> bool:
    return user.sees_worth


def managers(user: User) -> bool:
    return user.is_manager


def administrators(user: User) -> bool:
    return user.is_administrator


@dataclass(frozen=True)
class Setting:
    """A page of settings, and what it is good for."""

    label: object
    help: object
    name: str
    icon: str
    seen_by: Callable[[User], bool] = everybody
    count: Callable[[User], int] | None = None  # how many wait there to be decided
    waiting: int = 0  # of those, for who looks

    def shown_to(self, user: User) -> "Setting":
        return replace(self, waiting=self.count(user)) if self.count else self


def open_doubles(user: User) -> int:
    pairs = DuplicatePair.objects.visible_to(user).open().order_by()
    return pairs[:MOST_WAITING].count()


SECTIONS = [
    (
        _("Customers"),
        [
            Setting(
                _("Tags"),
                _("Words that group customers; the list filters by them."),
                "customers:tags",
                "tag",
            ),
            Setting(
                _("Fields of our own"),
                _("What a customer's file asks for besides the fields that came with it."),
                "customers:custom_fields",
                "list",
            ),
            Setting(
                _("Order of the customer card"),
                _("Which panels the card shows, and in which order."),
                "card_layout",
                "table",
                managers,
            ),
            Setting(
                _("Clubs"),
                _("Clubs with their levels, what members get, and events."),
                "customers:clubs",
                "star",
            ),
            Setting(
                _("Possible doubles"),
                _("Customers that may be one, found each night; merge them, or say they are two."),
                "doubles",
                "copy",
                with_worth,
                open_doubles,
            ),
            Setting(
                _("Competitors"),
                _("Who else sells to our customers, and where."),
                "customers:competitors",
                "scale",
                with_worth,
            ),
        ],
    ),
    (
        _("Care and key accounts"),
        [
            Setting(
                _("Care programmes"),
                _("What each tier is owed, how often, and who does it."),
                "customers:care_rules",
                "heartbeat",
            ),
            Setting(
                _("Scorecard"),
                _("By which questions and weights customers are assessed."),
                "value:scorecard",
                "checklist",
                with_worth,
            ),
            Setting(
                _("Amounts of lifetime value"),
                _("What an interaction costs, and what ideas and reference visits are worth."),
                "value:amounts",
                "adjustments-horizontal",
                managers,
            ),
        ],
    ),
    (
        _("Complaints and surveys"),
        [
            Setting(
                _("Deadlines"),
                _("How fast complaints are answered and settled, by how grave they are."),
                "complaints:policies",
                "hourglass",
            ),
            Setting(
                _("Categories, causes, ready texts and guide"),
                _("What complaints are about, and why they happened."),
                "complaints:lists",
                "list",
            ),
            Setting(
                _("Complaints from outside"),
                _("The mailbox that is read, and the public form with its QR code."),
                "complaints:outside",
                "inbox",
                managers,
            ),
            Setting(
                _("Business hours"),
                _("The hours and holidays in which deadlines run."),
                "calendar",
                "clock",
                managers,
            ),
            Setting(
                _("Questionnaires"),
                _("What customers are asked in surveys."),
                "satisfaction:instruments",
                "message",
                with_worth,
            ),
        ],
    ),
    (
        _("Company and figures"),
        [
            Setting(
                _("Company, figures and limits"),
                _("Currency and time zone; what tiers, stages and values are computed with."),
                "settings",
                "adjustments-horizontal",
                managers,
            ),
            Setting(
                _("Nightly runs"),
                _("When the figures were computed last, and whether all went well."),
                "value:nightly_runs",
                "moon",
                managers,
            ),
        ],
    ),
    (
        _("People and data"),
        [
            Setting(
                _("Users"),
                _("Who may sign in, as what, and in which team; invitations."),
                "accounts:users",
                "users",
                managers,
            ),
            Setting(
                _("Teams"),
                _("Which teams there are; account managers see their team's customers."),
                "accounts:teams",
                "users-group",
                administrators,
            ),
            Setting(
                _("Imports"),
                _("Customers, contacts and transactions from files, checked before they count."),
                "customers:imports",
                "upload",
                managers,
            ),
            Setting(
                _("Exports"),
                _("Lists that you had written to files, kept for seven days."),
                "exports",
                "download",
            ),
            Setting(
                _("Access for other systems"),
                _("Tokens by which an ERP or a shop pushes data and reads figures."),
                "api_tokens",
                "key",
                administrators,
            ),
            Setting(
                _("Web hooks"),
                _("Which systems are told when a tier, a signal or a complaint changes."),
                "web_hooks",
                "send",
                administrators,
            ),
            Setting(
                _("Audit log"),
                _("Who signed in, changed rights, exported and erased."),
                "accounts:audit",
                "history",
                administrators,
            ),
        ],
    ),
]


@require_safe
def settings_hub(request):
    """What this person may look at; managers change it."""
    sections = [
        {
            "title": title,
            "pages": [page.shown_to(request.user) for page in pages if page.seen_by(request.user)],
        }
        for title, pages in SECTIONS
    ]
    sections = [section for section in sections if section["pages"]]
    half = len(sections) // 2
    context = {"columns": [sections[:half], sections[half:]]}
    return render(request, "platform/hub.html", context)
