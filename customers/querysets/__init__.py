"""All reads of customers, `visible_to(user)` first."""

from customers.querysets.access import (
    AttachmentQuerySet,
    OfVisibleCustomers,
    OfWorth,
    OfWorthyPlans,
    RecordQuerySet,
    WorthRecordQuerySet,
    visible,
)
from customers.querysets.care import CareDueQuerySet
from customers.querysets.changes import ChangeQuerySet
from customers.querysets.customers import CustomerQuerySet
from customers.querysets.dealings import DealingDayQuerySet, TransactionQuerySet
from customers.querysets.finding import DictionaryQuerySet, TokensQuerySet
from customers.querysets.following import (
    HandoverQuerySet,
    NoticeQuerySet,
    SavedViewQuerySet,
)
from customers.querysets.mailings import MailingQuerySet, MailingRecipientQuerySet
from customers.querysets.paging import Order, Page, keyset_page
from customers.querysets.plans import AccountPlanQuerySet
from customers.querysets.records import (
    AttendanceQuerySet,
    HelpRequestQuerySet,
    MembershipQuerySet,
    OpportunityQuerySet,
    PresenceQuerySet,
    PromiseQuerySet,
)
from customers.querysets.standing import StandingQuerySet
from customers.querysets.tasks import RecurrenceQuerySet, TaskQuerySet

__all__ = [
    "AccountPlanQuerySet",
    "AttachmentQuerySet",
    "AttendanceQuerySet",
    "CareDueQuerySet",
    "ChangeQuerySet",
    "CustomerQuerySet",
    "DealingDayQuerySet",
    "DictionaryQuerySet",
    "HandoverQuerySet",
    "HelpRequestQuerySet",
    "MailingQuerySet",
    "MailingRecipientQuerySet",
    "MembershipQuerySet",
    "NoticeQuerySet",
    "OfVisibleCustomers",
    "OfWorth",
    "OfWorthyPlans",
    "OpportunityQuerySet",
    "Order",
    "Page",
    "PresenceQuerySet",
    "PromiseQuerySet",
    "RecordQuerySet",
    "RecurrenceQuerySet",
    "SavedViewQuerySet",
    "StandingQuerySet",
    "TaskQuerySet",
    "TokensQuerySet",
    "TransactionQuerySet",
    "WorthRecordQuerySet",
    "keyset_page",
    "visible",
]
