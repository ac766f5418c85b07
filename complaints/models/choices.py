"""The fixed choices of a case."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    COMPLAINT = "complaint", _("Complaint")
    REQUEST = "request", _("Service request")


class Severity(TextChoices):
    MINOR = "minor", _("Minor")
    MODERATE = "moderate", _("Moderate")
    MAJOR = "major", _("Major")
    CRITICAL = "critical", _("Critical")


class Channel(TextChoices):
    PHONE = "phone", _("Phone")
    VISIT = "visit", _("Visit")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")
    FORM = "form", _("Web form")
    SOCIAL = "social", _("Social media")
    SURVEY = "survey", _("Survey")
    THIRD_PARTY = "third_party", _("Third party")


class Remedy(TextChoices):
    """What the customer gets, or wants."""

    APOLOGY = "apology", _("Apology")
    EXPLANATION = "explanation", _("Explanation")
    REPAIR = "repair", _("Repair")
    REPLACEMENT = "replacement", _("Replacement")
    REFUND = "refund", _("Refund")
    DISCOUNT = "discount", _("Discount")
    COMPENSATION = "compensation", _("Compensation")
    GOODWILL = "goodwill", _("Goodwill")


class ClockKind(TextChoices):
    """Deadlines counted in business hours."""

    ACKNOWLEDGE = "acknowledge", _("Acknowledge")
    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    RESOLUTION = "resolution", _("Resolution")


class Actor(TextChoices):
    """Who did it, where it was no user."""

    USER = "user", _("user")
    CUSTOMER = "customer", _("customer")
    SYSTEM = "system", _("system")
