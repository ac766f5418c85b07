"""A customer answers a survey on a small phone, in Chinese, by keyboard alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.platform.secret_links import hash_of, new_token
from crm.tests.browser.test_complaint_to_survey import SMALL_PHONE, Keyboard
from satisfaction.models import Invitation, InvitationLink, Response, Wave

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
WORDS = "交货准时，包装再好一点。"


def ask() -> tuple[int, str]:
    """An invitation to the running wave and its secret, committed for the site to see."""
    try:
        open_ones = Wave.objects.filter(state="open", channel="email", is_anonymous=False)
        wave = open_ones.filter(version__instrument__code="service-quality").first()
        asked = wave.invitations.filter(state="sent", customer__isnull=False).first()
        token, values = new_token(), {"language": "zh-hans", "state": "sent"}
        invitation = Invitation.objects.create(
            wave=wave, customer=asked.customer, sent_at=timezone.now(), **values
        )
        InvitationLink.objects.create(invitation=invitation, token_hash=hash_of(token))
        return invitation.pk, token
    finally:
        connection.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_all_pages_are_answered_by_keyboard(visitors, scripts):
    with ThreadPoolExecutor(1) as worker:
        pk, token = worker.submit(ask).result()
    page = visitors.come(None, "zh-hans", viewport=SMALL_PHONE, java_script_enabled=scripts)
    keys = Keyboard(page)

    def choose(code: str, steps: int) -> None:
        """The first point of the scale, and so many further."""
        keys.go_to(f"[name=q-{code}] >> nth=0")
        keys.press("Space")
        for _step in range(steps):
            keys.press("ArrowRight")

    page.goto(reverse("satisfaction:answer", args=[token]))
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"]
    choose("overall", 3)
    choose("reliability", 4)
    keys.go_to("[name=go][value=on]")
    keys.press("Enter")
    expect(page.locator("[name=page]")).to_have_value("2")
    choose("recommend", 9)
    keys.fill("[name=q-better]", WORDS)
    keys.go_to("[name=go][value=send]")
    keys.press("Enter")
    expect(page.locator(".survey-mark")).to_be_visible()
    response = Response.objects.get(invitation=pk)
    scores = response.answers.exclude(score=None).values_list("question__code", "score")
    assert dict(scores) == {"overall": 4, "reliability": 5, "recommend": 9}
    assert (response.comment, response.language) == (WORDS, "zh-hans")
