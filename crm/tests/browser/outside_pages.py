"""The pages for people outside, and what managers see of them."""

from django.urls import reverse

from complaints.models import Case, IncomingMail
from complaints.services.follow_up import new_link
from complaints.states import State
from crm.tests.browser.site import MANAGER, Site

SHOWN = (State.ACKNOWLEDGED, State.WAITING_CUSTOMER, State.RESOLVED, State.WITHDRAWN)


def of_outside(site: Site, language: str) -> list[tuple[str, str | None, str]]:
    """The form and the page behind the link in one language, and the page of the mailbox."""
    spoken = f"?lang={language}"
    found = [
        ("complain:form", None, reverse("complain:form") + spoken),
        ("404", None, reverse("complain:case", args=["x" * 43]) + spoken),
        ("complaints:outside", MANAGER, reverse("complaints:outside")),
    ]
    for state in SHOWN:
        case = Case.objects.filter(state=state).order_by("-pk").first()
        address = reverse("complain:case", args=[new_link(case)])
        found.append(("complain:case", None, address + spoken))
    mail = IncomingMail.objects.get_or_create(
        identity="shown@browser.example",
        defaults={"outcome": "reply", "case": Case.objects.first(), "text": "Hi\n> all of it"},
    )[0]
    return [*found, ("complaints:mail", MANAGER, reverse("complaints:mail", args=[mail.pk]))]
