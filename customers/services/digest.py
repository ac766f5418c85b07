"""The quiet mail about mentions and watched customers: at most one a day, and none for nothing."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.accounts.models import User
from crm.platform import outbox
from crm.platform.models import Installation
from crm.platform.words import named
from customers import notices
from customers.models import Notice

MORNING = 7  # on the clocks of the installation: what came overnight is in it
NAMED = 20  # notices that are named; the others are counted


def mail_due() -> int:
    """Put the digests of today into the outbox; returns how many.

    Each user's is a transaction of its own, and its cause names the day: a killed worker, or two at
    once, send it once.
    """
    now = timezone.now().astimezone(Installation.cached().zone)
    if now.hour < MORNING:
        return 0
    waiting = Notice.objects.unseen().filter(mailed_at=None).values("user").distinct()
    users = User.objects.active().filter(digest=User.Digest.DAILY, pk__in=waiting)
    return sum(_mail(user, now.date()) for user in users.order_by("pk"))


@transaction.atomic
def _mail(user: User, today) -> bool:
    """The digest of one user, unless there was one today or nothing is left to tell."""
    mine = Notice.objects.visible_to(user).unseen().filter(mailed_at=None)
    found = list(mine.select_for_update(of=("self",)).select_related("customer"))
    if not found:
        return False
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject, body = _words(user, found)
    is_new = outbox.enqueue(
        cause=f"digest:{user.pk}:{today}", recipient=user.email, subject=subject, body=body
    )
    if is_new:  # what comes after today's digest waits for tomorrow's
        Notice.objects.filter(pk__in=[n.pk for n in found]).update(mailed_at=timezone.now())
    return is_new


def _words(user: User, found: list[Notice]) -> tuple[str, str]:
    """Names only: what was said stands behind the sign-in."""
    count = len(found)
    lines = [_line(notice) for notice in found[:NAMED]]
    if count > NAMED:
        lines.append(
            ngettext("and %(count)s more", "and %(count)s more", count - NAMED)
            % {"count": count - NAMED}
        )
    subject = ngettext("%(count)s new notice", "%(count)s new notices", count) % {"count": count}
    body = "\n\n".join(
        [
            _("Dear %(name)s,") % {"name": user.name},
            _("this is new about customers that you follow:"),
            "\n".join(lines),
            settings.SITE_URL + reverse("customers:notices"),
            _("You choose on the page of your account whether this mail comes:")
            + "\n"
            + settings.SITE_URL
            + reverse("accounts:preferences"),
        ]
    )
    return subject, body + "\n"


def _line(notice: Notice) -> str:
    what = notices.what(notice)
    return "- " + (named(what, notice.customer.name) if notice.customer else what)
