"""Secret links behind which who complained follows the case; only their hashes are kept."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from complaints.models import Actor, Case, FollowUpLink
from complaints.models.choices import Channel
from complaints.services.actions import act
from complaints.services.mails import address_of, received, write_to_customer
from complaints.states import Action, State
from crm.platform.models import Installation
from crm.platform.secret_links import hash_of, new_token

# No mail by itself to somebody who had so many in an hour: two machines would write for ever.
MOST_MAILS = 3
HOUR = dt.timedelta(hours=1)


def new_link(case: Case) -> str:
    """A new secret for the case; the ones before go on holding."""
    token = new_token()
    FollowUpLink.objects.create(case=case, token_hash=hash_of(token))
    return token


@sensitive_variables("token")
def find(token: str, now: dt.datetime | None = None) -> tuple[Case | None, bool]:
    """The case behind a link, and whether its time is over. Any wrong one costs the same."""
    link = FollowUpLink.objects.filter(token_hash=hash_of(token)).first()
    if link is None:
        return None, False
    case = Case.objects.select_related("customer", "contact", "owner", "merged_into").get(
        pk=link.case_id
    )
    days = Installation.cached().follow_up_days
    # A merged case ends where the one ends that it is handled with.
    ended = handled_as(case).ended_at
    if ended is not None and (now or timezone.now()) > ended + dt.timedelta(days=days):
        return None, True
    return case, False


def handled_as(case: Case) -> Case:
    """Of a merged case the one that it went into in the end."""
    seen = {case.pk}
    while case.state == State.MERGED and case.merged_into_id not in seen:
        case = case.merged_into
        seen.add(case.pk)
    return case


@transaction.atomic
def acknowledge(case: Case, token: str = "") -> Case:
    """Tell at once that the case has come in, with the link; nothing where no address was given.

    An acknowledgement by itself, which is no first response. It is not sent to who gets many.
    """
    if case.state != State.NEW or not address_of(case) or _has_many(case):
        return case
    token = token or new_link(case)
    link = settings.SITE_URL + reverse("complain:case", args=[token])
    told = received(case)
    case = act(
        case=case,
        action=Action.ACKNOWLEDGE,
        by=None,
        actor=Actor.SYSTEM,
        data={"told": told},
    )
    # The link stands in the mail alone: events are kept, and hold no secret.
    words = told + "\n\n" + _("Follow it and add to it here: %(link)s") % {"link": link}
    write_to_customer(case, case.events.get(seq=case.last_seq), words)
    return case


def _has_many(case: Case) -> bool:
    since = timezone.now() - HOUR
    others = Case.objects.filter(
        caller_email__iexact=case.caller_email,
        created_at__gt=since,
        channel__in=[Channel.FORM, Channel.EMAIL],
    )
    return others.exclude(pk=case.pk)[:MOST_MAILS].count() >= MOST_MAILS
