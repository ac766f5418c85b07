"""The pages on which managers copy questionnaires and write their own."""

import gzip
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from crm.platform.edits import CONFLICT
from crm.platform.tests.filled import forms_of
from crm.platform.tests.remembered import forget_remembered
from satisfaction.models import Instrument, InstrumentVersion
from satisfaction.ready import FIRST, READY
from satisfaction.tests.factories import WaveFactory, own_version, ready_version

pytestmark = pytest.mark.django_db
TEXTS = {"text_en": "Was it clear?", "text_zh-hans": "清楚吗？"}
PLAIN = {**TEXTS, "kind": "scale_5", "weight": "0", "aspect": "perception"}
ENDS = {"low_en": "no", "low_zh-hans": "否", "high_en": "yes", "high_zh-hans": "是"}
TWO = {
    **{"new_1_en": "Price", "new_1_zh-hans": "价格"},
    **{"new_2_en": "Service", "new_2_zh-hans": "服务"},
}


@pytest.fixture
def manager(client):
    manager = ManagerFactory()
    client.force_login(manager)
    return manager


@pytest.fixture
def version(manager) -> InstrumentVersion:
    """A copy with a condition in it: recommend, why, better."""
    return own_version("recommendation")


def address(name: str, version: InstrumentVersion, *code: str) -> str:
    return reverse(f"satisfaction:{name}", args=[version.instrument_id, *code])


def as_sent(client, url: str, **typed) -> dict:
    """What the page's form would send, with something typed."""
    (form,) = [each for each in forms_of(client.get(url).text) if "kind" in each.values]
    return form.values | typed


def test_a_manager_copies_a_ready_one_and_writes_into_the_copy(client, manager):
    ready = ready_version("effort")
    before = list(ready.questions.values())
    assert ready.instrument.names["en"] in client.get(reverse("satisfaction:instruments")).text
    page = client.post(reverse("satisfaction:instrument_copy", args=[ready.pk]), follow=True)
    copy = Instrument.objects.get(is_ready=False)
    assert copy.names == {
        "en": "Customer effort (CES) (copy)",
        "zh-hans": "客户费力度（CES）（副本）",
    }
    assert "This copy is yours to change." in page.text
    added = client.post(address("question_create", copy.current) + "?after=effort", PLAIN)
    assert added.url.endswith("#q-was-it-clear")
    codes = list(copy.current.questions.values_list("code", flat=True))
    assert codes == ["effort", "was-it-clear", "hard", "easier"]
    assert list(ready.questions.values()) == before
    assert "Was it clear?" in client.get(address("instrument_edit", copy.current)).text


def test_an_empty_one_is_put_to_use_once_it_asks_something(client, manager):
    words = {"name_en": "Mine", "name_zh-hans": "我的", "audience": "customers"}
    made = client.post(reverse("satisfaction:instrument_create"), words)
    instrument = Instrument.objects.get(is_ready=False)
    assert made.url == address("instrument_edit", instrument.current)
    assert "It asks nothing yet" in client.get(made.url).text
    use = address("instrument_use", instrument.current)
    client.post(use, {"use": "1"})
    instrument.refresh_from_db()
    assert not instrument.is_active
    client.post(address("question_create", instrument.current), PLAIN)
    plan, offered = reverse("satisfaction:wave_create"), f'value="{instrument.current.pk}">Mine'
    assert offered not in client.get(plan).text
    client.post(use, {"use": "1"})
    assert offered in client.get(plan).text
    client.post(use, {"use": "0"})
    assert offered not in client.get(plan).text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"text_zh-hans": ""}, "text_zh-hans", "Write it in each language."),
        ({"kind": "text", "weight": "1"}, "weight", "Only scales count in the index"),
        ({"weight": "1", "measure": "time"}, "weight", "A high cost is no satisfaction"),
        (
            {"weight": "1", "measure": "empathy", "aspect": "expectation"},
            "weight",
            "What is expected is no satisfaction",
        ),
        ({"measure": "overall", "aspect": "expectation"}, "aspect", "Only service quality"),
        ({"kind": "text", "measure": "overall"}, "measure", "Only a scale measures it."),
        ({"measure": "leaving"}, "measure", "Reasons are chosen from options."),
        ({"measure": "recommend"}, "measure", "asked from 0 to 10"),
        ({"kind": "scale_10"}, "low_en", "Say what both ends mean"),
        ({**ENDS, "high_zh-hans": ""}, "high_zh-hans", "Say what both ends mean"),
        ({"kind": "one"}, "new_1_en", "Offer two options at least."),
        ({"kind": "one", **TWO, "new_2_zh-hans": ""}, "new_2_zh-hans", "in each language"),
        ({"kind": "several", **TWO, "new_2_en": "price"}, "new_2_en", "says the same"),
        ({"condition_question": "recommend"}, "condition_values", "Tick the answers"),
        (
            {"condition_question": "recommend", "condition_values": ["11"]},
            "condition_values",
            "11",
        ),
        ({"condition_question": "why"}, "condition_question", "why"),
        ({"code": "why"}, "code", "Another question has this code."),
        ({"code": "no spaces"}, "code", "valid"),
        ({"weight": "11"}, "weight", "Choose 10 at most."),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(client, version, typed, field, words):
    page = client.post(address("question_create", version), PLAIN | typed)
    form = page.context["form"]
    assert page.status_code == 200
    assert next(iter(form.errors)) == field
    assert words in str(form.errors[field])
    assert str(form.errors[field].as_data()[0].messages[0]).split("“")[0][:20] in page.text
    assert version.questions.count() == 3


