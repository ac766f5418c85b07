"""The parameters of a nightly run in words, each beside its figure of the night before."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, sqrt

from django.utils.translation import gettext as _

from crm.platform.words import decimal, percent, whole
from lifecycle.words import method_words

# A parameter that changed by more than this part has moved; less is the day's new dealings.
MOVED = 0.05


@dataclass(frozen=True)
class Parameter:
    """One figure of a run: what it is called, as text, what it means; and how it was before."""

    key: str
    label: str
    text: str
    meaning: str = ""
    number: float | None = None
    before: str = ""
    has_moved: bool = False


def parameters(used: dict, former: dict | None, currency: str) -> list[Parameter]:
    """Those of a run; `former` is what the night before used, None without one."""
    earlier = {one.key: one for one in _all(former, currency)} if former else {}
    return [_beside(one, earlier.get(one.key)) for one in _all(used, currency)]


def _beside(now: Parameter, before: Parameter | None) -> Parameter:
    if before is None:
        return now
    moved = now.text != before.text
    if now.number is not None and before.number is not None:
        moved = abs(now.number - before.number) > MOVED * max(abs(before.number), 1e-9)
    return Parameter(now.key, now.label, now.text, now.meaning, now.number, before.text, moved)


def _all(used: dict, currency: str) -> Iterator[Parameter]:
    """Of runs of any version: what a run does not have is left out."""
    trained = used.get("trained")
    if not trained:
        return
    yield from _of_horizons(used)
    yield from _of_rhythm(trained.get("timing") or {})
    yield from _of_amounts(trained, currency)
    yield from _of_choice(trained.get("choice") or {}, currency)
    yield from _of_risk(trained.get("risk") or {})
    yield from _of_cuts(used, currency)


def _of_horizons(used: dict) -> Iterator[Parameter]:
    days = used.get("horizon_days")
    if days:
        is_set = (used.get("settings") or {}).get("risk_horizon_days")
        yield Parameter(
            "horizon",
            _("Horizon H of the risk"),
            _("%s days") % whole(days),
            _("set by a manager")
            if is_set
            else _("95 of 100 gaps between purchases were shorter; at least 60"),
            days,
        )
    if days := used.get("value_horizon_days"):
        text = _("how far lifetime value looks ahead")
        yield Parameter("value_days", _("Horizon of the value"), _("%s days") % whole(days), text)


def _of_rhythm(timing: dict) -> Iterator[Parameter]:
    r, alpha, a, b = (timing.get(name) for name in ("r", "alpha", "a", "b"))
    if not (r and alpha and a and b):
        return
    k = timing.get("k", 1)
    gap = k * alpha / r
    yield Parameter(
        "gap",
        _("Days between purchases"),
        decimal(gap),
        _("of an average customer while it is active (r %(r)s, α %(alpha)s)")
        % {"r": decimal(r, 3), "alpha": decimal(alpha, 2)},
        gap,
    )
    leaving = a / (a + b)
    yield Parameter(
        "leaving",
        _("Leaves after a purchase"),
        percent(leaving, 1),
        _("chance to buy never again, on average (a %(a)s, b %(b)s)")
        % {"a": decimal(a, 3), "b": decimal(b, 3)},
        leaving,
    )
    yield Parameter(
        "regularity",
        _("Regularity of gaps"),
        whole(k),
        _("1: at random; more: the more like a clockwork"),
        k,
    )


def _of_amounts(trained: dict, currency: str) -> Iterator[Parameter]:
    spend, population = trained.get("spend") or {}, trained.get("population") or {}
    if order := population.get("order"):
        yield Parameter(
            "order",
            _("Amount of a purchase day"),
            f"{whole(order)} {currency}",
            _("mean of all customers before returns (p %(p)s, q %(q)s, v %(v)s)")
            % {name: decimal(spend.get(name) or 0, 2) for name in ("p", "q", "v")},
            order,
        )
    ratio, margin = population.get("net_ratio"), population.get("margin")
    if ratio is not None:
        label, text = _("Net ratio"), _("what stays after returns")
        yield Parameter("net_ratio", label, percent(ratio, 1), text, ratio)
    if margin is not None:
        text = _("of sales whose costs are known")
        yield Parameter("margin", _("Margin"), percent(margin, 1), text, margin)


def _of_choice(choice: dict, currency: str) -> Iterator[Parameter]:
    if not choice:
        return
    reasons = {
        "least_error": _("least error at an earlier cut, %(days)s days ago"),
        "too_few_repeaters": _("too few customers have bought twice"),
        "history_too_short": _("the history is too short to try methods"),
    }
    reason = choice.get("reason", "")
    text = reasons.get(reason, reason) % {"days": choice.get("horizon", "–")}
    yield Parameter("method", _("Forecast chosen"), method_words(choice["method"]), text)
    error = (choice.get("errors") or {}).get(choice["method"])
    if error is not None:
        label, text = _("Its error a customer"), _("at the earlier cut")
        yield Parameter("error", label, f"{decimal(error, 2)} {currency}", text, error)


def _of_risk(risk: dict) -> Iterator[Parameter]:
    if risk.get("reason") != "trained":
        text = _("each customer's rhythm alone: too few outcomes to train on")
        yield Parameter("risk", _("Risk rests on"), _("rhythm"), text)
        return
    yield Parameter(
        "risk",
        _("Risk rests on"),
        _("a trained layer"),
        _("what followed an earlier cut, calibrated in bins"),
    )


def _of_cuts(used: dict, currency: str) -> Iterator[Parameter]:
    bases = {
        "margin": _("12-month margin"),
        "revenue": _("12-month revenue"),
        "lifetime_value": _("lifetime value"),
    }
    basis = used.get("tier_basis", "")
    if basis:
        yield Parameter("basis", _("Tiers are cut by"), bases.get(basis, basis))
    for tier, amount in zip("AB", used.get("cut_amounts") or (), strict=False):
        if amount is not None:
            label = _("Tier %s from") % tier
            yield Parameter(f"cut_{tier}", label, f"{whole(amount)} {currency}", "", amount)
    season = used.get("season")
    text = ", ".join(percent(factor) for factor in season) if season else _("not season-adjusted")
    meaning = _("the last four quarters against their year, the newest last") if season else ""
    yield Parameter("season", _("Season"), text, meaning, season[-1] if season else None)
    if "own_seasons" in used:
        yield _own_seasons(used["own_seasons"])


def _own_seasons(variance: float | None) -> Parameter:
    label = _("Seasons of single customers")
    if variance is None:
        return Parameter("own_seasons", label, _("not known"), "", None)
    factor = exp(sqrt(variance)) - 1  # of one standard deviation of logarithms
    meaning = _("by how much orders differ in size at this time of the year, beyond chance")
    return Parameter("own_seasons", label, percent(factor), meaning, factor)
