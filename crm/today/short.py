"""What each short list of the home pages has, and what one does about a line of it."""

import datetime as dt
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.urls import reverse, reverse_lazy
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from complaints.querysets import COUNTED_UP_TO, CappedCount
from crm.platform.words import whole
from crm.today.lists import Ask, Line, ShortList
from customers.care import owed_soon
from customers.care_words import next_step
from customers.coverage import departed_deciders
from customers.models import (
    AccountPlan,
    CareDue,
    CareRule,
    Handover,
    HandoverItem,
    HelpRequest,
    Promise,
    Task,
)
from lifecycle.models import FitDecision, Nomination, StageOverride, TierOverride
from lifecycle.models.overrides import Override
from satisfaction.models import ImprovementAction

WEEK = dt.timedelta(days=7)
OF_CUSTOMER = {"customer": F("customer_id"), "customer_name": F("customer__name")}
# Where a form leads back to.
HERE = {"next": "/"}


def _person(path: str) -> Coalesce:
    """How a user is called, as `str(user)` has it."""
    return Coalesce(NullIf(F(f"{path}__name"), Value("")), F(f"{path}__username"))


def _address(name: str, *args, **query) -> str:
    address = reverse(name, args=args)
    return f"{address}?{urlencode(query)}" if query else address


def _day(text: str) -> str:
    return date_format(dt.date.fromisoformat(text[:10]), "SHORT_DATE_FORMAT")


def _mine(rows: QuerySet, ask: Ask) -> QuerySet:
    return rows.filter(customer__account_manager=ask.user.pk)


def _offered_customers() -> CappedCount:
    """How many customers a handover offers; more than a thousand are just many."""
    items = HandoverItem.objects.filter(handover=OuterRef("pk")).order_by()
    return CappedCount(items.values("pk")[:COUNTED_UP_TO])


def _handed_over(row: dict, ask: Ask) -> Line:
    number = row["customers"]
    name = ngettext(
        "%(number)s customer from %(giver)s", "%(number)s customers from %(giver)s", number
    )
    moved = row["moved_at"]
    return Line(
        name=name % {"number": number, "giver": row["giver"]},
        url=reverse("handover", args=[row["pk"]]),
        why=_("moved to you, to be confirmed") if moved else _("offered to you"),
        action=_("Confirm") if moved else _("Answer"),
        action_url=reverse("handover", args=[row["pk"]]),
    )


HANDED_OVER = {"pk": F("pk"), "giver": _person("by"), "customers": _offered_customers()}
HANDOVERS = ShortList(
    key="handovers",
    rows=lambda ask: (
        Handover.objects.visible_to(ask.user).waiting_for(ask.user).order_by("offered_at", "pk")
    ),
    columns=HANDED_OVER | {"moved_at": F("moved_at")},
    line=_handed_over,
    more=reverse_lazy("handovers"),
    words=gettext_lazy("Handovers"),
)


HANDOVERS_OF_ALL = ShortList(
    key="handovers_of_all",
    rows=lambda ask: (
        Handover.objects.visible_to(ask.user)
        .filter(state=Handover.State.OFFERED)
        .exclude(taker=ask.user.pk)
        .order_by("offered_at", "pk")
    ),
    columns=HANDED_OVER | {"taker": _person("taker"), "offered_at": F("offered_at")},
    line=lambda row, ask: Line(
        name=_("%(giver)s to %(taker)s") % {"giver": row["giver"], "taker": row["taker"]},
        url=reverse("handover", args=[row["pk"]]),
        why=ngettext(
            "%(number)s customer, offered on %(day)s",
            "%(number)s customers, offered on %(day)s",
            row["customers"],
        )
        % {"number": row["customers"], "day": _day(row["offered_at"])},
        action=_("Look"),
        action_url=reverse("handover", args=[row["pk"]]),
    ),
    more=reverse_lazy("handovers"),
    words=gettext_lazy("Handovers"),
)


def _improved(row: dict, ask: Ask) -> Line:
    value = whole(row["value"])
    why = row["owner"]
    if row["value"]:
        why = _("%(owner)s · customers worth %(value)s affected") % {"owner": why, "value": value}
    return Line(
        name=row["what"],
        url=reverse("satisfaction:improvement", args=[row["pk"]]),
        why=why,
        days_left=ask.days_left(row["due_on"]),
        action=_("Look"),
        action_url=reverse("satisfaction:improvement", args=[row["pk"]]),
    )


