from lifecycle.models.assessments import (
    Assessment,
    Criterion,
    FitDecision,
    Nomination,
    NominationReview,
    PeerCategory,
)
from lifecycle.models.base import BaseCell, ParetoPoint
from lifecycle.models.history import StageChange, StandingMonth, TierChange
from lifecycle.models.runs import BacktestResult, NightlyRun
from lifecycle.models.scratch import Placed, Scored
from lifecycle.models.signals import Signal
from lifecycle.models.valuation import Valuation

__all__ = [
    "Assessment",
    "BacktestResult",
    "BaseCell",
    "Criterion",
    "FitDecision",
    "NightlyRun",
    "Nomination",
    "NominationReview",
    "ParetoPoint",
    "PeerCategory",
    "Placed",
    "Scored",
    "Signal",
    "StageChange",
    "StandingMonth",
    "TierChange",
    "Valuation",
]
