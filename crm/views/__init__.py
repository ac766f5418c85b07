"""The pages of the top floor: those that cross the apps."""

from crm.views.calendar import (
    calendar,
    calendar_day_add,
    calendar_day_delete,
    calendar_holidays_load,
)
from crm.views.card import customer_card, customer_months, customer_timeline
from crm.views.card_layout import card_layout
from crm.views.doubles import double_dismiss, double_list, double_restore
from crm.views.erasure import contact_erase
from crm.views.exports import export, export_cancel, export_detail, export_file, exports
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
from crm.views.merging import merge, merge_customers, merge_undo, merge_with
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
from crm.views.tokens import api_token_create, api_token_revoke, api_tokens
from crm.views.users import user_deactivate, user_team
from crm.views.web_hooks import (
    web_hook,
    web_hook_create,
    web_hook_edit,
    web_hook_renew,
    web_hook_resend,
    web_hook_test,
    web_hooks,
)

__all__ = [
    "account_card",
    "account_card_pdf",
    "api_token_create",
    "api_token_revoke",
    "api_tokens",
    "calendar",
    "calendar_day_add",
    "calendar_day_delete",
    "calendar_holidays_load",
    "card_layout",
    "contact_erase",
    "customer_card",
    "customer_months",
    "customer_timeline",
    "double_dismiss",
    "double_list",
    "double_restore",
    "export",
    "export_cancel",
    "export_detail",
    "export_file",
    "exports",
    "group",
    "handover",
    "handover_answer",
    "handover_create",
    "handover_withdraw",
    "handovers",
    "healthz",
    "home",
    "installation_settings",
    "merge",
    "merge_customers",
    "merge_undo",
    "merge_with",
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
    "web_hook",
    "web_hook_create",
    "web_hook_edit",
    "web_hook_renew",
    "web_hook_resend",
    "web_hook_test",
    "web_hooks",
]
