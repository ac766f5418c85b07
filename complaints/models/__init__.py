from complaints.models.cases import Case, CaseEvent
from complaints.models.choices import Actor, Channel, ClockKind, Kind, Remedy, Severity
from complaints.models.clocks import Clock
from complaints.models.corrective import CorrectiveAction
from complaints.models.figures import CaseFigure
from complaints.models.files import CaseAttachment
from complaints.models.following import CaseLink, CaseWatch
from complaints.models.identities import CaseIdentity
from complaints.models.learning import (
    CountedMonth,
    CustomersOfMonth,
    Dimension,
    LearningCell,
    TimeCell,
    WeekCell,
)
from complaints.models.lists import CannedText, Category, GuideEntry, RootCause
from complaints.models.mails import FollowUpLink, IncomingMail, MailboxLook
from complaints.models.proposals import ImprovementProposal
from complaints.models.terms import Policy, Terms, TermsChange
from complaints.models.words import CaseTokens, CaseWord

__all__ = [
    "Actor",
    "CannedText",
    "Case",
    "CaseAttachment",
    "CaseEvent",
    "CaseFigure",
    "CaseIdentity",
    "CaseLink",
    "CaseTokens",
    "CaseWatch",
    "CaseWord",
    "Category",
    "Channel",
    "Clock",
    "ClockKind",
    "CorrectiveAction",
    "CountedMonth",
    "CustomersOfMonth",
    "Dimension",
    "FollowUpLink",
    "GuideEntry",
    "ImprovementProposal",
    "IncomingMail",
    "Kind",
    "LearningCell",
    "MailboxLook",
    "Policy",
    "Remedy",
    "RootCause",
    "Severity",
    "Terms",
    "TermsChange",
    "TimeCell",
    "WeekCell",
]
