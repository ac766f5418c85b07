"""The fixed choices of surveys."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class QuestionKind(TextChoices):
    """How a question is answered."""

    SCALE_5 = "scale_5", _("5 points, very dissatisfied to very satisfied")
    SCALE_7 = "scale_7", _("7 points, very dissatisfied to very satisfied")
    SCALE_10 = "scale_10", _("0 to 10")
    ONE = "one", _("one of several")
    SEVERAL = "several", _("several of them")
    TEXT = "text", _("text")


# The lowest and highest answer of each scale.
SCALES = {
    QuestionKind.SCALE_5: (1, 5),
    QuestionKind.SCALE_7: (1, 7),
    QuestionKind.SCALE_10: (0, 10),
}


class Measure(TextChoices):
    """What an answer is counted towards."""

    OVERALL = "overall", _("Overall satisfaction")
    RELIABILITY = "reliability", _("Reliability")
    RESPONSIVENESS = "responsiveness", _("Responsiveness")
    ASSURANCE = "assurance", _("Assurance")
    EMPATHY = "empathy", _("Empathy")
    TANGIBLES = "tangibles", _("Tangibles")
    RECOMMEND = "recommend", _("Would recommend us")


# The five dimensions of service quality (SERVQUAL; Parasuraman, Zeithaml and Berry 1988).
DIMENSIONS = (
    Measure.RELIABILITY,
    Measure.RESPONSIVENESS,
    Measure.ASSURANCE,
    Measure.EMPATHY,
    Measure.TANGIBLES,
)


class Channel(TextChoices):
    """How a wave reaches people."""

    EMAIL = "email", _("Link by e-mail")
