"""The panels of what the customer says: complaints and service requests, satisfaction."""

from itertools import groupby
from statistics import fmean

from django.db.models import Count, F, Q, Window
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.deadlines import next_deadline
from complaints.models import Case, Kind
from complaints.states import OPEN
from complaints.views.queue import SEVERITY_TONES
from crm.card.facts import Facts, beginning_of, year_before
from crm.platform.words import decimal
from satisfaction.analytics.scores import DETRACTOR, PROMOTER
from satisfaction.models import EQUATION_OVER, EQUATION_UNDER, Invitation, Response, Wave
from satisfaction.score_reads import (
    Equation,
    compared_of,
    effort_of,
    value_equation_of,
)

MOST_OPEN, LAST_ENDED = 6, 3
# Invitations that are looked at for an answer that has not come.
WAITED_FOR = 2
FEWEST_FOR_A_LINE = 2
EQUAL = 50  # of 100: as good as its other suppliers


def complaints(facts: Facts) -> dict:
    """Open cases by their next deadline, the last ones that ended, how many in twelve months."""
    cases = Case.objects.visible_to(facts.user).filter(customer=facts.customer)
    rows = cases.select_related("owner", "terms").prefetch_related("clocks")
    # What is open has not ended: nulls come first.
    rows = rows.order_by(F("ended_at").desc(nulls_first=True), "next_due_at", "pk")
    # Over all of them, before the list is cut.
    year = Q(kind=Kind.COMPLAINT, received_at__gte=beginning_of(year_before(facts.today)))
    rows = rows.annotate(
        all_open=Window(Count("pk", filter=Q(state__in=OPEN))),
        of_the_year=Window(Count("pk", filter=year)),
    )
    found = list(rows[: MOST_OPEN + LAST_ENDED])
    now = timezone.now()
    for case in found:
        case.tone = SEVERITY_TONES.get(case.severity, "")
        if case.is_open:
            case.deadline = next_deadline(case, now)
    is_open = [case for case in found if case.is_open]
    return {
        "open": is_open[:MOST_OPEN],
        "more": found[0].all_open - len(is_open[:MOST_OPEN]) if found else 0,
        "ended": [case for case in found if not case.is_open][:LAST_ENDED],
        "year": found[0].of_the_year if found else 0,
    }


def satisfaction(facts: Facts) -> dict | None:
    """The latest answer against those of the waves before, and who has not answered yet."""
    if not facts.worth:
        return None
    answers = facts.answers
    latest = answers[0] if answers else None
    points = _by_wave(answers)
    return {
        "latest": latest,
        "group": latest and _group(latest.recommend),
        "points": points if len(points) >= FEWEST_FOR_A_LINE else [],
        "words": next((answer for answer in answers if answer.comment), None),
        "silent": _silent(facts, latest),
        "equation": _equation(value_equation_of(answers)),
        "effort": effort_of(answers),
        "compared": (compared := compared_of(answers)),
        "is_below": compared is not None and compared.value < EQUAL,
    }


def _equation(found: Equation | None) -> dict | None:
    """The ratio with the sum that it comes from, in the reader's figures."""
    if found is None:
        return None
    over, under = (
        " + ".join(decimal(found.parts[one], 2) for one in side)
        for side in (EQUATION_OVER, EQUATION_UNDER)
    )
    return {"said": found, "sum": f"({over}) ÷ ({under})", "is_low": found.value < 1}


def _group(recommend: int | None) -> dict | None:
    """Promoter, passive or detractor, as the net promoter score sorts them."""
    if recommend is None:
        return None
    if recommend >= PROMOTER:
        return {"label": _("Promoter"), "tone": "tag-good"}
    if recommend <= DETRACTOR:
        return {"label": _("Detractor"), "tone": "tag-bad"}
    return {"label": _("Passive"), "tone": ""}


def _by_wave(answers: list[Response]) -> list[float]:
    """The mean index of the customer's people in each wave by plan, oldest first."""
    by_plan = [answer for answer in answers if answer.wave.occasion == Wave.Occasion.PLAN]
    known = [answer for answer in by_plan if answer.index is not None]
    known.sort(key=lambda answer: (answer.wave.opens_on, answer.wave_id))
    waves = groupby(known, key=lambda answer: answer.wave_id)
    return [fmean(answer.index for answer in group) for _wave, group in waves]


def _silent(facts: Facts, latest: Response | None) -> list[Invitation]:
    """Who was asked since the latest answer and has not finished."""
    since = {"sent_at__gt": latest.finished_at} if latest else {"sent_at__isnull": False}
    asked = Invitation.objects.visible_to(facts.user).filter(customer=facts.customer, **since)
    newest = list(asked.select_related("wave", "contact").order_by("-sent_at")[:WAITED_FOR])
    return [invitation for invitation in newest if invitation.state != Invitation.State.FINISHED]
