"""Figures in words: how sure we are that a customer is still there, why a stage was given."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

# Probabilities from which on the words hold.
ALIVE = (0.95, 0.75, 0.5, 0.2, 0.0)


def alive_words(probability: float) -> str:
    """The probability alive as one would say it."""
    words = (
        _("very likely active"),
        _("likely active"),
        _("perhaps active"),
        _("probably gone"),
        _("very likely gone"),
    )
    return next(text for least, text in zip(ALIVE, words, strict=True) if probability >= least)


def stage_words(reason: str, numbers: dict) -> str:
    """Why a customer is in its stage, with the figure that decided and its mark."""
    template = _stage_templates().get(reason)
    if template is None:
        return ""
    figure, mark = numbers.get("figure") or 0.0, numbers.get("mark") or 0.0
    return template % {
        "count": _number(figure),
        "count_mark": _number(mark),
        "percent": _percent(figure),
        "percent_mark": _percent(mark),
        "fall": _percent(-figure),
        "fall_mark": _percent(-mark),
    }


def _stage_templates() -> dict[str, str]:
    return {
        "marked_lost": _("marked as lost"),
        "contract_ended": _("the contract has ended"),
        "never_bought": _("has not bought yet"),
        "silent": _("silent for %(count)s days, more than %(count_mark)s"),
        "inactive": _(
            "%(percent)s chance of a purchase within 12 months, less than %(percent_mark)s"
        ),
        "at_once": _("volume down by %(fall)s at once, at least %(fall_mark)s"),
        "slowly": _("volume down by %(fall)s over four quarters, at least %(fall_mark)s"),
        "share": _("share of wallet %(percent)s, at least %(percent_mark)s"),
        "steady": _(
            "volume changed by %(percent)s in six months, within %(percent_mark)s"
            " (stands in for the share, which is not known)"
        ),
        "growth": _("12-month volume changed by %(percent)s, at least %(percent_mark)s"),
        "widening": _("buys from %(count)s categories, %(count_mark)s a year before"),
        "few_purchases": _("%(count)s purchase days, fewer than %(count_mark)s"),
        "new": _("customer for %(count)s days, fewer than %(count_mark)s"),
        "falling_short": _(
            "volume changed by %(percent)s, short of the mark of decline: keeps its stage"
        ),
        "no_other": _("no other stage fits, and the volume does not fall"),
    }


def pattern_words(letter: str) -> str:
    """A lifecycle pattern by its letter; empty: nobody saw the stage before."""
    patterns = {
        "A": _("A: early abort, from exploration"),
        "B": _("B: mid-way death, from formation"),
        "C": _("C: early exit, after a short stability"),
        "D": _("D: long retention, after a long stability"),
    }
    return patterns.get(letter, "")


def method_words(method: str) -> str:
    """The forecast that the backtest chose; the column may hold its beginning only."""
    plain = {
        "model": _("model (MBG/NBD × Gamma-Gamma)"),
        "contract": _("remaining contract value and renewals"),
        "last_window": _("last window, scaled"),
        "model_last_window": _("geometric mean of model and last window"),
        "model_historic": _("geometric mean of model and historic revenue"),
        "mean": _("mean of the model and its blends"),
        "model_by_history": _("model, in the order of its blend with historic revenue"),
        "mean_by_history": _("mean of all blends, in the order of that with historic revenue"),
    }
    if method in plain:
        return plain[method]
    for name in ("model_historic", "model"):
        if method.startswith(f"{name}_recal"):
            return _("%(method)s, recalibrated on an earlier year") % {"method": plain[name]}
    return method


def _number(value: float) -> str:
    return number_format(round(value), use_l10n=True, force_grouping=True)


def _percent(share: float) -> str:
    return f"{number_format(round(100 * share), use_l10n=True)}\u202f%"


def basis_words(basis: str) -> str:
    """What a part of lifetime value rests on."""
    words = {"computed": _("computed"), "assessed": _("assessed")}
    return words.get(basis) or pgettext("a part of lifetime value", "none")
