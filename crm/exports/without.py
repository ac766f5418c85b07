"""Pages with rows that can't be taken out, and why not; a test walks all pages for others."""

# Of the page's own: what a person sets up is kept as settings, and read where it is used.
_SETTINGS = "A setting of the installation with a few rows, not a list of what happened."
_CHOICE = "A choice of what other lists have; each part leads to its list, which has an export."
_FORM = "A form: its rows are what is chosen or typed in it."
_PAPER = "One thing and not a list; it has a paper as PDF, or its parts have lists of their own."
_SUMS = "Sums and pictures; the rows behind each figure are a list with an export."

WITHOUT: dict[str, str] = {
    # Parts of other lists
    "home": _CHOICE,
    "card": _CHOICE,
    "group": "The group's customers are in the list of customers, their parent in a column.",
    "search": _CHOICE,
    "customers:calendar": "Tasks and care owed by day; both are lists, and the calendar is a feed.",
    "customers:interaction": _PAPER,
    "customers:interaction_edit": _FORM,
    "customers:recurrence_create": _FORM,
    "customers:plan": _PAPER,
    "review_reports": _PAPER,
    "handover": _PAPER,
    "complaints:case": _PAPER,
    "complaints:why": _PAPER,
    "complaints:outside": "How the mailbox works; what came in is in the queue.",
    "satisfaction:response": _PAPER,
    "satisfaction:wave": "A plan and how far it is; the answers are taken out with the results.",
    "value:nominate": _FORM,
    "value:override_propose": _FORM,
    "value:movement": _PAPER,
    "value:moves": _SUMS,
    "value:loyalty": _SUMS,
    "value:nomination_review": _FORM,
    "value:nomination_end": _FORM,
    "value:loss_review": _FORM,
    "doubles": "Pairs to be decided one by one; the decision changes both customers.",
    "merge_with": _FORM,
    "exports": "The list of exports itself; the audit log has every one and can be taken out.",
    # Sums
    "months": _SUMS,
    "complaints:dashboard": _SUMS,
    "complaints:learning": _SUMS,
    "complaints:control": _SUMS,
    "complaints:proposal": _PAPER,
    "satisfaction:dashboard": _SUMS,
    # Settings
    "settings_hub": _SETTINGS,
    "calendar": _SETTINGS,
    "card_layout": _SETTINGS,
    "api_tokens": _SETTINGS,
    "web_hooks": _SETTINGS,
    "web_hook": _SETTINGS,
    "accounts:teams": _SETTINGS,
    "customers:tags": _SETTINGS,
    "customers:custom_fields": _SETTINGS,
    "customers:care_rules": _SETTINGS,
    "complaints:policies": _SETTINGS,
    "complaints:lists": _SETTINGS,
    "complaints:guide": _SETTINGS,
    "satisfaction:instruments": _SETTINGS,
    "value:scorecard": _SETTINGS,
    "value:backtests": _SUMS,
    "value:silence": _SUMS,
    "value:recovery": _SUMS,
    "value:backtest": _SUMS,
    "value:track_record": _SUMS,
    "value:nightly_run": "How the machine works, not the company; metrics and logs have it.",
    "value:nightly_runs": "How the machine works, not the company; metrics and logs have it.",
}
