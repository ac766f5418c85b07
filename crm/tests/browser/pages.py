"""Every page that people look at: who opens it, and where."""

from django.urls import reverse

from crm.accounts.models import Team
from crm.tests.access_table import PAGES as DECLARED
from crm.tests.browser.desk_pages import of_desk
from crm.tests.browser.export_pages import of_exports
from crm.tests.browser.leaving_pages import of_leaving
from crm.tests.browser.merge_pages import of_merging
from crm.tests.browser.movement_pages import of_movement
from crm.tests.browser.outside_pages import of_outside
from crm.tests.browser.record_pages import of_records
from crm.tests.browser.report_pages import of_reports
from crm.tests.browser.site import ACCOUNT_MANAGER, ADMINISTRATOR, MANAGER, NEWS, SERVICE, Site
from crm.tests.browser.survey_pages import of_surveys
from crm.tests.browser.system_pages import of_systems
from customers.models import (
    AccountPlan,
    CareRule,
    Contact,
    CustomField,
    Handover,
    Interaction,
    Mailing,
    MassAction,
    Recurrence,
    SavedView,
    Tag,
    Task,
)
from lifecycle.models import BacktestResult, Criterion, NightlyRun, Nomination

NOBODY = None
# Addresses that answer with no page of their own, or only in the middle of signing in.
NO_PAGES = {
    "search_suggest",
    "healthz",
    "readyz",
    "value:nightly_progress",
    "value:backtest_progress",
    "customers:import_progress",
    "customers:import_wrong_rows",
    "export_file",
    "complaints:attachment",
    "complaints:qr",
    "complaints:terms_progress",
    "satisfaction:response_of_case",  # leads on to the response
    "customers:attachment",
    "review_report_pdf",
    "account_card_pdf",
    "proposal_pdf",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    *(name for name in DECLARED if name.startswith("mfa_") and name != "mfa_index"),
    *(name for name in DECLARED if name.startswith("api:")),
}
FILTERED = "?owner=all&tier=A&stage=stability&risk=low&signal=any&sort=-at_risk"


def pages(site: Site, language: str = "en") -> list[tuple[str, str | None, str]]:
    """Name of the address, who opens it, and the address."""
    return [
        *_of_account_managers(site),
        *_of_list_and_handovers(site),
        *_of_managers(site),
        *_of_administrators(site),
        *_of_service_and_everybody(site),
        *of_desk(site),
        *of_surveys(site, language),
        *_of_key_accounts(site),
        *_of_nominations(site),
        *_of_care(site, language),
        *_of_calendar(site),
        *_of_people(site),
        *of_merging(site),
        *of_exports(site),
        *of_leaving(site),
        *of_movement(site),
        *of_outside(site, language),
        *of_records(site),
        *of_reports(site),
        *of_systems(site),
    ]


def _of_account_managers(site: Site):
    best = site.customers_of(ACCOUNT_MANAGER)[0]
    contact = Contact.objects.filter(customer=best.pk).first()
    of_customer = [
        "card",
        "timeline",
        "months",
        "customers:edit",
        "group",
        "customers:dealings",
        "customers:organisation",
        "customers:buying_profile",
        "customers:history",
        "customers:contact_create",
        "customers:interaction_create",
        "customers:task_create",
        "customers:recurrence_create",
        "value:figures",
    ]
    names = ["home", "customers:list", "customers:create", "customers:tasks"]
    names += ["customers:notices"]
    addresses = [(name, reverse(name)) for name in names]
    addresses += [(name, reverse(name, args=[best.pk])) for name in of_customer]
    addresses += [
        ("customers:list", reverse("customers:list") + FILTERED),
        ("customers:contact_edit", reverse("customers:contact_edit", args=[contact.pk])),
        ("contact_erase", reverse("contact_erase", args=[contact.pk])),
        ("search", reverse("search") + "?q=" + best.name.split()[0]),
        ("search", reverse("search") + "?q=zzzzz"),
    ]
    return [(name, ACCOUNT_MANAGER, address) for name, address in addresses]


def _of_calendar(site: Site):
    """Month, week and day, mine and the team's; what stands in them, and its forms."""
    address = reverse("customers:calendar")
    asked = ["", "?view=week", "?view=day", "?whose=team", "?view=week&whose=team"]
    found = [("customers:calendar", MANAGER, address + one) for one in asked]
    found += [("customers:calendar", ACCOUNT_MANAGER, address + one) for one in asked[:3]]
    own = site.user(ACCOUNT_MANAGER)
    rows = [("task_edit", Task.objects.open()), ("recurrence_edit", Recurrence.objects.active())]
    for name, work in rows:
        for row in work.filter(customer__account_manager=own, assignee=own)[:1]:
            page = reverse(f"customers:{name}", args=[row.pk])
            found.append((f"customers:{name}", ACCOUNT_MANAGER, page))
    return found


