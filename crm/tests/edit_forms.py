"""Where each form is that edits what others may edit too, and what two people write into it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django import forms
from django.urls import reverse
from django.utils import timezone

from complaints.forms.corrective import CorrectiveForm
from complaints.forms.lists import CannedTextForm, CategoryForm, GuideEntryForm, RootCauseForm
from complaints.forms.proposals import ProposalForm
from complaints.models import CannedText, Category, GuideEntry, RootCause
from crm.accounts.forms import TeamForm, UserForm
from crm.accounts.tests.factories import TeamFactory
from crm.reports.forms import ReviewForm
from crm.tests.world import World
from crm.views.calendar import CalendarForm
from crm.views.settings import SettingsForm
from crm.views.users import UserTeamForm
from crm.views.web_hooks import HookForm
from customers.forms.care import CareRuleForm
from customers.forms.contacts import ContactForm
from customers.forms.customers import CustomerForm
from customers.forms.interactions import InteractionEditForm
from customers.forms.list_settings import SavedViewForm
from customers.forms.mailings import MailingForm
from customers.forms.organisation import BuyingProfileForm, OrganisationForm
from customers.forms.plans import ObjectiveForm, PlanForm
from customers.forms.records import (
    AnswerHelpForm,
    BenefitForm,
    CompetitorPresenceForm,
    CreditRecordForm,
    HelpRequestForm,
    IdeaForm,
    MembershipForm,
    OpportunityForm,
    PromiseForm,
    ReferralForm,
    SettleIdeaForm,
    SettleOpportunityForm,
    SettlePromiseForm,
    SettleReferralForm,
    TeamMemberForm,
    ThankForHelpForm,
    YearFigureForm,
)
from customers.forms.registers import ClubEventForm, ClubForm, ClubLevelForm, CompetitorForm
from customers.forms.settings import CustomFieldForm, TagForm
from customers.forms.work import RecurrenceForm, TaskForm
from customers.tests import record_factories as records
from lifecycle.forms.amounts import ValueAmountsForm
from lifecycle.forms.complaints import LossAssumptionsForm
from lifecycle.forms.leaving import LossReviewForm
from lifecycle.forms.scorecard import CriterionForm
from lifecycle.models import ComplaintStudy, LossReview
from satisfaction.forms.competences import CompetenceForm
from satisfaction.forms.feedback import CollectionPlanForm, FeedbackForm
from satisfaction.forms.improvement import ImprovementForm
from satisfaction.forms.instruments import InstrumentForm
from satisfaction.forms.questions import QuestionForm
from satisfaction.forms.targets import TargetForm
from satisfaction.forms.touchpoints import TouchpointForm
from satisfaction.forms.waves import WaveForm
from satisfaction.models import CollectionPlan

Made = str | Callable[[World], str]


@dataclass(frozen=True)
class Edit:
    """The page of a form, by a name of the world or by a function that makes what it edits.

    The first opens it and types `mine` into the field; the second saves `theirs` in between. Both
    fill in what the form asks for besides.
    """

    page: Made
    name: str
    theirs: Made = "Of the other"
    mine: Made = "Of this one"
    both: Mapping[str, str] = field(default_factory=dict)
    first: str = "manager"
    second: str = "administrator"

    def url(self, world: World) -> str:
        return world.url(self.page) if isinstance(self.page, str) else self.page(world)


def _record(kind: str, factory, page: str = "edit", **values) -> Callable[[World], str]:
    """The page of a record of this kind."""

    def made(world: World) -> str:
        record = factory(**{"customer__account_manager": world.users["owner"], **values})
        return reverse(f"customers:record_{page}", args=[kind, record.pk])

    return made


def _help(page: str, **values) -> Callable[[World], str]:
    """Of a request by the owner to the administrator."""

    def made(world: World) -> str:
        who = {"created_by": world.users["owner"], "asked": world.users["administrator"]}
        return _record("help", records.HelpRequestFactory, page, **who, **values)(world)

    return made


def _silence(_world: World) -> str:
    """The loss calculator, once a night has counted what it rests on."""
    contents = {
        "iceberg": {"unhappy": 40, "speaking": 10, "complainants": 9, "days": 730},
        "stake": {"ages": [0] * 4, "bands": {}}
        | dict.fromkeys(("open", "customers", "value", "mean_value", "remedies"), 1)
        | dict.fromkeys(("remedy_cost", "lost", "lost_value"), 1),
    }
    for kind, content in contents.items():
        ComplaintStudy.objects.create(kind=kind, as_of=dt.date(2026, 1, 4), content=content)
    return reverse("value:silence")


def _entry(kind: str, model) -> Callable[[World], str]:
    """Of a list of complaints, with what came with the product."""
    return lambda _world: reverse("complaints:entry_edit", args=[kind, model.objects.first().pk])


def _loss_review(world: World) -> str:
    """Of the loss of the world."""
    loss = world.args["value:loss_review"][0]
    LossReview.objects.create(
        loss_id=loss, reason="staff", learned="So", on="2026-01-06", made_by=world.users["owner"]
    )
    return world.url("value:loss_review")


def _plan(world: World) -> str:
    """Of a source that was planned once."""
    CollectionPlan.objects.create(source="talk", version=1)
    return world.url("satisfaction:plan_edit")


def _new_team(_world: World) -> str:
    return str(TeamFactory().pk)


DAYS = "2026-01-20", "2026-01-21"

EDITS: dict[type[forms.ModelForm], Edit] = {
    CustomerForm: Edit("customers:edit", "region"),
    OrganisationForm: Edit("customers:organisation", "products"),
    BuyingProfileForm: Edit("customers:buying_profile", "who"),
    ContactForm: Edit("customers:contact_edit", "remarks"),
    InteractionEditForm: Edit("customers:interaction_edit", "subject"),
    TaskForm: Edit("customers:task_edit", "title"),
    RecurrenceForm: Edit("customers:recurrence_edit", "title"),
    PlanForm: Edit("customers:plan_edit", "position"),
    ObjectiveForm: Edit("customers:objective_edit", "measure"),
    ReviewForm: Edit("review_report_edit", "outlook"),
    MailingForm: Edit(
        "customers:mailing_edit", "body_en", both={"subject_en": "News", "name": "Of spring"}
    ),
    SavedViewForm: Edit("customers:view_edit", "name", first="owner", second="owner"),
    # Records
    YearFigureForm: Edit(_record("year-figure", records.YearFigureFactory), "source"),
    CreditRecordForm: Edit(_record("credit", records.CreditRecordFactory), "limit", "1.25", "2.25"),
    OpportunityForm: Edit(_record("opportunity", records.OpportunityFactory), "need"),
    SettleOpportunityForm: Edit(
        _record("opportunity", records.OpportunityFactory, "settle"),
        "closed_on",
        *DAYS,
        both={"stage": "lost", "reason": "price"},
    ),
    CompetitorPresenceForm: Edit(
        _record("competitor", records.CompetitorPresenceFactory), "remarks"
    ),
    BenefitForm: Edit(_record("benefit", records.BenefitFactory), "proof"),
    PromiseForm: Edit(_record("promise", records.PromiseFactory), "what"),
    SettlePromiseForm: Edit(
        _record("promise", records.PromiseFactory, "settle"), "proof", both={"state": "kept"}
    ),
    IdeaForm: Edit(_record("idea", records.IdeaFactory), "what"),
    SettleIdeaForm: Edit(
        _record("idea", records.IdeaFactory, "settle"), "answer", both={"state": "adopted"}
    ),
    ReferralForm: Edit(_record("referral", records.ReferralFactory), "remarks"),
    SettleReferralForm: Edit(
        _record("referral", records.ReferralFactory, "settle"), "remarks", both={"state": "nothing"}
    ),
    TeamMemberForm: Edit(_record("team", records.TeamMemberFactory), "part"),
    HelpRequestForm: Edit(_help("edit"), "what"),
    AnswerHelpForm: Edit(_help("settle"), "answer", both={"state": "done"}),
    ThankForHelpForm: Edit(
        _help("settle", state="done", answer="Here", answered_at=timezone.now()),
        "thanks",
        first="owner",
        second="owner",
    ),
    MembershipForm: Edit(_record("membership", records.MembershipFactory), "until", *DAYS),
    # What managers keep
    CompetitorForm: Edit("customers:competitor_edit", "notes"),
    ClubForm: Edit("customers:club_edit", "name_en"),
    ClubLevelForm: Edit("customers:club_level_edit", "name_en"),
    ClubEventForm: Edit("customers:club_event_edit", "place"),
    TagForm: Edit("customers:tag_edit", "name"),
    CustomFieldForm: Edit("customers:custom_field_edit", "name_en"),
    CareRuleForm: Edit("customers:care_rule_edit", "ahead_days", "3", "4"),
    LossAssumptionsForm: Edit(_silence, "told", "3.5", "4.5", second="manager"),
    ValueAmountsForm: Edit("value:amounts", "visit", "12", "34"),
    CriterionForm: Edit("value:criterion_edit", "name_en"),
    LossReviewForm: Edit(_loss_review, "learned"),
    CompetenceForm: Edit("satisfaction:competence_edit", "remarks"),
    ImprovementForm: Edit("satisfaction:improvement_edit", "aim"),
    FeedbackForm: Edit("satisfaction:feedback_edit", "words"),
    CollectionPlanForm: Edit(_plan, "analysed"),
    TouchpointForm: Edit("satisfaction:touchpoint_edit", "standard"),
    TargetForm: Edit("satisfaction:target_edit", "value", "71", "72"),
    CategoryForm: Edit(_entry("categories", Category), "position", "7", "8"),
    RootCauseForm: Edit(_entry("causes", RootCause), "name_en"),
    CannedTextForm: Edit(_entry("texts", CannedText), "text_en"),
    GuideEntryForm: Edit(_entry("guide", GuideEntry), "text_en"),
    CorrectiveForm: Edit("complaints:corrective_edit", "aim"),
    ProposalForm: Edit("complaints:proposal", "reason"),
    WaveForm: Edit("satisfaction:wave_edit", "name"),
    InstrumentForm: Edit("satisfaction:instrument_words", "name_en"),
    QuestionForm: Edit("satisfaction:question_edit", "text_en"),
    CalendarForm: Edit("calendar", "time_zone", "Europe/Paris", "Asia/Tokyo"),
    SettingsForm: Edit("settings", "name"),
    # Users
    UserForm: Edit("accounts:user_edit", "name"),
    TeamForm: Edit("accounts:team_edit", "name", first="administrator"),
    HookForm: Edit(
        "web_hook_edit",
        "url",
        "https://erp.example.com/theirs",
        "https://erp.example.com/mine",
        first="administrator",
    ),
    UserTeamForm: Edit("user_team", "team", _new_team, _new_team, first="administrator"),
}
