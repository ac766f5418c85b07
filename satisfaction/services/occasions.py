"""Surveys that no plan sends: after a complaint, and after a loss.

Each asks one person about one event, at once or never: neither the survey pause holds it back nor
does it begin one. The waves are kept by the quarter and made when the first one in it is asked; a
manager who closes one ends the asking for that quarter.
"""

import datetime as dt
from itertools import chain, count

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from complaints.models import Case, CaseEvent, Kind
from complaints.services.mails import address_of
from complaints.states import Action
from complaints.states import State as CaseState
from crm.accounts.audit import Action as AuditAction
from crm.accounts.audit import audit
from crm.accounts.models import User
from crm.platform.models import Installation
from customers.models import Contact, Customer, Standing
from customers.services.locks import lock_customer
from satisfaction.models import (
    Audience,
    Frequency,
    InstrumentVersion,
    Invitation,
    OptOut,
    Unasked,
    Wave,
)
from satisfaction.services.sending import mail_links

# A case that is reopened so soon was not settled.
SETTLED_AFTER = dt.timedelta(minutes=30)
# What ended before that set off nothing then, and does not now.
LOOKED_BACK = dt.timedelta(days=7)
TIME_TO_ANSWER = dt.timedelta(days=21)
# Two workers that need the first wave of a quarter would each make one.
MAKING = 7_203_119
QUARTER = 3
IDEOGRAPHS = ("\u4e00", "\u9fff")
AUDIENCES = {
    Wave.Occasion.COMPLAINT: Audience.COMPLAINANTS,
    Wave.Occasion.LOSS: Audience.LEAVERS,
}


class CannotAsk(Exception):  # noqa: N818 -- an outcome for the person, no fault
    """Nobody can be asked; the text says why, the reason what is kept of it."""

    def __init__(self, message: str, reason: str = ""):
        super().__init__(message)
        self.reason = reason


def ask_after_complaints() -> int:
    """Ask about complaints that stayed closed for half an hour; returns how many.

    Any number of workers may do it at once: each case is asked about in a transaction of its own,
    in which nobody else does anything to its customer, and once, as the invitation's key says.
    Where nobody can be asked that is kept with the case, which is not looked at again.
    """
    now = timezone.now()
    if _version_for(Wave.Occasion.COMPLAINT) is None:
        return 0
    due = list(_settled(now).order_by("ended_at", "pk").values_list("pk", "customer_id"))
    return sum(_ask_about(pk, customer, now) for pk, customer in due)


def _settled(now: dt.datetime) -> QuerySet[Case]:
    """Closed long enough, not too long ago, and neither asked about nor tried in vain since.

    What an import closed was closed elsewhere: it is history, whenever that was.
    """
    kinds = [Kind.COMPLAINT]
    if Installation.cached().requests_surveyed:
        kinds.append(Kind.REQUEST)
    closing = CaseEvent.objects.filter(case=OuterRef("pk"), action=Action.CLOSE).order_by("-seq")
    cases = Case.objects.annotate(imported=Subquery(closing.values("data__imported")[:1]))
    untried = Q(unasked__isnull=True) | Q(unasked__at__lt=F("ended_at"))
    return cases.filter(
        untried,
        kind__in=kinds,
        state=CaseState.CLOSED,
        ended_at__lte=now - SETTLED_AFTER,
        ended_at__gt=now - LOOKED_BACK,
        customer__is_active=True,
        imported__isnull=True,
        invitation__isnull=True,
    )


@transaction.atomic
def _ask_about(pk: int, customer_id: int, now: dt.datetime) -> bool:
    """False where somebody was faster, or nobody can be asked."""
    lock_customer(customer_id)
    cases = _settled(now).filter(pk=pk, customer=customer_id)
    case = cases.select_for_update(of=("self",)).select_related("customer", "contact").first()
    if case is None:
        return False
    email = address_of(case)
    contact = case.contact if case.contact_id and case.contact.email == email else None
    try:
        _invite(Wave.Occasion.COMPLAINT, case.customer, contact, email, case)
    except CannotAsk as refused:
        if refused.reason:
            values = {"reason": refused.reason, "at": now}
            Unasked.objects.update_or_create(case=case, defaults=values)
        return False
    return True


@transaction.atomic
def invite_leaver(
    *, customer: Customer, contact: Contact | None, by: User, is_mailed: bool = True
) -> tuple[Invitation, bool]:
    """Ask why the customer left: this contact, or its own address; says whether it is new.

    By mail, or else somebody of us asks and types the answers in. Who was asked within the survey
    pause, or is to be asked, is not asked again: pressed twice, it asks once.
    """
    lock_customer(customer.pk)
    since = timezone.now() - dt.timedelta(days=Installation.cached().survey_pause_days)
    waits = Q(sent_at=None, wave__state=Wave.State.OPEN)
    asked = Invitation.objects.filter(
        waits | Q(sent_at__gt=since), customer=customer, wave__occasion=Wave.Occasion.LOSS
    )
    if there := asked.order_by("-sent_at").first():
        return there, False
    email = contact.email if contact else customer.email
    if not is_mailed:
        invitation = _plan_interview(customer, contact, email)
    else:
        invitation = _invite(Wave.Occasion.LOSS, customer, contact, email)
    audit(by, AuditAction.LEAVER_ASKED, invitation, customer=customer.pk)
    return invitation, True


