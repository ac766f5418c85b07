"""The pages of the top floor: those that cross the apps."""

from crm.views.calendar import (
    calendar,
    calendar_day_add,
    calendar_day_delete,
    calendar_holidays_load,
)
from crm.views.card import customer_card, customer_months, customer_timeline
from crm.views.card_layout import card_layout
from crm.views.erasure import contact_erase
from crm.views.groups import group
from crm.views.handovers import (
    handover,
    handover_answer,
    handover_create,
    handover_withdraw,
    handovers,
)
from crm.views.health import healthz, readyz
from crm.views.home import home
from crm.views.hub import settings_hub
from crm.views.reports import (
    account_card,
    account_card_pdf,
    proposal,
    proposal_pdf,
    review_report,
    review_report_create,
    review_report_edit,
    review_report_given,
    review_report_pdf,
    review_reports,
)
from crm.views.search import search, suggest
from crm.views.settings import installation_settings
from crm.views.users import user_deactivate, user_team

__all__ = [
    "account_card",
    "account_card_pdf",
    "calendar",
    "calendar_day_add",
    "calendar_day_delete",
    "calendar_holidays_load",
    "card_layout",
    "contact_erase",
    "customer_card",
    "customer_months",
    "customer_timeline",
    "group",
    "handover",
    "handover_answer",
    "handover_create",
    "handover_withdraw",
    "handovers",
    "healthz",
    "home",
    "installation_settings",
    "proposal",
    "proposal_pdf",
    "readyz",
    "review_report",
    "review_report_create",
    "review_report_edit",
    "review_report_given",
    "review_report_pdf",
    "review_reports",
    "search",
    "settings_hub",
    "suggest",
    "user_deactivate",
    "user_team",
]
