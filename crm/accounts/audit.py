"""The audit log: who did what when. Rows are added, never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import AuditEntry, User


class Action(models.TextChoices):
    """What is written down; other apps may add actions of their own."""

    USER_INVITED = "user.invited", _("User invited")
    INVITATION_SENT_AGAIN = "invitation.sent_again", _("Invitation sent again")
    INVITATION_REVOKED = "invitation.revoked", _("Invitation revoked")
    INVITATION_ACCEPTED = "invitation.accepted", _("Invitation accepted")
    USER_CHANGED = "user.changed", _("User changed")
    USER_DEACTIVATED = "user.deactivated", _("User deactivated")
    USER_REACTIVATED = "user.reactivated", _("User reactivated")
    TWO_STEP_RESET = "user.two_step_reset", _("Two-step sign-in switched off")
    CUSTOMERS_HANDED_OVER = "customers.handed_over", _("Customers handed over")
    HANDOVER_UNDONE = "customers.handover_undone", _("Handover undone")
    MASS_ACTION = "customers.mass_action", _("Many customers changed")
    MASS_UNDONE = "customers.mass_undone", _("Change of many customers undone")
    API_TOKEN_MADE = "api_token.made", _("Token for another system made")
    API_TOKEN_REVOKED = "api_token.revoked", _("Token of another system revoked")
    WEB_HOOK_MADE = "web_hook.made", _("Web hook made")
    WEB_HOOK_CHANGED = "web_hook.changed", _("Web hook changed")
    WEB_HOOK_KEY_RENEWED = "web_hook.secret_renewed", _("Secret of a web hook renewed")
    CUSTOMERS_MERGED = "customers.merged", _("Customers merged")
    MERGE_UNDONE = "customers.merge_undone", _("Merge of customers undone")
    TEAM_CREATED = "team.created", _("Team created")
    TEAM_RENAMED = "team.renamed", _("Team renamed")
    SETTINGS_CHANGED = "settings.changed", _("Settings changed")
    CALENDAR_CHANGED = "calendar.changed", _("Business hours changed")
    CALENDAR_DAYS_ADDED = "calendar.days_added", _("Exceptional days added")
    CALENDAR_DAYS_DELETED = "calendar.days_deleted", _("Exceptional days deleted")
    CALENDAR_HOLIDAYS_LOADED = "calendar.holidays_loaded", _("Public holidays loaded")
    CALENDAR_ADDRESS_MADE = "calendar_address.made", _("Address of the own calendar made")
    CALENDAR_ADDRESS_WITHDRAWN = (
        "calendar_address.withdrawn",
        _("Address of the own calendar withdrawn"),
    )
    IMPORT_COMMITTED = "import.committed", _("File imported")
    IMPORT_UNDONE = "import.undone", _("Import undone")
    MAILING_SENT = "mailing.sent", _("News mailing sent")
    CONTACT_ERASED = "contact.erased", _("Personal data of a contact erased")
    REVIEW_GIVEN = "review.given", _("Business review given to the customer")
    PAPER_EXPORTED = "paper.exported", _("Paper about a customer saved as a file")
    LIST_EXPORTED = "list.exported", _("List saved as a file")
    WAVE_SENT = "wave.sent", _("Survey sent")
    WAVE_CLOSED = "wave.closed", _("Survey closed")
    WAVE_PRINTED = "wave.printed", _("Sheets of a survey printed")
    WAVE_LINK_MADE = "wave.link_made", _("Public link of a survey made")
    WAVE_LINK_ENDED = "wave.link_ended", _("Public link of a survey ended")
    LEAVER_ASKED = "leaver.asked", _("Lost customer asked why")


def audit(actor: User | None, action: str, subject: object = "", **details) -> AuditEntry:
    """Write down, in the caller's transaction, that the actor did this to the subject.

    Details are texts and numbers of what changed; never passwords or tokens.
    """
    return AuditEntry.objects.create(
        actor=actor, action=action, subject=str(subject)[:120], details=details
    )


def changes(before: dict, after: dict) -> dict:
    """What changed from what to what, as texts for the log."""
    return {
        name: [_text(before[name]), _text(value)]
        for name, value in after.items()
        if before[name] != value
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
