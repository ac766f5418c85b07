"""The questionnaires: all of them, and each as the customer sees it."""

from django.conf import settings
from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.platform.models.texts import in_language
from satisfaction.forms.answers import PageForm
from satisfaction.forms.questions import answers_of
from satisfaction.models import InstrumentVersion, Question
from satisfaction.questionnaire import Questionnaire


@require_safe
@only_with_worth
def instrument_list(request):
    """The installation's own, and those that came with the product."""
    versions = list(InstrumentVersion.objects.newest())
    context = {
        "own": [one for one in versions if not one.instrument.is_ready],
        "ready": [one for one in versions if one.instrument.is_ready],
    }
    return render(request, "satisfaction/instrument_list.html", context)


@require_safe
@only_with_worth
def instrument_preview(request, pk: int):
    """All questions of a version in one language, read only; managers may choose any version."""
    versions = InstrumentVersion.objects.select_related("instrument")
    version = get_object_or_404(versions, pk=pk)
    language = request.GET.get("lang", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language()
    questions = list(version.questions.all())
    others = version.instrument.versions.annotate(waves_with_it=Count("waves"))
    context = {
        "version": version,
        "instrument": version.instrument,
        "versions": list(others),
        "languages": [(code, name, code == language) for code, name in settings.LANGUAGES],
        "look": look_of(version, questions, language),
        "asked": len(questions),
        "weighted": sum(bool(question.weight) for question in questions),
        "source": in_language(version.instrument.source).splitlines(),
    }
    return render(request, "satisfaction/instrument_preview.html", context)


def look_of(version: InstrumentVersion, questions: list[Question], language: str) -> dict:
    """What customers get to see in a language, page by page."""
    questionnaire = Questionnaire.whole(questions)
    by_code = {question.code: question for question in questions}
    with translation.override(language):
        pages = []
        for page in questionnaire.pages:
            form = PageForm(questionnaire=questionnaire, page=page)
            asked = zip(form.shown, questionnaire.on(page), strict=True)
            pages.append([shown | {"only_if": only_if(one, by_code)} for shown, one in asked])
    return {
        "language": language,
        "title": in_language(version.instrument.names, language),
        "introduction": in_language(version.introduction, language),
        "thanks": in_language(version.thanks, language),
        "pages": pages,
    }


def only_if(question: Question, by_code: dict[str, Question]) -> dict:
    """After which answers to which question it is asked; nothing where it always is."""
    asked = by_code.get(question.condition.get("question", ""))
    if asked is None:
        return {}
    wanted = {str(value) for value in question.condition["values"]}
    answers = [str(label) for value, label in answers_of(asked) if value in wanted]
    return {"question": str(asked), "place": asked.position, "answers": answers}