def _invite(
    occasion: str, customer: Customer, contact: Contact | None, email: str, case: Case | None = None
) -> Invitation:
    """An invitation with its mail, in the caller's transaction."""
    if not email or (contact and not contact.is_there):
        message = _("There is nobody with an e-mail address to ask.")
        raise CannotAsk(message, Unasked.Reason.NO_EMAIL)
    _require_consent(contact, email)
    wave = _wave_now(occasion)
    mailed = {"email": email, "state": Invitation.State.SENT, "sent_at": timezone.now()}
    invitation = _made(wave, customer, contact, case=case, **mailed)
    mail_links(wave=wave, ids=[invitation.pk])
    return invitation


def _plan_interview(customer: Customer, contact: Contact | None, email: str) -> Invitation:
    """Somebody is to be called or visited; without an address, so that no reminder goes out."""
    if contact and not contact.is_there:
        raise CannotAsk(_("This contact is not there any more."))
    _require_consent(contact, email)
    return _made(_wave_now(Wave.Occasion.LOSS), customer, contact, state=Invitation.State.PLANNED)


def _require_consent(contact: Contact | None, email: str) -> None:
    refuses = contact and contact.consent == Contact.Consent.REFUSED
    if refuses or (email and OptOut.objects.filter(email=email.lower()).exists()):
        raise CannotAsk(_("They want no surveys from us."), Unasked.Reason.OPTED_OUT)


def _made(wave: Wave, customer: Customer, contact: Contact | None, **values) -> Invitation:
    standing = Standing.objects.filter(customer=customer).first()
    case = values.get("case")
    served_by = case.owner_id if case else customer.service_representative_id
    return Invitation.objects.create(
        wave=wave,
        customer=customer,
        contact=contact,
        language=_language_of(customer, contact),
        tier=standing.tier if standing else "",
        stage=standing.stage if standing else "",
        owner=customer.account_manager,
        team_id=customer.team_id,
        agent_id=served_by,
        **values,
    )


def _language_of(customer: Customer, contact: Contact | None) -> str:
    """As waves by plan choose it: the contact's, else by the customer's name."""
    if contact and contact.language:
        return contact.language
    first, last = IDEOGRAPHS
    is_chinese = any(first <= letter <= last for letter in customer.name)
    return "zh-hans" if is_chinese else "en"


def _version_for(occasion: str) -> InstrumentVersion | None:
    """The newest of our own questionnaire for it; else that of the ready one."""
    versions = InstrumentVersion.objects.askable().filter(instrument__audience=AUDIENCES[occasion])
    return versions.order_by("instrument__is_ready", "-instrument_id", "-number").first()


def _wave_now(occasion: str) -> Wave:
    """The wave of this quarter, made where there is none."""
    today = Installation.cached().today()
    first = today.replace(month=(today.month - 1) // QUARTER * QUARTER + 1, day=1)
    wave = _wave_of(occasion, first)
    if wave is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MAKING])
        wave = _wave_of(occasion, first) or _make_wave(occasion, first)
    if wave.state != Wave.State.OPEN:
        raise CannotAsk(_("The wave of this quarter is closed."), Unasked.Reason.CLOSED)
    return wave


def _wave_of(occasion: str, first: dt.date) -> Wave | None:
    waves = Wave.objects.filter(occasion=occasion, frequency=Frequency.STEADILY, opens_on=first)
    return waves.select_related("version__instrument").order_by("pk").first()


def _make_wave(occasion: str, first: dt.date) -> Wave:
    version = _version_for(occasion)
    if version is None:
        raise CannotAsk(_("There is no questionnaire for it."))
    after = (first + dt.timedelta(days=31 * QUARTER)).replace(day=1)
    with override(settings.LANGUAGE_CODE):
        if occasion == Wave.Occasion.COMPLAINT:
            name = _("After complaints, quarter %(quarter)d of %(year)d")
            purpose = _("Whether who complained is content with how it was handled.")
        else:
            name = _("After losses, quarter %(quarter)d of %(year)d")
            purpose = _("Why customers left.")
    name = name % {"quarter": first.month // QUARTER + 1, "year": first.year}
    return Wave.objects.create(
        name=_free(name),
        version=version,
        purpose=purpose,
        occasion=occasion,
        frequency=Frequency.STEADILY,
        opens_on=first,
        closes_on=after - dt.timedelta(days=1) + TIME_TO_ANSWER,
        state=Wave.State.OPEN,
        sent_at=timezone.now(),
    )


def _free(name: str) -> str:
    """A name that no wave has; somebody may have given this one to another."""
    names = chain([name], (f"{name} ({number})" for number in count(2)))
    return next(one for one in names if not Wave.objects.filter(name=one).exists())
