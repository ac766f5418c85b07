"""The questionnaires that come with the product, in both languages, with where they come from.

Only the form follows the sources; the words are our own. Ready ones are never edited: a change
here is for new installations, and a better questionnaire is a new one with a code of its own.
"""

from satisfaction.ready.people import EMPLOYEES, LEAVING
from satisfaction.ready.servqual import SERVQUAL
from satisfaction.ready.short import AFTER_COMPLAINT, EFFORT, OVERALL_INDEX, RECOMMENDATION
from satisfaction.ready.value import COMPARED, DELIVERED_VALUE, VALUE_EQUATION

READY = [
    SERVQUAL,
    DELIVERED_VALUE,
    VALUE_EQUATION,
    COMPARED,
    OVERALL_INDEX,
    RECOMMENDATION,
    EFFORT,
    AFTER_COMPLAINT,
    EMPLOYEES,
    LEAVING,
]
# The one that came first (migration 0002): what it lacks to be a ready one.
FIRST = "service-quality"
FIRST_SOURCE = {
    "en": (
        "The five dimensions: A. Parasuraman, V. A. Zeithaml, L. L. Berry: SERVQUAL: a"
        " multiple-item scale for measuring consumer perceptions of service quality. Journal of"
        " Retailing 64 (1), 1988.\n"
        "The question on recommendation (NPS): F. F. Reichheld: The one number you need to grow."
        " Harvard Business Review 81 (12), 2003.\n"
        "The words are our own."
    ),
    "zh-hans": (
        "五个维度：A. Parasuraman, V. A. Zeithaml, L. L. Berry: SERVQUAL: a multiple-item scale for"
        " measuring consumer perceptions of service quality. Journal of Retailing 64 (1), 1988。\n"
        "推荐意愿问题（NPS）：F. F. Reichheld: The one number you need to grow. Harvard Business"
        " Review 81 (12), 2003。\n"
        "措辞为自行拟定。"
    ),
}


def load(apps) -> None:
    """Add those that are missing, by the models of a migration or the present ones."""
    instruments = apps.get_model("satisfaction", "Instrument").objects
    instruments.filter(code=FIRST).update(is_ready=True, source=FIRST_SOURCE)
    there = set(instruments.values_list("code", flat=True))
    touchpoints = apps.get_model("customers", "Touchpoint").objects.values_list("code", "pk")
    known = dict(touchpoints)
    for place, ready in enumerate(READY, start=2):
        if ready["code"] not in there:
            _add(apps, ready, place, known)


def _add(apps, ready: dict, place: int, touchpoints: dict[str, int]) -> None:
    own = {name: ready[name] for name in ("code", "names", "audience", "source")}
    instrument = apps.get_model("satisfaction", "Instrument").objects.create(
        **own, position=place, is_ready=True
    )
    version = apps.get_model("satisfaction", "InstrumentVersion").objects.create(
        instrument=instrument,
        number=1,
        introduction=ready["introduction"],
        thanks=ready["thanks"],
    )
    question = apps.get_model("satisfaction", "Question")
    question.objects.bulk_create(
        question(
            version=version,
            position=position,
            touchpoint_id=touchpoints.get(values.get("touchpoint", "")),
            **{name: value for name, value in values.items() if name != "touchpoint"},
        )
        for position, values in enumerate(ready["questions"], start=1)
    )
