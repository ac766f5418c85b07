from lifecycle.models.base import BaseCell, ParetoPoint
from lifecycle.models.history import StageChange, StandingMonth, TierChange
from lifecycle.models.runs import BacktestResult, NightlyRun
from lifecycle.models.scratch import Placed, Scored
from lifecycle.models.signals import Signal
from lifecycle.models.valuation import Valuation

__all__ = [
    "BacktestResult",
    "BaseCell",
    "NightlyRun",
    "ParetoPoint",
    "Placed",
    "Scored",
    "Signal",
    "StageChange",
    "StandingMonth",
    "TierChange",
    "Valuation",
]
