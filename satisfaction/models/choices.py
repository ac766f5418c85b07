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


# What is chosen from options of the question's own.
CHOSEN = (QuestionKind.ONE, QuestionKind.SEVERAL)


class Measure(TextChoices):
    """What an answer is counted towards."""

    OVERALL = "overall", _("Overall satisfaction")
    # The other two of the ACSI form.
    EXPECTED = "expected", _("Against expectation")
    IDEAL = "ideal", _("Against the ideal")
    RELIABILITY = "reliability", _("Reliability")
    RESPONSIVENESS = "responsiveness", _("Responsiveness")
    ASSURANCE = "assurance", _("Assurance")
    EMPATHY = "empathy", _("Empathy")
    TANGIBLES = "tangibles", _("Tangibles")
    RECOMMEND = "recommend", _("Would recommend us")
    EFFORT = "effort", _("Ease of dealing with us")
    # Delivered value: four benefits, four costs.
    OF_PRODUCT = "of_product", _("Benefit of the product")
    OF_SERVICE = "of_service", _("Benefit of the service")
    OF_STAFF = "of_staff", _("Benefit of the staff")
    OF_IMAGE = "of_image", _("Benefit of the image")
    MONEY = "money", _("Cost in money")
    TIME = "time", _("Cost in time")
    TOIL = "toil", _("Cost in effort")
    MIND = "mind", _("Cost in mind")
    # The customer value equation: (result + process) / (price + obtaining).
    RESULT = "result", _("Result")
    PROCESS = "process", _("Quality of the process")
    PRICE = "price", _("Price")
    OBTAINING = "obtaining", _("Cost of obtaining")
    COMPARED = "compared", _("Against your other suppliers")
    HANDLING = "handling", _("How the complaint was handled")
    # Of staff: the inner links of the service-profit chain.
    CAPABILITY = "capability", _("Capability to serve")
    STAFF_SATISFACTION = "staff_satisfaction", _("Satisfaction of staff")
    PRODUCTIVITY = "productivity", _("Productivity")
    DELIVERING = "delivering", _("Ability to deliver value")
    LEAVING = "leaving", _("Why they left")


# The five dimensions of service quality (SERVQUAL; Parasuraman, Zeithaml and Berry 1988).
DIMENSIONS = (
    Measure.RELIABILITY,
    Measure.RESPONSIVENESS,
    Measure.ASSURANCE,
    Measure.EMPATHY,
    Measure.TANGIBLES,
)


BENEFITS = (Measure.OF_PRODUCT, Measure.OF_SERVICE, Measure.OF_STAFF, Measure.OF_IMAGE)
COSTS = (Measure.MONEY, Measure.TIME, Measure.TOIL, Measure.MIND)
EQUATION_OVER = (Measure.RESULT, Measure.PROCESS)
EQUATION_UNDER = (Measure.PRICE, Measure.OBTAINING)
# Asked as "how high": a high score is a high cost, so neither the index nor "low" counts them.
BURDENS = (*COSTS, *EQUATION_UNDER)
ACSI = (Measure.OVERALL, Measure.EXPECTED, Measure.IDEAL)
INNER_LINKS = (
    Measure.CAPABILITY,
    Measure.STAFF_SATISFACTION,
    Measure.PRODUCTIVITY,
    Measure.DELIVERING,
)


class Aspect(TextChoices):
    """Whether a question asks what was met or what was hoped for (SERVQUAL asks both)."""

    PERCEPTION = "perception", _("what was met")
    EXPECTATION = "expectation", _("what is expected")


class Audience(TextChoices):
    """Who a questionnaire is for."""

    CUSTOMERS = "customers", _("customers")
    COMPLAINANTS = "complainants", _("customers after a complaint")
    LEAVERS = "leavers", _("customers who left")
    STAFF = "staff", _("our own staff")


class Way(TextChoices):
    """How somebody was spoken with who was asked in an interview."""

    PHONE = "phone", _("by phone")
    VISIT = "visit", _("during a visit")


class Channel(TextChoices):
    """How a wave reaches people."""

    EMAIL = "email", _("Link by e-mail")
    PRINT = "print", _("Printed link or QR code")
    INTERVIEW = "interview", _("Interview by phone or visit")
    PUBLIC = "public", _("Public link")


class Frequency(TextChoices):
    """How often a survey is held."""

    ONCE = "once", _("once")
    MONTHLY = "monthly", _("each month")
    QUARTERLY = "quarterly", _("each quarter")
    HALF_YEARLY = "half_year", _("each half-year")
    YEARLY = "yearly", _("each year")
    STEADILY = "steadily", _("all the time")
