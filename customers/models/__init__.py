from customers.models.care import CareDue, CareRule
from customers.models.changes import Change
from customers.models.clubs import Attendance, Club, ClubEvent, ClubLevel, Membership
from customers.models.competitors import Competitor, CompetitorPresence
from customers.models.contacts import Contact, ContactIdentity
from customers.models.customer import Customer, CustomerIdentity, Source, Tag
from customers.models.dealings import (
    DealingCategory,
    DealingDay,
    DealingSummary,
    Product,
    TouchedCustomer,
    Transaction,
)
from customers.models.following import Notice, Watch
from customers.models.handovers import Handover, HandoverItem
from customers.models.imports import HeldLine, ImportedRow, ImportMapping, ImportRun
from customers.models.interactions import Attachment, Interaction
from customers.models.lists import ListPreference, MassAction, MassActionRow, SavedView
from customers.models.mailings import Mailing, MailingRecipient
from customers.models.merging import (
    CustomerKeys,
    DuplicatePair,
    FormerNumber,
    Merge,
    MergedRows,
)
from customers.models.organisation import (
    BuyingProfile,
    CardLayout,
    CreditRecord,
    CustomField,
    Organisation,
    YearFigure,
)
from customers.models.plans import AccountPlan, PlanObjective, PlanReview
from customers.models.records import (
    Benefit,
    HelpRequest,
    Idea,
    Opportunity,
    Promise,
    Referral,
    TeamMember,
)
from customers.models.reports import ReviewReport
from customers.models.search import CustomerTokens, SearchToken
from customers.models.standing import Standing
from customers.models.tasks import CalendarFeed, Recurrence, Task
from customers.models.touchpoints import Touchpoint

__all__ = [
    "AccountPlan",
    "Attachment",
    "Attendance",
    "Benefit",
    "BuyingProfile",
    "CalendarFeed",
    "CardLayout",
    "CareDue",
    "CareRule",
    "Change",
    "Club",
    "ClubEvent",
    "ClubLevel",
    "Competitor",
    "CompetitorPresence",
    "Contact",
    "ContactIdentity",
    "CreditRecord",
    "CustomField",
    "Customer",
    "CustomerIdentity",
    "CustomerKeys",
    "CustomerTokens",
    "DealingCategory",
    "DealingDay",
    "DealingSummary",
    "DuplicatePair",
    "FormerNumber",
    "Handover",
    "HandoverItem",
    "HeldLine",
    "HelpRequest",
    "Idea",
    "ImportMapping",
    "ImportRun",
    "ImportedRow",
    "Interaction",
    "ListPreference",
    "Mailing",
    "MailingRecipient",
    "MassAction",
    "MassActionRow",
    "Membership",
    "Merge",
    "MergedRows",
    "Notice",
    "Opportunity",
    "Organisation",
    "PlanObjective",
    "PlanReview",
    "Product",
    "Promise",
    "Recurrence",
    "Referral",
    "ReviewReport",
    "SavedView",
    "SearchToken",
    "Source",
    "Standing",
    "Tag",
    "Task",
    "TeamMember",
    "TouchedCustomer",
    "Touchpoint",
    "Transaction",
    "Watch",
    "YearFigure",
]
