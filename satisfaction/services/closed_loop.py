"""The closed loop: who is unhappy is called by somebody who can change it, and soon."""

import datetime as dt
import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Q, When
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.calendars import Week, default_calendar
from customers.models import Customer, Task
from customers.services.locks import lock_customer
from customers.services.tasks import create_task
from satisfaction.analytics.scores import DETRACTOR
from satisfaction.models import Answer, Loop, Measure, Response
from satisfaction.questionnaire import counts_towards_lowest

logger = logging.getLogger(__name__)
DAYS_TO_ACT = 2
REASON = "response:"
# On 0 to 100: the lower two of five points.
LOW = 25.0
# Where a calendar is never open, the days count as they come.
LONGEST_SEARCH = 60
LONGEST_TITLE = 200
LONGEST_LABEL = 40
MOST_SCORES = 3


def is_unhappy(response: Response) -> bool:
    """A detractor, or one of the lower two of five points anywhere."""
    is_detractor = response.recommend is not None and response.recommend <= DETRACTOR
    return is_detractor or (response.lowest is not None and response.lowest <= LOW)


def reason_of(response: Response) -> str:
    """What its task is known by."""
    return f"{REASON}{response.pk}"


def response_of(task: Task) -> int | None:
    """The key of the response that a task is about; None where it is about none."""
    key = task.reason.removeprefix(REASON)
    return int(key) if task.origin == Task.Origin.SURVEY and key.isdecimal() else None


@transaction.atomic
def follow_up(*, response: Response, now: dt.datetime) -> Task | None:
    """One task about an unhappy response, never a second one."""
    if not is_unhappy(response) or response.customer_id is None:
        return None
    lock_customer(response.customer_id)
    customer = Customer.objects.select_related("account_manager").get(pk=response.customer_id)
    told = Task.objects.filter(
        customer=customer, origin=Task.Origin.SURVEY, reason=reason_of(response)
    )
    if told.exists():
        return None
    assignee, task = who_acts(customer), None
    if assignee is None:
        logger.warning("Nobody is there to act on response %s.", response.pk)
    else:
        task = create_task(
            customer=customer,
            by=None,
            title=title_for(assignee, response),
            assignee=assignee,
            due_on=due_on(now),
            origin=Task.Origin.SURVEY,
            reason=reason_of(response),
        )
    opened = {"customer": customer, "task": task, "opened_at": now, "due_on": due_on(now)}
    Loop.objects.get_or_create(response=response, defaults=opened)
    return task


def who_acts(customer: Customer) -> User | None:
    """The account manager; while there is none, the team's lead; else a manager, ours first.

    Nobody who may not see answers, such as an account manager who went over to service.
    """
    owner = customer.account_manager
    if owner and owner.is_active and owner.sees_worth:
        return owner
    active = User.objects.filter(is_active=True).exclude(role=Role.SERVICE)
    is_ours = Q(team=customer.team_id) if customer.team_id else Q(pk__in=[])
    rank = Case(
        When(is_ours & Q(is_team_lead=True), then=0),
        When(is_ours & Q(role=Role.MANAGER), then=1),
        When(role=Role.MANAGER, then=2),
        When(role=Role.ADMINISTRATOR, then=3),
    )
    candidates = active.annotate(rank=rank).filter(rank__isnull=False)
    return candidates.order_by("rank", "pk").first()


def title_for(assignee: User, response: Response) -> str:
    """What is wrong, in the language of who calls."""
    with translation.override(assignee.language or settings.LANGUAGE_CODE):
        return _title(response)


def _title(response: Response) -> str:
    scores, words = ", ".join(low_scores(response)), " ".join(response.comment.split())
    if not words:
        return Truncator(_("Unhappy in the survey: %s") % scores).chars(LONGEST_TITLE)
    title = _("Unhappy in the survey: %(scores)s – “%(words)s”")
    room = LONGEST_TITLE - len(title % {"scores": scores, "words": ""})
    title = title % {"scores": scores, "words": Truncator(words).chars(max(room, 1))}
    return Truncator(title).chars(LONGEST_TITLE)


def is_low(answer: Answer) -> bool:
    """One of the lower two of five points, or a detractor's."""
    if answer.score is None or not counts_towards_lowest(answer.question):
        return False
    low, high = answer.question.scale
    is_recommend = answer.question.measure == Measure.RECOMMEND
    is_detractor = is_recommend and answer.score <= DETRACTOR
    return is_detractor or 100 * (answer.score - low) / (high - low) <= LOW


def low_scores(response: Response) -> list[str]:
    """Its worst scores in the reader's language, recommendation first: "Reliability 1/5"."""
    return worst_of(response.answers.select_related("question"))


def low_scores_of(responses: Iterable[Response]) -> dict[int, list[str]]:
    """The same of several, by their keys, in one query."""
    found: dict[int, list[Answer]] = {response.pk: [] for response in responses}
    # Of forty answers to twenty questions most are good; each question is read once.
    bad = Answer.objects.filter(response__in=found, score__lte=DETRACTOR)
    for answer in bad.only("response", "question", "score").prefetch_related("question"):
        found[answer.response_id].append(answer)
    return {pk: worst_of(answers) for pk, answers in found.items()}


def worst_of(answers: Iterable[Answer]) -> list[str]:
    """Of answers with their questions."""
    answers = [one for one in answers if is_low(one)]
    answers.sort(key=lambda one: (one.question.measure != Measure.RECOMMEND, one.score, one.pk))
    return [_in_short(answer) for answer in answers[:MOST_SCORES]]


def _in_short(answer: Answer) -> str:
    question = answer.question
    label = question.get_measure_display() or Truncator(question).chars(LONGEST_LABEL)
    return f"{label} {answer.score}/{question.scale[1]}"


def due_on(now: dt.datetime, days: int = DAYS_TO_ACT) -> dt.date:
    """The date so many open days later, by the calendar that service clocks begin with."""
    week = Week.of(default_calendar())
    today = now.astimezone(week.zone).date()
    coming = [today + dt.timedelta(days=ahead) for ahead in range(1, LONGEST_SEARCH + 1)]
    is_open = [day for day in coming if week.intervals_of(day)]
    return (is_open if len(is_open) >= days else coming)[days - 1]
