"""Who gets what at every address: the one place where access is declared, page by page.

The test beside it walks the URL configuration and asks every address as every role with every
method; an address that is not declared here fails the build, and so does a line without address.

Statuses stand in the order of ROLES: the owner of the customer, an account manager of another
team, service, the manager of the owner's team, an administrator. One status stands for all five.
302 of an anonymous visitor is the way to the sign-in page. What a person may not see is 404, what
they see but may not do 403, a method that the page does not have 405.
"""

from dataclasses import dataclass

ROLES = ("owner", "outsider", "service", "manager", "administrator")


@dataclass(frozen=True)
class Access:
    """The statuses of GET and of an empty POST; `anonymous` is for (GET, POST)."""

    get: str
    post: str = "405"
    anonymous: tuple[str, str] = ("login", "login")

    def of(self, method: str, role: str) -> str:
        if role == "anonymous":
            return self.anonymous[method == "POST"]
        statuses = (self.get if method == "GET" else self.post).split()
        return statuses[ROLES.index(role)] if len(statuses) > 1 else statuses[0]


EVERYBODY = "200"
WITH_WORTH = "200 200 403 200 200"
MANAGERS = "403 403 403 200 200"
ADMINISTRATORS = "403 403 403 403 200"
OF_CUSTOMER = "200 404 200 200 200"
OF_EDITORS = "200 404 403 200 200"  # service staff see the customer, and don't edit this
# The interface asks for a token: without one nobody is anybody, signed in or not. A post that is
# not JSON (415) is not even read.
PUSHED = Access("405", post="415", anonymous=("405", "415"))
READ = Access("401", post="415", anonymous=("401", "415"))
NOWHERE = Access("404", post="415", anonymous=("404", "415"))