# Overdue ones first, then what most value hangs on.
IMPROVEMENTS = ShortList(
    key="improvements",
    rows=lambda ask: (
        ImprovementAction.objects.visible_to(ask.user)
        .open()
        .annotate(is_late=Case(When(due_on__lt=ask.today, then=0), default=1))
        .order_by("is_late", "-affected_value", "due_on", "pk")
    ),
    columns={
        **{"pk": F("pk"), "what": F("what"), "owner": _person("owner"), "due_on": F("due_on")},
        "value": F("affected_value"),
    },
    line=_improved,
    more=reverse_lazy("satisfaction:improvements"),
    words=gettext_lazy("Improvement"),
    most=4,
)


def _help(row: dict, ask: Ask, who: str, action: str, address: str) -> Line:
    return Line(
        name=row["what"],
        url=reverse("card", args=[row["customer"]]),
        why=f"{row['customer_name']} · {who}",
        days_left=ask.days_left(row["due_on"]),
        action=action,
        action_url=_address(address, "help", row["pk"], **HERE),
    )


HELP_COLUMNS = OF_CUSTOMER | {"pk": F("pk"), "what": F("what"), "due_on": F("due_on")}
HELP_OF_ME = ShortList(
    key="help_of_me",
    rows=lambda ask: (
        HelpRequest.objects.visible_to(ask.user)
        .filter(asked=ask.user.pk)
        .open()
        .order_by("due_on", "pk")
    ),
    columns=HELP_COLUMNS | {"asking": _person("created_by")},
    line=lambda row, ask: _help(
        row,
        ask,
        _("%(name)s asks for help") % {"name": row["asking"] or "–"},
        _("Answer"),
        "customers:record_settle",
    ),
    more=reverse_lazy("customers:help_requests"),
    words=gettext_lazy("Requests for help"),
)
HELP_BY_ME = ShortList(
    key="help_by_me",
    rows=lambda ask: (
        HelpRequest.objects.visible_to(ask.user)
        .filter(created_by=ask.user.pk)
        .overdue(ask.today)
        .order_by("due_on", "pk")
    ),
    columns=HELP_COLUMNS | {"asked_name": _person("asked")},
    line=lambda row, ask: _help(
        row,
        ask,
        _("%(name)s has not answered") % {"name": row["asked_name"]},
        _("Change"),
        "customers:record_edit",
    ),
    more=format_lazy("{}?whose=by_me", reverse_lazy("customers:help_requests")),
)


def owed_promises(ask: Ask) -> QuerySet:
    """Open ones that this person has to keep."""
    return Promise.objects.visible_to(ask.user).filter(owner=ask.user.pk).open()


PROMISES = ShortList(
    key="promises",
    rows=lambda ask: (
        owed_promises(ask).filter(due_on__lte=ask.today + WEEK).order_by("due_on", "pk")
    ),
    columns=OF_CUSTOMER
    | {
        "pk": F("pk"),
        "what": F("what"),
        "due_on": F("due_on"),
        "contact_name": F("contact__name"),
    },
    line=lambda row, ask: Line(
        name=row["what"],
        url=reverse("card", args=[row["customer"]]),
        why=" · ".join(filter(None, [_("Promise"), row["customer_name"], row["contact_name"]])),
        days_left=ask.days_left(row["due_on"]),
        action=_("Settle"),
        action_url=_address("customers:record_settle", "promise", row["pk"], **HERE),
    ),
    more=reverse_lazy("customers:promises"),
    words=gettext_lazy("Promises"),
)


def standing_elsewhere(ask: Ask) -> Exists:
    """Of a task: whether the page shows it as the promise or the care that it is made of."""
    reason = Concat(Value("promise:"), Cast("pk", CharField()))
    promised = owed_promises(ask).order_by().annotate(reason=reason)
    cared = owed_soon(ask.user, ask.today).order_by()
    return Exists(promised.filter(reason=OuterRef("reason"))) | Exists(
        cared.filter(task=OuterRef("pk"))
    )


def _care(row: dict, ask: Ask) -> Line:
    rule = CareRule(names=row["names"], action=row["action"])
    task = Task(pk=row["task"], state=row["task_state"]) if row["task"] else None
    due = CareDue(pk=row["pk"], rule=rule, customer_id=row["customer"], task=task)
    step = next_step(ask.user, rule, due)
    return Line(
        name=row["customer_name"],
        url=reverse("customers:care", args=[row["customer"]]),
        why=str(rule),
        days_left=ask.days_left(row["due_on"]),
        action=step.label if step else "",
        action_url=_back_here(step.url) if step else "",
    )


def _back_here(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(HERE)}"


