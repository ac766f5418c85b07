"""The pages for people outside, and what managers see of them."""

from django.urls import reverse

from complaints.models import IncomingMail
from crm.tests.browser.desks import READ
from crm.tests.browser.site import MANAGER, Site


def of_outside(site: Site, language: str) -> list[tuple[str, str | None, str]]:
    """The form and the page behind the link in one language, and the page of the mailbox."""
    spoken = f"?lang={language}"
    found = [
        ("complain:form", None, reverse("complain:form") + spoken),
        ("404", None, reverse("complain:case", args=["x" * 43]) + spoken),
        ("complaints:outside", MANAGER, reverse("complaints:outside")),
    ]
    for token in site.desks.links.values():
        found.append(("complain:case", None, reverse("complain:case", args=[token]) + spoken))
    mail = IncomingMail.objects.get(identity=READ)
    return [*found, ("complaints:mail", MANAGER, reverse("complaints:mail", args=[mail.pk]))]
