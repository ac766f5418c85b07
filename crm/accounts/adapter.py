from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.contrib.sites.shortcuts import get_current_site
from django.utils.translation import gettext_lazy as _

from crm.platform import outbox


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up alone: users are invited. Mails leave by the outbox."""

    # One text for all: what was typed says nothing about who exists.
    error_messages = DefaultAccountAdapter.error_messages | dict.fromkeys(
        ("username_password_mismatch", "email_password_mismatch"),
        _("That did not work: check name or e-mail, and password."),
    )

    def is_open_for_signup(self, request) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Each call is a cause of its own: a person asked for this mail."""
        request = current.request
        site = {"request": request, "email": email, "current_site": get_current_site(request)}
        mail = self.render_mail(template_prefix, email, site | context)
        outbox.enqueue(
            cause=f"{template_prefix}:{uuid4()}",
            recipient=email,
            subject=mail.subject,
            body=mail.body,
        )

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        """To the address of our own user table; allauth's table of addresses is not used."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)