def _of_key_accounts(site: Site):
    """Account plans."""
    plan = AccountPlan.objects.current().filter(
        customer__account_manager=site.user(ACCOUNT_MANAGER)
    )
    plan = plan.filter(objectives__isnull=False).first()
    of_plan = ["customers:plan_edit", "customers:objective_create"]
    of_plan += ["customers:plan_action_create", "customers:plan_review_create"]
    without = site.customers_of(ACCOUNT_MANAGER).filter(customer__account_plans=None)[0]
    addresses = [
        ("customers:plans", reverse("customers:plans")),
        ("customers:plans", reverse("customers:plans") + "?show=all"),
        ("customers:plan", reverse("customers:plan", args=[plan.customer_id])),
        ("customers:plan", reverse("customers:plan", args=[without.pk])),
        ("customers:plan_create", reverse("customers:plan_create", args=[without.pk])),
        *((name, reverse(name, args=[plan.pk])) for name in of_plan),
        (
            "customers:objective_edit",
            reverse("customers:objective_edit", args=[plan.objectives.first().pk]),
        ),
        ("value:assess", reverse("value:assess", args=[plan.customer_id])),
        ("value:assess", reverse("value:assess", args=[without.pk])),
        ("value:fit", reverse("value:fit", args=[without.pk])),
        ("value:portfolio", reverse("value:portfolio")),
        ("value:scorecard", reverse("value:scorecard")),
    ]
    return [(name, ACCOUNT_MANAGER, address) for name, address in addresses]


def _of_nominations(site: Site):
    """The portfolio, candidates and the scorecard as managers see them."""
    best = site.customers_of(ACCOUNT_MANAGER)[0]
    nomination = Nomination.objects.open().first()
    names = ["portfolio", "candidates", "scorecard", "criterion_create"]
    addresses = [(f"value:{name}", reverse(f"value:{name}")) for name in names]
    addresses += [
        ("value:portfolio", reverse("value:portfolio") + "?view=growth"),
        ("value:portfolio_cell", reverse("value:portfolio_cell", args=["high", "good"])),
        ("value:candidates", reverse("value:candidates") + "?show=nominated"),
        ("value:nominate", reverse("value:nominate", args=[best.pk])),
        ("value:nomination_review", reverse("value:nomination_review", args=[nomination.pk])),
        ("value:nomination_end", reverse("value:nomination_end", args=[nomination.pk])),
        (
            "value:criterion_edit",
            reverse("value:criterion_edit", args=[Criterion.objects.first().pk]),
        ),
    ]
    return [(name, MANAGER, address) for name, address in addresses]


def _of_list_and_handovers(site: Site):
    """Saved filters, columns, what was done to many, and handovers of all states."""
    emma = site.user(ACCOUNT_MANAGER)
    names = ["customers:view_save", "customers:columns", "handovers"]
    found = [(name, ACCOUNT_MANAGER, reverse(name)) for name in names]
    found.append(("customers:list", ACCOUNT_MANAGER, reverse("customers:list") + "?more=1"))
    for view in SavedView.objects.filter(user=emma):
        address = reverse("customers:view_edit", args=[view.pk])
        found.append(("customers:view_edit", ACCOUNT_MANAGER, address))
    chosen = "&".join(
        f"customer={customer.pk}" for customer in site.customers_of(ACCOUNT_MANAGER)[:3]
    )
    for who in (ACCOUNT_MANAGER, MANAGER):
        found.append(("handover_create", who, f"{reverse('handover_create')}?{chosen}"))
    waiting = Handover.objects.filter(taker=emma, state=Handover.State.OFFERED)
    found += [("handover", ACCOUNT_MANAGER, reverse("handover", args=[one.pk])) for one in waiting]
    found += [
        ("handover", MANAGER, reverse("handover", args=[one.pk])) for one in Handover.objects.all()
    ]
    found += [
        ("customers:mass_action", MANAGER, reverse("customers:mass_action", args=[done.pk]))
        for done in MassAction.objects.exclude(kind=MassAction.Kind.ASSIGN)
    ]
    return [*found, ("handovers", MANAGER, reverse("handovers") + "?whose=all")]


def _of_managers(site: Site):
    names = [
        "home",
        "customers:list",
        "value:equity",
        "value:value",
        "value:amounts",
        "value:dashboard",
        "value:dashboard_arrange",
        "value:tiers",
        "value:churn",
        "value:stages",
        "value:nightly_runs",
        "value:backtests",
        "value:track_record",
        "value:missed_leavers",
        "customers:imports",
        "customers:import_create",
        "customers:tags",
        "customers:tag_create",
        "customers:custom_fields",
        "customers:custom_field_create",
        "settings",
        "settings_hub",
        "calendar",
        "card_layout",
    ]
    addresses = [(name, reverse(name)) for name in names]
    addresses += [("value:rows", reverse("value:rows", args=["source"]) + "?key=fair")]
    addresses += [("customers:import_detail", address) for address in site.imports]
    addresses += [("value:signal_record", reverse("value:signal_record", args=["silent"]))]
    of_nights = [("value:nightly_run", NightlyRun), ("value:backtest", BacktestResult)]
    addresses += [(name, reverse(name, args=[kind.objects.first().pk])) for name, kind in of_nights]
    of_lists = [("customers:tag_edit", Tag), ("customers:custom_field_edit", CustomField)]
    addresses += [(name, reverse(name, args=[kind.objects.first().pk])) for name, kind in of_lists]
    return [(name, MANAGER, address) for name, address in addresses]


