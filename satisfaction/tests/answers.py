"""What tests type in behind the secret link, and what was kept of it."""

from django.urls import reverse

from satisfaction.models import Answer, Invitation
from satisfaction.services import answering

FIRST = {
    "page": "1",
    "go": "on",
    "q-overall": "4",
    "q-reliability": "5",
    "q-responsiveness": "3",
    "q-assurance": "4",
    "q-empathy": "",
}
LAST = {"page": "2", "go": "send", "q-recommend": "9", "q-better": "More of the same"}


def page_of(invitation: Invitation) -> str:
    return reverse("satisfaction:answer", args=[invitation.token])


def answered(invitation: Invitation) -> dict:
    answers = Answer.objects.filter(response__invitation=invitation).select_related("question")
    return {answer.question.code: answering.value_of(answer) for answer in answers}
