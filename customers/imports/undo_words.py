"""Why an import can't be undone, in words for the person."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from customers.history import THINGS

# What rows are called that history doesn't tell of.
OTHERS = {
    "customers_transaction": _("Transaction"),
    "customers_customeridentity": _("Key of a customer in a source"),
    "customers_contactidentity": _("Key of a contact in a source"),
    "customers_heldline": _("Incomplete invoice"),
    "customers_product": _("Product"),
    "customers_attachment": _("Attachment"),
    "customers_attendance": _("Attendance at an event"),
    "customers_watch": _("Follower"),
    "customers_handoveritem": _("Handover"),
    "customers_merge": _("Merged customer"),
    "customers_formernumber": _("Former number"),
    "customers_reviewreport": _("Business review"),
    "customers_mailingrecipient": _("News mailing"),
    "customers_massactionrow": _("Change of many customers"),
    "customers_interaction_contacts": _("Interaction"),
    "customers_opportunity_people": _("Opportunity"),
    "complaints_case": _("Case"),
    "complaints_caseevent": _("Event of a case"),
    "complaints_caseattachment": _("Attachment of a case"),
    "complaints_caseidentity": _("Key of a case in a source"),
    "complaints_caselink": _("Link between cases"),
    "complaints_casewatch": _("Follower"),
    "complaints_correctiveaction": _("Corrective action"),
    "complaints_followuplink": _("Link to follow a case by"),
    "complaints_improvementproposal": _("Improvement proposal"),
    "complaints_improvementproposal_cases": _("Improvement proposal"),
    "complaints_incomingmail": _("Incoming mail"),
    "satisfaction_invitation": _("Survey invitation"),
    "satisfaction_response": _("Survey answer"),
    "satisfaction_skip": _("Left out of a survey"),
    "satisfaction_unasked": _("Left out of a survey"),
    "satisfaction_feedback": _("Feedback"),
    "satisfaction_loop": _("Unhappy answer"),
    "lifecycle_rescue": _("Work on a customer at risk"),
    "lifecycle_loss": _("Lost customer"),
}
TEXTS = {
    "changed": _("%(thing)s: changed since."),
    "removed": _("%(thing)s: removed since."),
    "erased": _("%(thing)s: personal data was erased since."),
    "merged": _("%(thing)s: went to another customer by a merge. Undo the merge first."),
    "later": _("%(thing)s: changed by a later import (%(other)s). Undo that one first."),
    "invoice": _("%(thing)s: a later import added or removed lines of the same invoices."),
    "needed": _("%(thing)s: something hangs on it that came later: %(other)s."),
    "rebuilt": _("%(thing)s: an update of the application changed its columns since."),
    "too_old": _("Imports can be undone for %(days)s days; this one is older."),
    "nothing": _("There is nothing of it to undo."),
    "taken": _("A key or number that it would go back to belongs to another row by now."),
    "just_now": _("Somebody changed a row of it just now: try again."),
}


def thing(table: str) -> str:
    """What a row of a table is called."""
    if table in THINGS:
        return str(THINGS[table][0])
    return str(OTHERS.get(table, table.partition("_")[2]))


def describe(reason: dict) -> str:
    """One reason of `undo_checks.reasons_against` in the active language."""
    other = thing(reason["other"]) if reason["code"] == "needed" else reason["other"]
    words = {
        "thing": thing(reason["table"]),
        "other": other,
        "days": settings.IMPORT_UNDO_DAYS,
    }
    return str(TEXTS[reason["code"]]) % words
