"""A backtest in words that a manager understands: what it says, and how the forecast was made."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.platform.words import day, percent, share, whole
from lifecycle.analytics.track_record import ENOUGH, Tally, record
from lifecycle.words import method_words

# So close to the plain forecast's error nobody would notice.
ALIKE = 0.01
TOP_SHARE = 0.01


@dataclass(frozen=True)
class Sentence:
    """One finding; the tone is good, bad, or empty where it is neither."""

    text: str
    tone: str = ""


def verdict(result: dict, currency: str) -> list[Sentence]:
    """What a backtest says about risk, about amounts and about who brings them."""
    found = [_of_risk(result), _of_spend(result, currency), _of_ranking(result)]
    return [sentence for sentence in found if sentence]


def headline(result: dict) -> str:
    """The sentence about risk alone; empty for results of versions that did not count it."""
    sentence = _of_risk(result)
    return sentence.text if sentence else ""


def end_of(result: dict) -> dt.date:
    """The last day that the forecast was compared with."""
    return dt.date.fromisoformat(result["as_of"]) + dt.timedelta(days=result["horizon_days"])


def _of_risk(result: dict) -> Sentence | None:
    counted = result.get("verdict")
    if not counted or not counted["customers"]:
        return None
    start = dt.date.fromisoformat(result["as_of"])
    high, customers = counted["high"], counted["customers"]
    if high < ENOUGH:
        text = _(
            "Only %(high)s of %(customers)s customers were called high risk: too few to judge."
        )
        return Sentence(text % {"high": whole(high), "customers": whole(customers)})
    base = share(counted["left"], customers)
    found = record(Tally(high, counted["high_left"], base * high))
    values = {
        "start": day(start),
        "end": day(end_of(result)),
        "left": round(100 * found.precision),
        "base": round(100 * base),
    }
    text = _(
        "Of 100 customers that we called high risk on %(start)s, %(left)d bought nothing until"
        " %(end)s; without the score it would have been %(base)d."
    )
    if found.lift_low is None or found.lift_low > 1:
        return Sentence(text % values, "good")
    words = _("%(finding)s That is no better than chance.")
    return Sentence(words % {"finding": text % values}, "bad")


def _of_spend(result: dict, currency: str) -> Sentence | None:
    error, plain = result["model"]["mae"], result["last_window"]["mae"]
    if error is None or not plain:
        return None
    values = {"error": whole(error), "plain": whole(plain), "currency": currency}
    difference = error / plain - 1
    if abs(difference) < ALIKE:
        text = _(
            "The forecast of revenue was off by %(error)s %(currency)s a customer, no more and no"
            " less than the plain forecast of the last months (%(plain)s)."
        )
        return Sentence(text % values)
    values["part"] = percent(abs(difference))
    if difference < 0:
        text = _(
            "The forecast of revenue was off by %(error)s %(currency)s a customer, %(part)s less"
            " than the plain forecast of the last months (%(plain)s)."
        )
        return Sentence(text % values, "good")
    text = _(
        "The forecast of revenue was off by %(error)s %(currency)s a customer, %(part)s more than"
        " the plain forecast of the last months (%(plain)s)."
    )
    return Sentence(text % values, "bad")


def _of_ranking(result: dict) -> Sentence | None:
    ours, plain = result["model"]["top20"], result["historic"]["top20"]
    if ours is None:
        return None
    text = _(
        "The fifth of the customers that was forecast highest brought %(ours)s of the later"
        " revenue; the fifth with the most revenue so far %(plain)s."
    )
    words = text % {"ours": percent(ours), "plain": "–" if plain is None else percent(plain)}
    if plain is None or abs(ours - plain) < TOP_SHARE:
        return Sentence(words)
    return Sentence(words, "good" if ours > plain else "bad")


def reason_words(result: dict) -> str:
    """Why this forecast was chosen."""
    reason = result.get("reason", "")
    known = {
        "least_error": _(
            "Chosen by an earlier cut, %(days)s days before: of the methods that rank customers"
            " about as well as their revenue so far it had the least error, or no other was"
            " clearly better than the model."
        ),
        "too_few_repeaters": _(
            "Too few customers had bought twice to fit a model: the plain forecast was used."
        ),
        "history_too_short": _(
            "The history before this date was too short to try methods: the model was used as it"
            " is."
        ),
    }
    return known.get(reason, reason) % {"days": result.get("inner_horizon_days", "–")}


def risk_reason_words(result: dict) -> str:
    """How the risk came about."""
    if result.get("risk_reason") == "trained":
        return _("The risk was trained and calibrated on what followed an earlier cut.")
    return _("Too few outcomes to train the risk: it rested on each customer's rhythm alone.")


def season_words(result: dict) -> str:
    """Whether seasons were taken out of the forecast; empty where they were."""
    if result.get("season_adjusted"):
        return ""
    if result.get("two_seasons"):
        return _("Not season-adjusted: the forecast carries the season before the cut on.")
    return _(
        "Not season-adjusted: there were fewer than two years of dealings before the cut, so a"
        " season looks like a trend."
    )


def methods_tried(result: dict) -> list[dict]:
    """The methods with their errors at the earlier cut, the least first."""
    errors = result.get("inner_errors") or {}
    return [
        {"name": method_words(name), "error": error, "is_chosen": name == result["model"]["name"]}
        for name, error in sorted(errors.items(), key=lambda item: (item[1], item[0]))
    ]


def signed(value: float | None) -> str:
    """A bias with its sign: +3.1 %."""
    if value is None:
        return "–"
    figure = number_format(round(100 * abs(value), 1), 1, use_l10n=True)
    return f"{'−' if value < 0 else '+'}{figure}\u202f%"