def _of_care(site: Site, language: str):
    """What tiers are owed, and news: a mailing that was sent, and a draft."""
    best, rule = site.customers_of(ACCOUNT_MANAGER)[0], CareRule.objects.first()
    lists = ("care_rules", "care_dues", "mailings", "mailing_create")
    mailings = list(Mailing.objects.filter(made_by=site.user(MANAGER)).order_by("pk"))
    found = [(name, ACCOUNT_MANAGER, reverse(f"customers:{name}")) for name in lists]
    found += [("care", ACCOUNT_MANAGER, reverse("customers:care", args=[best.pk]))]
    found += [("care_rule_create", MANAGER, reverse("customers:care_rule_create"))]
    found += [("care_rule_edit", MANAGER, reverse("customers:care_rule_edit", args=[rule.pk]))]
    found += [("mailing", MANAGER, reverse("customers:mailing", args=[one.pk])) for one in mailings]
    draft = reverse("customers:mailing_edit", args=[mailings[-1].pk])
    found += [("mailing_edit", MANAGER, draft)]
    found += [("care_dues", MANAGER, reverse("customers:care_dues") + "?whose=team&action=visit")]
    refuse = reverse("customers:mailing_refuse", args=[NEWS]) + f"?lang={language}"
    found += [("mailing_refuse", NOBODY, refuse)]
    return [(f"customers:{name}", who, address) for name, who, address in found]


def _of_administrators(site: Site):
    user, team = site.user(SERVICE), Team.objects.first()
    names = ["accounts:users", "accounts:invite", "accounts:teams", "accounts:team_create"]
    addresses = [(name, reverse(name)) for name in [*names, "accounts:audit"]]
    addresses += [
        (name, reverse(name, args=[user.pk]))
        for name in ("accounts:user_edit", "user_deactivate", "user_team")
    ]
    addresses += [("accounts:team_edit", reverse("accounts:team_edit", args=[team.pk]))]
    return [(name, ADMINISTRATOR, address) for name, address in addresses]


def _of_service_and_everybody(site: Site):
    best = site.customers_of(ACCOUNT_MANAGER)[0]
    service = [
        ("home", reverse("home")),
        ("card", reverse("card", args=[best.pk])),
        ("customers:list", reverse("customers:list")),
        ("403", reverse("value:tiers")),
        ("404", reverse("card", args=[0])),
    ]
    names = ["accounts:preferences", "mfa_index"]
    names += ["account_change_password", "account_logout", "account_reauthenticate"]
    service += [(name, reverse(name)) for name in names]
    strangers = ["account_login", "account_reset_password", "account_reset_password_done"]
    strangers += ["account_inactive"]
    invitation = reverse("accounts:invitation_accept", args=[site.token])
    return [
        *((name, SERVICE, address) for name, address in service),
        *((name, NOBODY, reverse(name)) for name in strangers),
        ("accounts:invitation_accept", NOBODY, invitation),
    ]


def _of_people(site: Site):
    """Contacts and interactions: those with something to show."""
    owner = site.user(ACCOUNT_MANAGER)
    gone = Contact.objects.filter(customer__account_manager=owner, left_on__isnull=False).first()
    talk = Interaction.objects.filter(by=owner).exclude(heard=[]).first()
    with_file = Interaction.objects.filter(by=owner, attachments__isnull=False).first() or talk
    contacts = reverse("customers:contact_list")
    addresses = [
        ("customers:contact_list", contacts),
        ("customers:contact_list", f"{contacts}?q=zzzzz&left=yes"),
        ("customers:contacts", reverse("customers:contacts", args=[talk.customer_id])),
        ("customers:contacts", reverse("customers:contacts", args=[gone.customer_id])),
        ("customers:contact_successor", reverse("customers:contact_successor", args=[gone.pk])),
        ("customers:contact_edit", reverse("customers:contact_edit", args=[gone.pk])),
        ("customers:interaction", reverse("customers:interaction", args=[talk.pk])),
        ("customers:interaction", reverse("customers:interaction", args=[with_file.pk])),
        ("customers:interaction_edit", reverse("customers:interaction_edit", args=[with_file.pk])),
    ]
    return [(name, ACCOUNT_MANAGER, address) for name, address in addresses]


def declared() -> set[str]:
    """The names of all addresses that are pages, by the table of access."""
    elsewhere = {"302", "404", "405"}
    moved = {name for name, access in DECLARED.items() if set(access.get.split()) <= elsewhere}
    moved.discard("account_login")
    return set(DECLARED) - moved - NO_PAGES
