"""A nightly run in words: its steps, and what a reader of its figures has to know."""

from django.utils.translation import gettext_lazy as _

STEP_NAMES = {
    "roll_up": _("Sum up dealings"),
    "fit": _("Fit the models"),
    "score": _("Value customers"),
    "value_rates": _("Count how customers take up and refer"),
    "value_parts": _("Add up the parts of lifetime value"),
    "tiers": _("Cut into tiers"),
    "history": _("Record changes"),
    "track_record": _("Settle the track record"),
    "standing": _("Build the figures of lists"),
    "valuation": _("Build the figures of cards"),
    "swap": _("Put the figures in place"),
    "care": _("Open and settle care, make its tasks"),
    "loyalty": _("Count retention, related sales and referrals"),
    "movement": _("Count stages and movements"),
    "leaving": _("Find losses and returns, settle rescues"),
    "learning": _("Count what complaints teach"),
    "duplicates": _("Look for customers that may be one"),
    "base": _("Sum up for the dashboards"),
}
WARNINGS = {
    "no_dealings": _("There are no purchases yet: nothing can be forecast."),
    "not_season_adjusted": _(
        "Not season-adjusted: there are fewer than two years of dealings, so a season looks like"
        " a trend."
    ),
    "too_few_repeaters": _(
        "Too few customers have bought twice: values rest on the plain forecast of the last months."
    ),
    "history_too_short": _(
        "The history is too short to check forecasts by an earlier date: values rest on the model"
        " as it is."
    ),
    "dropout_not_identifiable": _(
        "The dealings do not show how customers leave for good: probabilities of having left are"
        " not reliable."
    ),
    "margin_assumed": _("No costs are known: values rest on the margin assumed in the settings."),
    "risk_from_rhythm_alone": _(
        "Too few customers have come back or stayed away to train the risk: it rests on each"
        " customer's rhythm alone."
    ),
    "tiers_by_revenue": _("Costs are unknown for most sales: tiers rest on net revenue."),
}


def warning_words(codes: list[str]) -> list:
    """The warnings as texts in the reader's language; unknown codes of another version as such."""
    return [WARNINGS.get(code, code) for code in codes]
