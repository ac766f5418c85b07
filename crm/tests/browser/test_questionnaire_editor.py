"""A manager writes a questionnaire by keyboard alone, on a small phone's width."""

import pytest
from playwright.sync_api import expect

from crm.tests.browser.site import MANAGER
from crm.tests.browser.test_complaint_to_survey import SMALL_PHONE, Keyboard
from satisfaction.models import Instrument

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PLACES = "button[form=place]"


def test_a_question_is_written_hung_on_another_and_moved_by_keyboard(visitors):
    page = visitors.come(MANAGER, viewport=SMALL_PHONE)
    keys = Keyboard(page)
    page.goto("/satisfaction/questionnaires/")
    ready = Instrument.objects.get(code="recommendation").current.pk
    keys.go_to(f"form[action$='/{ready}/copy/'] button")
    keys.press("Enter")
    expect(page.locator(".q-card")).to_have_count(3)

    keys.go_to(".page-actions a[href$='/add/']")
    keys.press("Enter")
    keys.fill("[name=text_en]", "May we call you?")
    keys.fill("[name='text_zh-hans']", "我们可以给您打电话吗？")
    keys.choose_first("[name=condition_question]")
    # Its answers come by themselves.
    keys.go_to("[name=condition_values][value='0']")
    keys.press("Space")
    keys.go_to("form .form-actions button[type=submit]")
    keys.press("Enter")
    expect(page.locator(".q-card")).to_have_count(4)
    expect(page.locator("#q-may-we-call-you .only-if")).to_be_visible()

    up = f"#q-may-we-call-you {PLACES}[value^='up ']"
    keys.go_to(up)
    for place in (3, 2):
        keys.press("Enter")
        expect(page.locator("#q-may-we-call-you .q-number")).to_have_text(str(place))
        expect(page.locator(up)).to_be_focused()
    # Across the page break; then not before the question that it hangs on.
    keys.press("Enter")
    expect(page.locator("#q-why .q-break")).to_be_visible()
    expect(page.locator(up)).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".note-error")).to_be_visible()
    version = Instrument.objects.filter(is_ready=False).last().current
    codes = list(version.questions.values_list("code", flat=True))
    assert codes == ["recommend", "may-we-call-you", "why", "better"]
