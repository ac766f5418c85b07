"""What surveys have to say on the page of a case; `settings.CASE_PANELS` puts it there."""

from complaints.models import Case
from satisfaction.models import Invitation, Unasked

TEMPLATE = "satisfaction/_after_complaint.html"


def after_complaint(case: Case, _user) -> dict | None:
    """Who was asked how it was handled, and what they said, or why nobody was asked.

    For whoever may see the case.
    """
    if case.is_open and not case.reopened:
        return None  # nobody is asked before its end
    asked = Invitation.objects.filter(case=case.pk).select_related("response", "contact")
    invitation = asked.first()
    if invitation is None:
        unasked = None if case.is_open else Unasked.objects.filter(case=case.pk).first()
        return {"template": TEMPLATE, "unasked": unasked} if unasked else None
    response = getattr(invitation, "response", None)
    answered = response if response and response.finished_at else None
    return {"template": TEMPLATE, "invitation": invitation, "answered": answered}