def test_all_of_a_question_is_kept_and_comes_back_into_its_form(client, version):
    typed = {
        **PLAIN,
        **TWO,
        "kind": "several",
        "measure": "leaving",
        "is_required": "on",
        "condition_question": "recommend",
        "condition_values": ["0", "1"],
        "code": "reasons",
    }
    client.post(address("question_create", version), typed)
    question = version.questions.get(code="reasons")
    assert question.condition == {"question": "recommend", "values": [0, 1]}
    assert [option["value"] for option in question.options] == ["price", "service"]
    url = address("question_edit", version, "reasons")
    # Renamed, and one more: the values of the others stay.
    changed = {"option_price_en": ["Too dear"], "new_1_en": ["Staff"], "new_1_zh-hans": ["员工"]}
    answer = client.post(url, as_sent(client, url, **changed))
    assert answer.status_code == 302
    question.refresh_from_db()
    assert [option["value"] for option in question.options] == ["price", "service", "staff"]
    assert question.options[0]["texts"]["en"] == "Too dear"
    assert (question.is_required, question.condition["values"]) == (True, [0, 1])


def test_options_are_moved_without_saving_and_keep_what_was_typed(client, version):
    three = {"new_3_en": "Staff", "new_3_zh-hans": "员工"}
    reasons = {**PLAIN, **TWO, **three, "kind": "one", "code": "reasons"}
    client.post(address("question_create", version), reasons)
    url = address("question_edit", version, "reasons")
    typed = as_sent(client, url, option_staff_en=["People"])
    for how, focus in (("up option_staff", "up option_staff"), ("up option_staff", "down option_")):
        page = client.post(url, {**typed, "look": how})
        (button,) = re.findall(r'value="([^"]+)"[^>]+autofocus', page.text)
        assert button.startswith(focus)  # at the top the button beside it goes on
        (form,) = [each for each in forms_of(page.text) if "kind" in each.values]
        typed = form.values
    question = version.questions.get(code="reasons")
    assert [option["value"] for option in question.options] == ["price", "service", "staff"]
    client.post(url, {**typed, "look": "down nothing"})
    assert client.post(url, typed).status_code == 302
    question.refresh_from_db()
    assert [option["value"] for option in question.options] == ["staff", "price", "service"]
    assert question.options[0]["texts"]["en"] == "People"


def test_saving_an_untouched_form_changes_nothing(client, version):
    before = list(version.questions.values())
    for code in ("recommend", "better"):
        url = address("question_edit", version, code)
        assert client.post(url, as_sent(client, url)).status_code == 302
    assert list(version.questions.values()) == before


def test_an_answer_that_another_question_hangs_on_is_not_taken_away(client, version):
    url = address("question_edit", version, "recommend")
    page = client.post(url, as_sent(client, url, kind=["scale_5"], measure=[""]))
    assert "is asked after an answer that this takes away" in str(page.context["form"].errors)
    assert version.questions.get(code="recommend").kind == "scale_10"


def test_the_answers_of_another_question_are_shown_without_saving(client, version):
    url = address("question_edit", version, "why")
    typed = as_sent(client, url, condition_question=["recommend"], text_en=["Half typed"])
    typed["look"] = "1"
    page = client.post(url, typed)
    assert page.status_code == 200
    (form,) = [each for each in forms_of(page.text) if "kind" in each.values]
    assert form.choices["condition_values"] == [str(value) for value in range(11)]
    assert form.values["text_en"] == ["Half typed"]
    assert (form.values["revision"], form.values["seen"]) == (typed["revision"], typed["seen"])
    assert not page.context["form"].errors
    assert version.questions.get(code="why").condition == {}


