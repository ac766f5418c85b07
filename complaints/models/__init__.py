from complaints.models.cases import Case, CaseEvent
from complaints.models.choices import Actor, Channel, ClockKind, Kind, Remedy, Severity
from complaints.models.clocks import Clock
from complaints.models.files import CaseAttachment
from complaints.models.identities import CaseIdentity
from complaints.models.lists import Category, RootCause
from complaints.models.terms import Policy, Terms
from complaints.models.words import CaseTokens, CaseWord

__all__ = [
    "Actor",
    "Case",
    "CaseAttachment",
    "CaseEvent",
    "CaseIdentity",
    "CaseTokens",
    "CaseWord",
    "Category",
    "Channel",
    "Clock",
    "ClockKind",
    "Kind",
    "Policy",
    "Remedy",
    "RootCause",
    "Severity",
    "Terms",
]
