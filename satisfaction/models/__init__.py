from satisfaction.models.anonymous import SealedBallot, SealedDraft
from satisfaction.models.baldrige import Item, SelfAssessment
from satisfaction.models.choices import (
    ACSI,
    BENEFITS,
    BURDENS,
    COSTS,
    DIMENSIONS,
    EQUATION_OVER,
    EQUATION_UNDER,
    INNER_LINKS,
    SCALES,
    Aspect,
    Audience,
    Channel,
    Frequency,
    Measure,
    QuestionKind,
    Way,
)
from satisfaction.models.competences import StaffCompetence
from satisfaction.models.counts import AskedCount, LoopCount
from satisfaction.models.feedback import ELSEWHERE, WRITTEN, Feedback, Source, Tone
from satisfaction.models.figures import (
    CellBase,
    CellFigure,
    GroupKind,
    QuestionFigure,
    WaveFigure,
)
from satisfaction.models.improvement import ImprovementAction
from satisfaction.models.instruments import Instrument, InstrumentVersion, Question
from satisfaction.models.interviews import InterviewAttempt
from satisfaction.models.loops import GOES_ON, Loop, LoopStep, Outcome
from satisfaction.models.plan import CollectionPlan
from satisfaction.models.reach import PublicLink, SilentAccount, Skip, Unasked
from satisfaction.models.tags import ResponseTag
from satisfaction.models.targets import SatisfactionTarget
from satisfaction.models.touchpoint_figures import TouchpointFigure
from satisfaction.models.waves import (
    Answer,
    Invitation,
    InvitationLink,
    OptOut,
    Response,
    Wave,
)

__all__ = [
    "ACSI",
    "BENEFITS",
    "BURDENS",
    "COSTS",
    "DIMENSIONS",
    "ELSEWHERE",
    "EQUATION_OVER",
    "EQUATION_UNDER",
    "GOES_ON",
    "INNER_LINKS",
    "SCALES",
    "WRITTEN",
    "Answer",
    "AskedCount",
    "Aspect",
    "Audience",
    "CellBase",
    "CellFigure",
    "Channel",
    "CollectionPlan",
    "Feedback",
    "Frequency",
    "GroupKind",
    "ImprovementAction",
    "Instrument",
    "InstrumentVersion",
    "InterviewAttempt",
    "Invitation",
    "InvitationLink",
    "Item",
    "Loop",
    "LoopCount",
    "LoopStep",
    "Measure",
    "OptOut",
    "Outcome",
    "PublicLink",
    "Question",
    "QuestionFigure",
    "QuestionKind",
    "Response",
    "ResponseTag",
    "SatisfactionTarget",
    "SealedBallot",
    "SealedDraft",
    "SelfAssessment",
    "SilentAccount",
    "Skip",
    "Source",
    "StaffCompetence",
    "Tone",
    "TouchpointFigure",
    "Unasked",
    "Wave",
    "WaveFigure",
    "Way",
]
