"""What came of unhappy answers: outcomes of calls, and answers that become complaints."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from complaints.models import Case, Kind
from complaints.models.choices import Channel
from complaints.services.cases import log_case
from complaints.services.desk import submission_of
from crm.accounts.models import User
from crm.platform.calendars import Week, default_calendar
from customers.models import Task, Touchpoint
from customers.services.tasks import set_task_state
from satisfaction.models import GOES_ON, Loop, LoopStep, Outcome, Response
from satisfaction.services import closed_loop

# Of what the same person says of the same answer within so long, the second is a double click.
TWICE = dt.timedelta(minutes=10)


class NoCustomerError(Exception):
    """An anonymous answer leads to nobody: there is nobody to call or to log a case for."""


@transaction.atomic
def record_outcome(
    *, response: Response, by: User, outcome: str, words: str = "", now: dt.datetime | None = None
) -> Loop:
    """What came of it; an outcome that needs nothing more closes the loop and its task."""
    now = now or timezone.now()
    loop = _locked(response, now)
    words = words.strip()
    newest = loop.steps.last()
    said = {"outcome": outcome, "words": words, "by_id": by.pk}
    if (
        newest
        and newest.at > now - TWICE
        and all(getattr(newest, name) == value for name, value in said.items())
    ):
        return loop
    LoopStep.objects.create(loop=loop, at=now, **said)
    if loop.acted_at is None:
        loop.acted_at = now
        loop.acted_in_time = day_of(now) <= loop.due_on
    loop.outcome = outcome
    loop.closed_at = None if outcome in GOES_ON else now
    loop.save(update_fields=["acted_at", "acted_in_time", "outcome", "closed_at"])
    if loop.closed_at and loop.task and loop.task.is_open:
        set_task_state(task=loop.task, state=Task.State.DONE)
    return loop


def _locked(response: Response, now: dt.datetime) -> Loop:
    """The loop of an answer, made where it is older than loops are."""
    if response.customer_id is None:
        raise NoCustomerError
    Response.objects.select_for_update(no_key=True).only("pk").get(pk=response.pk)
    loop = Loop.objects.filter(response=response).select_related("task__customer").first()
    if loop:
        return loop
    opened = response.finished_at or now
    return Loop.objects.create(
        response=response,
        customer_id=response.customer_id,
        opened_at=opened,
        due_on=closed_loop.due_on(opened),
    )


def day_of(now: dt.datetime) -> dt.date:
    """The day as the calendar has it that deadlines are counted by."""
    return now.astimezone(Week.of(default_calendar()).zone).date()


@transaction.atomic
def become_complaint(
    *, response: Response, by: User, now: dt.datetime | None = None
) -> tuple[Case, bool]:
    """The answer as a complaint, and whether it is new; the second click finds the first's case."""
    now = now or timezone.now()
    if response.customer_id is None:
        raise NoCustomerError
    # Two people who click at once do it one after the other.
    Response.objects.select_for_update(no_key=True).only("pk").get(pk=response.pk)
    if case := case_of(response):
        return case, False
    case = log_case(
        by=by,
        values=_values(response),
        submission=submission_of(response.pk),
        data={"response": response.pk},
        now=now,
    )
    if closed_loop.is_unhappy(response):
        record_outcome(
            response=response, by=by, outcome=Outcome.COMPLAINT, words=case.reference, now=now
        )
    return case, True


def case_of(response: Response) -> Case | None:
    """The case that was made of an answer, by one click or by the form."""
    return Case.objects.filter(submission=submission_of(response.pk)).first()


def response_of(case: Case, responses) -> Response | None:
    """The answer that a case was made of, among those of its customer."""
    if case.submission is None or case.customer_id is None:
        return None
    for response in responses.filter(customer=case.customer_id):
        if submission_of(response.pk) == case.submission:
            return response
    return None


def _values(response: Response) -> dict:
    contact = response.contact
    is_theirs = contact is not None and contact.customer_id == response.customer_id
    return {
        "kind": Kind.COMPLAINT,
        "channel": Channel.SURVEY,
        "customer": response.customer,
        "contact": contact if is_theirs else None,
        "touchpoint": _touchpoint(response),
        "description": said_in(response),
    }


def said_in(response: Response) -> str:
    """Its low scores, then every text that was written, each once."""
    texts = response.answers.exclude(text="").order_by("question__position")
    words = dict.fromkeys([response.comment, *texts.values_list("text", flat=True)])
    scores = ", ".join(closed_loop.low_scores(response))
    return "\n".join(filter(None, [scores, *words])) or str(response.wave)


def _touchpoint(response: Response) -> Touchpoint | None:
    """Of the worst answer that is about one."""
    answers = response.answers.filter(question__touchpoint__isnull=False)
    answers = answers.select_related("question__touchpoint")
    low = [answer for answer in answers if closed_loop.is_low(answer)]
    worst = min(low, key=lambda answer: (answer.score, answer.pk), default=None)
    return worst.question.touchpoint if worst else None
