"""The questionnaires, as the customer sees them."""

from django.conf import settings
from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.platform.models.texts import in_language
from satisfaction.forms.answers import PageForm
from satisfaction.models import InstrumentVersion
from satisfaction.questionnaire import Questionnaire

# Where the form of a ready questionnaire comes from; the words of the questions are our own.
SOURCES = {
    "service-quality": [
        (
            _("The five dimensions of service quality (SERVQUAL)"),
            "A. Parasuraman, V. A. Zeithaml, L. L. Berry: SERVQUAL: a multiple-item scale for"
            " measuring consumer perceptions of service quality. Journal of Retailing 64 (1), 1988",
        ),
        (
            _("The question on recommendation (NPS)"),
            "F. F. Reichheld: The one number you need to grow. Harvard Business Review 81 (12),"
            " 2003",
        ),
    ]
}


@require_safe
@only_with_worth
def instrument_list(request):
    versions = InstrumentVersion.objects.askable().annotate(
        asked=Count("questions", distinct=True), waves_with_it=Count("waves", distinct=True)
    )
    return render(request, "satisfaction/instrument_list.html", {"versions": versions})


@require_safe
@only_with_worth
def instrument_preview(request, pk: int):
    """Every page of a version in every language, read only."""
    versions = InstrumentVersion.objects.select_related("instrument")
    version = get_object_or_404(versions, pk=pk)
    questions = list(version.questions.all())
    context = {
        "version": version,
        "languages": [_in_language(version, questions, *one) for one in settings.LANGUAGES],
        "sources": SOURCES.get(version.instrument.code, []),
    }
    return render(request, "satisfaction/instrument_preview.html", context)


def _in_language(version: InstrumentVersion, questions: list, code: str, name: str) -> dict:
    """The pages with their forms, made while that language holds."""
    questionnaire = Questionnaire(questions, {})
    with override(code):
        pages = [
            {
                "number": page,
                "questions": PageForm(questionnaire=questionnaire, page=page, prefix=code).shown,
            }
            for page in questionnaire.pages
        ]
    return {
        "code": code,
        "name": name,
        "title": in_language(version.instrument.names, code),
        "introduction": in_language(version.introduction, code),
        "thanks": in_language(version.thanks, code),
        "pages": pages,
    }
