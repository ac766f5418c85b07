"""Kinds that tell what a customer is worth to us: service staff see none of them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.forms import records as forms
from customers.models import (
    Benefit,
    CompetitorPresence,
    CreditRecord,
    Opportunity,
    YearFigure,
)
from customers.querysets import Order
from customers.records import figures
from customers.records.columns import Column, Shape
from customers.records.kind import RecordKind, settled_by


def _competitor_page(presence: CompetitorPresence) -> str:
    return reverse("customers:competitor", args=[presence.competitor_id])


YEAR_FIGURE = RecordKind(
    key="year-figure",
    model=YearFigure,
    form=forms.YearFigureForm,
    label=_("Figures of a year"),
    plural=_("Yearly figures"),
    icon="calculator",
    purpose=_(
        "Note what it buys in our categories in a year, from us and from others: our share of it"
        " follows from that."
    ),
    columns=(
        Column(_("Year"), lambda record: str(record.year)),
        Column(_("Purchases in our categories"), "purchases", Shape.MONEY),
        Column(_("Turnover"), "turnover", Shape.MONEY),
        Column(_("Profit"), "profit", Shape.MONEY),
        Column(_("Known from"), "source"),
        Column(_("Known since"), "known_on", Shape.DATE),
    ),
    order=Order("year", descending=True),
    worth=True,
)
CREDIT = RecordKind(
    key="credit",
    model=CreditRecord,
    form=forms.CreditRecordForm,
    label=_("Credit record"),
    plural=_("Credit"),
    icon="scale",
    purpose=_("Note its bank rating, limit and term, and how it pays; older records are kept."),
    columns=(
        Column(_("Date"), "on", Shape.DATE),
        Column(_("Bank rating"), "bank_rating"),
        Column(_("Credit limit"), "limit", Shape.MONEY),
        Column(_("Term in days"), "term_days", Shape.COUNT),
        Column(_("Pays"), "payment", Shape.STATE),
    ),
    order=Order("on", descending=True),
    worth=True,
    current=figures.newest,
    details=("cash_flow",),
)
OPPORTUNITY = RecordKind(
    key="opportunity",
    model=Opportunity,
    form=forms.OpportunityForm,
    label=_("Opportunity"),
    plural=_("Opportunities"),
    icon="seedling",
    purpose=_("Note what it may buy next, for how much, and when it decides."),
    columns=(
        Column(_("What it needs"), "need"),
        Column(_("Stage"), "stage", Shape.STATE),
        Column(_("Amount"), "amount", Shape.MONEY),
        Column(_("Decision expected"), "expected_on", Shape.DUE),
        Column(_("Competitor"), "competitor"),
        Column(_("Who works on it"), "owner"),
    ),
    order=Order("closed_on", descending=True),
    worth=True,
    current=figures.open_ones,
    details=("reason", "criteria"),
    related=("owner", "competitor"),
    figures=figures.open_opportunity_figures,
    settle=settled_by(_("Won or lost?"), forms.SettleOpportunityForm),
    reopened={"stage": Opportunity.Stage.NEGOTIATING, "closed_on": None},
)
COMPETITOR = RecordKind(
    key="competitor",
    model=CompetitorPresence,
    form=forms.CompetitorPresenceForm,
    label=_("Competitor here"),
    plural=_("Competitors"),
    icon="building-factory",
    purpose=_("Note from whom else it buys, how strong they are here, and where that goes."),
    columns=(
        Column(_("Competitor"), "competitor", link=_competitor_page),
        Column(_("Strength here"), "strength", Shape.STATE),
        Column(_("Share of its purchases"), "share", Shape.SHARE),
        Column(_("Trend"), "trend", Shape.STATE),
        Column(_("Known since"), "known_on", Shape.DATE),
    ),
    order=Order("known_on", descending=True),
    worth=True,
    details=("remarks",),
    related=("competitor",),
)
BENEFIT = RecordKind(
    key="benefit",
    model=Benefit,
    form=forms.BenefitForm,
    label=_("Benefit"),
    plural=_("Benefits delivered"),
    icon="coins",
    purpose=_("Note the savings and gains that the customer agreed we brought it."),
    columns=(
        Column(_("What it gained"), "what"),
        Column(_("Amount"), "amount", Shape.MONEY),
        Column(_("Date"), "on", Shape.DATE),
        Column(_("Who agreed"), "agreed_by"),
    ),
    order=Order("on", descending=True),
    worth=True,
    details=("proof",),
    related=("agreed_by",),
    figures=figures.benefit_figures,
)
