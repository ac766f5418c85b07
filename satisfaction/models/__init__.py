from satisfaction.models.choices import DIMENSIONS, SCALES, Channel, Measure, QuestionKind
from satisfaction.models.figures import GroupKind, WaveFigure
from satisfaction.models.improvement import ImprovementAction
from satisfaction.models.instruments import Instrument, InstrumentVersion, Question
from satisfaction.models.waves import (
    Answer,
    Invitation,
    InvitationLink,
    OptOut,
    Response,
    Skip,
    Wave,
)

__all__ = [
    "DIMENSIONS",
    "SCALES",
    "Answer",
    "Channel",
    "GroupKind",
    "ImprovementAction",
    "Instrument",
    "InstrumentVersion",
    "Invitation",
    "InvitationLink",
    "Measure",
    "OptOut",
    "Question",
    "QuestionKind",
    "Response",
    "Skip",
    "Wave",
    "WaveFigure",
]
