"""Waves, their links and answers, in the world of the tests."""

import datetime as dt

from complaints.services.desk import submission_of
from complaints.tests.factories import CaseFactory
from crm.accounts.models import User
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from customers.models import Touchpoint
from customers.tests.factories import CustomerFactory
from satisfaction.models import (
    Feedback,
    Response,
    ResponseTag,
    SatisfactionTarget,
    StaffCompetence,
)
from satisfaction.models.competences import AREAS
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

DAY = dt.date(2026, 1, 5)


def of_staff(owner: User) -> dict[str, list]:
    """A colleague of the owner whom somebody rated."""
    colleague = AccountManagerFactory(team=owner.team)
    rating = StaffCompetence.objects.create(
        user=colleague,
        on=dt.date(2026, 1, 5),
        rated_by=ManagerFactory(),
        **dict.fromkeys(AREAS, 3),
    )
    return {
        "satisfaction:competence_profile": [colleague.pk],
        "satisfaction:competence_rate": [colleague.pk],
        "satisfaction:competence_edit": [rating.pk],
        "satisfaction:baldrige_assess": ["results"],
    }


def of_surveys(owner: User) -> dict[str, list]:
    customer = CustomerFactory(account_manager=owner)
    # A link of its own each time: visits by it are limited, across tests too.
    waiting = InvitationFactory(customer=customer)
    answered = ResponseFactory(invitation__customer=customer, recommend=3)
    planned = WaveFactory()
    yearly = WaveFactory(is_open=True, frequency="yearly")
    paper = WaveFactory(is_open=True, channel="print")
    sheet = InvitationFactory(wave=paper, customer=customer, state="planned", sent_at=None)
    public = WaveFactory(is_open=True, channel="public")
    return {
        **of_staff(owner),
        "satisfaction:wave_next": [yearly.pk],
        "satisfaction:wave_invitations": [answered.wave_id],
        "satisfaction:wave_sheets": [paper.pk],
        "satisfaction:wave_sheets_print": [paper.pk],
        "satisfaction:sheet_again": [sheet.pk],
        "satisfaction:wave_public_link": [public.pk],
        "satisfaction:wave_public_link_end": [public.pk],
        "satisfaction:interview": [InvitationFactory(customer=customer).pk],
        "satisfaction:interview_refused": [InvitationFactory(customer=customer).pk],
        "satisfaction:wave": [answered.wave_id],
        "satisfaction:results": [answered.wave_id],
        **{f"satisfaction:wave_{action}": [planned.pk] for action in ("edit", "open", "close")},
        "satisfaction:instrument": [planned.version_id],
        "satisfaction:answer": [waiting.token],
        "satisfaction:decline": [waiting.token],
        "satisfaction:response": [answered.pk],
        **_of_loop(owner, answered),
        **_of_results(owner, answered),
    }


def _of_results(owner: User, answered: Response) -> dict[str, list]:
    """A target, and a tag of what somebody wrote."""
    target = SatisfactionTarget.objects.create(
        measure="index", tier="A", value=70, from_on=DAY + dt.timedelta(days=answered.pk)
    )
    tag = ResponseTag.objects.create(response=answered, measure="reliability", by=owner)
    return {
        "satisfaction:questions": [answered.wave_id],
        "satisfaction:target_edit": [target.pk],
        "satisfaction:tag": [answered.pk],
        "satisfaction:untag": [answered.pk, tag.pk],
    }


def _of_loop(owner: User, answered: Response) -> dict[str, list]:
    """Feedback of the owner's customer, and a case that was made of an answer."""
    customer = answered.customer
    said = Feedback.objects.create(
        source="talk", customer=customer, said_on=DAY, words="Too slow", recorded_by=owner
    )
    case = CaseFactory(customer=customer, submission=submission_of(answered.pk))
    return {
        "satisfaction:feedback_edit": [said.pk],
        "satisfaction:plan_edit": ["talk"],
        "satisfaction:touchpoint_edit": [Touchpoint.objects.first().pk],
        "satisfaction:response_complaint": [answered.pk],
        "satisfaction:response_outcome": [answered.pk],
        "satisfaction:response_of_case": [case.pk],
    }
