from satisfaction.models.choices import (
    ACSI,
    BENEFITS,
    COSTS,
    DIMENSIONS,
    EQUATION_OVER,
    EQUATION_UNDER,
    INNER_LINKS,
    SCALES,
    Aspect,
    Audience,
    Channel,
    Measure,
    QuestionKind,
)
from satisfaction.models.figures import GroupKind, WaveFigure
from satisfaction.models.improvement import ImprovementAction
from satisfaction.models.instruments import Instrument, InstrumentVersion, Question
from satisfaction.models.reach import PublicLink, Skip
from satisfaction.models.waves import (
    Answer,
    Frequency,
    Invitation,
    InvitationLink,
    OptOut,
    Response,
    Wave,
)

__all__ = [
    "ACSI",
    "BENEFITS",
    "COSTS",
    "DIMENSIONS",
    "EQUATION_OVER",
    "EQUATION_UNDER",
    "INNER_LINKS",
    "SCALES",
    "Answer",
    "Aspect",
    "Audience",
    "Channel",
    "Frequency",
    "GroupKind",
    "ImprovementAction",
    "Instrument",
    "InstrumentVersion",
    "Invitation",
    "InvitationLink",
    "Measure",
    "OptOut",
    "PublicLink",
    "Question",
    "QuestionKind",
    "Response",
    "Skip",
    "Wave",
    "WaveFigure",
]
