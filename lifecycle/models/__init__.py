from lifecycle.models.assessments import (
    Assessment,
    Criterion,
    FitDecision,
    Nomination,
    NominationReview,
    PeerCategory,
)
from lifecycle.models.base import BaseCell, ParetoPoint
from lifecycle.models.chain import Box, ChainFigure, ChainLink
from lifecycle.models.complaints import ComplaintStudy, LossAssumptions
from lifecycle.models.dashboards import Dashboard
from lifecycle.models.history import StageChange, StageWait, StandingMonth, TierChange
from lifecycle.models.lost import Loss, LossReview, LostMark, WinBack
from lifecycle.models.loyalty import LoyaltyCell
from lifecycle.models.movement import Move, MoveCell, StageCell
from lifecycle.models.overrides import StageOverride, TierOverride
from lifecycle.models.runs import BacktestRequest, BacktestResult, NightlyRun
from lifecycle.models.scratch import DealtLately, Placed, Scored, ValueParts
from lifecycle.models.signals import Signal
from lifecycle.models.track_record import MissedLeaver, TrackMonth, TrackRecord
from lifecycle.models.valuation import Valuation
from lifecycle.models.value import CategoryTakeUp, EquityPoint, ValueAmounts, ValueCell
from lifecycle.models.worklist import Rescue, UnworkedCell

__all__ = [
    "Assessment",
    "BacktestRequest",
    "BacktestResult",
    "BaseCell",
    "Box",
    "CategoryTakeUp",
    "ChainFigure",
    "ChainLink",
    "ComplaintStudy",
    "Criterion",
    "Dashboard",
    "DealtLately",
    "EquityPoint",
    "FitDecision",
    "Loss",
    "LossAssumptions",
    "LossReview",
    "LostMark",
    "LoyaltyCell",
    "MissedLeaver",
    "Move",
    "MoveCell",
    "NightlyRun",
    "Nomination",
    "NominationReview",
    "ParetoPoint",
    "PeerCategory",
    "Placed",
    "Rescue",
    "Scored",
    "Signal",
    "StageCell",
    "StageChange",
    "StageOverride",
    "StageWait",
    "StandingMonth",
    "TierChange",
    "TierOverride",
    "TrackMonth",
    "TrackRecord",
    "UnworkedCell",
    "Valuation",
    "ValueAmounts",
    "ValueCell",
    "ValueParts",
    "WinBack",
]
