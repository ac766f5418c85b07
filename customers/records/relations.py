"""Kinds that everybody sees: what was promised, suggested, asked for, and who belongs to whom."""

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.forms import records as forms
from customers.models import (
    Customer,
    HelpRequest,
    Idea,
    Membership,
    Promise,
    Referral,
    TeamMember,
)
from customers.querysets import Order
from customers.records import figures
from customers.records.columns import Column, Shape
from customers.records.kind import RecordKind, Way, settled_by


def _settle_help(request: HelpRequest, user) -> Way | None:
    """Who asked says thanks for an answer; who is asked gives it."""
    may_answer = request.may_be_answered_by(user)
    if request.may_be_thanked_for_by(user):
        earlier = (forms.AnswerHelpForm,) if may_answer else ()
        return Way(_("Say thanks"), forms.ThankForHelpForm, not request.thanks, earlier)
    if may_answer:
        return Way(_("Answer"), forms.AnswerHelpForm, request.is_open)
    return None


def _marked(referrals: QuerySet, user) -> QuerySet:
    """With `sees_referred`: a customer out of sight is not named."""
    seen = Customer.objects.visible_to(user).filter(pk=OuterRef("referred"))
    return referrals.annotate(sees_referred=Exists(seen))


def whom(referral: Referral) -> str:
    """To whom we were recommended; a customer out of sight is not named."""
    if not referral.referred_id:
        return referral.name
    if getattr(referral, "sees_referred", False):
        return referral.referred.name
    return translated("a customer of another team")


def _card_of_referred(referral: Referral) -> str:
    seen = referral.referred_id and getattr(referral, "sees_referred", False)
    return reverse("card", args=[referral.referred_id]) if seen else ""


def _club_page(membership: Membership) -> str:
    return reverse("customers:club", args=[membership.club_id])


PROMISE = RecordKind(
    key="promise",
    model=Promise,
    form=forms.PromiseForm,
    label=_("Promise"),
    plural=_("Promises"),
    icon="flag",
    purpose=_("Write down what you promised, to whom and by when: it becomes a task at once."),
    columns=(
        Column(_("What we promised"), "what"),
        Column(_("By"), "due_on", Shape.DUE),
        Column(_("Who keeps it"), "owner"),
        Column(_("To whom"), "contact"),
        Column(_("State"), "state", Shape.STATE),
    ),
    order=Order("settled_on", descending=True),
    service_writes=True,
    current=figures.open_ones,
    details=("proof",),
    related=("owner", "contact"),
    figures=figures.promise_figures,
    settle=settled_by(_("Kept or not?"), forms.SettlePromiseForm),
    reopened={"state": Promise.State.OPEN, "settled_on": None},
)
REFERRAL = RecordKind(
    key="referral",
    model=Referral,
    form=forms.ReferralForm,
    label=_("Referral"),
    plural=_("Referrals"),
    icon="user-plus",
    purpose=_("Note to whom it recommended us, and what came of it."),
    columns=(
        Column(_("Recommended us to"), whom, link=_card_of_referred),
        Column(_("Date"), "on", Shape.DATE),
        Column(_("By which contact"), "contact"),
        Column(_("What came of it"), "state", Shape.STATE),
    ),
    order=Order("on", descending=True),
    details=("remarks",),
    related=("referred", "contact"),
    marked=_marked,
    settle=settled_by(_("What came of it?"), forms.SettleReferralForm),
    reopened={"state": Referral.State.TALKING},
)
IDEA = RecordKind(
    key="idea",
    model=Idea,
    form=forms.IdeaForm,
    label=_("Idea"),
    plural=_("Ideas"),
    icon="bulb",
    purpose=_("Note what it suggests, and reference visits and joint work; answer each of them."),
    columns=(
        Column(_("What"), "what"),
        Column(_("Kind"), "kind"),
        Column(_("Date"), "on", Shape.DATE),
        Column(_("From whom"), "contact"),
        Column(_("Worth to us"), "amount", Shape.MONEY, worth=True),
        Column(_("State"), "state", Shape.STATE),
    ),
    order=Order("on", descending=True),
    service_writes=True,
    current=figures.new_ones,
    details=("answer",),
    related=("contact",),
    settle=settled_by(_("Answer"), forms.SettleIdeaForm),
    reopened={"state": Idea.State.NEW},
)
TEAM = RecordKind(
    key="team",
    model=TeamMember,
    form=forms.TeamMemberForm,
    label=_("Team member"),
    plural=_("Account team"),
    icon="users-group",
    purpose=_("Say who of which department works for it besides its account manager."),
    columns=(
        Column(_("Colleague"), "user"),
        Column(_("Department"), "department"),
        Column(pgettext_lazy("part in a team", "For what"), "part"),
    ),
    order=Order("id"),
    related=("user",),
)
HELP = RecordKind(
    key="help",
    model=HelpRequest,
    form=forms.HelpRequestForm,
    label=_("Request for help"),
    plural=_("Requests for help"),
    icon="help-circle",
    purpose=_("Ask a colleague of another department for help by a day; the answer stands here."),
    columns=(
        Column(_("What is needed"), "what"),
        Column(_("By"), "due_on", Shape.DUE),
        Column(_("Who is asked"), "asked"),
        Column(_("Who asks"), "created_by"),
        Column(_("State"), "state", Shape.STATE),
    ),
    order=Order("answered_at", descending=True),
    service_writes=True,
    current=figures.open_ones,
    details=("answer", "thanks"),
    related=("asked", "created_by"),
    may_be_changed=lambda record, user: record.may_be_changed_by(user),
    settle=_settle_help,
    reopened={"state": HelpRequest.State.OPEN, "answered_at": None, "thanks": ""},
    may_be_reopened=lambda record, user: record.may_be_answered_by(user),
)
MEMBERSHIP = RecordKind(
    key="membership",
    model=Membership,
    form=forms.MembershipForm,
    label=_("Membership"),
    plural=_("Club memberships"),
    icon="star",
    purpose=_("Take it into a club: its contacts are invited to what the club does."),
    columns=(
        Column(_("Club"), "club", link=_club_page),
        Column(_("Level"), "level"),
        Column(pgettext_lazy("of a membership", "Since"), "since", Shape.DATE),
        Column(pgettext_lazy("of a membership", "Until"), "until", Shape.DATE),
    ),
    order=Order("since", descending=True),
    current=figures.members_now,
    related=("club", "level"),
)
