"""What one customer answered: for those who act on it."""

from urllib.parse import urlencode

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm.platform.models import Installation
from crm.platform.models.texts import in_language
from customers.models import Task
from satisfaction.analytics.scores import DETRACTOR, PROMOTER
from satisfaction.forms.loops import OutcomeForm
from satisfaction.forms.tags import TagForm
from satisfaction.models import Answer, Loop, QuestionKind, Response
from satisfaction.questionnaire import words_of
from satisfaction.services import closed_loop, loops

# Of the words that an address carries: a byte becomes up to three characters of it, and a web
# server takes no longer address than 4,094. The whole stands in the response.
MOST_BYTES = 1_000


@require_safe
def response(request, pk: int):
    """Every answer of one response, and what came of it; who sees no worth only reads."""
    responses = Response.objects.visible_to(request.user).finished()
    with_all = ("customer", "contact", "wave", "owner", "team", "entered_by")
    with_all += ("invitation__case", "invitation__agent")
    response = get_object_or_404(responses.select_related(*with_all), pk=pk)
    answers = list(response.answers.select_related("question").order_by("question__position"))
    low_scores = closed_loop.worst_of(answers)
    context = {
        "response": response,
        "group": _group(response.recommend),
        "rows": [_row(answer) for answer in answers],
        "low_scores": low_scores,
        "complaint_url": _complaint(response, low_scores) if request.user.sees_worth else "",
        "asked_about": response.invitation.case if response.invitation_id else None,
        "tags": list(response.tags.select_related("touchpoint")),
        "tag_form": TagForm() if response.comment and request.user.sees_worth else None,
        **_tasks(request.user, response),
        **_loop(response),
    }
    if not request.user.sees_worth:
        context["outcome_form"] = None
    return render(request, "satisfaction/response_detail.html", context)


def _group(recommend: int | None) -> str:
    """Promoter, passive or detractor."""
    if recommend is None:
        return ""
    if recommend >= PROMOTER:
        return "promoter"
    return "detractor" if recommend <= DETRACTOR else "passive"


def _row(answer: Answer) -> dict:
    """A question with what was answered, in the reader's language where it was chosen."""
    question = answer.question
    row = {"question": question, "measure": question.get_measure_display(), "is_low": False}
    if question.kind == QuestionKind.TEXT:
        return row | {"text": answer.text}
    if not question.scale:
        texts = {option["value"]: in_language(option["texts"]) for option in question.options}
        return row | {"chosen": [texts.get(value, value) for value in answer.values or []]}
    low, high = question.scale
    words = words_of(question)
    return row | {
        "score": answer.score,
        "high": high,
        "words": words[answer.score - low] if words else "",
        "is_low": closed_loop.is_low(answer),
    }


def _tasks(user, response: Response) -> dict:
    """The tasks made from it: open ones as lists of work show them, and what came of the others."""
    found = Task.objects.visible_to(user).filter(
        customer=response.customer_id,
        origin=Task.Origin.SURVEY,
        reason=closed_loop.reason_of(response),
    )
    today = Installation.cached().today()
    tasks = [task.seen_by(user, today) for task in found.select_related("assignee", "customer")]
    return {
        "open_tasks": [task for task in tasks if task.is_open],
        "closed_tasks": [task for task in tasks if not task.is_open],
    }


def _loop(response: Response) -> dict:
    """What was done about an unhappy answer, and the form that says what came of it."""
    if response.customer_id is None:
        return {}
    loop = Loop.objects.filter(response=response).first()
    can_act = closed_loop.is_unhappy(response)
    return {
        "case": loops.case_of(response),
        "loop": loop,
        "steps": list(loop.steps.select_related("by")) if loop and loop.acted_at else [],
        "outcome_form": OutcomeForm() if can_act else None,
    }


def _complaint(response: Response, low_scores: list[str]) -> str:
    """The page that logs a complaint, with what is known filled in."""
    if response.customer_id is None:
        return ""
    what = "\n".join(filter(None, [", ".join(low_scores), response.comment]))
    values = {
        "customer": response.customer_id,
        "contact": response.contact_id or "",
        "channel": "survey",
        "response": response.pk,
        "what": _that_fits(what),
    }
    return f"{reverse('complaints:log')}?{urlencode(values)}"


def _that_fits(what: str) -> str:
    encoded = what.encode()
    if len(encoded) <= MOST_BYTES:
        return what
    return encoded[:MOST_BYTES].decode(errors="ignore") + "…"