PAGES = {
    # What everybody has
    "home": Access(EVERYBODY),
    "search": Access(EVERYBODY),
    "search_suggest": Access(EVERYBODY),
    # Customers: the owner's and the team's for account managers, all for the others
    "card": Access(OF_CUSTOMER),
    "timeline": Access(OF_CUSTOMER),
    "months": Access(OF_EDITORS),
    "group": Access(OF_CUSTOMER),
    "merge_with": Access(OF_EDITORS),
    "merge_customers": Access(OF_EDITORS, post="409 404 403 409 409"),
    "merge": Access(OF_EDITORS),
    "merge_undo": Access("405", post="302 404 403 302 302"),
    "doubles": Access(WITH_WORTH),
    "double_dismiss": Access("405", post="302 404 403 302 302"),
    "double_restore": Access("405", post="302 404 403 302 302"),
    "customers:list": Access(EVERYBODY),
    "customers:view_save": Access(EVERYBODY, post=EVERYBODY),
    "customers:view_edit": Access("200 404 404 404 404", post="200 404 404 404 404"),
    "customers:view_delete": Access("405", post="302 404 404 404 404"),
    "customers:columns": Access(EVERYBODY, post=EVERYBODY),
    "customers:mass": Access("405", post="400 400 403 400 400"),
    "customers:mass_action": Access("200 404 403 200 200"),
    "customers:mass_undo": Access("405", post="302 404 403 302 302"),
    "customers:create": Access(WITH_WORTH, post=WITH_WORTH),
    "customers:edit": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:organisation": Access(OF_CUSTOMER, post="200 404 403 200 200"),
    "customers:buying_profile": Access(OF_CUSTOMER, post="200 404 403 200 200"),
    "customers:dealings": Access(OF_CUSTOMER),  # sums for those who see worth
    "customers:contact_list": Access(EVERYBODY),
    "customers:contacts": Access(OF_CUSTOMER),
    "customers:contact_create": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "customers:contact_edit": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "customers:contact_successor": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "customers:interaction_create": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "customers:interaction": Access(OF_CUSTOMER),
    "customers:interaction_edit": Access(OF_EDITORS, post=OF_EDITORS),
    "customers:interaction_attach": Access("405", post=OF_EDITORS),
    "customers:attachment": Access(OF_CUSTOMER),
    "customers:attachment_remove": Access("405", post="302 404 403 302 302"),
    "customers:task_create": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "customers:tasks": Access(EVERYBODY),
    "customers:calendar": Access(EVERYBODY),
    "customers:calendar_address": Access("405", post="200"),
    "customers:calendar_feed": Access("404", post="405", anonymous=("404", "405")),
    "customers:task_edit": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:recurrence_create": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "customers:recurrence_edit": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:recurrence_end": Access("405", post="302 404 403 302 302"),
    "customers:task_close": Access("405", post="302 404 403 302 302"),
    # Account plans: hidden from service staff
    "customers:plans": Access(WITH_WORTH),
    "customers:plan": Access("200 404 403 200 200"),
    "customers:plan_create": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:plan_edit": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:plan_close": Access("405", post="302 404 403 302 302"),
    "customers:objective_create": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:objective_edit": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:plan_action_create": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:plan_review_create": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:plan_attach": Access("405", post="200 404 403 200 200"),
    # Customers that pass to a colleague: of who gives, who takes, and managers
    "handovers": Access(WITH_WORTH),
    "handover_create": Access("302 302 403 302 302", post="302 302 403 302 302"),
    "handover": Access("200 404 403 200 200"),
    "handover_answer": Access("405", post="403 404 403 302 403"),
    "handover_withdraw": Access("405", post="302 404 403 302 302"),
    # Papers about a customer: what it holds of amounts hides all of it from service staff
    "review_reports": Access(OF_EDITORS),
    "review_report_create": Access(OF_EDITORS, post=OF_EDITORS),
    "review_report": Access(OF_EDITORS),
    "review_report_edit": Access(OF_EDITORS, post=OF_EDITORS),
    "review_report_pdf": Access(OF_EDITORS),
    "review_report_given": Access("405", post=OF_EDITORS),  # an empty post says no day
    "account_card": Access(OF_EDITORS),
    "account_card_pdf": Access(OF_EDITORS),
    "proposal": Access(OF_EDITORS),
    "proposal_pdf": Access("302 404 403 302 302"),  # without a rhythm: to the page that says so
    # Lists that managers keep
    "card_layout": Access(MANAGERS, post="403 403 403 302 302"),
    "customers:tags": Access(EVERYBODY),
    "customers:tag_create": Access(MANAGERS, post=MANAGERS),
    "customers:tag_edit": Access(MANAGERS, post=MANAGERS),
    "customers:custom_fields": Access(EVERYBODY, post="403 403 403 302 302"),
    "customers:custom_field_create": Access(MANAGERS, post=MANAGERS),
    "customers:custom_field_edit": Access(MANAGERS, post=MANAGERS),
    "contact_erase": Access(OF_EDITORS, post=OF_EDITORS),  # an empty post is not sure
    # What changed, and who follows what
    "customers:history": Access(OF_CUSTOMER),  # hidden fields are hidden here too
    "customers:watch": Access("405", post="302 404 302 302 302"),
    "customers:notices": Access(EVERYBODY),
    "customers:notices_seen": Access("405", post="302"),
    # Records about a customer (here a promise), and what is made of them across customers
    "customers:records": Access(OF_CUSTOMER),
    "customers:record_create": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "customers:record_edit": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "customers:record_remove": Access("405", post="302 404 302 302 302"),
    "customers:record_settle": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "customers:promises": Access(EVERYBODY),
    "customers:opportunities": Access(WITH_WORTH),
    "customers:help_requests": Access(EVERYBODY),
    "customers:competitors": Access(WITH_WORTH),
    "customers:competitor": Access(WITH_WORTH),
    "customers:competitor_create": Access(MANAGERS, post=MANAGERS),
    "customers:competitor_edit": Access(MANAGERS, post=MANAGERS),
    "customers:clubs": Access(EVERYBODY),
    "customers:club": Access(EVERYBODY),
    "customers:club_create": Access(MANAGERS, post=MANAGERS),
    "customers:club_edit": Access(MANAGERS, post=MANAGERS),
    "customers:club_level_create": Access(MANAGERS, post=MANAGERS),
    "customers:club_level_edit": Access(MANAGERS, post=MANAGERS),
    "customers:club_event_create": Access(WITH_WORTH, post=WITH_WORTH),
    "customers:club_event_edit": Access(WITH_WORTH, post=WITH_WORTH),
    "customers:club_attendance": Access(EVERYBODY, post="400 400 403 400 400"),
    # Care programmes and news
    "customers:care": Access(OF_CUSTOMER),
    "customers:care_dues": Access(EVERYBODY),
    "customers:care_rules": Access(EVERYBODY),
    "customers:care_rule_create": Access(MANAGERS, post=MANAGERS),
    "customers:care_rule_edit": Access(MANAGERS, post=MANAGERS),
    "customers:mailings": Access(WITH_WORTH),
    "customers:mailing_create": Access(WITH_WORTH, post=WITH_WORTH),
    "customers:mailing": Access("200 404 403 200 200"),
    "customers:mailing_edit": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "customers:mailing_send": Access("405", post="302 404 403 302 302"),
    # Imports
    "customers:imports": Access(MANAGERS),
    "customers:import_create": Access(MANAGERS, post=MANAGERS),
    "customers:import_detail": Access(MANAGERS, post=MANAGERS),
    "customers:import_progress": Access(MANAGERS),
    "customers:import_commit": Access("405", post="403 403 403 302 302"),
    "customers:import_cancel": Access("405", post="403 403 403 302 302"),
    "customers:import_undo": Access("405", post="403 403 403 302 302"),
    "customers:import_wrong_rows": Access("403 403 403 404 404"),  # this one has none
    # Lists taken out as files: who may see the page may take it out; files are their owner's alone
    "exports": Access(EVERYBODY),
    "export": Access(EVERYBODY, post="400"),  # an empty post names no format
    "export_detail": Access("200 404 404 200 200"),
    "export_file": Access("200 404 404 404 404"),
    "export_cancel": Access("405", post="302 404 404 404 404"),
    # Complaints and service requests
    "complaints:dashboard": Access(EVERYBODY),
    "complaints:learning": Access(MANAGERS),
    "complaints:control": Access(MANAGERS),
    "complaints:proposals": Access(EVERYBODY),
    "complaints:proposal": Access(OF_CUSTOMER, post="403 404 403 200 200"),
    "complaints:lists": Access(EVERYBODY),
    "complaints:entry_create": Access(MANAGERS, post=MANAGERS),
    "complaints:entry_edit": Access(MANAGERS, post=MANAGERS),
    "complaints:policies": Access(EVERYBODY, post="403 403 403 200 200"),
    "complaints:terms_compare": Access("405", post="403 403 403 302 302"),
    "complaints:terms_give": Access("405", post="403 403 403 302 302"),
    "complaints:terms_progress": Access(MANAGERS),
    "complaints:queue": Access(EVERYBODY),
    "complaints:log": Access(EVERYBODY, post=EVERYBODY),
    "complaints:assign": Access("405", post="302 302 302 302 302"),
    "complaints:guide": Access(EVERYBODY),
    "complaints:corrective": Access(EVERYBODY),
    "complaints:corrective_edit": Access(OF_CUSTOMER, post=OF_CUSTOMER),
    "complaints:corrective_create": Access("403 404 200 200 200", post="403 404 200 200 200"),
    "complaints:watch": Access("405", post="302 404 302 302 302"),
    "complaints:case": Access(OF_CUSTOMER),
    "complaints:why": Access(OF_CUSTOMER),
    "complaints:act": Access("302 404 302 302 302", post="302 404 302 302 302"),
    "complaints:attach": Access("302 404 302 302 302", post=OF_CUSTOMER),
    "complaints:attachment": Access(OF_CUSTOMER),
    # Value: hidden from service staff
    "value:silence": Access(MANAGERS, post=MANAGERS),
    "value:recovery": Access(MANAGERS),
    "value:tiers": Access(WITH_WORTH),
    "value:churn": Access(WITH_WORTH),
    "value:stages": Access(WITH_WORTH),
    "value:worklist": Access(WITH_WORTH),
    "value:worklist_task": Access("405", post="302 404 403 302 302"),
    "value:worklist_work": Access("405", post="302 404 403 302 302"),
    "value:worklist_calm": Access("405", post="302 404 403 302 302"),
    "value:rescues": Access(WITH_WORTH),
    "value:rescue_undo": Access("405", post="302 404 403 302 302"),
    "value:lost": Access(WITH_WORTH),
    "value:lost_mark": Access(OF_EDITORS, post=OF_EDITORS),
    "value:lost_take_back": Access("405", post="302 404 403 302 302"),
    "value:loss_review": Access(OF_EDITORS, post=OF_EDITORS),
    "value:win_back": Access(WITH_WORTH),
    "value:win_back_try": Access("405", post="302 404 403 302 302"),
    "value:figures": Access("200 404 403 200 200"),
    "value:equity": Access(WITH_WORTH),
    "value:value": Access(WITH_WORTH),
    "value:rows": Access(WITH_WORTH),
    "value:amounts": Access(MANAGERS, post=MANAGERS),
    "value:movement": Access(OF_EDITORS),
    "value:override_propose": Access(OF_EDITORS, post=OF_EDITORS),
    "value:overrides": Access(WITH_WORTH),
    "value:override_decide": Access("405", post="403 403 403 302 302"),
    "value:override_withdraw": Access("405", post="302 404 403 302 302"),
    "value:override_end": Access("405", post="403 403 403 302 302"),
    "value:moves": Access(WITH_WORTH),
    "value:moves_count": Access("405", post="302 302 403 302 302"),
    "value:moved": Access(WITH_WORTH),
    "value:pattern": Access(WITH_WORTH),
    "value:loyalty": Access(WITH_WORTH),
    "value:loyalty_left": Access(WITH_WORTH),
    "value:loyalty_cohort": Access(WITH_WORTH),
    "value:signal_dismiss": Access("405", post="302 404 403 302 302"),
    "value:signal_restore": Access("405", post="302 404 403 302 302"),
    "value:signal_task": Access("405", post="302 404 403 302 302"),
    "value:assess": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "value:fit": Access("200 404 403 200 200", post="200 404 403 200 200"),
    "value:portfolio": Access(WITH_WORTH),
    "value:portfolio_cell": Access(WITH_WORTH),
    "value:candidates": Access(WITH_WORTH),
    "value:nominate": Access(MANAGERS, post=MANAGERS),
    "value:nomination_review": Access(MANAGERS, post="403 403 403 302 302"),
    "value:nomination_end": Access(MANAGERS, post=MANAGERS),
    "value:scorecard": Access(WITH_WORTH),
    "value:criterion_create": Access(MANAGERS, post=MANAGERS),
    "value:criterion_edit": Access(MANAGERS, post=MANAGERS),
    "value:backtests": Access(WITH_WORTH),
    "value:backtest": Access(WITH_WORTH),
    "value:backtest_start": Access("405", post="403 403 403 302 302"),
    "value:backtest_progress": Access(MANAGERS),
    "value:track_record": Access(WITH_WORTH),
    "value:missed_leavers": Access(WITH_WORTH),
    "value:signal_record": Access(WITH_WORTH),
    "value:nightly_runs": Access(MANAGERS),
    "value:nightly_run": Access(MANAGERS),
    "value:nightly_start": Access("405", post="403 403 403 302 302"),
    "value:nightly_progress": Access(MANAGERS),
    # Satisfaction: hidden from service staff
    "satisfaction:waves": Access(WITH_WORTH),
    "satisfaction:wave": Access(WITH_WORTH),
    "satisfaction:wave_create": Access(MANAGERS, post=MANAGERS),
    "satisfaction:wave_edit": Access(MANAGERS, post=MANAGERS),
    "satisfaction:wave_open": Access("405", post="403 403 403 302 302"),
    "satisfaction:wave_close": Access("405", post="403 403 403 302 302"),
    "satisfaction:improvements": Access(WITH_WORTH),
    "satisfaction:improvement_create": Access(MANAGERS, post=MANAGERS),
    "satisfaction:improvement_edit": Access(MANAGERS, post=MANAGERS),
    "satisfaction:instruments": Access(WITH_WORTH),
    "satisfaction:instrument": Access(WITH_WORTH),
    "satisfaction:dashboard": Access(WITH_WORTH),
    "satisfaction:results": Access(WITH_WORTH),
    "satisfaction:responses": Access(WITH_WORTH),
    "satisfaction:response": Access("200 404 403 200 200"),
    # Administration
    "settings_hub": Access(EVERYBODY),  # what each may look at
    "settings": Access(MANAGERS, post=MANAGERS),
    "calendar": Access(MANAGERS, post=MANAGERS),
    "calendar_day_add": Access("405", post=MANAGERS),
    "calendar_day_delete": Access("405", post="403 403 403 302 302"),
    "calendar_holidays_load": Access("405", post=MANAGERS),
    # Other systems: their tokens and hooks; at the interface itself a session counts for nothing
    "api_tokens": Access(ADMINISTRATORS),
    "api_token_create": Access(ADMINISTRATORS, post=ADMINISTRATORS),
    "api_token_revoke": Access("405", post="403 403 403 403 302"),
    "web_hooks": Access(ADMINISTRATORS),
    "web_hook_create": Access(ADMINISTRATORS, post=ADMINISTRATORS),
    "web_hook": Access(ADMINISTRATORS),
    "web_hook_edit": Access(ADMINISTRATORS, post=ADMINISTRATORS),
    "web_hook_renew": Access("405", post=ADMINISTRATORS),
    "web_hook_test": Access("405", post="403 403 403 403 302"),
    "web_hook_resend": Access("405", post="403 403 403 403 302"),
    "api:document": Access("200", post="415", anonymous=("200", "415")),
    "api:push_customers": PUSHED,
    "api:push_transactions": PUSHED,
    "api:push_complaints": PUSHED,
    "api:read_complaint": READ,
    "api:read_customer": READ,
    "api:read_standings": READ,
    "api:read_signals": READ,
    "api:root": NOWHERE,
    "api:nothing": NOWHERE,
    "user_deactivate": Access(MANAGERS, post="403 403 403 302 302"),
    "user_team": Access(ADMINISTRATORS, post=ADMINISTRATORS),
    "accounts:users": Access(MANAGERS),
    "accounts:user_edit": Access(MANAGERS, post=MANAGERS),
    "accounts:user_reactivate": Access("405", post="403 403 403 302 302"),
    "accounts:user_two_step_reset": Access("405", post="403 403 403 403 302"),
    "accounts:invite": Access(MANAGERS, post=MANAGERS),
    "accounts:invitation_send_again": Access("405", post="403 403 403 302 302"),
    "accounts:invitation_revoke": Access("405", post="403 403 403 302 302"),
    "accounts:teams": Access(ADMINISTRATORS),
    "accounts:team_create": Access(ADMINISTRATORS, post=ADMINISTRATORS),
    "accounts:team_edit": Access(ADMINISTRATORS, post=ADMINISTRATORS),
    "accounts:audit": Access(ADMINISTRATORS),
    # The own account
    "accounts:preferences": Access(EVERYBODY, post="302"),
    "set_language": Access("405", post="302", anonymous=("405", "302")),
    # Secret links: for whoever holds them
    "customers:mailing_refuse": Access("200", post="200", anonymous=("200", "200")),
    "accounts:invitation_accept": Access("200", post="200", anonymous=("200", "200")),
    "satisfaction:answer": Access("200", post="200", anonymous=("200", "200")),
    "complaints:outside": Access(MANAGERS),
    "complaints:qr": Access(MANAGERS),
    "complaints:mail": Access(OF_CUSTOMER),
    "complain:form": Access("200", post="200", anonymous=("200", "200")),
    "complain:case": Access("200", post="200", anonymous=("200", "200")),
    "satisfaction:decline": Access("200", post="302", anonymous=("200", "302")),
    # Signing in (allauth)
    "account_login": Access("302", post="302", anonymous=("200", "200")),
    "account_logout": Access("200", post="302", anonymous=("302", "302")),
    "account_inactive": Access("200", post="405", anonymous=("200", "405")),
    "account_reauthenticate": Access("200", post="200"),
    "account_change_password": Access("200", post="200"),
    "account_set_password": Access("302", post="302"),
    "account_reset_password": Access("200", post="200", anonymous=("200", "200")),
    "account_reset_password_done": Access("200", post="405", anonymous=("200", "405")),
    "account_reset_password_from_key": Access("200", post="200", anonymous=("200", "200")),
    "account_reset_password_from_key_done": Access("200", post="405", anonymous=("200", "405")),
    "mfa_index": Access("200", post="405"),
    # Between password and second step one is nobody yet
    "mfa_authenticate": Access("302", post="302", anonymous=("302", "302")),
    "mfa_reauthenticate": Access("302", post="302"),
    "mfa_activate_totp": Access("302", post="302"),
    "mfa_deactivate_totp": Access("404", post="404"),
    "mfa_view_recovery_codes": Access("404", post="405"),
    "mfa_generate_recovery_codes": Access("302", post="302"),
    "mfa_download_recovery_codes": Access("404", post="404"),
    "mfa_list_webauthn": Access("200", post="405"),
    "mfa_add_webauthn": Access("302", post="302"),
    "mfa_reauthenticate_webauthn": Access("302", post="302"),
    "mfa_remove_webauthn": Access("302", post="302"),
    "mfa_edit_webauthn": Access("302", post="302"),
    # Health: for everybody, and says no more than which part fails
    "healthz": Access("200", anonymous=("200", "405")),
    "readyz": Access("200", anonymous=("200", "405")),
}