CARE = ShortList(
    key="care",
    rows=lambda ask: owed_soon(ask.user, ask.today),
    columns=OF_CUSTOMER
    | {
        "pk": F("pk"),
        "due_on": F("due_on"),
        "names": F("rule__names"),
        "action": F("rule__action"),
        "task": F("task_id"),
        "task_state": F("task__state"),
    },
    line=_care,
    more=reverse_lazy("customers:care_dues"),
    most=4,
)
DEPARTED = ShortList(
    key="departed",
    rows=lambda ask: departed_deciders(ask.user).filter(account_manager=ask.user.pk),
    columns={name: F(name) for name in ("pk", "name", "departed_name", "departed_on")},
    line=lambda row, ask: Line(
        name=row["name"],
        url=reverse("card", args=[row["pk"]]),
        why=_("%(name)s left on %(day)s; nobody is known to decide now.")
        % {"name": row["departed_name"], "day": _day(row["departed_on"])},
        action=_("Contacts"),
        action_url=reverse("customers:contacts", args=[row["pk"]]),
    ),
    more=format_lazy("{}?role=decision_maker&left=yes", reverse_lazy("customers:contact_list")),
)
TO_REVIEW = OF_CUSTOMER | {"pk": F("pk"), "review_on": F("review_on")}


def _plan(row: dict, ask: Ask) -> Line:
    return Line(
        name=row["customer_name"],
        url=reverse("customers:plan", args=[row["customer"]]),
        why=_("Account plan to be reviewed"),
        days_left=ask.days_left(row["review_on"]),
        action=_("Review"),
        action_url=reverse("customers:plan_review_create", args=[row["pk"]]),
    )


PLANS_OF_ALL = ShortList(
    key="plans",
    rows=lambda ask: AccountPlan.objects.visible_to(ask.user).to_review(ask.today),
    columns=TO_REVIEW,
    line=_plan,
    more=reverse_lazy("customers:plans"),
    words=gettext_lazy("Account plans"),
)
PLANS = replace(PLANS_OF_ALL, rows=lambda ask: _mine(PLANS_OF_ALL.rows(ask), ask))


def _nomination(row: dict, ask: Ask) -> Line:
    """Managers confirm; what they go by is the assessment of who knows the customer."""
    confirms = ask.user.is_manager
    confirm = reverse("value:nomination_review", args=[row["pk"]])
    assess = reverse("value:assess", args=[row["customer"]])
    return Line(
        name=row["customer_name"],
        url=reverse("card", args=[row["customer"]]),
        why=_("Key account to be confirmed"),
        days_left=ask.days_left(row["review_on"]),
        action=_("Confirm") if confirms else _("Assess"),
        action_url=confirm if confirms else assess,
    )


NOMINATIONS_OF_ALL = ShortList(
    key="nominations",
    rows=lambda ask: Nomination.objects.visible_to(ask.user).overdue(ask.today),
    columns=TO_REVIEW,
    line=_nomination,
    more=format_lazy("{}?show=nominated", reverse_lazy("value:candidates")),
    words=gettext_lazy("Nominated key accounts"),
)
NOMINATIONS = replace(NOMINATIONS_OF_ALL, rows=lambda ask: _mine(NOMINATIONS_OF_ALL.rows(ask), ask))


def _override(kind: str, row: dict, ask: Ask) -> Line:
    """A manager who did not propose it approves or refuses."""
    page = reverse("value:override_propose", args=[row["customer"], kind])
    words = _("Override of the tier") if kind == "tier" else _("Override of the stage")
    return Line(
        name=row["customer_name"],
        url=reverse("card", args=[row["customer"]]),
        why=_("%(what)s, proposed %(day)s by %(who)s")
        % {"what": words, "day": _day(row["proposed_on"]), "who": row["who"]},
        action=_("Decide"),
        action_url=page,
    )


def _overrides(model: type[Override], words) -> ShortList:
    return ShortList(
        key=f"{model.kind}-overrides",
        rows=lambda ask: (
            model.objects.visible_to(ask.user)
            .proposed()
            .exclude(proposed_by=ask.user.pk)
            .order_by("proposed_on", "pk")
        ),
        columns=OF_CUSTOMER | {"proposed_on": F("proposed_on"), "who": _person("proposed_by")},
        line=partial(_override, model.kind),
        more=reverse_lazy("value:overrides", args=[model.kind]),
        words=words,
        most=3,
    )


TIER_OVERRIDES = _overrides(TierOverride, gettext_lazy("Overrides of tiers"))
STAGE_OVERRIDES = _overrides(StageOverride, gettext_lazy("Overrides of stages"))
FITS = ShortList(
    key="fits",
    rows=lambda ask: FitDecision.objects.without_fit(ask.user).filter(owner=ask.user.pk),
    columns={"pk": F("pk"), "name": F("name")},
    line=lambda row, ask: Line(
        name=row["name"],
        url=reverse("card", args=[row["pk"]]),
        action=_("Decide"),
        action_url=reverse("value:fit", args=[row["pk"]]),
    ),
    more=format_lazy("{}?owner=me&stage=exploration", reverse_lazy("customers:list")),
    most=3,
)