def test_a_question_deleted_meanwhile_can_be_added_again(client, version):
    url = address("question_edit", version, "better")
    typed = as_sent(client, url, text_en=["Typed for long"])
    client.post(address("question_delete", version, "better"))
    page = client.post(url, typed)
    assert page.status_code == CONFLICT
    (form,) = [each for each in forms_of(page.text) if "kind" in each.values]
    assert form.action == address("question_create", version)
    assert client.post(form.action, form.values).status_code == 302
    again = version.questions.get(texts__en="Typed for long")
    assert again.condition["values"] == list(range(9))


def test_deleting_asks_back_and_names_what_hangs_on_it(client, version):
    url = address("question_delete", version, "recommend")
    page = client.get(url)
    assert "What would we have to do for a 9 or 10?" in page.text
    assert version.questions.count() == 3
    client.post(url)
    assert not version.questions.filter(code="recommend").exists()


def test_moving_keeps_focus_on_its_button_and_says_why_it_can_not(client, version):
    place, up = address("question_arrange", version), {"how": "up better"}
    answer = client.post(place, up)
    assert answer.url.endswith("?at=better-up")
    focused = re.search(r'value="([a-z -]+)"[^>]*autofocus', client.get(answer.url).text)
    assert focused[1] == "up better"
    # At the end the button is disabled: the other one takes its place.
    last = client.get(address("instrument_edit", version) + "?at=why-down").text
    assert re.findall(r'value="([a-z -]+)"[^>]*autofocus', last) == ["up why"]
    client.post(place, up)
    page = client.post(place, up, follow=True)
    assert "is asked only after a certain answer" in page.text
    client.post(place, {"how": "break better"})
    pages = dict(version.questions.values_list("code", "page"))
    assert pages == {"recommend": 1, "better": 2, "why": 3}


def test_an_answered_version_is_left_as_it_is(client, version):
    wave = WaveFactory(version=version)
    InstrumentVersion.objects.filter(pk=version.pk).update(frozen_at=timezone.now())
    editor = client.get(address("instrument_edit", version)).text
    assert "Version 1 was answered" in editor
    client.post(address("question_create", version), PLAIN)
    assert version.questions.count() == 3
    newest = version.instrument.current
    assert (newest.number, newest.questions.count()) == (2, 4)
    wave.refresh_from_db()
    assert wave.version == version
    preview = client.get(reverse("satisfaction:instrument", args=[newest.pk])).text
    assert reverse("satisfaction:instrument", args=[version.pk]) in preview


@pytest.mark.parametrize("how", ["up a\x00b", "up gone", "sideways better", ""])
def test_what_no_button_sends_moves_nothing(client, version, how):
    before = list(version.questions.values_list("code", "position", "page"))
    assert client.post(address("question_arrange", version), {"how": how}).status_code == 302
    assert list(version.questions.values_list("code", "position", "page")) == before


def test_ready_ones_have_no_editor_and_the_used_are_not_deleted(client, version):
    ready = ready_version()
    for name in ("instrument_edit", "instrument_words", "question_create", "instrument_delete"):
        assert client.get(address(name, ready)).status_code == 404
    WaveFactory(version=version)
    page = client.post(address("instrument_delete", version), follow=True)
    assert "Waves ask with it" in page.text
    assert Instrument.objects.filter(pk=version.instrument_id).exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_preview_shows_every_question_and_when_it_is_asked(client, manager, language):
    version = ready_version("leaving")
    url = reverse("satisfaction:instrument", args=[version.pk])
    page = client.get(f"{url}?lang={language}").text
    for question in version.questions.all():
        assert question.texts[language] in page
        assert all(option["texts"][language] in page for option in question.options)
    only = {"en": "Only if the answer to", "zh-hans": "仅当"}[language]
    assert page.count(only) == 3


@pytest.mark.parametrize("code", [FIRST, *(ready["code"] for ready in READY)])
def test_every_page_of_a_ready_one_stays_small_and_asks_few_questions(
    client, manager, code, django_assert_max_num_queries
):
    version = own_version(code)
    first = version.questions.first().code
    pages = [
        reverse("satisfaction:instrument", args=[version.pk]) + "?lang=zh-hans",
        address("instrument_edit", version),
        address("question_edit", version, first),
    ]
    client.get("/customers/tasks/")
    for url in pages:
        forget_remembered()
        with django_assert_max_num_queries(11):
            page = client.get(url)
        assert page.status_code == 200
        assert len(page.content) <= 40_000, url
        assert len(gzip.compress(page.content)) <= 8_000, url


def test_account_managers_look_and_find_no_buttons(client):
    client.force_login(AccountManagerFactory())
    version = ready_version()
    for url in (
        reverse("satisfaction:instruments"),
        reverse("satisfaction:instrument", args=[version.pk]),
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert reverse("satisfaction:instrument_copy", args=[version.pk]) not in page.text
